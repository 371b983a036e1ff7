/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finishing or undoing what a killed call began. The journal tells what was meant, the kernel what is true. */
#include "apply/recover.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "runtime/lock.h"
#include "runtime/privilege.h"
#include "runtime/replace.h"
#include "runtime/reverse.h"
#include "runtime/unload.h"
#include "machine/history.h"
#include "apply/plan.h"
#include "apply/transition.h"

#include <string.h>

/* What became of the killed call. */
enum recovery_action {
	RECOVERY_NOTHING, /* there was none */
	RECOVERY_FINISHED,
	RECOVERY_UNDONE,
	RECOVERY_CLEARED, /* there was nothing to finish or to undo */
	RECOVERY_LEFT,    /* a quick recovery does not wait for its transition */
};

static const char *const action_names[] = { NULL, "finished", "undone", "cleared", "left" };

struct recovery {
	struct lppack_host *host;
	struct lp_terms terms;
	struct lp_transaction transaction; /* its journal is the killed call's */
	struct lp_attempt_result result;
	char **from;
	struct lp_buf left; /* names of modules that are still loaded */
	bool quick;
	enum recovery_action action;
	char *note;
};

static void recovery_close(struct recovery *r)
{
	lp_transaction_close(&r->transaction);
	lp_attempt_result_free(&r->result);
	lp_buf_free(&r->left);
	free(r->from);
	free(r->note);
}

#define AUTO_RECOVERY LP_AUTO(recovery_close)

/* "the apply of lp_fixes_7 (stream web, serial 7)" */
static char *name_call(const struct lp_journal *journal)
{
	const struct lp_applied *to = &journal->to;

	if (!to->module.name)
		return lp_text_format("the %s", lp_verb_names[journal->verb]);
	return lp_text_format("the %s of %s (stream %s, serial %llu)", lp_verb_names[journal->verb], to->module.name,
			      to->id.stream, (unsigned long long)to->id.serial);
}

static int conclude(struct recovery *r, enum recovery_action action, const char *what, struct lppack_error *err)
{
	LP_AUTO_FREE char *call = name_call(&r->transaction.journal);

	free(r->note);
	r->action = action;
	r->note = !call || (r->left.len && !lp_buf_ok(&r->left)) ? NULL :
		  r->left.len ? lp_text_format("%s was cut short; %s; still loaded, because something refers to it: %s",
					       call, what, (const char *)r->left.data) :
				lp_text_format("%s was cut short; %s", call, what);
	return r->note ? 0 : lp_fail_nomem(err);
}

/* What cannot be removed keeps nothing from being finished: a later call removes it once nothing refers to it. */
static void note_left(struct recovery *r, const char *name)
{
	if (lp_module_is_loaded(&r->host->io, name))
		lp_buf_printf(&r->left, "%s%s", r->left.len ? ", " : "", name);
}

static int finish_one(struct recovery *r, const char *name, struct lppack_error *err)
{
	int rc;

	lp_attempt_result_free(&r->result);
	rc = lp_reverse_finish(&r->host->io, &r->terms, name, &r->result, err);
	if (rc != -LPPACK_E_LEFTOVER)
		return rc;
	lppack_error_clear(err);
	note_left(r, name);
	return 0;
}

/* What was applied when the call began, as far as the kernel still lists it; NULL. */
static const struct lp_live_patch *find_previous(const struct recovery *r, size_t i)
{
	return lp_stack_find(&r->transaction.snapshot.stack, r->transaction.journal.from[i].name);
}

static bool is_moving(const struct lp_live_patch *patch)
{
	return patch && patch->transition == 1;
}

static bool may_be_enabled(const struct lp_live_patch *patch)
{
	return patch && patch->enabled != 0;
}

static const struct lp_live_patch *find_own(const struct recovery *r)
{
	const struct lp_module_facts *to = &r->transaction.journal.to.module;

	for (size_t i = 0; i < r->transaction.snapshot.stack.n; i++) {
		const struct lp_live_patch *patch = &r->transaction.snapshot.stack.patches[i];

		if (to->build_id.len && patch->build_id.len ? lp_build_id_equal(&to->build_id, &patch->build_id) :
							      lp_text_equal(to->name, patch->name))
			return patch;
	}
	return NULL;
}

