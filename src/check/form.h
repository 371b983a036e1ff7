/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel can read the module's file, and its livepatch relocations. */
#ifndef LP_CHECK_FORM_H
#define LP_CHECK_FORM_H

#include "check/collect.h"

/* Adds to the check. Fails without memory only. */
int lp_check_form(struct lp_check *check, struct lppack_error *err);

#endif
