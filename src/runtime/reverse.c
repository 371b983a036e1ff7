/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways back: reversing a transition that does not end, and disabling what was loaded in vain. */
#include "runtime/reverse.h"

#include "runtime/load.h"
#include "runtime/patch.h"
#include "runtime/unload.h"

#include <errno.h>
#include <string.h>

static int write_enabled(struct lp_attempt *attempt, const char *value)
{
	return lp_patch_write(attempt->io, attempt->name, "enabled", value);
}

/* The patch is out of the kernel: what remains is its module. The note is for the message. */
static const char *remove_own(struct lp_attempt *attempt)
{
	int64_t deadline = lp_unload_deadline(attempt->io, &attempt->terms->limits);

	attempt->result->outcome = LP_ATTEMPT_REVERSED;
	return lp_unload_module(attempt->io, attempt->name, deadline) == 0 ? "" :
									     "; its module is still loaded: rmmod it";
}

/* What kept the transition from ending, for a message. */
static void reverse_describe(struct lp_attempt *attempt, enum lp_watch_end why, struct lp_buf *text)
{
	if (why == LP_WATCH_CANCELLED) {
		lp_buf_text(text, "the transition was interrupted");
	} else {
		lp_buf_printf(text, "the transition did not end within %.3g s, ",
			      (double)lp_watch_timeout(&attempt->terms->limits) / LP_SECOND_NS);
		lp_blockers_print(attempt->result->blockers, attempt->result->n_blockers, text);
	}
	lp_buf_append(text, "", 0);
}

static int reverse_fail_left(struct lp_attempt *attempt, const char *why, const char *what, struct lppack_error *err)
{
	attempt->result->outcome = LP_ATTEMPT_LEFT;
	attempt->result->timed_out = false;
	return lp_fail(err, LPPACK_E_STALLED_LEFT,
		       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition; 0 in enabled reverses it",
		       "%s: %s; %s", attempt->name, why, what);
}

/* A read that fails now may succeed in a moment, and a 0 is not written blindly. LP_FLAG_UNKNOWN with errno. */
static int read_transition(struct lp_attempt *attempt)
{
	int64_t since_ns = lp_kernel_io_now(attempt->io);
	int transition;

	while ((transition = lp_patch_transition(attempt->io, attempt->name)) == LP_FLAG_UNKNOWN) {
		int sys_errno = errno;

		if (lp_kernel_io_now(attempt->io) - since_ns >= LP_SECOND_NS) {
			errno = sys_errno;
			break;
		}
		lp_kernel_io_poll_sleep(attempt->io, since_ns);
	}
	return transition;
}

/* Whether 0 is in enabled, or the patch is gone; *finished: the transition has ended instead. */
static bool begin_reverse(struct lp_attempt *attempt, bool *finished)
{
	struct lp_patch_status status;
	int transition;
	int sys_errno;

	lp_patch_status_read(attempt->io, attempt->name, &status);
	*finished = lp_patch_status_is_done(&status);
	if (*finished)
		return false;
	/* Directly before the write: a 0 after the end disables what the transition put into force. */
	transition = read_transition(attempt);
	if (transition != 0 && transition != LP_FLAG_UNKNOWN && write_enabled(attempt, "0") == 0)
		return true;
	sys_errno = errno;
	lp_patch_status_read(attempt->io, attempt->name, &status);
	*finished = lp_patch_status_is_done(&status);
	errno = sys_errno;
	return !status.listed || status.enabled == 0;
}

/* A reversal waits for tasks too: for those that had moved already. */
static int fail_reversal(struct lp_attempt *attempt, const char *why, struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	LP_AUTO_BUF struct lp_buf what = { 0 };

	lp_blockers_free(result->reverse_blockers, result->n_reverse_blockers);
	(void)lp_blockers_collect(attempt->io, attempt->job.facts, &attempt->before, 0, &result->reverse_blockers,
				  &result->n_reverse_blockers);
	lp_buf_text(&what, "reversing it did not end in time either, ");
	lp_blockers_print(result->reverse_blockers, result->n_reverse_blockers, &what);
	return reverse_fail_left(attempt, why, lp_buf_ok(&what) ? (const char *)what.data : "nor did its reversal",
				 err);
}

static int finish_reverse(struct lp_attempt *attempt, const char *why, struct lppack_error *err)
{
	const char *note;

	if (lp_watch_backward(attempt->io, &attempt->terms->limits, &attempt->terms->caller, attempt->name) !=
	    LP_WATCH_UNDONE)
		return fail_reversal(attempt, why, err);
	note = remove_own(attempt);
	return lp_fail(err, LPPACK_E_STALLED, "end what holds it, or try again at a quieter time",
		       "%s: %s; it was reversed, the old stack is in force%s", attempt->name, why, note);
}

