/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying a plan out, remembering it, and describing what happened. */
#include "apply/receipt.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "runtime/lock.h"
#include "runtime/replace.h"
#include "bundle/describe.h"
#include "machine/boot_count.h"
#include "machine/history.h"
#include "apply/plan.h"
#include "apply/recover.h"
#include "apply/transition.h"

#include <string.h>

LP_EXPORT void lppack_receipt_free(struct lppack_receipt *receipt)
{
	if (!receipt)
		return;
	lppack_value_free(receipt->about);
	lppack_value_free(receipt->took_over);
	lp_attempt_result_free(&receipt->result);
	free(receipt);
}

struct lppack_receipt *lp_receipt_new(const char *verb, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_receipt_free) struct lppack_receipt *receipt = calloc(1, sizeof(*receipt));

	if (receipt) {
		receipt->verb = verb;
		receipt->about = lp_value_map();
	}
	if (!receipt || !receipt->about) {
		lp_fail_nomem(err);
		return NULL;
	}
	return LP_TAKE(receipt);
}

int lp_receipt_record(const struct lppack_receipt *receipt, struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_receipt_describe(receipt, err);

	return map ? lp_history_append(host->io.root, map, err) : -LPPACK_E_NO_MEMORY;
}

void lp_receipt_report(const struct lppack_receipt *receipt, struct lppack_error *err)
{
	if (receipt->error.code)
		lp_error_move(err, &receipt->error);
}

/* Whether the state already says so of this bundle, so that "already applied" writes nothing. */
static bool is_recorded(const struct lppack_plan *plan)
{
	const struct lp_applied *applied = lp_snapshot_applied(&plan->transaction.snapshot);

	return applied &&
	       lp_digest_equal(&applied->id.digest, &lp_verified_contents(plan->verified)->manifest.id.digest) &&
	       lp_build_id_equal(&applied->kernel, &plan->host->kernel.build_id) &&
	       lp_build_id_equal(&applied->module.build_id, &plan->entry->metadata.facts.build_id);
}

static bool is_active(const struct lp_attempt_result *result)
{
	return result->outcome == LP_ATTEMPT_APPLIED || result->outcome == LP_ATTEMPT_ALREADY;
}

static int fail_unrecorded(const struct lppack_error *cause, struct lppack_error *err)
{
	int rc = lp_error_move(err, cause);

	rc = lp_wrap(err, rc, "the livepatch is in force, but it could not be recorded");
	return lp_hint(err, rc, "mend what the message says, then apply again: it is only recorded then");
}

/* Whatever became of the attempt is remembered; what fails at that is told only if nothing else failed. */
static int apply_remember(struct lppack_plan *plan, struct lppack_receipt *receipt, int rc, struct lppack_error *err)
{
	struct lp_transaction *t = &plan->transaction;
	struct lp_attempt_result *result = &receipt->result;
	struct lppack_error cause = LPPACK_ERROR_INIT;

	if (result->outcome == LP_ATTEMPT_ALREADY && is_recorded(plan)) {
		if (plan->origin == LP_PLAN_GIVEN)
			lp_transaction_set_target(t, &cause);
		return rc < 0 || !cause.code ? rc : fail_unrecorded(&cause, err);
	}
	if (is_active(result) && lp_transaction_record(t, result, &cause) == 0)
		lp_receipt_record(receipt, plan->host, &cause);
	else if (!is_active(result) && t->journalled)
		lp_receipt_record(receipt, plan->host, NULL);
	if (!is_active(result) && result->forced)
		lp_transaction_record_force(t, &cause);
	if (!cause.code)
		lp_transaction_end(t, result, rc, &cause);
	/* The journal stays: the next call finishes by recording it. */
	return rc < 0 || !cause.code ? rc : fail_unrecorded(&cause, err);
}

/* Which release to go back to was chosen by what was applied then, and which installed one by what was chosen then: both
 * may be older than what another call has applied meanwhile. */
static int check_choice(const struct lppack_plan *plan, bool has_changed, struct lppack_error *err)
{
	bool is_chosen = plan->flags & LPPACK_APPLY_ROLLBACK || plan->origin != LP_PLAN_GIVEN;

	if (!is_chosen || !has_changed || plan->judgement.already)
		return 0;
	return lp_fail(err, LPPACK_E_BUSY, "look at what is in force (lppack status), then choose again",
		       "another call has changed what is in force since the level was chosen");
}

/* With the lock held, so that what is judged now stays so. */
static int apply_prepare(struct lppack_plan *plan, struct lppack_error *err)
{
	const struct lp_contents *c = lp_verified_contents(plan->verified);
	const struct lp_freshness_options freshness = lp_plan_freshness(plan);
	struct lp_transaction *t = &plan->transaction;
	struct lp_snapshot *snapshot = &t->snapshot;
	LP_AUTO(lp_stack_free) struct lp_stack before = snapshot->stack;
	bool has_changed = false;
	int rc;

	snapshot->stack = (struct lp_stack){ 0 };
	lp_snapshot_free(snapshot);
	lp_snapshot_read(snapshot, plan->host);
	rc = lp_recover_locked(snapshot, &plan->terms, false, NULL, err);
	if (rc < 0)
		return rc;
	rc = lp_plan_judge(plan, &before, &has_changed, err);
	if (rc < 0)
		return rc;
	rc = check_choice(plan, has_changed, err);
	if (rc < 0)
		return rc;
	t->journal.keep_target = plan->origin != LP_PLAN_GIVEN;
	if (plan->judgement.is_loss_allowed)
		rc = lp_losses_add_all(&t->journal.losses, &plan->judgement.losses, err);
	if (rc < 0)
		return rc;
	rc = lp_transaction_begin(t, plan->flags & LPPACK_APPLY_ROLLBACK ? LP_VERB_ROLLBACK : LP_VERB_APPLY, err);
	if (rc < 0)
		return rc;
	if (!plan->judgement.already)
		rc = lp_verified_remember_policy(plan->verified, plan->host->io.root, err);
	if (rc == 0 && !plan->judgement.already)
		rc = lp_freshness_see(plan->host->io.root, &snapshot->freshness, &c->manifest.id, c->bundle->in.name,
				      &freshness, err);
	if (rc < 0 || plan->origin != LP_PLAN_BOOT)
		return rc;
	rc = lp_snapshot_check(snapshot, LP_PART_BOOT, err);
	return rc < 0 ? rc :
			lp_boot_begin(plan->host->io.root, &snapshot->trials, lp_host_boot(plan->host),
				      &c->manifest.id.digest, err);
}

