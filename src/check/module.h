/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One module against one kernel: the check as a whole. */
#ifndef LP_CHECK_MODULE_H
#define LP_CHECK_MODULE_H

#include "check/collect.h"

/* Looks at everything; the check's kernel, bytes and name are set. The findings are sorted then. */
int lp_check_run(struct lp_check *check, struct lppack_error *err);
/* The report of it; NULL without memory. */
struct lppack_value *lp_check_report(const struct lp_check *check, struct lppack_error *err);

#endif
