/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the module's code has what the kernel's configuration wants of it against attacks. */
#ifndef LP_CHECK_HARDENING_H
#define LP_CHECK_HARDENING_H

#include "check/collect.h"

void lp_check_hardening(struct lp_check *check);

#endif
