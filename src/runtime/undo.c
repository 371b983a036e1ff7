/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include <errno.h>
#include <string.h>

int lp_patch_write(struct lp_kernel_io *host, const char *patch, const char *attribute, const char *value)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s/%s", patch, attribute);
	return host->ops->write_attribute(host->context, host->rootfd, path, value);
}

static int write_enabled(struct lp_swap *swap, const char *value)
{
	return lp_patch_write(swap->host, swap->name, "enabled", value);
}

/* The patch is out of the kernel: what remains is its module. The note is for the message. */
static const char *remove_own(struct lp_swap *swap)
{
	int64_t deadline = lp_removal_deadline(swap->host, swap->request);

	swap->result->outcome = LP_SWAP_REVERSED;
	return lp_module_remove(swap->host, swap->name, deadline) == 0 ? "" :
									  "; its module is still loaded: rmmod it";
}

/* What kept the transition from ending, for a message. */
static void describe(struct lp_swap *swap, enum lp_watch_end why, struct lp_buf *text)
{
	if (why == LP_WATCH_CANCELLED) {
		lp_buf_text(text, "the transition was interrupted");
	} else {
		lp_buf_printf(text, "the transition did not end within %.3g s, ",
			      (double)lp_request_timeout(swap->request) / LP_SECOND_NS);
		lp_blockers_tell(swap->result->blockers, swap->result->n_blockers, text);
	}
	lp_buf_append(text, "", 0);
}

static int fail_left(struct lp_swap *swap, const char *why, const char *what, struct lppack_error *err)
{
	swap->result->outcome = LP_SWAP_LEFT;
	swap->result->timed_out = false;
	return lp_fail(err, LPPACK_E_STALLED_LEFT,
		       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition; 0 in enabled reverses it",
		       "%s: %s; %s", swap->name, why, what);
}

/* A read that fails now may succeed in a moment, and a 0 is not written blindly. UNTOLD with errno. */
static int read_transition(struct lp_swap *swap)
{
	int64_t since_ns = lp_host_now(swap->host);
	int transition;

	while ((transition = lp_patch_transition(swap->host, swap->name)) == LP_FLAG_UNTOLD) {
		int sys_errno = errno;

		if (lp_host_now(swap->host) - since_ns >= LP_SECOND_NS) {
			errno = sys_errno;
			break;
		}
		lp_host_poll_sleep(swap->host, since_ns);
	}
	return transition;
}

/* Whether 0 is in enabled, or the patch is gone; *finished: the transition has ended instead. */
static bool begin_reverse(struct lp_swap *swap, bool *finished)
{
	struct lp_patch_status status;
	int transition;
	int sys_errno;

	lp_patch_status_read(swap->host, swap->name, &status);
	*finished = lp_patch_status_is_done(&status);
	if (*finished)
		return false;
	/* Directly before the write: a 0 after the end disables what the transition put into force. */
	transition = read_transition(swap);
	if (transition != 0 && transition != LP_FLAG_UNTOLD && write_enabled(swap, "0") == 0)
		return true;
	sys_errno = errno;
	lp_patch_status_read(swap->host, swap->name, &status);
	*finished = lp_patch_status_is_done(&status);
	errno = sys_errno;
	return !status.listed || status.enabled == 0;
}

/* A reversal waits for tasks too: for those that had moved already. */
static int fail_reversal(struct lp_swap *swap, const char *why, struct lppack_error *err)
{
	struct lp_swap_result *result = swap->result;
	LP_AUTO_BUF struct lp_buf what = { 0 };

	lp_blockers_free(result->reverse_blockers, result->n_reverse_blockers);
	(void)lp_blockers_collect(swap->host, swap->request->facts, &swap->before, 0, &result->reverse_blockers,
				  &result->n_reverse_blockers);
	lp_buf_text(&what, "reversing it did not end in time either, ");
	lp_blockers_tell(result->reverse_blockers, result->n_reverse_blockers, &what);
	return fail_left(swap, why, lp_buf_ok(&what) ? (const char *)what.data : "nor did its reversal", err);
}

static int finish_reverse(struct lp_swap *swap, const char *why, struct lppack_error *err)
{
	const char *note;

	if (lp_watch_backward(swap->host, swap->request, swap->name) != LP_WATCH_UNDONE)
		return fail_reversal(swap, why, err);
	note = remove_own(swap);
	return lp_fail(err, LPPACK_E_STALLED, "end what holds it, or try again at a quieter time",
		       "%s: %s; it was reversed, the old stack is in force%s", swap->name, why, note);
}

