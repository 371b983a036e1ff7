/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disabling every livepatch: writing, watching, unloading the modules. */
#include "runtime/disable.h"

#include "runtime/patch.h"
#include "runtime/preflight.h"
#include "runtime/unload.h"

#include <errno.h>
#include <string.h>

#define HINT_BLOCKERS "end what holds it, or try again at a quieter time"

/* The newest first: kernels before 5.1 allow no other order (kernel/livepatch/core.c, __klp_disable_patch). */
static int disable_prepare(struct lp_attempt *attempt, struct lppack_error *err)
{
	for (size_t i = attempt->before.n; i-- > 0;) {
		const struct lp_live_patch *patch = &attempt->before.patches[i];

		if (patch->enabled != 0 && lp_names_add(&attempt->old, &attempt->n_old, patch->name) < 0)
			return lp_fail_nomem(err);
	}
	return lp_attempt_make_room(attempt, err);
}

static int fail_write(const char *name, int sys_errno, struct lppack_error *err)
{
	errno = sys_errno;
	if (sys_errno == EBUSY)
		return lp_fail(err, LPPACK_E_BUSY, LP_HINT_TRANSITION, "%s: another livepatch transition is running",
			       name);
	/* kernel/livepatch/core.c, enabled_store(): the value is what it was, or it was replaced or disabled for good. */
	if (sys_errno == EINVAL)
		return lp_fail(err, LPPACK_E_REFUSED, "look at /" LP_LIVEPATCH_DIR ", then try again",
			       "%s: the kernel does not disable it: somebody else has disabled or replaced it", name);
	return lp_fail_sys(err, sys_errno == EPERM || sys_errno == EACCES ? LPPACK_E_PRIVILEGE : LPPACK_E_REFUSED,
			   "see the kernel log", "%s: the kernel does not disable it", name);
}

static int fail_stalled(struct lp_attempt *attempt, const char *name, const char *cause, struct lppack_error *err)
{
	attempt->result->outcome = LP_ATTEMPT_REVERSED;
	return lp_fail(err, LPPACK_E_STALLED, HINT_BLOCKERS, "%s: %s; it was reversed, the livepatch is still in force",
		       name, cause);
}

static int disable_fail_left(struct lp_attempt *attempt, const char *name, const char *cause, struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	LP_AUTO_BUF struct lp_buf who = { 0 };

	result->outcome = LP_ATTEMPT_LEFT;
	(void)lp_blockers_collect(attempt->io, NULL, &attempt->before, 1, &result->reverse_blockers,
				  &result->n_reverse_blockers);
	lp_blockers_print(result->reverse_blockers, result->n_reverse_blockers, &who);
	return lp_fail(err, LPPACK_E_STALLED_LEFT,
		       "it may still end: look at /" LP_LIVEPATCH_DIR "/*/transition; 1 in enabled keeps it in force",
		       "%s: %s; reversing it did not end in time either, %s", name, cause,
		       lp_buf_ok(&who) ? (const char *)who.data : "");
}

/* Somebody is in the way: the livepatch is enabled again, which the kernel allows while it is in transition. */
static int disable_take_back(struct lp_attempt *attempt, const char *name, enum lp_watch_end why,
			     struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	LP_AUTO_BUF struct lp_buf cause = { 0 };
	struct lp_patch_status status;

	(void)lp_blockers_collect(attempt->io, NULL, &attempt->before, 0, &result->blockers, &result->n_blockers);
	result->timed_out = why == LP_WATCH_TIMEOUT;
	if (why == LP_WATCH_CANCELLED) {
		lp_buf_text(&cause, "it was interrupted");
	} else {
		lp_buf_printf(&cause, "disabling it did not end within %.3g s, ",
			      (double)lp_watch_timeout(&attempt->terms->limits) / LP_SECOND_NS);
		lp_blockers_print(result->blockers, result->n_blockers, &cause);
	}
	lp_buf_append(&cause, "", 0);
	if (!lp_buf_ok(&cause))
		lp_buf_free(&cause);
	/* What has ended meanwhile cannot be enabled again: the kernel refuses the write (enabled_store). */
	(void)lp_patch_write(attempt->io, name, "enabled", "1");
	if (lp_watch_forward_patiently(attempt->io, &attempt->terms->limits, &attempt->terms->caller, name) ==
	    LP_WATCH_DONE)
		return fail_stalled(attempt, name, cause.data ? (const char *)cause.data : "it did not end", err);
	lp_patch_status_read(attempt->io, name, &status);
	if (lp_patch_status_is_undone(&status))
		return 0;
	return disable_fail_left(attempt, name, cause.data ? (const char *)cause.data : "it did not end", err);
}

static int disable_one(struct lp_attempt *attempt, const char *name, struct lppack_error *err)
{
	enum lp_watch_end end;

	if (lp_patch_write(attempt->io, name, "enabled", "0") < 0) {
		int sys_errno = errno;
		struct lp_patch_status status;

		lp_patch_status_read(attempt->io, name, &status);
		if (lp_patch_status_is_undone(&status))
			return 0;
		return fail_write(name, sys_errno, err);
	}
	attempt->result->outcome = LP_ATTEMPT_LEFT;
	end = lp_watch_disable(attempt->io, &attempt->terms->limits, &attempt->terms->caller, name);
	if (end == LP_WATCH_UNDONE)
		return 0;
	if (end == LP_WATCH_DONE)
		return fail_stalled(attempt, name, "somebody else enabled it again", err);
	return disable_take_back(attempt, name, end, err);
}

