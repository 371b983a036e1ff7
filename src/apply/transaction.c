/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal, what is recorded, and whose the livepatches are, for every call that changes the kernel. */
#include "apply/transaction.h"

#include "shared/text.h"
#include "base/options.h"
#include "base/value_add.h"
#include "runtime/unload.h"
#include "bundle/describe.h"
#include "machine/follow.h"
#include "machine/freshness.h"
#include "machine/store.h"

#include <string.h>
#include <time.h>

void lp_transaction_close(struct lp_transaction *t)
{
	lp_snapshot_free(&t->snapshot);
	lp_journal_free(&t->journal);
	lppack_value_free(t->damage);
	free(t->known);
	*t = (struct lp_transaction){ 0 };
}

/* What is damaged decides nothing here, but is noted with what comes of it; every other failure stays one. */
static int look_at_store(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lppack_error *why = &t->snapshot.damage[LP_PART_STORE];
	LP_AUTO_FREE char *text = NULL;

	if (!why->code)
		return 0;
	if (why->code != LPPACK_E_STATE)
		return lp_snapshot_check(&t->snapshot, LP_PART_STORE, err);
	text = lp_text_format("%s; boots put nothing in force before a bundle is installed again", why->message);
	lp_value_push(&t->damage, text ? lp_value_string(text) : NULL);
	return t->damage ? 0 : lp_fail_nomem(err);
}

/* What this boot has loaded and applied; and what a call loads that did not come to its record. */
static int know_modules(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_state *state = &t->snapshot.state;
	const char *boot = lp_host_boot(t->host);
	const struct lp_applied *applied = lp_snapshot_applied(&t->snapshot);
	const struct lp_journal *journal = t->snapshot.journal.boot_id ? &t->snapshot.journal : &t->journal;
	const struct lp_build_id *loading = lp_journal_build(journal, boot);
	size_t n = lp_boot_ids_match(state->boot_id, boot) ? state->n_modules : 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = lp_build_ids_add(&t->known, &t->n_known, &state->modules[i], err);
	if (rc < 0)
		return rc;
	if (applied && applied->module.build_id.len)
		rc = lp_build_ids_add(&t->known, &t->n_known, &applied->module.build_id, err);
	if (rc < 0)
		return rc;
	return loading ? lp_build_ids_add(&t->known, &t->n_known, loading, err) : 0;
}

int lp_transaction_open(struct lp_transaction *t, struct lp_terms *terms, struct lppack_error *err)
{
	const struct lp_state *state = &t->snapshot.state;
	int rc;

	free(LP_TAKE(t->known));
	t->n_known = 0;
	terms->known = NULL;
	terms->n_known = 0;
	lppack_value_free(t->damage);
	t->damage = lp_value_list();
	t->host = t->snapshot.host;
	t->terms = terms;
	rc = lp_snapshot_check(&t->snapshot, LP_PART_STATE, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_check(&t->snapshot, LP_PART_JOURNAL, err);
	if (rc < 0)
		return rc;
	rc = know_modules(t, err);
	if (rc < 0)
		return rc;
	rc = look_at_store(t, err);
	if (rc < 0)
		return rc;
	terms->known = t->known;
	terms->n_known = t->n_known;
	if (state->forced && lp_boot_ids_match(state->boot_id, lp_host_boot(t->host)))
		terms->forced = "by lppack, with --force";
	else
		terms->forced = lp_kmsg_shows_force(&t->host->io) ? "the kernel log tells of it" : NULL;
	return 0;
}

bool lp_transaction_knows(const struct lp_transaction *t, const struct lp_live_patch *patch)
{
	return lp_terms_know(t->terms, &patch->build_id);
}

static struct lppack_value *describe_foreign(const struct lp_live_patch *patch)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *functions = lp_value_list();

	for (size_t i = 0; i < patch->n_objects; i++) {
		const struct lp_object *object = &patch->objects[i].object;

		for (size_t j = 0; j < object->n_funcs; j++) {
			LP_AUTO_FREE char *text = lp_text_format("%s:%s,%llu", object->name, object->funcs[j].name,
								 (unsigned long long)object->funcs[j].sympos);

			lp_value_push(&functions, text ? lp_value_string(text) : NULL);
		}
	}
	lp_value_add_text(&map, "name", patch->name);
	lp_value_add_build_id(&map, "build_id", &patch->build_id);
	lp_value_add(&map, "functions", functions);
	return map;
}