int lp_swap_reverse(struct lp_swap *swap, enum lp_watch_end why, struct lppack_error *err)
{
	struct lp_swap_result *result = swap->result;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	bool finished;
	const char *cause;

	/* Without memory for all of them, those found are named. */
	(void)lp_blockers_collect(swap->host, swap->request->facts, &swap->before, 1, &result->blockers,
				  &result->n_blockers);
	result->timed_out = why == LP_WATCH_TIMEOUT;
	describe(swap, why, &text);
	cause = lp_buf_ok(&text) ? (const char *)text.data : "the transition did not end";
	if (!begin_reverse(swap, &finished)) {
		char what[128];

		if (finished)
			return 0;
		snprintf(what, sizeof(what), "it could not be reversed: %s", strerror(errno));
		return fail_left(swap, cause, what, err);
	}
	if (!lp_swap_old_in_force(swap))
		return lp_swap_restore(swap, why, err);
	return finish_reverse(swap, cause, err);
}

int lp_swap_clean_undone(struct lp_swap *swap, struct lppack_error *err)
{
	const char *why = "somebody else reversed the transition";

	if (!lp_swap_old_in_force(swap))
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: somebody else disabled or replaced it, and the old stack is not in force",
			       swap->name);
	return finish_reverse(swap, why, err);
}

int lp_swap_undo(struct lp_swap *swap, enum lppack_code code, const char *why, struct lppack_error *err)
{
	const char *hint = "the vendor must build the module in replace mode";
	const char *note;

	if (!lp_swap_old_in_force(swap))
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: %s, but not all of the old stack", swap->name, why);
	if (write_enabled(swap, "0") < 0)
		return lp_fail(err, LPPACK_E_UNPROVEN, "write 0 to its enabled in /" LP_LIVEPATCH_DIR,
			       "%s: %s; disabling the new livepatch failed: %s", swap->name, why, strerror(errno));
	if (lp_watch_backward(swap->host, swap->request, swap->name) != LP_WATCH_UNDONE)
		return lp_fail(err, LPPACK_E_UNPROVEN, "wait until its transition in /" LP_LIVEPATCH_DIR " reads 0",
			       "%s: %s; disabling the new livepatch does not end", swap->name, why);
	note = remove_own(swap);
	return lp_fail(err, code, hint, "%s: %s; the new livepatch was disabled, the old stack is in force%s",
		       swap->name, why, note);
}

int lp_swap_clean_empty(struct lp_swap *swap, struct lppack_error *err)
{
	const char *note = remove_own(swap);

	if (!*note)
		swap->result->outcome = LP_SWAP_NOTHING;
	return lp_fail(err, LPPACK_E_NOT_LIVEPATCH,
		       "the vendor's module must call klp_enable_patch() when it is loaded",
		       "%s: is marked as a livepatch, but enabled none when it was loaded; the old stack is in force%s",
		       swap->name, *note ? note : ", the module was removed");
}

int lp_swap_force(struct lp_swap *swap, struct lppack_error *err)
{
	const struct lp_swap_request *request = swap->request;
	struct lp_swap_result *result = swap->result;

	struct lppack_error cause = LPPACK_ERROR_INIT;

	/* What cannot be remembered is not done: nothing in the kernel tells of it later. */
	if (request->intend && request->intend(request->intend_context, LP_INTENT_FORCE, &swap->before, &cause) < 0)
		return lp_wrap(err, lp_swap_reverse(swap, LP_WATCH_TIMEOUT, err), "not forced (%s)", cause.message);
	(void)lp_blockers_collect(swap->host, request->facts, &swap->before, 1, &result->blockers, &result->n_blockers);
	if (lp_patch_write(swap->host, swap->name, "force", "1") == 0) {
		result->forced = true;
		if (lp_watch_forward_patiently(swap->host, request, swap->name) == LP_WATCH_DONE)
			return 0;
	}
	lp_blockers_free(LP_TAKE(result->blockers), result->n_blockers);
	result->n_blockers = 0;
	return lp_swap_reverse(swap, LP_WATCH_TIMEOUT, err);
}

int lp_reversal_finish(struct lp_kernel_io *host, const struct lp_swap_request *request, const char *name,
		       struct lp_swap_result *result, struct lppack_error *err)
{
	struct lp_swap swap = { .host = host, .request = request, .result = result, .name = (char *)name };

	*result = (struct lp_swap_result){ 0 };
	if (lp_watch_backward(host, request, name) != LP_WATCH_UNDONE)
		return fail_reversal(&swap, "it was being reversed when it was killed", err);
	if (*remove_own(&swap))
		return lp_fail(err, LPPACK_E_LEFTOVER, "see lsmod for what refers to it, then rmmod it",
			       "%s: it was reversed, but its module is still loaded", name);
	return 0;
}

int lp_reversal_await(struct lp_kernel_io *host, const struct lp_swap_request *request, const char *name,
		      struct lppack_error *err)
{
	if (lp_watch_forward_patiently(host, request, name) != LP_WATCH_TIMEOUT)
		return 0;
	return lp_fail(err, LPPACK_E_STALLED_LEFT, "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition",
		       "%s: enabling it again does not end; until then not every task runs it", name);
}
