/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code of the module that decides when it runs: no file says how. */
#ifndef LP_CHECK_DECIDES_H
#define LP_CHECK_DECIDES_H

#include "check/collect.h"

int lp_check_decides(struct lp_check *check, struct lppack_error *err);

#endif
