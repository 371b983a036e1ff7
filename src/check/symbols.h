/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patched functions and livepatch symbols against the symbols of the kernel and its modules. */
#ifndef LP_CHECK_SYMBOLS_H
#define LP_CHECK_SYMBOLS_H

#include "check/collect.h"

/* Adds to the check. Fails without memory only. */
int lp_check_symbols(struct lp_check *check, struct lppack_error *err);

#endif
