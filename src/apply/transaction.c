/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apply/transaction.h"

#include "base/options.h"
#include "base/value_add.h"
#include "shared/text.h"
#include "machine/freshness.h"
#include "machine/store.h"
#include "runtime/preflight.h"

#include <string.h>
#include <time.h>

int lp_apply_options_settle(struct lppack_apply_options *options, const struct lppack_apply_options *given,
			    struct lppack_error *err)
{
	int rc = LP_OPTIONS_TAKE(lppack_apply_options, replace, options, given, err);

	if (options->rollback) {
		options->replace = 1;
		options->allow_downgrade = 1;
	}
	return rc;
}

void lp_terms_set_options(struct lp_terms *terms, const struct lppack_apply_options *options)
{
	terms->replace = options->replace;
	terms->take_over = options->take_over;
	terms->limits.force = options->force;
	terms->limits.before_signal = options->before_signal;
	terms->limits.timeout_ns = options->timeout_ns;
	terms->limits.retries = options->retries;
	terms->limits.retry_delay_ns = options->retry_delay_ns;
	terms->caller.wait_ns = options->wait_ns;
	terms->caller.progress = options->progress;
	terms->caller.cancelled = options->cancelled;
	terms->caller.context = options->context;
}

void lp_transaction_close(struct lp_transaction *t)
{
	lp_running_free(&t->running);
	lp_journal_free(&t->journal);
	lppack_value_free(t->damage);
	free(t->known);
	*t = (struct lp_transaction){ 0 };
}

/* 0 for damage, which is noted with what comes of it; every other failure stays one. */
static int tolerate(struct lp_transaction *t, int rc, const struct lppack_error *why, const char *candidate,
		    struct lppack_error *err)
{
	LP_AUTO_FREE char *text = NULL;

	if (rc >= 0)
		return 0;
	if (rc != -LPPACK_E_STATE)
		return lp_error_move(err, why);
	text = lp_text_format("%s; %s", why->message, candidate);
	lp_value_push(&t->damage, text ? lp_value_string(text) : NULL);
	return t->damage ? 0 : lp_fail_nomem(err);
}

/* The record of what is applied knows its module too: it is older than the list of this boot. */
static int know_applied(struct lp_transaction *t, struct lppack_error *err)
{
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_applied_read(t->host->io.root, &applied, &why);

	if (rc <= 0)
		return tolerate(t, rc, &why, "it is written anew when this succeeds", err);
	if (!applied.module_build_id.len || !lp_host_is_boot_of(t->host, &applied))
		return 0;
	return lp_build_ids_add(&t->known, &t->n_known, &applied.module_build_id, err);
}

/* So does the journal of a call that did not come to its record. */
static int know_journal(struct lp_transaction *t, struct lppack_error *err)
{
	struct lp_build_id build_id;
	int rc = lp_journal_read_build(t->host, &build_id, err);

	return rc <= 0 ? rc : lp_build_ids_add(&t->known, &t->n_known, &build_id, err);
}

static int look_at_store(struct lp_transaction *t, struct lppack_error *err)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_store_read(t->host->io.root, &store, &why);

	return tolerate(t, rc, &why, "boots put nothing in force before a bundle is installed again", err);
}

int lp_transaction_open(struct lp_transaction *t, struct lppack_host *host, struct lp_terms *terms,
			struct lppack_error *err)
{
	int rc;

	lp_running_free(&t->running);
	free(LP_TAKE(t->known));
	t->n_known = 0;
	terms->known = NULL;
	terms->n_known = 0;
	lppack_value_free(t->damage);
	t->damage = lp_value_list();
	t->host = host;
	t->terms = terms;
	rc = lp_running_read(host, &t->running, err);
	for (size_t i = 0; i < t->running.n_modules && rc == 0; i++)
		rc = lp_build_ids_add(&t->known, &t->n_known, &t->running.modules[i], err);
	if (rc == 0)
		rc = know_applied(t, err);
	if (rc == 0)
		rc = know_journal(t, err);
	if (rc == 0)
		rc = look_at_store(t, err);
	if (rc < 0)
		return rc;
	terms->known = t->known;
	terms->n_known = t->n_known;
	terms->forced = t->running.forced	       ? "by lppack, with --force" :
			lp_kmsg_shows_force(&host->io) ? "the kernel log tells of it" :
							 NULL;
	return 0;
}

