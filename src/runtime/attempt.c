/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What replacing and disabling have in common: the result, and trying again. */
#include "runtime/attempt.h"

#define DEFAULT_RETRY_DELAY_NS (5 * LP_SECOND_NS)

bool lp_terms_know(const struct lp_terms *terms, const struct lp_build_id *id)
{
	for (size_t i = 0; i < terms->n_known; i++)
		if (id->len && lp_build_id_equal(&terms->known[i], id))
			return true;
	return false;
}

void lp_attempt_result_free(struct lp_attempt_result *result)
{
	lp_names_free(result->superseded, result->n_superseded);
	lp_names_free(result->stale, result->n_stale);
	lp_names_free(result->pending, result->n_pending);
	lp_blockers_free(result->blockers, result->n_blockers);
	lp_blockers_free(result->reverse_blockers, result->n_reverse_blockers);
	lp_buf_free(&result->kernel_log);
	*result = (struct lp_attempt_result){ 0 };
}

int lp_attempt_make_room(struct lp_attempt *attempt, struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	char **room = reallocarray(result->superseded, result->n_superseded + attempt->n_old + 1, sizeof(char *));

	if (!room)
		return lp_fail_nomem(err);
	result->superseded = room;
	return 0;
}

static bool may_retry(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_attempt_result *result)
{
	int64_t wanted_ns = terms->limits.retry_delay_ns;
	int64_t delay_ns = wanted_ns > 0 ? wanted_ns : DEFAULT_RETRY_DELAY_NS;
	int64_t since_ns = lp_kernel_io_now(io);
	int64_t elapsed = 0;

	if (!result->timed_out || result->attempts > terms->limits.retries)
		return false;
	while (elapsed < delay_ns) {
		if (lp_caller_has_cancelled(&terms->caller))
			return false;
		lp_caller_progress(&terms->caller, "retry", elapsed);
		lp_kernel_io_poll_sleep(io, since_ns);
		elapsed = lp_kernel_io_now(io) - since_ns;
	}
	return true;
}

/* What the last attempt has seen is of no more interest, but for what it has removed and what the kernel said. */
static void begin_again(struct lp_attempt_result *result, struct lppack_error *err)
{
	struct lp_attempt_result next = { .attempts = result->attempts,
					  .partial = result->partial,
					  .superseded = result->superseded,
					  .n_superseded = result->n_superseded,
					  .kernel_log = result->kernel_log };

	result->kernel_log = (struct lp_buf){ 0 };
	result->superseded = NULL;
	result->n_superseded = 0;
	lp_attempt_result_free(result);
	*result = next;
	lppack_error_clear(err);
}

static void attempt_close(struct lp_attempt *attempt)
{
	lp_kmsg_close(&attempt->kmsg);
	lp_stack_free(&attempt->before);
	lp_names_free(attempt->old, attempt->n_old);
	free(attempt->name);
}

int lp_attempt_repeat(const struct lp_attempt *attempt,
		      int (*once)(struct lp_attempt *attempt, struct lppack_error *err), struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	int64_t started = lp_kernel_io_now(attempt->io);
	int rc;

	*result = (struct lp_attempt_result){ 0 };
	for (;;) {
		LP_AUTO(attempt_close) struct lp_attempt next = *attempt;

		next.kmsg.fd = -1;
		result->attempts++;
		rc = once(&next, err);
		if (rc != -LPPACK_E_STALLED || !may_retry(attempt->io, attempt->terms, result))
			break;
		begin_again(result, err);
	}
	result->total_ns = lp_kernel_io_now(attempt->io) - started;
	return rc;
}
