/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Imported symbols against what the kernel and its modules export. */
#ifndef LP_CHECK_IMPORTS_H
#define LP_CHECK_IMPORTS_H

#include "check/collect.h"

/* Adds to the check. */
void lp_check_imports(struct lp_check *check);

#endif