/* The patch is in force or on its way: it is watched, proved and recorded as its own call would have done. */
static int finish_load(struct recovery *r, struct lppack_error *err)
{
	struct lp_transaction *t = &r->transaction;
	const struct lp_recovery recovery = { .from = r->from, .n_from = t->journal.n_from };
	int rc;

	r->terms.take_over = true;
	r->terms.replace = true;
	r->terms.limits.force = false;
	r->terms.limits.retries = 0;
	rc = lp_replace_finish(&r->host->io, &r->terms, &t->journal.to.module, &recovery, &r->result, err);
	if (r->result.outcome == LP_ATTEMPT_APPLIED || r->result.outcome == LP_ATTEMPT_ALREADY) {
		for (size_t i = 0; rc == -LPPACK_E_LEFTOVER && i < t->journal.n_from; i++)
			if (!lp_text_equal(r->from[i], t->journal.to.module.name))
				note_left(r, r->from[i]);
		lppack_error_clear(err);
		rc = lp_transaction_record(t, &r->result, err);
		if (rc < 0)
			return lp_wrap(err, rc, "its livepatch is in force, but it could not be recorded");
		return conclude(r, RECOVERY_FINISHED, "it was finished, and its livepatch is in force", err);
	}
	if (r->result.outcome != LP_ATTEMPT_REVERSED)
		return rc;
	/* The failure is the killed call's; the recovery has put things right. */
	lppack_error_clear(err);
	return conclude(r, RECOVERY_UNDONE, "it was undone, and what was in force before still is", err);
}

/* Whether the call had got so far that what it was to replace is gone, and a reversal leads to nothing. */
static bool has_replaced(const struct recovery *r)
{
	const struct lp_journal *journal = &r->transaction.journal;
	bool replaced = false;

	for (size_t i = 0; i < journal->n_from; i++) {
		if (lp_text_equal(journal->from[i].name, journal->to.module.name))
			continue;
		if (may_be_enabled(find_previous(r, i)))
			return false;
		replaced = true;
	}
	return replaced;
}

/* Nothing of it is listed: its module may still be loaded. */
static int finish_nothing(struct recovery *r, struct lppack_error *err)
{
	const char *name = r->transaction.journal.to.module.name;
	bool loaded = lp_module_is_loaded(&r->host->io, name);
	int rc = loaded ? finish_one(r, name, err) : 0;

	if (rc < 0)
		return rc;
	if (has_replaced(r))
		return conclude(r, RECOVERY_CLEARED,
				"neither its livepatch nor what was there before is in force: apply again", err);
	return conclude(r, loaded ? RECOVERY_UNDONE : RECOVERY_CLEARED,
			r->left.len ? "what was in force before still is" :
			loaded      ? "its module was removed again, and what was in force before still is" :
				      "it had not come to change anything",
			err);
}

/* A module that replaces nothing: to undo it is a transition. */
static bool is_beside_others(const struct recovery *r, const struct lp_live_patch *own)
{
	for (size_t i = 0; i < r->transaction.journal.n_from; i++) {
		const struct lp_live_patch *patch = find_previous(r, i);

		if (patch != own && may_be_enabled(patch))
			return true;
	}
	return false;
}

static int recover_load(struct recovery *r, struct lppack_error *err)
{
	const struct lp_live_patch *own = find_own(r);
	const char *name = r->transaction.journal.to.module.name;
	int rc;

	if (r->quick && is_moving(own))
		return conclude(r, RECOVERY_LEFT,
				own->enabled == 0 ? "its reversal is still running: lppack recover waits for it" :
						    "its transition is still running: lppack recover waits for it",
				err);
	if (r->quick && may_be_enabled(own) && is_beside_others(r, own))
		return conclude(r, RECOVERY_LEFT, "it has replaced nothing: lppack recover takes it back", err);
	/* The killed call reversed a transition that had just ended. Its module is not at hand to be loaded again. It may
	 * have got so far as to enable it again, or to load it again: that transition has nothing that it could go back
	 * to. */
	if (has_replaced(r) && (own ? own->enabled == 0 || is_moving(own) : lp_module_is_loaded(&r->host->io, name))) {
		rc = lp_reverse_take_back(&r->host->io, &r->terms, own ? own->name : name, &r->result, err);
		if (rc < 0)
			return rc;
		lp_attempt_result_free(&r->result);
		return finish_load(r, err);
	}
	if (!own)
		return finish_nothing(r, err);
	if (own->enabled != 0)
		return finish_load(r, err);
	rc = finish_one(r, own->name, err);
	if (rc < 0)
		return rc;
	return conclude(r, RECOVERY_UNDONE, "its reversal was finished, and what was in force before still is", err);
}

