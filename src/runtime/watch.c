/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include "base/text.h"

#include <errno.h>

#define DEFAULT_TIMEOUT_NS (60 * LP_SECOND_NS)

/* The kernel tries once a second, the first time at the load, and sends its fake signals at the 16th try
 * (kernel/livepatch/transition.c, SIGNALS_TIMEOUT). The delay is rounded to whole seconds of its clock, so that the
 * first can be short; the reversal itself must be written before. */
#define BEFORE_SIGNAL_NS (13 * LP_SECOND_NS)

/* What a failed access to a patch's directory says of it; ENODEV: it went between open and read. */
static bool is_absent(int sys_errno)
{
	return sys_errno == ENOENT || sys_errno == ENOTDIR || sys_errno == ENODEV;
}

static int read_flag(struct lp_kernel_io *io, const char *name, const char *attribute)
{
	char path[LP_PATH_ROOM];
	char text[24];
	uint64_t value;

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s/%s", name, attribute);
	if (lp_attr_read(io->rootfd, path, text, sizeof(text)) < 0)
		return is_absent(errno) ? LP_FLAG_ABSENT : LP_FLAG_UNKNOWN;
	return lp_text_to_u64(text, &value) < 0 || value > 1 ? LP_FLAG_UNKNOWN : (int)value;
}

static bool is_listed(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s", name);
	return faccessat(io->rootfd, path, F_OK, 0) == 0 || !is_absent(errno);
}

int lp_patch_transition(struct lp_kernel_io *io, const char *name)
{
	return read_flag(io, name, "transition");
}

void lp_patch_status_read(struct lp_kernel_io *io, const char *name, struct lp_patch_status *status)
{
	status->transition = lp_patch_transition(io, name);
	/* After transition: a reversed patch whose transition reads 0 is told from a finished one by this alone. */
	status->enabled = read_flag(io, name, "enabled");
	status->listed = status->enabled >= 0 || is_listed(io, name);
}

/* Kernels without the attribute (before 4.12) have no transition; one that cannot be read may run. */
static bool is_at_rest(const struct lp_patch_status *status)
{
	return status->transition == 0 || status->transition == LP_FLAG_ABSENT;
}

bool lp_patch_status_is_done(const struct lp_patch_status *status)
{
	return status->enabled == 1 && is_at_rest(status);
}

bool lp_patch_status_is_undone(const struct lp_patch_status *status)
{
	/* Its directory goes a moment later, or before 5.1 only with its module. */
	return !status->listed || (status->enabled == 0 && is_at_rest(status));
}

int64_t lp_request_timeout(const struct lp_swap_request *request)
{
	int64_t timeout_ns = request->timeout_ns > 0 ? request->timeout_ns : DEFAULT_TIMEOUT_NS;

	return request->before_signal && timeout_ns > BEFORE_SIGNAL_NS ? BEFORE_SIGNAL_NS : timeout_ns;
}

void lp_request_progress(const struct lp_swap_request *request, const char *phase, int64_t elapsed_ns)
{
	if (request->progress)
		request->progress(request->context, phase, elapsed_ns);
}

enum lp_watch_end lp_watch_forward(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
				   int64_t since_ns)
{
	for (;;) {
		struct lp_patch_status status;
		int64_t elapsed;

		lp_patch_status_read(io, name, &status);
		if (lp_patch_status_is_done(&status))
			return LP_WATCH_DONE;
		if (!status.listed || status.enabled == 0)
			return LP_WATCH_UNDONE;
		elapsed = lp_host_now(io) - since_ns;
		lp_request_progress(request, "transition", elapsed);
		if (request->cancelled && request->cancelled(request->context))
			return LP_WATCH_CANCELLED;
		if (elapsed >= lp_request_timeout(request))
			return LP_WATCH_TIMEOUT;
		lp_host_poll_sleep(io, since_ns);
	}
}

/* What ended the way there must not end the way back. */
static struct lp_swap_request make_patient(const struct lp_swap_request *request)
{
	struct lp_swap_request patient = *request;

	patient.cancelled = NULL;
	patient.before_signal = false;
	if (lp_request_timeout(&patient) < LP_SHORTEST_REVERSAL_NS)
		patient.timeout_ns = LP_SHORTEST_REVERSAL_NS;
	return patient;
}

enum lp_watch_end lp_watch_forward_patiently(struct lp_kernel_io *io, const struct lp_swap_request *request,
					     const char *name)
{
	const struct lp_swap_request patient = make_patient(request);

	return lp_watch_forward(io, &patient, name, lp_host_now(io));
}

static enum lp_watch_end watch_down(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
				    const char *phase)
{
	int64_t since_ns = lp_host_now(io);

	for (;;) {
		struct lp_patch_status status;
		int64_t elapsed;

		lp_patch_status_read(io, name, &status);
		if (lp_patch_status_is_undone(&status))
			return LP_WATCH_UNDONE;
		elapsed = lp_host_now(io) - since_ns;
		lp_request_progress(request, phase, elapsed);
		if (request->cancelled && request->cancelled(request->context))
			return LP_WATCH_CANCELLED;
		if (elapsed >= lp_request_timeout(request))
			return LP_WATCH_TIMEOUT;
		lp_host_poll_sleep(io, since_ns);
	}
}

enum lp_watch_end lp_watch_backward(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name)
{
	const struct lp_swap_request patient = make_patient(request);

	return watch_down(io, &patient, name, "reversal");
}

enum lp_watch_end lp_watch_disable(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name)
{
	enum lp_watch_end end = watch_down(io, request, name, "transition");
	struct lp_patch_status status;

	if (end == LP_WATCH_UNDONE)
		return end;
	lp_patch_status_read(io, name, &status);
	return status.enabled == 1 ? LP_WATCH_DONE : end;
}
