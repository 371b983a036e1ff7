/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of a transition that runs. */
#ifndef LP_APPLY_TRANSITION_H
#define LP_APPLY_TRANSITION_H

#include "base/value.h"
#include "runtime/blockers.h"
#include "machine/host.h"

/* Who keeps it from ending, one map a task: pid, tid, command, kind (user, kernel, vcpu), state, function, stack.
 * NULL without memory. */
struct lppack_value *lp_describe_blockers(const struct lp_blocker *blockers, size_t n);

/* The tasks that the transition of this stack waits for, as lp_describe_blockers() tells them; an empty list where none
 * runs. Scanning all tasks takes about 0.1 ms each. NULL without memory. */
struct lppack_value *lp_stack_describe_blockers(struct lppack_host *host, const struct lp_stack *stack);

#endif