/* The first one for which that is true; NULL. */
static const struct lp_live_patch *first_previous(const struct recovery *r,
						  bool (*is_wanted)(const struct lp_live_patch *patch))
{
	for (size_t i = 0; i < r->transaction.journal.n_from; i++)
		if (is_wanted(find_previous(r, i)))
			return find_previous(r, i);
	return NULL;
}

/* returned: the killed call was putting it back into force. */
static int conclude_rest(struct recovery *r, bool moved, bool returned, struct lppack_error *err)
{
	int rc = moved ? lp_transaction_record_remains(&r->transaction, err) : 0;

	if (rc < 0)
		return rc;
	if (moved)
		return conclude(r, RECOVERY_FINISHED,
				"what it was disabling is gone, other livepatches are still in force", err);
	if (returned)
		return conclude(r, RECOVERY_UNDONE, "the livepatch was put back into force", err);
	return conclude(r, RECOVERY_CLEARED, "it had not come to change anything", err);
}

static int finish_removal(struct recovery *r, bool returned, struct lppack_error *err)
{
	const struct lp_journal *journal = &r->transaction.journal;
	const struct lp_live_patch *active = first_previous(r, may_be_enabled);
	bool moved = false;
	int rc = 0;

	for (size_t i = 0; i < journal->n_from && rc == 0; i++) {
		if (may_be_enabled(find_previous(r, i)))
			continue;
		moved = true;
		rc = finish_one(r, journal->from[i].name, err);
	}
	if (rc < 0)
		return rc;
	if (active)
		return conclude_rest(r, moved, returned, err);
	rc = lp_transaction_record(&r->transaction, &r->result, err);
	return rc < 0 ? rc : conclude(r, RECOVERY_FINISHED, "it was finished, and no livepatch is in force", err);
}

static int recover_removal(struct recovery *r, struct lppack_error *err)
{
	const struct lp_live_patch *moving = first_previous(r, is_moving);
	bool returning = moving && moving->enabled == 1;
	int rc;

	if (r->quick && moving)
		return conclude(r, RECOVERY_LEFT,
				returning ? "the livepatch is still being enabled again: lppack recover waits for it" :
					    "the livepatch is still being disabled: lppack recover waits for it",
				err);
	if (!returning)
		return finish_removal(r, false, err);
	rc = lp_reverse_await(&r->host->io, &r->terms, moving->name, err);
	if (rc < 0)
		return rc;
	lp_stack_free(&r->transaction.snapshot.stack);
	r->transaction.snapshot.ours = NULL;
	rc = lp_stack_read(&r->host->io, &r->transaction.snapshot.stack, err);
	return rc < 0 ? rc : finish_removal(r, true, err);
}

static int recover_this_boot(struct recovery *r, struct lppack_error *err)
{
	struct lp_transaction *t = &r->transaction;
	const struct lp_journal *journal = &t->journal;
	int rc = lp_snapshot_check(&t->snapshot, LP_PART_STACK, err);

	if (rc < 0)
		return rc;
	r->from = calloc(journal->n_from + 1, sizeof(*r->from));
	if (!r->from)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < journal->n_from; i++)
		r->from[i] = journal->from[i].name;
	rc = lp_transaction_open(t, &r->terms, err);
	if (rc < 0)
		return rc;
	/* The kernel does not say whether the force came about: it counts as if it had. */
	rc = journal->phase == LP_INTENT_FORCE ? lp_transaction_record_force(t, err) : 0;
	if (rc < 0)
		return rc;
	/* Its force is what is being recovered from; only later calls are refused. */
	r->terms.forced = NULL;
	return journal->verb == LP_VERB_REMOVE ? recover_removal(r, err) : recover_load(r, err);
}

static struct lppack_value *describe_recovery(const struct recovery *r)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_bool(&map, "found", r->action != RECOVERY_NOTHING);
	if (r->action == RECOVERY_NOTHING)
		return map;
	lp_value_merge(&map, lp_journal_tree(&r->transaction.journal));
	lp_value_add_text(&map, "action", action_names[r->action]);
	lp_value_add_text(&map, "note", r->note);
	if (r->result.n_blockers)
		lp_value_add(&map, "blockers", lp_describe_blockers(r->result.blockers, r->result.n_blockers));
	return map;
}

static int record_recovery(const struct recovery *r, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *rest = describe_recovery(r);

	lp_value_add_text(&map, "verb", "recover");
	lp_value_add_text(&map, "outcome", action_names[r->action]);
	lp_value_add_text(&map, "note", r->note);
	if (r->action == RECOVERY_FINISHED && lppack_value_count(r->transaction.journal.took_over))
		lp_value_add(&map, "took_over", lp_value_copy(r->transaction.journal.took_over));
	lp_value_add(&map, "of", rest);
	return map ? lp_history_append(r->host->io.root, map, err) : lp_fail_nomem(err);
}

