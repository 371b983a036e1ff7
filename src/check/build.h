/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the module was built: sizes of the kernel's structures, the compiler, states. */
#ifndef LP_CHECK_BUILD_H
#define LP_CHECK_BUILD_H

#include "check/collect.h"

/* Adds to the check. */
void lp_check_build(struct lp_check *check);

#endif
