/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a transition to end, either way. */
#include "runtime/watch.h"

#include "shared/text.h"
#include "runtime/patch.h"

#include <errno.h>

#define DEFAULT_TIMEOUT_NS (60 * LP_SECOND_NS)

/* The kernel tries once a second, the first time at the load, and sends its fake signals at the 16th try
 * (kernel/livepatch/transition.c, SIGNALS_TIMEOUT). The delay is rounded to whole seconds of its clock, so that the
 * first can be short; the reversal itself must be written before. */
#define BEFORE_SIGNAL_NS (13 * LP_SECOND_NS)

int64_t lp_watch_timeout(const struct lp_limits *limits)
{
	int64_t timeout_ns = limits->timeout_ns > 0 ? limits->timeout_ns : DEFAULT_TIMEOUT_NS;

	return limits->before_signal && timeout_ns > BEFORE_SIGNAL_NS ? BEFORE_SIGNAL_NS : timeout_ns;
}

enum lp_watch_end lp_watch_forward(struct lp_kernel_io *io, const struct lp_limits *limits,
				   const struct lp_caller *caller, const char *name, int64_t since_ns)
{
	for (;;) {
		struct lp_patch_status status;
		int64_t elapsed;

		lp_patch_status_read(io, name, &status);
		if (lp_patch_status_is_done(&status))
			return LP_WATCH_DONE;
		if (!status.listed || status.enabled == 0)
			return LP_WATCH_UNDONE;
		elapsed = lp_kernel_io_now(io) - since_ns;
		lp_caller_progress(caller, "transition", elapsed);
		if (lp_caller_has_cancelled(caller))
			return LP_WATCH_CANCELLED;
		if (elapsed >= lp_watch_timeout(limits))
			return LP_WATCH_TIMEOUT;
		lp_kernel_io_poll_sleep(io, since_ns);
	}
}

/* What ended the way there must not end the way back: it takes neither the caller's word nor its shortest time-outs. */
static void make_patient(struct lp_limits *limits, struct lp_caller *caller)
{
	caller->cancelled = NULL;
	limits->before_signal = false;
	if (lp_watch_timeout(limits) < LP_SHORTEST_REVERSAL_NS)
		limits->timeout_ns = LP_SHORTEST_REVERSAL_NS;
}

enum lp_watch_end lp_watch_forward_patiently(struct lp_kernel_io *io, const struct lp_limits *limits,
					     const struct lp_caller *caller, const char *name)
{
	struct lp_limits patient = *limits;
	struct lp_caller listener = *caller;

	make_patient(&patient, &listener);
	return lp_watch_forward(io, &patient, &listener, name, lp_kernel_io_now(io));
}

static enum lp_watch_end watch_down(struct lp_kernel_io *io, const struct lp_limits *limits,
				    const struct lp_caller *caller, const char *name, const char *phase)
{
	int64_t since_ns = lp_kernel_io_now(io);

	for (;;) {
		struct lp_patch_status status;
		int64_t elapsed;

		lp_patch_status_read(io, name, &status);
		if (lp_patch_status_is_undone(&status))
			return LP_WATCH_UNDONE;
		elapsed = lp_kernel_io_now(io) - since_ns;
		lp_caller_progress(caller, phase, elapsed);
		if (lp_caller_has_cancelled(caller))
			return LP_WATCH_CANCELLED;
		if (elapsed >= lp_watch_timeout(limits))
			return LP_WATCH_TIMEOUT;
		lp_kernel_io_poll_sleep(io, since_ns);
	}
}

enum lp_watch_end lp_watch_backward(struct lp_kernel_io *io, const struct lp_limits *limits,
				    const struct lp_caller *caller, const char *name)
{
	struct lp_limits patient = *limits;
	struct lp_caller listener = *caller;

	make_patient(&patient, &listener);
	return watch_down(io, &patient, &listener, name, "reversal");
}

enum lp_watch_end lp_watch_disable(struct lp_kernel_io *io, const struct lp_limits *limits,
				   const struct lp_caller *caller, const char *name)
{
	enum lp_watch_end end = watch_down(io, limits, caller, name, "transition");
	struct lp_patch_status status;

	if (end == LP_WATCH_UNDONE)
		return end;
	lp_patch_status_read(io, name, &status);
	return status.enabled == 1 ? LP_WATCH_DONE : end;
}
