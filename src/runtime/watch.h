/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a transition to end, either way, within limits. */
#ifndef LP_RUNTIME_WATCH_H
#define LP_RUNTIME_WATCH_H

#include "runtime/caller.h"
#include "runtime/kernel_io.h"

/* How long things may take, and what is done if they take longer. */
struct lp_limits {
	int64_t timeout_ns;     /* for the transition; 0 means 60 s */
	bool before_signal;     /* the time-out lies before the kernel's first fake signal */
	bool force;             /* ends a transition at the time-out by force */
	unsigned int retries;   /* after a transition that stalled and was reversed */
	int64_t retry_delay_ns; /* 0 means 5 s */
	bool quick;             /* has a second's patience with a module's references, not five */
};

enum lp_watch_end {
	LP_WATCH_DONE,   /* enabled, and no longer in transition */
	LP_WATCH_UNDONE, /* somebody wrote 0 to enabled, or it is gone already */
	LP_WATCH_TIMEOUT,
	LP_WATCH_CANCELLED,
};

/* The kernel retries once a second, so that a reversal needs its time whatever the time-out for the transition was. */
#define LP_SHORTEST_REVERSAL_NS (10 * LP_SECOND_NS)

/* The time-out for a transition with the default and before_signal taken into account. */
int64_t lp_watch_timeout(const struct lp_limits *limits);

enum lp_watch_end lp_watch_forward(struct lp_kernel_io *io, const struct lp_limits *limits,
				   const struct lp_caller *caller, const char *name, int64_t since_ns);
/* The same with at least LP_SHORTEST_REVERSAL_NS from now, and nobody may cancel it: for the way back to a patched
 * machine. */
enum lp_watch_end lp_watch_forward_patiently(struct lp_kernel_io *io, const struct lp_limits *limits,
					     const struct lp_caller *caller, const char *name);
/* Waits until a patch is disabled after 0 was written to its enabled; TIMEOUT, or UNDONE for success. */
enum lp_watch_end lp_watch_backward(struct lp_kernel_io *io, const struct lp_limits *limits,
				    const struct lp_caller *caller, const char *name);
/* The same where that is what was asked for: with the time-out of the limits, and it can be cancelled. DONE if somebody
 * enabled it again. */
enum lp_watch_end lp_watch_disable(struct lp_kernel_io *io, const struct lp_limits *limits,
				   const struct lp_caller *caller, const char *name);

#endif
