/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying a plan out, remembering it, and telling what happened. */
#include "base/export.h"
#include "base/text.h"
#include "ops/describe.h"
#include "ops/plan.h"

#include <string.h>
#include <time.h>

LP_EXPORT void lppack_receipt_free(struct lppack_receipt *receipt)
{
	if (!receipt)
		return;
	lppack_value_free(receipt->about);
	lp_swap_result_free(&receipt->result);
	free(receipt);
}

/* What is in force now, borrowing the plan's strings. */
static int record(const struct lppack_plan *plan, struct lppack_error *err)
{
	const struct lp_contents *c = &plan->verified->contents;
	const struct lp_module_facts *facts = &plan->entry->metadata.facts;
	LP_AUTO_FREE char *boot_id = lp_host_boot_id(&plan->host->host);
	const struct lp_applied applied = { .boot_id = boot_id,
					    .kernel = plan->host->kernel.build_id,
					    .release = plan->host->kernel.release,
					    .module = facts->name,
					    .module_build_id = facts->build_id,
					    .stream = c->manifest.stream,
					    .epoch = c->manifest.epoch,
					    .serial = c->manifest.serial,
					    .version = c->manifest.version,
					    .digest = c->digest,
					    .applied_at = time(NULL) };

	return lp_applied_write(plan->host->host.root, &applied, err);
}

/* Whether the record already tells of this bundle, so that "already applied" writes nothing. */
static bool is_recorded(const struct lppack_plan *plan)
{
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	return lp_applied_read(plan->host->host.root, &applied, NULL) > 0 && lp_host_is_boot_of(plan->host, &applied) &&
	       lp_digest_equal(&applied.digest, &plan->verified->contents.digest) &&
	       lp_build_id_equal(&applied.kernel, &plan->host->kernel.build_id) &&
	       lp_build_id_equal(&applied.module_build_id, &plan->entry->metadata.facts.build_id);
}

static bool is_in_force(const struct lp_swap_result *result)
{
	return result->outcome == LP_SWAP_APPLIED || result->outcome == LP_SWAP_ALREADY;
}

static int run(struct lppack_plan *plan, struct lppack_receipt *receipt, struct lppack_error *err)
{
	struct lppack_error record_error = LPPACK_ERROR_INIT;
	int rc = lp_swap_run(&plan->host->host, &plan->request, &receipt->result, err);

	if (!is_in_force(&receipt->result))
		return rc;
	if (receipt->result.outcome == LP_SWAP_ALREADY && is_recorded(plan))
		return rc;
	if (record(plan, &record_error) < 0 && rc == 0) {
		rc = lp_fail(err, (enum lppack_code)record_error.code, record_error.hint, "%s", record_error.message);
		rc = lp_wrap(err, rc, "the livepatch is in force, but it could not be recorded");
		rc = lp_hint(err, rc, "mend what the message says, then apply again: it is only recorded then");
	}
	return rc;
}

LP_EXPORT struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_receipt_free) struct lppack_receipt *receipt = calloc(1, sizeof(*receipt));
	LP_AUTO_CLOSE int lock = -1;

	if (receipt) {
		receipt->about = lp_value_map();
		lp_plan_describe_subject(plan, &receipt->about);
	}
	if (!receipt || !receipt->about) {
		lp_fail_nomem(err);
		return NULL;
	}
	lock = lp_host_lock(&plan->host->host, err);
	if (lock < 0)
		return NULL;
	run(plan, receipt, &receipt->error);
	if (receipt->error.code && err && !err->code)
		*err = receipt->error;
	return LP_TAKE(receipt);
}

static struct lppack_value *describe_blocker(const struct lp_blocker *blocker)
{
	struct lppack_value *map = lp_value_map();
	char state[2] = { blocker->state, '\0' };

	lp_value_add_int(&map, "pid", (uint64_t)blocker->pid);
	lp_value_add_int(&map, "tid", (uint64_t)blocker->tid);
	lp_value_add_text(&map, "command", blocker->comm);
	lp_value_add_bool(&map, "kthread", blocker->is_kthread);
	lp_value_add_text(&map, "state", state);
	lp_value_add_text(&map, "function", blocker->function);
	lp_value_add_text(&map, "stack", blocker->stack_top);
	return map;
}

static struct lppack_value *describe_durations(const struct lp_swap_result *result)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "load", (uint64_t)result->load_ns);
	lp_value_add_int(&map, "transition", (uint64_t)result->transition_ns);
	lp_value_add_int(&map, "remove", (uint64_t)result->remove_ns);
	lp_value_add_int(&map, "total", (uint64_t)result->total_ns);
	return map;
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

static struct lppack_value *describe_error(const struct lppack_error *error)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "code", (uint64_t)error->code);
	lp_value_add_text(&map, "name", lppack_error_name(error->code));
	lp_value_add_text(&map, "message", error->message);
	lp_value_add_text(&map, "hint", error->hint);
	return map;
}

static const char *outcome_name(enum lp_swap_outcome outcome)
{
	switch (outcome) {
	case LP_SWAP_APPLIED:
		return "applied";
	case LP_SWAP_ALREADY:
		return "already";
	case LP_SWAP_REVERSED:
		return "reversed";
	case LP_SWAP_LEFT:
		return "left";
	case LP_SWAP_NOTHING:
		break;
	}
	return "nothing";
}

static struct lppack_value *clone(const struct lppack_value *value)
{
	struct lppack_value *copy;

	switch (value->kind) {
	case LPPACK_KIND_INT:
		return lp_value_int(value->number);
	case LPPACK_KIND_BOOL:
		return lp_value_bool(value->number);
	case LPPACK_KIND_STRING:
		return lp_value_string(value->text);
	default:
		break;
	}
	copy = value->kind == LPPACK_KIND_MAP ? lp_value_map() : lp_value_list();
	for (size_t i = 0; i < value->n; i++) {
		if (value->kind == LPPACK_KIND_MAP)
			lp_value_add(&copy, value->keys[i], clone(value->items[i]));
		else
			lp_value_push(&copy, clone(value->items[i]));
	}
	return copy;
}

LP_EXPORT struct lppack_value *lppack_receipt_describe(const struct lppack_receipt *receipt, struct lppack_error *err)
{
	const struct lp_swap_result *result = &receipt->result;
	struct lppack_value *map = lp_value_map();
	struct lppack_value *blockers = lp_value_list();

	for (size_t i = 0; i < result->n_blockers; i++)
		lp_value_push(&blockers, describe_blocker(&result->blockers[i]));
	lp_value_add_text(&map, "outcome", outcome_name(result->outcome));
	for (size_t i = 0; i < receipt->about->n; i++)
		lp_value_add(&map, receipt->about->keys[i], clone(receipt->about->items[i]));
	lp_describe_texts(&map, "superseded", result->superseded, result->n_superseded);
	lp_describe_texts(&map, "pending", result->pending, result->n_pending);
	lp_value_add(&map, "durations_ns", describe_durations(result));
	lp_value_add(&map, "blockers", blockers);
	lp_value_add(&map, "kernel_log", describe_log(&result->kernel_log));
	if (receipt->error.code)
		lp_value_add(&map, "error", describe_error(&receipt->error));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
