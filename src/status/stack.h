/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which livepatch owns a function. */
#ifndef LP_STATUS_STACK_H
#define LP_STATUS_STACK_H

#include "runtime/stack.h"

/* Which patch each function's calls end up in, by the order of the stack: object, name, sympos, patch (absent where the
 * kernel does not say) and patches. NULL without memory. */
struct lppack_value *lp_stack_describe_functions(const struct lp_stack *stack);

#endif
