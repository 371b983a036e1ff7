/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who called the library, and so is waited for, shown progress and asked whether to go on. */
#ifndef LP_RUNTIME_CALLER_H
#define LP_RUNTIME_CALLER_H

#include <lppack/progress.h>

#include <stdbool.h>
#include <stdint.h>

struct lp_caller {
	int64_t wait_ns; /* for the lock; negative: for ever */
	/* NULL for none. phase: "waiting", "loading", "transition", "proof", "removal", "reversal", "retry". */
	void (*progress)(void *context, const struct lppack_progress *now);
	/* NULL for none. Asked while the transition runs: nonzero reverses it as a time-out would. */
	int (*cancelled)(void *context);
	void *context;
};

static inline void lp_caller_progress(const struct lp_caller *caller, const char *phase, int64_t elapsed_ns)
{
	const struct lppack_progress now = { .size = sizeof(now), .phase = phase, .elapsed_ns = elapsed_ns };

	if (caller->progress)
		caller->progress(caller->context, &now);
}

static inline bool lp_caller_has_cancelled(const struct lp_caller *caller)
{
	return caller->cancelled && caller->cancelled(caller->context);
}

#endif
