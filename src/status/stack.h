/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the stack of livepatches says. */
#ifndef LP_STATUS_STACK_H
#define LP_STATUS_STACK_H

#include "status/status.h"

/* "functions": which patch each function's calls end up in, by the order of the stack. */
struct lppack_value *lp_status_functions(const struct lp_snapshot *snapshot);
/* "memory": what the livepatch modules hold, in force or left over. */
struct lppack_value *lp_status_memory(struct lppack_host *host);

#endif
