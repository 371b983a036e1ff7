/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_RETRY_DELAY_NS (5 * LP_SECOND_NS)

void lp_change_result_free(struct lp_change_result *result)
{
	lp_names_free(result->superseded, result->n_superseded);
	lp_names_free(result->stale, result->n_stale);
	lp_names_free(result->pending, result->n_pending);
	lp_blockers_free(result->blockers, result->n_blockers);
	lp_blockers_free(result->reverse_blockers, result->n_reverse_blockers);
	lp_buf_free(&result->kernel_log);
	*result = (struct lp_change_result){ 0 };
}

bool lp_swap_old_in_force(struct lp_change *change)
{
	for (size_t i = 0; i < change->n_old; i++) {
		struct lp_patch_status status;

		lp_patch_status_read(change->io, change->old[i], &status);
		if (!status.listed || status.enabled == 0)
			return false;
	}
	return true;
}

static void collect_log(struct lp_change *change)
{
	lp_kmsg_collect(&change->kmsg, change->name, &change->result->kernel_log);
}

int lp_change_make_room(struct lp_change *change, struct lppack_error *err)
{
	struct lp_change_result *result = change->result;
	char **room = reallocarray(result->superseded, result->n_superseded + change->n_old + 1, sizeof(char *));

	if (!room)
		return lp_fail_nomem(err);
	result->superseded = room;
	return 0;
}

static int add_old(struct lp_change *change, const char *name, struct lppack_error *err)
{
	if (strcmp(name, change->name) == 0)
		return 0;
	for (size_t i = 0; i < change->n_old; i++)
		if (strcmp(change->old[i], name) == 0)
			return 0;
	return lp_names_add(&change->old, &change->n_old, name) < 0 ? lp_fail_nomem(err) : 0;
}

/* Everything that needs memory later, so that nothing but the kernel can fail once it has the module. What a killed
 * call was about to remove may be disabled already, or not listed any more. */
static int prepare(struct lp_change *change, struct lppack_error *err)
{
	const struct lp_swap_request *request = change->request;
	int rc = 0;

	for (size_t i = 0; i < change->before.n && rc == 0; i++)
		if (change->before.patches[i].enabled != 0)
			rc = add_old(change, change->before.patches[i].name, err);
	for (size_t i = 0; request->recovering && i < request->n_from && rc == 0; i++)
		rc = add_old(change, request->from[i], err);
	return rc < 0 ? rc : lp_change_make_room(change, err);
}

int lp_load_module(struct lp_change *change, struct lppack_error *err)
{
	struct lp_kernel_io *io = change->io;
	LP_AUTO_CLOSE int fd = lp_load_seal(change->request->module, change->request->module_size, err);
	int64_t started;
	int sys_errno;
	int rc;

	if (fd < 0)
		return fd;
	lp_request_progress(change->request, "loading", 0);
	started = lp_host_now(io);
	rc = io->ops->finit_module(io->context, fd, "", 0);
	sys_errno = errno;
	change->loaded_ns = lp_host_now(io);
	change->result->load_ns = change->loaded_ns - started;
	if (rc == 0)
		return 0;
	collect_log(change);
	return lp_load_explain(io, change->name, sys_errno, &change->result->kernel_log, err);
}

static int settle(struct lp_change *change, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf why = { 0 };
	enum lp_proof proof;
	const char *text;

	proof = lp_prove_replaced(change, &why);
	text = why.data ? (const char *)why.data : "out of memory";
	switch (proof) {
	case LP_PROOF_SURVIVED:
		return lp_reverse_applied(change, LPPACK_E_NOT_REPLACED, text, err);
	case LP_PROOF_NO_REPLACE:
		return lp_reverse_applied(change, LPPACK_E_NOT_REPLACE, text, err);
	case LP_PROOF_FAILS:
		/* The old patches are gone from the kernel: taking this one back would leave none at all. */
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: the new livepatch is loaded, but cannot be proved: %s", change->name, text);
	default:
		change->result->outcome = LP_CHANGE_APPLIED;
		return lp_unload_replaced(change, err);
	}
}

static int watch(struct lp_change *change, struct lppack_error *err)
{
	struct lp_kernel_io *io = change->io;
	enum lp_watch_end end = lp_watch_forward(io, change->request, change->name, change->loaded_ns);
	int rc = 0;

	if (end == LP_WATCH_TIMEOUT && change->request->force)
		rc = lp_reverse_unless_forced(change, err);
	else if (end == LP_WATCH_TIMEOUT || end == LP_WATCH_CANCELLED)
		rc = lp_reverse_transition(change, end, err);
	else if (end == LP_WATCH_UNDONE)
		rc = lp_reverse_finished_by_other(change, err);
	change->result->transition_ns = lp_host_now(io) - change->loaded_ns;
	return rc;
}

/* The patch is listed before finit_module returns: a module that has brought none never will. */
static bool is_empty(struct lp_change *change)
{
	struct lp_patch_status status;

	lp_patch_status_read(change->io, change->name, &status);
	return !status.listed && lp_swap_old_in_force(change);
}

/* A module that an earlier call left loaded may bear the very name. */
static int load_anew(struct lp_change *change, struct lppack_error *err)
{
	const struct lp_swap_request *request = change->request;
	struct lp_change_result *result = change->result;
	int rc = 0;

	/* Nothing is loaded for a killed call: it is what is there that is finished. */
	if (request->recovering)
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: is no longer listed: somebody else has disabled it", change->name);
	if (request->intend)
		rc = request->intend(request->intend_context, LP_INTENT_LOAD, &change->before, err);
	if (rc == 0)
		rc = lp_unload_stale(change->io, &result->stale, &result->n_stale, err);
	return rc < 0 ? rc : lp_load_module(change, err);
}

