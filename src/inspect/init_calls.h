/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module's init code calls besides klp_enable_patch(): code that may decide, when it runs, whether it loads. */
#ifndef LP_INSPECT_INIT_CALLS_H
#define LP_INSPECT_INIT_CALLS_H

#include "inspect/elf.h"

/* The name of a function that init code refers to, that neither every init code calls nor only logs; a function of the
 * module's own without a name is "a function of its own". NULL for none, and where no init code is found. Borrowed from
 * the file, or static. */
const char *lp_init_calls_find(const struct lp_elf *elf);

#endif