bool lp_transaction_knows(const struct lp_transaction *t, const struct lp_live_patch *patch)
{
	return lp_patch_is_known(t->terms, patch);
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

static int intend(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err)
{
	struct lp_transaction *t = context;
	int rc = 0;

	t->journal.phase = intent;
	/* A retry and a force see the same patches as the first attempt. */
	if (!t->journalled) {
		rc = lp_journal_set_from(&t->journal, before, err);
		if (rc == 0)
			rc = note_foreign(t, before, err);
	}
	if (rc == 0)
		rc = lp_journal_write(t->host->io.root, &t->journal, err);
	if (rc == 0)
		t->journalled = true;
	return rc;
}

int lp_transaction_begin(struct lp_transaction *t, enum lp_verb verb, struct lppack_error *err)
{
	t->journal.verb = verb;
	t->journal.started_at = time(NULL);
	t->journal.replace = t->terms->replace;
	t->journal.take_over = t->terms->take_over;
	free(t->journal.boot_id);
	t->journal.boot_id = lp_host_boot_id(&t->host->io);
	if (!t->journal.boot_id)
		t->journal.boot_id = strdup("");
	t->terms->intend = intend;
	t->terms->intend_context = t;
	return t->journal.boot_id ? 0 : lp_fail_nomem(err);
}

static int remember_running(struct lp_transaction *t, const struct lp_attempt_result *result, struct lppack_error *err)
{
	struct lp_running *running = &t->running;
	int rc = 0;

	lp_loaded_free(&running->active);
	running->has_active = t->journal.to.module.name != NULL;
	running->forced |= result->forced;
	if (running->has_active)
		rc = lp_loaded_clone(&running->active, &t->journal.to, err);
	if (rc == 0 && running->has_active && running->active.module.build_id.len)
		rc = lp_build_ids_add(&running->modules, &running->n_modules, &running->active.module.build_id, err);
	return rc < 0 ? rc : lp_running_write(t->host, running, err);
}

static int remember_applied(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_loaded *to = &t->journal.to;
	const struct lp_applied applied = { .boot_id = t->journal.boot_id,
					    .kernel = to->kernel,
					    .release = to->release,
					    .module = to->module.name,
					    .module_build_id = to->module.build_id,
					    .id = to->id,
					    .applied_at = time(NULL),
					    .level = t->journal.level };

	return lp_applied_write(t->host->io.root, &applied, err);
}

static int remember_level(struct lp_transaction *t, struct lppack_error *err)
{
	const char *root = t->host->io.root;
	const struct lp_loaded *to = &t->journal.to;
	LP_AUTO_FRESHNESS struct lp_freshness memory = { 0 };
	int rc = remember_applied(t, err);

	if (rc == 0)
		rc = lp_freshness_read(root, &memory, err);
	if (rc == 0)
		rc = lp_freshness_apply(root, &memory, &to->id, time(NULL), err);
	return rc < 0 || t->journal.keep_target ? rc : lp_transaction_set_target(t, err);
}

/* A damaged store has nothing for boots to begin with, and is told of in `damage`. */
int lp_transaction_set_target(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_loaded *to = &t->journal.to;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_store_set_target(t->host->io.root, to->module.name ? &to->id.digest : NULL, &why);

	if (rc >= 0 || rc == -LPPACK_E_STATE)
		return 0;
	return lp_error_move(err, &why);
}

int lp_transaction_record(struct lp_transaction *t, const struct lp_attempt_result *result, struct lppack_error *err)
{
	int rc = remember_running(t, result, err);

	if (rc < 0)
		return rc;
	if (t->running.has_active)
		return remember_level(t, err);
	rc = lp_applied_forget(t->host->io.root, err);
	return rc < 0 || t->journal.keep_target ? rc : lp_transaction_set_target(t, err);
}

int lp_transaction_record_force(struct lp_transaction *t, struct lppack_error *err)
{
	t->running.forced = true;
	return lp_running_write(t->host, &t->running, err);
}

static bool is_known(const struct lp_transaction *t, const struct lp_build_id *id)
{
	for (size_t i = 0; i < t->n_known; i++)
		if (id->len && lp_build_id_equal(&t->known[i], id))
			return true;
	return false;
}

/* It may be in force without a proof: without this, it would count as a foreign one. */
static int record_module(struct lp_transaction *t, struct lppack_error *err)
{
	const struct lp_build_id *id = &t->journal.to.module.build_id;
	struct lp_running *running = &t->running;
	int rc = 0;

	if (!id->len)
		return 0;
	for (size_t i = 0; i < running->n_modules; i++)
		if (lp_build_id_equal(&running->modules[i], id))
			return 0;
	rc = lp_build_ids_add(&running->modules, &running->n_modules, id, err);
	return rc < 0 ? rc : lp_running_write(t->host, running, err);
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

		if (!is_known(t, &t->journal.from[i].build_id))
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

static bool has_remains(const struct lp_transaction *t, const struct lp_attempt_result *result)
{
	return result->outcome == LP_ATTEMPT_LEFT ||
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
