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

#endif
