/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_RETRY_DELAY_NS (5 * LP_SECOND_NS)

void lp_swap_result_free(struct lp_swap_result *result)
{
	lp_names_free(result->superseded, result->n_superseded);
	lp_names_free(result->stale, result->n_stale);
	lp_names_free(result->pending, result->n_pending);
	lp_blockers_free(result->blockers, result->n_blockers);
	lp_blockers_free(result->reverse_blockers, result->n_reverse_blockers);
	lp_buf_free(&result->kernel_log);
	*result = (struct lp_swap_result){ 0 };
}

bool lp_swap_old_in_force(struct lp_swap *swap)
{
	for (size_t i = 0; i < swap->n_old; i++) {
		struct lp_patch_status status;

		lp_patch_status_read(swap->host, swap->old[i], &status);
		if (!status.listed || status.enabled == 0)
			return false;
	}
	return true;
}

static void collect_log(struct lp_swap *swap)
{
	lp_kmsg_collect(&swap->kmsg, swap->name, &swap->result->kernel_log);
}

int lp_swap_make_room(struct lp_swap *swap, struct lppack_error *err)
{
	struct lp_swap_result *result = swap->result;
	char **room = reallocarray(result->superseded, result->n_superseded + swap->n_old + 1, sizeof(char *));

	if (!room)
		return lp_fail_nomem(err);
	result->superseded = room;
	return 0;
}

static int add_old(struct lp_swap *swap, const char *name, struct lppack_error *err)
{
	if (strcmp(name, swap->name) == 0)
		return 0;
	for (size_t i = 0; i < swap->n_old; i++)
		if (strcmp(swap->old[i], name) == 0)
			return 0;
	return lp_names_add(&swap->old, &swap->n_old, name) < 0 ? lp_fail_nomem(err) : 0;
}

/* Everything that needs memory later, so that nothing but the kernel can fail once it has the module. What a killed
 * call was about to remove may be disabled already, or not listed any more. */
static int prepare(struct lp_swap *swap, struct lppack_error *err)
{
	const struct lp_swap_request *request = swap->request;
	int rc = 0;

	for (size_t i = 0; i < swap->before.n && rc == 0; i++)
		if (swap->before.patches[i].enabled != 0)
			rc = add_old(swap, swap->before.patches[i].name, err);
	for (size_t i = 0; request->recovering && i < request->n_from && rc == 0; i++)
		rc = add_old(swap, request->from[i], err);
	return rc < 0 ? rc : lp_swap_make_room(swap, err);
}

int lp_swap_load(struct lp_swap *swap, struct lppack_error *err)
{
	struct lp_kernel_io *host = swap->host;
	LP_AUTO_CLOSE int fd = lp_module_seal(swap->request->module, swap->request->module_size, err);
	int64_t started;
	int sys_errno;
	int rc;

	if (fd < 0)
		return fd;
	lp_request_progress(swap->request, "loading", 0);
	started = lp_host_now(host);
	rc = host->ops->finit_module(host->context, fd, "", 0);
	sys_errno = errno;
	swap->loaded_ns = lp_host_now(host);
	swap->result->load_ns = swap->loaded_ns - started;
	if (rc == 0)
		return 0;
	collect_log(swap);
	return lp_module_explain(host, swap->name, sys_errno, &swap->result->kernel_log, err);
}

static int settle(struct lp_swap *swap, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf why = { 0 };
	enum lp_proof proof;
	const char *text;

	proof = lp_swap_prove(swap, &why);
	text = why.data ? (const char *)why.data : "out of memory";
	switch (proof) {
	case LP_PROOF_SURVIVED:
		return lp_swap_undo(swap, LPPACK_E_NOT_REPLACED, text, err);
	case LP_PROOF_NO_REPLACE:
		return lp_swap_undo(swap, LPPACK_E_NOT_REPLACE, text, err);
	case LP_PROOF_FAILS:
		/* The old patches are gone from the kernel: taking this one back would leave none at all. */
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: the new livepatch is loaded, but cannot be proved: %s", swap->name, text);
	default:
		swap->result->outcome = LP_SWAP_APPLIED;
		return lp_swap_remove_old(swap, err);
	}
}

static int watch(struct lp_swap *swap, struct lppack_error *err)
{
	struct lp_kernel_io *host = swap->host;
	enum lp_watch_end end = lp_watch_forward(host, swap->request, swap->name, swap->loaded_ns);
	int rc = 0;

	if (end == LP_WATCH_TIMEOUT && swap->request->force)
		rc = lp_swap_force(swap, err);
	else if (end == LP_WATCH_TIMEOUT || end == LP_WATCH_CANCELLED)
		rc = lp_swap_reverse(swap, end, err);
	else if (end == LP_WATCH_UNDONE)
		rc = lp_swap_clean_undone(swap, err);
	swap->result->transition_ns = lp_host_now(host) - swap->loaded_ns;
	return rc;
}

/* The patch is listed before finit_module returns: a module that has brought none never will. */
static bool is_empty(struct lp_swap *swap)
{
	struct lp_patch_status status;

	lp_patch_status_read(swap->host, swap->name, &status);
	return !status.listed && lp_swap_old_in_force(swap);
}

/* A module that an earlier call left loaded may bear the very name. */
static int load_anew(struct lp_swap *swap, struct lppack_error *err)
{
	const struct lp_swap_request *request = swap->request;
	struct lp_swap_result *result = swap->result;
	int rc = 0;

	/* Nothing is loaded for a killed call: it is what is there that is finished. */
	if (request->recovering)
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: is no longer listed: somebody else has disabled it", swap->name);
	if (request->intend)
		rc = request->intend(request->intend_context, LP_INTENT_LOAD, &swap->before, err);
	if (rc == 0)
		rc = lp_stale_remove(swap->host, &result->stale, &result->n_stale, err);
	return rc < 0 ? rc : lp_swap_load(swap, err);
}