LP_EXPORT struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_receipt_free)
	struct lppack_receipt *receipt =
		lp_receipt_new(plan->flags & LPPACK_APPLY_ROLLBACK ? "rollback" : "apply", err);
	LP_AUTO_CLOSE int lock = -1;
	int rc;

	if (!receipt || lp_host_check_running(plan->host, err) < 0)
		return NULL;
	lp_plan_describe_subject(plan, &receipt->about);
	if (!receipt->about) {
		lp_fail_nomem(err);
		return NULL;
	}
	lock = lp_lock_wait(&plan->host->io, &plan->terms.caller, err);
	if (lock < 0 || apply_prepare(plan, err) < 0)
		return NULL;
	lp_value_add_text(&receipt->about, "switched_from", plan->judgement.switched_from);
	if (plan->judgement.losses.n)
		lp_value_add(&receipt->about, "losses", lp_losses_encode(&plan->judgement.losses));
	if (!receipt->about) {
		lp_fail_nomem(err);
		return NULL;
	}
	rc = lp_replace_run(&plan->host->io, &plan->terms, &plan->job, &receipt->result, &receipt->error);
	receipt->took_over = LP_TAKE(plan->transaction.journal.took_over);
	apply_remember(plan, receipt, rc, &receipt->error);
	lp_receipt_report(receipt, err);
	return LP_TAKE(receipt);
}

static struct lppack_value *describe_log(const struct lp_buf *log)
{
	struct lppack_value *list = lp_value_list();
	const char *at = log->data ? (const char *)log->data : "";

	while (*at) {
		size_t len = strcspn(at, "\n");
		LP_AUTO_FREE char *line = strndup(at, len);

		if (line)
			lp_text_make_printable(line);
		lp_value_push(&list, line ? lp_value_string(line) : NULL);
		at += len + (at[len] == '\n');
	}
	return list;
}

static const char *outcome_name(enum lp_attempt_outcome outcome)
{
	switch (outcome) {
	case LP_ATTEMPT_APPLIED:
		return "applied";
	case LP_ATTEMPT_ALREADY:
		return "already";
	case LP_ATTEMPT_REVERSED:
		return "reversed";
	case LP_ATTEMPT_LEFT:
		return "left";
	case LP_ATTEMPT_DISABLED:
		return "removed";
	case LP_ATTEMPT_NOTHING:
		break;
	}
	return "nothing";
}

/* How it went, whatever it was. */
static void describe_course(const struct lp_attempt_result *result, struct lppack_value **map)
{
	struct lppack_value *durations = lp_value_map();

	lp_value_add_int(&durations, "load", (uint64_t)result->load_ns);
	lp_value_add_int(&durations, "transition", (uint64_t)result->transition_ns);
	lp_value_add_int(&durations, "remove", (uint64_t)result->remove_ns);
	lp_value_add_int(&durations, "total", (uint64_t)result->total_ns);
	lp_value_add_int(map, "attempts", result->attempts);
	if (result->forced)
		lp_value_add_bool(map, "forced", true);
	if (result->note)
		lp_value_add_text(map, "note", result->note);
	lp_value_add_texts(map, "superseded", result->superseded, result->n_superseded);
	if (result->n_stale)
		lp_value_add_texts(map, "stale", result->stale, result->n_stale);
	lp_value_add_texts(map, "pending", result->pending, result->n_pending);
	lp_value_add(map, "durations_ns", durations);
	lp_value_add(map, "blockers", lp_describe_blockers(result->blockers, result->n_blockers));
	if (result->n_reverse_blockers)
		lp_value_add(map, "reverse_blockers",
			     lp_describe_blockers(result->reverse_blockers, result->n_reverse_blockers));
	lp_value_add(map, "kernel_log", describe_log(&result->kernel_log));
}

LP_EXPORT struct lppack_value *lppack_receipt_describe(const struct lppack_receipt *receipt, struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "verb", receipt->verb);
	lp_value_add_text(&map, "outcome", outcome_name(receipt->result.outcome));
	lp_value_merge(&map, lp_value_copy(receipt->about));
	if (receipt->took_over && receipt->took_over->n)
		lp_value_add(&map, "took_over", lp_value_copy(receipt->took_over));
	describe_course(&receipt->result, &map);
	if (receipt->error.code) {
		struct lppack_value *error = lp_value_map();

		lp_value_add_int(&error, "code", (uint64_t)receipt->error.code);
		lp_value_add_text(&error, "name", lppack_error_name(receipt->error.code));
		lp_value_add_text(&error, "message", receipt->error.message);
		lp_value_add_text(&error, "hint", receipt->error.hint);
		lp_value_add(&map, "error", error);
	}
	if (!map)
		lp_fail_nomem(err);
	return map;
}
