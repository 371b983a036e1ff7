/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One module against one kernel: the check as a whole. */
#ifndef LP_CHECK_MODULE_H
#define LP_CHECK_MODULE_H

#include "check/collect.h"

/* Makes the report; the check's kernel, bytes and name are set. */
struct lppack_value *lp_check_run(struct lp_check *check, struct lppack_error *err);

#endif