static int disable_prove(struct lp_attempt *attempt, struct lppack_error *err)
{
	LP_AUTO_STACK struct lp_stack now = { 0 };
	int rc = lp_stack_read(attempt->io, &now, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < now.n; i++)
		if (now.patches[i].enabled != 0)
			return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then try again",
				       "%s: is in force after all others were disabled", now.patches[i].name);
	return 0;
}

/* Those above the one that failed cannot be enabled again. Their modules go now: nobody would look for them later. */
static void remove_disabled(struct lp_attempt *attempt, size_t n)
{
	LP_AUTO_BUF struct lp_buf left = { 0 };

	if (n == 0)
		return;
	while (attempt->n_old > n)
		free(attempt->old[--attempt->n_old]);
	attempt->result->partial = true;
	attempt->result->note =
		lp_unload_old(attempt, &left) == 0 ?
			"livepatches above the one that failed had been taken out of force before" :
			"livepatches above the one that failed had been taken out of force before, and a "
			"module of them is still loaded";
}

static int disable_each(struct lp_attempt *attempt, struct lppack_error *err)
{
	int64_t started = lp_kernel_io_now(attempt->io);
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && n < attempt->n_old) {
		rc = disable_one(attempt, attempt->old[n], err);
		n += rc == 0;
	}
	attempt->result->transition_ns = lp_kernel_io_now(attempt->io) - started;
	if (rc < 0)
		remove_disabled(attempt, n);
	return rc;
}

static int remove_stale(struct lp_attempt *attempt, struct lppack_error *err)
{
	return lp_unload_stale(attempt->io, attempt->terms, &attempt->result->stale, &attempt->result->n_stale, err);
}

static int disable_and_unload(struct lp_attempt *attempt, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf left = { 0 };
	int sys_errno;
	int rc = disable_each(attempt, err);

	if (rc < 0)
		return rc;
	rc = disable_prove(attempt, err);
	if (rc < 0)
		return rc;
	attempt->result->outcome = LP_ATTEMPT_DISABLED;
	sys_errno = lp_unload_old(attempt, &left);
	if (sys_errno)
		return lp_fail(err, LPPACK_E_LEFTOVER, "see lsmod for what refers to it, then rmmod it",
			       "no livepatch is in force, but modules are still loaded: %s: %s",
			       lp_buf_ok(&left) ? (const char *)left.data : "see lsmod", strerror(sys_errno));
	return remove_stale(attempt, err);
}

static int disable_active(struct lp_attempt *attempt, struct lppack_error *err)
{
	const struct lp_terms *terms = attempt->terms;
	int rc;

	if (terms->intend) {
		rc = terms->intend(terms->intend_context, LP_INTENT_DISABLE, &attempt->before, err);
		if (rc < 0)
			return rc;
	}
	lp_kmsg_open(&attempt->kmsg, attempt->io);
	rc = disable_and_unload(attempt, err);
	lp_kmsg_collect(&attempt->kmsg, LP_KMSG_RELEVANT, NULL, &attempt->result->kernel_log);
	return rc;
}

static int disable_once(struct lp_attempt *attempt, struct lppack_error *err)
{
	bool already;
	int rc = lp_stack_read(attempt->io, &attempt->before, err);

	if (rc < 0)
		return rc;
	rc = lp_preflight_disable(attempt->io, attempt->terms, &attempt->before, &already, err);
	if (rc < 0)
		return rc;
	/* What a retry finds gone was there when it began, and has to be recorded. */
	if (already && attempt->result->attempts == 1) {
		attempt->result->outcome = LP_ATTEMPT_ALREADY;
		return remove_stale(attempt, err);
	}
	rc = disable_prepare(attempt, err);
	return rc < 0 ? rc : disable_active(attempt, err);
}

/* What the last attempt left alone is not all: it, or one before it, has taken others out of force. */
static int fail_partial(struct lp_attempt_result *result, int rc, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };

	result->outcome = LP_ATTEMPT_LEFT;
	for (size_t i = 0; i < result->n_superseded; i++)
		lp_buf_printf(&names, "%s%s", i ? ", " : "", result->superseded[i]);
	return lp_wrap(err, rc, "after %s had been taken out of force",
		       names.data && lp_buf_ok(&names) ? (const char *)names.data : "others");
}

int lp_disable_all(struct lp_kernel_io *io, const struct lp_terms *terms, struct lp_attempt_result *result,
		   struct lppack_error *err)
{
	const struct lp_attempt attempt = { .io = io, .terms = terms, .result = result };
	int rc = lp_attempt_repeat(&attempt, disable_once, err);

	result->partial = result->partial && result->outcome != LP_ATTEMPT_DISABLED;
	return result->partial ? fail_partial(result, rc, err) : rc;
}