static int note_foreign(struct lp_transaction *t, const struct lp_stack *stack, struct lppack_error *err)
{
	struct lppack_value **list = &t->journal.took_over;

	lppack_value_free(*list);
	*list = lp_value_list();
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].enabled != 0 && !lp_transaction_knows(t, &stack->patches[i]))
			lp_value_push(list, describe_foreign(&stack->patches[i]));
	return *list ? 0 : lp_fail_nomem(err);
}

static int know_module(struct lp_transaction *t, const struct lp_build_id *id, struct lppack_error *err)
{
	int rc = id->len && !lp_terms_know(t->terms, id) ? lp_build_ids_add(&t->known, &t->n_known, id, err) : 0;

	t->terms->known = t->known;
	t->terms->n_known = t->n_known;
	return rc;
}

static int intend(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err)
{
	struct lp_transaction *t = context;
	int rc;

	t->journal.phase = intent;
	/* A retry and a force see the same patches as the first attempt. */
	if (!t->journalled) {
		rc = lp_journal_set_from(&t->journal, before, err);
		if (rc < 0)
			return rc;
		rc = note_foreign(t, before, err);
		if (rc < 0)
			return rc;
	}
	rc = lp_journal_write(t->host->io.root, &t->journal, err);
	if (rc < 0)
		return rc;
	t->journalled = true;
	/* A retry finds the module that an attempt could not remove, and that one is lppack's. */
	return intent == LP_INTENT_LOAD ? know_module(t, &t->journal.to.module.build_id, err) : 0;
}

int lp_transaction_begin(struct lp_transaction *t, enum lp_verb verb, struct lppack_error *err)
{
	t->journal.verb = verb;
	t->journal.started_at = time(NULL);
	t->journal.replace = t->terms->replace;
	t->journal.take_over = t->terms->take_over;
	free(t->journal.boot_id);
	t->journal.boot_id = strdup(lp_host_boot(t->host) ? lp_host_boot(t->host) : "");
	t->terms->intend = intend;
	t->terms->intend_context = t;
	return t->journal.boot_id ? 0 : lp_fail_nomem(err);
}

/* Durably, in this boot's name. */
static int write_state(struct lp_transaction *t, struct lppack_error *err)
{
	LP_AUTO_FREE struct lp_build_id *loaded = NULL;
	size_t n;

	if (lp_unload_list_loaded(&t->host->io, &loaded, &n) == 0)
		lp_state_forget_gone(&t->snapshot.state, loaded, n);
	return lp_state_write(t->host->io.root, &t->snapshot.state, err);
}

/* Has boots begin with `to`, if it is installed: what is not there at the next boot leaves things as they are. A damaged
 * store has nothing for boots to begin with, and is reported in `damage`. Whether that changes anything. */
static bool choose_target(struct lp_transaction *t)
{
	const struct lp_applied *to = &t->journal.to;
	struct lp_state *state = &t->snapshot.state;

	if (!to->module.name) {
		bool had = state->has_target;

		state->has_target = false;
		return had;
	}
	if (!lp_store_find(&t->snapshot.store, &to->id.digest) ||
	    (state->has_target && lp_digest_equal(&state->target, &to->id.digest)))
		return false;
	state->has_target = true;
	state->target = to->id.digest;
	return true;
}

int lp_transaction_set_target(struct lp_transaction *t, struct lppack_error *err)
{
	return choose_target(t) ? lp_state_write(t->host->io.root, &t->snapshot.state, err) : 0;
}

/* What was lost on purpose before and is back, and what is lost on purpose now. */
static int settle_losses(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_applied *to = &t->journal.to;
	const struct lp_coverage_facts has = { to->release, &to->kernel, &to->claims, &to->module };

	if (to->module.name)
		lp_losses_settle(&t->snapshot.state.allowed, &has);
	return lp_losses_add_all(&t->snapshot.state.allowed, &t->journal.losses, err);
}