static int load_and_watch(struct lp_swap *swap, struct lppack_error *err)
{
	const struct lp_live_patch *own = lp_stack_find_build(&swap->before, swap->request->facts, swap->name);
	int rc = 0;

	if (own)
		swap->loaded_ns = lp_host_now(swap->host);
	else
		rc = load_anew(swap, err);
	if (rc < 0)
		return rc;
	/* Until a step below has seen better. */
	swap->result->outcome = LP_SWAP_LEFT;
	rc = is_empty(swap) ? lp_swap_clean_empty(swap, err) : watch(swap, err);
	if (rc == 0)
		rc = settle(swap, err);
	collect_log(swap);
	return rc;
}

/* Those of a killed call with the same patience as it had: the kernel may still be dropping its references. */
static int remove_remnants(struct lp_swap *swap, struct lppack_error *err)
{
	struct lp_swap_result *result = swap->result;
	int rc = swap->request->recovering ? lp_swap_remove_old(swap, err) : 0;

	return rc < 0 ? rc : lp_stale_remove(swap->host, &result->stale, &result->n_stale, err);
}

/* The very build is in force: nothing is loaded, but it is proved as if it had been, and left-overs go. */
static int confirm(struct lp_swap *swap, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf why = { 0 };
	int rc = prepare(swap, err);

	if (rc < 0)
		return rc;
	if (lp_swap_prove(swap, &why) != LP_PROOF_HOLDS) {
		swap->result->outcome = LP_SWAP_LEFT;
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: is in force already, but cannot be proved: %s", swap->name,
			       why.data ? (const char *)why.data : "out of memory");
	}
	swap->result->outcome = LP_SWAP_ALREADY;
	return remove_remnants(swap, err);
}

/* Asked anew, because to the stack a transition that cannot be read is none. */
static bool is_done(struct lp_swap *swap)
{
	struct lp_patch_status status;

	lp_patch_status_read(swap->host, swap->name, &status);
	return lp_patch_status_is_done(&status);
}

static int run(struct lp_swap *swap, struct lppack_error *err)
{
	bool already;
	int rc = lp_stack_read(swap->host, &swap->before, err);

	if (rc == 0)
		rc = lp_swap_preflight(swap->host, swap->request, &swap->before, &already, err);
	if (rc < 0)
		return rc;
	if (already && is_done(swap))
		return confirm(swap, err);
	rc = prepare(swap, err);
	if (rc < 0)
		return rc;
	lp_kmsg_open(&swap->kmsg, swap->host);
	return load_and_watch(swap, err);
}

static int run_once(struct lp_kernel_io *host, const struct lp_swap_request *request, struct lp_swap_result *result,
		    struct lppack_error *err)
{
	struct lp_swap swap = { .host = host, .request = request, .result = result, .kmsg = { .fd = -1 } };
	int rc;

	swap.name = lp_name_as_module(request->facts->name ? request->facts->name : "");
	rc = swap.name ? run(&swap, err) : lp_fail_nomem(err);
	lp_kmsg_close(&swap.kmsg);
	lp_stack_free(&swap.before);
	lp_names_free(swap.old, swap.n_old);
	free(swap.name);
	return rc;
}

static bool may_retry(struct lp_kernel_io *host, const struct lp_swap_request *request, const struct lp_swap_result *result)
{
	int64_t delay_ns = request->retry_delay_ns > 0 ? request->retry_delay_ns : DEFAULT_RETRY_DELAY_NS;
	int64_t since_ns = lp_host_now(host);
	int64_t elapsed = 0;

	if (!result->timed_out || result->attempts > request->retries)
		return false;
	while (elapsed < delay_ns) {
		if (request->cancelled && request->cancelled(request->context))
			return false;
		lp_request_progress(request, "retry", elapsed);
		lp_host_poll_sleep(host, since_ns);
		elapsed = lp_host_now(host) - since_ns;
	}
	return true;
}

/* What the last attempt has seen is of no more interest, but for what it has removed and what the kernel said. */
static void begin_again(struct lp_swap_result *result, struct lppack_error *err)
{
	struct lp_swap_result next = { .attempts = result->attempts,
				       .partial = result->partial,
				       .superseded = result->superseded,
				       .n_superseded = result->n_superseded,
				       .kernel_log = result->kernel_log };

	result->kernel_log = (struct lp_buf){ 0 };
	result->superseded = NULL;
	result->n_superseded = 0;
	lp_swap_result_free(result);
	*result = next;
	lppack_error_clear(err);
}

int lp_swap_repeat(struct lp_kernel_io *host, const struct lp_swap_request *request,
		   int (*attempt)(struct lp_kernel_io *host, const struct lp_swap_request *request,
				  struct lp_swap_result *result, struct lppack_error *err),
		   struct lp_swap_result *result, struct lppack_error *err)
{
	int64_t started = lp_host_now(host);
	int rc;

	*result = (struct lp_swap_result){ 0 };
	for (;;) {
		result->attempts++;
		rc = attempt(host, request, result, err);
		if (rc != -LPPACK_E_STALLED || !may_retry(host, request, result))
			break;
		begin_again(result, err);
	}
	result->total_ns = lp_host_now(host) - started;
	return rc;
}

int lp_swap_run(struct lp_kernel_io *host, const struct lp_swap_request *request, struct lp_swap_result *result,
		struct lppack_error *err)
{
	return lp_swap_repeat(host, request, run_once, result, err);
}