/* From here on: a reversal that came too late. The transition had ended, what it replaced is gone, and the 0 that was to
 * reverse it disables the only livepatch (kernel/livepatch/core.c, enabled_store). The way out is forward. */

/* Writing 1 turns the disabling back while it lasts; it may have been written already. UNDONE where it could not be
 * turned back. */
static enum lp_watch_end turn_back(struct lp_attempt *attempt)
{
	int64_t since_ns = lp_kernel_io_now(attempt->io);
	struct lp_patch_status status;

	lp_patch_status_read(attempt->io, attempt->name, &status);
	while (status.enabled != 1 && lp_patch_write(attempt->io, attempt->name, "enabled", "1") < 0) {
		lp_patch_status_read(attempt->io, attempt->name, &status);
		if (lp_patch_status_is_undone(&status) ||
		    lp_kernel_io_now(attempt->io) - since_ns >= LP_SHORTEST_REVERSAL_NS)
			return LP_WATCH_UNDONE;
		lp_kernel_io_poll_sleep(attempt->io, since_ns);
	}
	return lp_watch_forward_patiently(attempt->io, &attempt->terms->limits, &attempt->terms->caller, attempt->name);
}

static int reverse_fail_none(struct lp_attempt *attempt, const char *why, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_NONE_LEFT, "apply a bundle now: the machine runs without any livepatch",
		       "%s: the transition ended as it was being reversed, so that no livepatch is in force: %s",
		       attempt->name, why);
}

/* A finished patch that was disabled can never be enabled again: only its module, loaded anew, brings another. */
static int load_again(struct lp_attempt *attempt, struct lppack_error *err)
{
	int64_t deadline = lp_unload_deadline(attempt->io, &attempt->terms->limits);
	struct lppack_error cause = LPPACK_ERROR_INIT;

	if (lp_unload_module(attempt->io, attempt->name, deadline) < 0)
		return reverse_fail_none(attempt, "its module cannot be removed to be loaded again", err);
	if (!attempt->job.module)
		return reverse_fail_none(attempt, "its module was removed", err);
	if (lp_load_module(attempt, &cause) < 0)
		return reverse_fail_none(attempt, cause.message, err);
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

/* After a 0 that came when the transition had ended: enables the patch again, if need be by loading its module again. 0
 * with a note in the result, or LPPACK_E_STALLED_LEFT, NONE_LEFT. why: what the 0 was written for. */
static int put_back(struct lp_attempt *attempt, enum lp_watch_end why, struct lppack_error *err)
{
	enum lp_watch_end end = turn_back(attempt);
	bool loaded = end == LP_WATCH_UNDONE;

	attempt->result->outcome = LP_ATTEMPT_LEFT;
	attempt->result->timed_out = false;
	if (loaded) {
		int rc = load_again(attempt, err);

		if (rc < 0)
			return rc;
		end = lp_watch_forward_patiently(attempt->io, &attempt->terms->limits, &attempt->terms->caller,
						 attempt->name);
	}
	attempt->result->note = note_of(why, loaded);
	if (end == LP_WATCH_DONE)
		return 0;
	/* Reversing it would lead to nothing: it is left to end by itself. */
	if (end == LP_WATCH_TIMEOUT)
		return lp_fail(err, LPPACK_E_STALLED_LEFT,
			       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition",
			       "%s: the transition ended as it was being reversed; the one back to it does not end, "
			       "and until then not every task runs a livepatch",
			       attempt->name);
	return reverse_fail_none(attempt, "somebody else disabled it", err);
}

/* The ways back. */

int lp_reverse_transition(struct lp_attempt *attempt, enum lp_watch_end why, struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	bool finished;
	const char *cause;

	/* Without memory for all of them, those found are named. */
	(void)lp_blockers_collect(attempt->io, attempt->job.facts, &attempt->before, 1, &result->blockers,
				  &result->n_blockers);
	result->timed_out = why == LP_WATCH_TIMEOUT;
	reverse_describe(attempt, why, &text);
	cause = lp_buf_ok(&text) ? (const char *)text.data : "the transition did not end";
	if (!begin_reverse(attempt, &finished)) {
		char what[128];

		if (finished)
			return 0;
		snprintf(what, sizeof(what), "it could not be reversed: %s", strerror(errno));
		return reverse_fail_left(attempt, cause, what, err);
	}
	if (!lp_patches_are_enabled(attempt->io, attempt->old, attempt->n_old))
		return put_back(attempt, why, err);
	return finish_reverse(attempt, cause, err);
}

int lp_reverse_finished_by_other(struct lp_attempt *attempt, struct lppack_error *err)
{
	const char *why = "somebody else reversed the transition";

	if (!lp_patches_are_enabled(attempt->io, attempt->old, attempt->n_old))
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: somebody else disabled or replaced it, and the old stack is not in force",
			       attempt->name);
	return finish_reverse(attempt, why, err);
}