int lp_transaction_record(struct lp_transaction *t, const struct lp_attempt_result *result, struct lppack_error *err)
{
	struct lp_state *state = &t->snapshot.state;
	int rc = lp_state_enter_boot(state, lp_host_boot(t->host), err);

	if (rc < 0)
		return rc;
	state->forced |= result->forced;
	lp_applied_free(&state->applied);
	state->has_applied = t->journal.to.module.name != NULL;
	if (state->has_applied)
		rc = lp_applied_copy(&state->applied, &t->journal.to, err);
	if (rc < 0)
		return rc;
	rc = lp_state_add_module(state, &state->applied.module.build_id, err);
	if (rc < 0)
		return rc;
	rc = settle_losses(t, err);
	if (rc < 0)
		return rc;
	rc = state->has_applied ? lp_follow_set(state, state->applied.id.stream, err) : 0;
	if (rc < 0)
		return rc;
	state->applied.applied_at = time(NULL);
	if (!t->journal.keep_target)
		choose_target(t);
	rc = write_state(t, err);
	if (rc < 0 || !state->has_applied)
		return rc;
	rc = lp_snapshot_check(&t->snapshot, LP_PART_FRESHNESS, err);
	return rc < 0 ? rc :
			lp_freshness_apply(t->host->io.root, &t->snapshot.freshness, &state->applied.id, time(NULL),
					   err);
}

int lp_transaction_record_force(struct lp_transaction *t, struct lppack_error *err)
{
	int rc = lp_state_enter_boot(&t->snapshot.state, lp_host_boot(t->host), err);

	t->snapshot.state.forced = true;
	return rc < 0 ? rc : write_state(t, err);
}

/* It may be applied without a proof: without this, it would count as a foreign one. */
static int record_module(struct lp_transaction *t, struct lppack_error *err)
{
	struct lp_state *state = &t->snapshot.state;
	int rc = lp_state_enter_boot(state, lp_host_boot(t->host), err);
	size_t before = state->n_modules;

	if (rc < 0)
		return rc;
	rc = lp_state_add_module(state, &t->journal.to.module.build_id, err);
	return rc < 0 || state->n_modules == before ? rc : write_state(t, err);
}

/* A removal that took only foreign livepatches out of force, or left one of lppack's, has changed nothing of what is
 * remembered. */
static int record_rest(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_attempt_result nothing = { 0 };
	LP_AUTO(lp_stack_free) struct lp_stack now = { 0 };
	bool gone = false;
	int rc = lp_stack_read(&t->host->io, &now, err);

	for (size_t i = 0; i < t->journal.n_from && rc == 0; i++) {
		const struct lp_live_patch *patch = lp_stack_find(&now, t->journal.from[i].name);

		if (!lp_terms_know(t->terms, &t->journal.from[i].build_id))
			continue;
		if (patch && patch->enabled != 0)
			return 0;
		gone = true;
	}
	return rc < 0 || !gone ? rc : lp_transaction_record(t, &nothing, err);
}

int lp_transaction_record_remains(struct lp_transaction *t, struct lppack_error *err)
{
	return t->journal.verb == LP_VERB_REMOVE ? record_rest(t, err) : record_module(t, err);
}

static bool has_left_module(const struct lp_transaction *t)
{
	LP_AUTO_FREE char *name = t->journal.to.module.name ? lp_name_as_module(t->journal.to.module.name) : NULL;

	return name && lp_module_is_loaded(&t->host->io, name);
}

static bool has_remains(const struct lp_transaction *t, const struct lp_attempt_result *result)
{
	return result->outcome == LP_ATTEMPT_LEFT || (result->outcome == LP_ATTEMPT_REVERSED && has_left_module(t)) ||
	       (t->journal.verb == LP_VERB_REMOVE && result->outcome != LP_ATTEMPT_DISABLED);
}

int lp_transaction_end(struct lp_transaction *t, const struct lp_attempt_result *result, int rc,
		       struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;

	/* A transition that goes on is the next call's to finish. */
	if (!t->journalled || (result->outcome == LP_ATTEMPT_LEFT && rc == -LPPACK_E_STALLED_LEFT))
		return rc;
	t->journalled = false;
	/* Where it cannot be recorded, the journal stays, and tells it to the next call. */
	if (has_remains(t, result) && lp_transaction_record_remains(t, &why) < 0)
		return rc < 0 ? rc : lp_error_move(err, &why);
	if (lp_journal_clear(t->host->io.root, &why) < 0 && rc == 0)
		return lp_error_move(err, &why);
	return rc;
}
