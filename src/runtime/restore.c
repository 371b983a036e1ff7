/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reversal that came too late: the transition had ended, what it replaced is gone, and the 0 that was to reverse it
 * disables the only livepatch (kernel/livepatch/core.c, enabled_store). The way out is forward. */
#include "runtime/private.h"

#include <string.h>

/* Writing 1 turns the disabling back while it lasts; it may have been written already. UNDONE where it could not be
 * turned back. */
static enum lp_watch_end turn_back(struct lp_swap *swap)
{
	int64_t since_ns = lp_host_now(swap->host);
	struct lp_patch_status status;

	lp_patch_status_read(swap->host, swap->name, &status);
	while (status.enabled != 1 && lp_patch_write(swap->host, swap->name, "enabled", "1") < 0) {
		lp_patch_status_read(swap->host, swap->name, &status);
		if (lp_patch_status_is_undone(&status) || lp_host_now(swap->host) - since_ns >= SHORTEST_REVERSAL_NS)
			return LP_WATCH_UNDONE;
		lp_host_poll_sleep(swap->host, since_ns);
	}
	return lp_watch_forward_patiently(swap->host, swap->request, swap->name);
}

static int fail_none(struct lp_swap *swap, const char *why, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_NONE_LEFT, "apply a bundle now: the machine runs without any livepatch",
		       "%s: the transition ended as it was being reversed, so that no livepatch is in force: %s",
		       swap->name, why);
}

/* A finished patch that was disabled can never be enabled again: only its module, loaded anew, brings another. */
static int load_again(struct lp_swap *swap, struct lppack_error *err)
{
	int64_t deadline = lp_removal_deadline(swap->host, swap->request);
	struct lppack_error cause = LPPACK_ERROR_INIT;

	if (lp_module_remove(swap->host, swap->name, deadline) < 0)
		return fail_none(swap, "its module cannot be removed to be loaded again", err);
	if (!swap->request->module)
		return fail_none(swap, "its module was removed", err);
	if (lp_swap_load(swap, &cause) < 0)
		return fail_none(swap, cause.message, err);
	return 0;
}

static const char *note_of(enum lp_watch_end why, bool loaded)
{
	if (why == LP_WATCH_CANCELLED)
		return loaded ? "the interruption came as the transition ended; loaded again" :
				"the interruption came as the transition ended; kept in force";
	return loaded ? "the time-out came as the transition ended; loaded again" :
			"the time-out came as the transition ended; kept in force";
}

int lp_swap_restore(struct lp_swap *swap, enum lp_watch_end why, struct lppack_error *err)
{
	enum lp_watch_end end = turn_back(swap);
	bool loaded = end == LP_WATCH_UNDONE;

	swap->result->outcome = LP_SWAP_LEFT;
	swap->result->timed_out = false;
	if (loaded) {
		int rc = load_again(swap, err);

		if (rc < 0)
			return rc;
		end = lp_watch_forward_patiently(swap->host, swap->request, swap->name);
	}
	swap->result->note = note_of(why, loaded);
	if (end == LP_WATCH_DONE)
		return 0;
	/* Reversing it would lead to nothing: it is left to end by itself. */
	if (end == LP_WATCH_TIMEOUT)
		return lp_fail(err, LPPACK_E_STALLED_LEFT,
			       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition",
			       "%s: the transition ended as it was being reversed; the one back to it does not end, "
			       "and until then not every task runs a livepatch",
			       swap->name);
	return fail_none(swap, "somebody else disabled it", err);
}

int lp_reversal_take_back(struct lp_kernel_io *host, const struct lp_swap_request *request, const char *name,
			  struct lp_swap_result *result, struct lppack_error *err)
{
	struct lp_swap swap = { .host = host, .request = request, .result = result, .name = (char *)name };

	*result = (struct lp_swap_result){ 0 };
	return lp_swap_restore(&swap, LP_WATCH_TIMEOUT, err);
}