static int load_and_watch(struct lp_change *change, struct lppack_error *err)
{
	const struct lp_live_patch *own = lp_stack_find_build(&change->before, change->request->facts, change->name);
	int rc = 0;

	if (own)
		change->loaded_ns = lp_host_now(change->io);
	else
		rc = load_anew(change, err);
	if (rc < 0)
		return rc;
	/* Until a step below has seen better. */
	change->result->outcome = LP_CHANGE_LEFT;
	rc = is_empty(change) ? lp_reverse_empty(change, err) : watch(change, err);
	if (rc == 0)
		rc = settle(change, err);
	collect_log(change);
	return rc;
}

/* Those of a killed call with the same patience as it had: the kernel may still be dropping its references. */
static int remove_remnants(struct lp_change *change, struct lppack_error *err)
{
	struct lp_change_result *result = change->result;
	int rc = change->request->recovering ? lp_unload_replaced(change, err) : 0;

	return rc < 0 ? rc : lp_unload_stale(change->io, &result->stale, &result->n_stale, err);
}

/* The very build is in force: nothing is loaded, but it is proved as if it had been, and left-overs go. */
static int confirm(struct lp_change *change, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf why = { 0 };
	int rc = prepare(change, err);

	if (rc < 0)
		return rc;
	if (lp_prove_replaced(change, &why) != LP_PROOF_HOLDS) {
		change->result->outcome = LP_CHANGE_LEFT;
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: is in force already, but cannot be proved: %s", change->name,
			       why.data ? (const char *)why.data : "out of memory");
	}
	change->result->outcome = LP_CHANGE_ALREADY;
	return remove_remnants(change, err);
}

/* Asked anew, because to the stack a transition that cannot be read is none. */
static bool is_done(struct lp_change *change)
{
	struct lp_patch_status status;

	lp_patch_status_read(change->io, change->name, &status);
	return lp_patch_status_is_done(&status);
}

static int run(struct lp_change *change, struct lppack_error *err)
{
	bool already;
	int rc = lp_stack_read(change->io, &change->before, err);

	if (rc == 0)
		rc = lp_preflight_replace(change->io, change->request, &change->before, &already, err);
	if (rc < 0)
		return rc;
	if (already && is_done(change))
		return confirm(change, err);
	rc = prepare(change, err);
	if (rc < 0)
		return rc;
	lp_kmsg_open(&change->kmsg, change->io);
	return load_and_watch(change, err);
}

static int run_once(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lp_change_result *result,
		    struct lppack_error *err)
{
	struct lp_change change = { .io = io, .request = request, .result = result, .kmsg = { .fd = -1 } };
	int rc;

	change.name = lp_name_as_module(request->facts->name ? request->facts->name : "");
	rc = change.name ? run(&change, err) : lp_fail_nomem(err);
	lp_kmsg_close(&change.kmsg);
	lp_stack_free(&change.before);
	lp_names_free(change.old, change.n_old);
	free(change.name);
	return rc;
}

static bool may_retry(struct lp_kernel_io *io, const struct lp_swap_request *request,
		      const struct lp_change_result *result)
{
	int64_t delay_ns = request->retry_delay_ns > 0 ? request->retry_delay_ns : DEFAULT_RETRY_DELAY_NS;
	int64_t since_ns = lp_host_now(io);
	int64_t elapsed = 0;

	if (!result->timed_out || result->attempts > request->retries)
		return false;
	while (elapsed < delay_ns) {
		if (request->cancelled && request->cancelled(request->context))
			return false;
		lp_request_progress(request, "retry", elapsed);
		lp_host_poll_sleep(io, since_ns);
		elapsed = lp_host_now(io) - since_ns;
	}
	return true;
}

/* What the last attempt has seen is of no more interest, but for what it has removed and what the kernel said. */
static void begin_again(struct lp_change_result *result, struct lppack_error *err)
{
	struct lp_change_result next = { .attempts = result->attempts,
					 .partial = result->partial,
					 .superseded = result->superseded,
					 .n_superseded = result->n_superseded,
					 .kernel_log = result->kernel_log };

	result->kernel_log = (struct lp_buf){ 0 };
	result->superseded = NULL;
	result->n_superseded = 0;
	lp_change_result_free(result);
	*result = next;
	lppack_error_clear(err);
}

int lp_change_repeat(struct lp_kernel_io *io, const struct lp_swap_request *request,
		     int (*attempt)(struct lp_kernel_io *io, const struct lp_swap_request *request,
				    struct lp_change_result *result, struct lppack_error *err),
		     struct lp_change_result *result, struct lppack_error *err)
{
	int64_t started = lp_host_now(io);
	int rc;

	*result = (struct lp_change_result){ 0 };
	for (;;) {
		result->attempts++;
		rc = attempt(io, request, result, err);
		if (rc != -LPPACK_E_STALLED || !may_retry(io, request, result))
			break;
		begin_again(result, err);
	}
	result->total_ns = lp_host_now(io) - started;
	return rc;
}

int lp_replace_run(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lp_change_result *result,
		   struct lppack_error *err)
{
	return lp_change_repeat(io, request, run_once, result, err);
}