static int recover(struct recovery *r, struct lppack_error *err)
{
	const char *root = r->host->io.root;
	int rc;

	if (lp_boot_ids_match(r->transaction.journal.boot_id, lp_host_boot(r->host)))
		rc = recover_this_boot(r, err);
	else
		rc = conclude(r, RECOVERY_CLEARED, "the machine has booted since, and nothing of it is in force", err);
	/* What nobody can finish is told once, to who asked for it; from then on counts what the kernel has. */
	if (r->quick && rc < 0)
		return rc;
	if ((rc == -LPPACK_E_UNPROVEN || rc == -LPPACK_E_NONE_LEFT || rc == -LPPACK_E_ACTIVE) &&
	    lp_transaction_record_remains(&r->transaction, NULL) == 0)
		lp_journal_clear(root, NULL);
	if (rc < 0 || r->action == RECOVERY_LEFT)
		return rc;
	rc = record_recovery(r, err);
	if (rc == 0)
		rc = lp_journal_clear(root, err);
	return rc < 0 ? lp_wrap(err, rc, "%s; that could not be recorded", r->note) : 0;
}

/* The snapshot and the journal in it become the recovery's, and what is left to the caller is read anew. */
static int recover_call(struct recovery *r, struct lp_snapshot *snapshot, struct lppack_error *err)
{
	struct lp_transaction *t = &r->transaction;
	int rc;

	t->snapshot = *snapshot;
	t->host = r->host;
	t->journal = t->snapshot.journal;
	t->snapshot.journal = (struct lp_journal){ 0 };
	rc = recover(r, err);
	lp_snapshot_read(snapshot, r->host);
	return rc;
}

int lp_recover_locked(struct lp_snapshot *snapshot, const struct lp_terms *terms, bool quick,
		      struct lppack_value **report, struct lppack_error *err)
{
	AUTO_RECOVERY struct recovery r = { .host = snapshot->host, .terms = *terms, .quick = quick };
	struct lppack_error own = LPPACK_ERROR_INIT;
	int rc = lp_snapshot_check(snapshot, LP_PART_JOURNAL, &own);

	r.terms.intend = NULL;
	r.terms.limits.quick = quick;
	if (rc == 0 && snapshot->is_unfinished)
		rc = recover_call(&r, snapshot, &own);
	if (rc < 0) {
		rc = lp_error_move(err, &own);
		return lp_wrap(err, rc, "a call that was cut short cannot be recovered from");
	}
	if (!report)
		return 0;
	*report = describe_recovery(&r);
	return *report ? 0 : lp_fail_nomem(err);
}

LP_EXPORT struct lppack_value *lppack_host_recover(struct lppack_host *host, const struct lppack_recover_options *given,
						   struct lppack_error *err)
{
	struct lppack_recover_options options;
	struct lp_terms terms = { 0 };
	LP_AUTO_JOURNAL struct lp_journal journal = { 0 };
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	struct lppack_value *report = NULL;
	LP_AUTO_CLOSE int lock = -1;
	int rc = LP_OPTIONS_TAKE(lppack_recover_options, flags, &options, given, err);
	bool quick = options.flags & LPPACK_RECOVER_QUICK;

	terms.limits.timeout_ns = options.timeout_ns;
	if (rc < 0)
		return NULL;
	rc = lp_flags_check("struct lppack_recover_options", options.flags, LPPACK_RECOVER_QUICK, err);
	if (rc < 0)
		return NULL;
	rc = lp_caller_set_wait(&terms.caller, options.wait, err);
	if (rc < 0)
		return NULL;
	rc = lp_journal_read(host->io.root, &journal, err);
	if (rc < 0)
		return NULL;
	/* The usual case takes no lock and needs no privilege. */
	if (rc > 0) {
		if (quick && lp_privilege_check(&host->io, err) < 0)
			return NULL;
		lock = lp_lock_wait(&host->io, &terms.caller, err);
		if (lock < 0)
			return NULL;
		lp_snapshot_read(&snapshot, host);
		return lp_recover_locked(&snapshot, &terms, quick, &report, err) < 0 ? NULL : report;
	}
	report = lp_value_map();
	lp_value_add_bool(&report, "found", false);
	if (!report)
		lp_fail_nomem(err);
	return report;
}
