/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include <errno.h>
#include <string.h>

#define BLOCKERS_NAMED 3

static int write_enabled(struct lp_swap *swap, const char *value)
{
	struct lp_host *host = swap->host;
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s/enabled", swap->name);
	return host->ops->write_attribute(host->context, host->rootfd, path, value);
}

/* The patch is out of the kernel: what remains is its module. The note is for the message. */
static const char *remove_own(struct lp_swap *swap)
{
	int64_t deadline = lp_host_now(swap->host) + LP_REMOVE_PATIENCE_NS;

	swap->result->outcome = LP_SWAP_REVERSED;
	return lp_module_remove(swap->host, swap->name, deadline) == 0 ? "" :
									  "; its module is still loaded: rmmod it";
}

static void name_blocker(const struct lp_blocker *blocker, struct lp_buf *text)
{
	lp_buf_printf(text, "%d", blocker->pid);
	if (blocker->tid != blocker->pid)
		lp_buf_printf(text, "/%d", blocker->tid);
	lp_buf_printf(text, " (%s%s, state %c)", blocker->comm, blocker->is_kthread ? ", kernel thread" : "",
		      blocker->state);
	if (blocker->function)
		lp_buf_printf(text, " in %s", blocker->function);
}

static void name_blockers(const struct lp_swap_result *result, struct lp_buf *text)
{
	size_t named = result->n_blockers < BLOCKERS_NAMED ? result->n_blockers : BLOCKERS_NAMED;

	lp_buf_text(text, result->n_blockers ? "held by " : "held by no visible task (an idle CPU is none)");
	for (size_t i = 0; i < named; i++) {
		lp_buf_text(text, i ? ", " : "");
		name_blocker(&result->blockers[i], text);
	}
	if (result->n_blockers > named)
		lp_buf_printf(text, " and %zu more", result->n_blockers - named);
}

/* What kept the transition from ending, for a message. */
static void describe(struct lp_swap *swap, enum lp_watch_end why, struct lp_buf *text)
{
	if (why == LP_WATCH_CANCELLED) {
		lp_buf_text(text, "the transition was interrupted");
	} else {
		lp_buf_printf(text, "the transition did not end within %.3g s, ",
			      (double)lp_request_timeout(swap->request) / LP_SECOND_NS);
		name_blockers(swap->result, text);
	}
	lp_buf_append(text, "", 0);
}

static int fail_left(struct lp_swap *swap, const char *why, const char *what, struct lppack_error *err)
{
	swap->result->outcome = LP_SWAP_LEFT;
	return lp_fail(err, LPPACK_E_STALLED_LEFT,
		       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition; 0 in enabled reverses it",
		       "%s: %s; %s", swap->name, why, what);
}

/* The transition ended between the last look and the write, so that the write began to disable a finished patch whose
 * predecessors are gone. Writing 1 turns that back while it lasts (kernel/livepatch/core.c, enabled_store). */
static int restore_finished(struct lp_swap *swap, struct lppack_error *err)
{
	struct lp_swap_request patient = *swap->request;

	/* What ended the first watch must not end this one: nobody may cancel the way back to a patched machine. */
	patient.cancelled = NULL;
	if (lp_request_timeout(&patient) < SHORTEST_REVERSAL_NS)
		patient.timeout_ns = SHORTEST_REVERSAL_NS;
	write_enabled(swap, "1");
	if (lp_watch_forward(swap->host, &patient, swap->name, lp_host_now(swap->host)) == LP_WATCH_DONE)
		return 0;
	return lp_fail(err, LPPACK_E_UNPROVEN, "apply again: the machine may run without any livepatch",
		       "%s: the transition ended while it was being reversed, and the livepatch could not be kept",
		       swap->name);
}

/* Whether 0 is in enabled, or the patch is gone; *finished: the transition has ended instead. */
static bool begin_reverse(struct lp_swap *swap, bool *finished)
{
	struct lp_patch_status status;
	int written;
	int sys_errno;

	lp_patch_status_read(swap->host, swap->name, &status);
	*finished = lp_patch_status_is_done(&status);
	if (*finished)
		return false;
	written = write_enabled(swap, "0");
	sys_errno = errno;
	if (written == 0)
		return true;
	lp_patch_status_read(swap->host, swap->name, &status);
	*finished = lp_patch_status_is_done(&status);
	errno = sys_errno;
	return !status.listed || status.enabled == 0;
}

static int finish_reverse(struct lp_swap *swap, const char *why, struct lppack_error *err)
{
	const char *note;

	if (lp_watch_backward(swap->host, swap->request, swap->name) != LP_WATCH_UNDONE)
		return fail_left(swap, why, "reversing it did not end in the same time either", err);
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
	(void)lp_blockers_collect(swap->host, swap->request->facts, &swap->before, &result->blockers,
				  &result->n_blockers);
	describe(swap, why, &text);
	cause = lp_buf_ok(&text) ? (const char *)text.data : "the transition did not end";
	if (!begin_reverse(swap, &finished)) {
		char what[128];

		if (finished)
			return 0;
		snprintf(what, sizeof(what), "writing 0 to its enabled failed: %s", strerror(errno));
		return fail_left(swap, cause, what, err);
	}
	if (!lp_swap_old_in_force(swap))
		return restore_finished(swap, err);
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