int lp_reverse_applied(struct lp_attempt *attempt, enum lppack_code code, const char *why, struct lppack_error *err)
{
	const char *hint = "the vendor must build the module in replace mode";
	const char *note;

	if (!lp_patches_are_enabled(attempt->io, attempt->old, attempt->n_old))
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: %s, but not all of the old stack", attempt->name, why);
	if (write_enabled(attempt, "0") < 0)
		return lp_fail(err, LPPACK_E_UNPROVEN, "write 0 to its enabled in /" LP_LIVEPATCH_DIR,
			       "%s: %s; disabling the new livepatch failed: %s", attempt->name, why, strerror(errno));
	if (lp_watch_backward(attempt->io, &attempt->terms->limits, &attempt->terms->caller, attempt->name) !=
	    LP_WATCH_UNDONE)
		return lp_fail(err, LPPACK_E_UNPROVEN, "wait until its transition in /" LP_LIVEPATCH_DIR " reads 0",
			       "%s: %s; disabling the new livepatch does not end", attempt->name, why);
	note = remove_own(attempt);
	return lp_fail(err, code, hint, "%s: %s; the new livepatch was disabled, the old stack is in force%s",
		       attempt->name, why, note);
}

int lp_reverse_empty(struct lp_attempt *attempt, struct lppack_error *err)
{
	const char *note = remove_own(attempt);

	if (!*note)
		attempt->result->outcome = LP_ATTEMPT_NOTHING;
	return lp_fail(err, LPPACK_E_NOT_LIVEPATCH,
		       "the vendor's module must call klp_enable_patch() when it is loaded",
		       "%s: is marked as a livepatch, but enabled none when it was loaded; the old stack is in force%s",
		       attempt->name, *note ? note : ", the module was removed");
}

int lp_reverse_unless_forced(struct lp_attempt *attempt, struct lppack_error *err)
{
	const struct lp_terms *terms = attempt->terms;
	struct lp_attempt_result *result = attempt->result;

	struct lppack_error cause = LPPACK_ERROR_INIT;

	/* What cannot be remembered is not done: nothing in the kernel tells of it later. */
	if (terms->intend && terms->intend(terms->intend_context, LP_INTENT_FORCE, &attempt->before, &cause) < 0)
		return lp_wrap(err, lp_reverse_transition(attempt, LP_WATCH_TIMEOUT, err), "not forced (%s)",
			       cause.message);
	(void)lp_blockers_collect(attempt->io, attempt->job.facts, &attempt->before, 1, &result->blockers,
				  &result->n_blockers);
	if (lp_patch_write(attempt->io, attempt->name, "force", "1") == 0) {
		result->forced = true;
		if (lp_watch_forward_patiently(attempt->io, &terms->limits, &terms->caller, attempt->name) ==
		    LP_WATCH_DONE)
			return 0;
	}
	lp_blockers_free(LP_TAKE(result->blockers), result->n_blockers);
	result->n_blockers = 0;
	return lp_reverse_transition(attempt, LP_WATCH_TIMEOUT, err);
}

int lp_reverse_finish(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name,
		      struct lp_attempt_result *result, struct lppack_error *err)
{
	struct lp_attempt attempt = { .io = io, .terms = terms, .result = result, .name = (char *)name };

	*result = (struct lp_attempt_result){ 0 };
	if (lp_watch_backward(io, &terms->limits, &terms->caller, name) != LP_WATCH_UNDONE)
		return fail_reversal(&attempt, "it was being reversed when it was killed", err);
	if (*remove_own(&attempt))
		return lp_fail(err, LPPACK_E_LEFTOVER, "see lsmod for what refers to it, then rmmod it",
			       "%s: it was reversed, but its module is still loaded", name);
	return 0;
}

int lp_reverse_await(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name, struct lppack_error *err)
{
	if (lp_watch_forward_patiently(io, &terms->limits, &terms->caller, name) != LP_WATCH_TIMEOUT)
		return 0;
	return lp_fail(err, LPPACK_E_STALLED_LEFT, "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition",
		       "%s: enabling it again does not end; until then not every task runs it", name);
}

int lp_reverse_take_back(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name,
			 struct lp_attempt_result *result, struct lppack_error *err)
{
	struct lp_attempt attempt = { .io = io, .terms = terms, .result = result, .name = (char *)name };

	*result = (struct lp_attempt_result){ 0 };
	return put_back(&attempt, LP_WATCH_TIMEOUT, err);
}
