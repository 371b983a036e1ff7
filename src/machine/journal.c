/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing, reading and discarding the journal of a call that changes the kernel. */
#include "machine/journal.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/state_file.h"
#include "runtime/lock.h"
#include "bundle/describe.h"
#include "machine/host.h"
#include "machine/state.h"

#include <string.h>

const char *const lp_verb_names[] = { "apply", "rollback", "remove", NULL };
const char *const lp_intent_names[] = { "load", "force", "disable", NULL };

void lp_journal_free(struct lp_journal *journal)
{
	for (size_t i = 0; i < journal->n_from; i++)
		free(journal->from[i].name);
	free(journal->from);
	free(journal->boot_id);
	lp_applied_free(&journal->to);
	lp_losses_free(&journal->losses);
	lppack_value_free(journal->took_over);
	*journal = (struct lp_journal){ 0 };
}

int lp_journal_set_from(struct lp_journal *journal, const struct lp_stack *stack, struct lppack_error *err)
{
	for (size_t i = 0; i < journal->n_from; i++)
		free(journal->from[i].name);
	journal->n_from = 0;
	for (size_t i = 0; i < stack->n; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];
		struct lp_previous_patch *former;

		if (patch->enabled == 0)
			continue;
		former = lp_array_add(&journal->from, &journal->n_from, sizeof(*former));
		if (!former)
			return lp_fail_nomem(err);
		former->build_id = patch->build_id;
		former->name = strdup(patch->name);
		if (!former->name)
			return lp_fail_nomem(err);
	}
	return 0;
}

static struct lppack_value *from_tree(const struct lp_journal *journal)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < journal->n_from; i++) {
		struct lppack_value *patch = lp_value_map();

		lp_value_add_text(&patch, "name", journal->from[i].name);
		lp_value_add_build_id(&patch, "build_id", &journal->from[i].build_id);
		lp_value_push(&list, patch);
	}
	return list;
}

static void add_call(struct lppack_value **map, const struct lp_journal *journal)
{
	lp_value_add_text(map, "verb", lp_verb_names[journal->verb]);
	lp_value_add_text(map, "phase", lp_intent_names[journal->phase]);
	lp_value_add_time(map, "started_at", journal->started_at);
	lp_value_add(map, "from", from_tree(journal));
	if (lppack_value_count(journal->took_over))
		lp_value_add(map, "took_over", lp_value_copy(journal->took_over));
}

struct lppack_value *lp_journal_tree(const struct lp_journal *journal)
{
	struct lppack_value *map = lp_value_map();

	add_call(&map, journal);
	if (journal->to.module.name)
		lp_value_add(&map, "to", lp_applied_describe(&journal->to));
	return map;
}

int lp_journal_write(const char *root, const struct lp_journal *journal, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	int rc;

	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add_bool(&map, "unfinished", true);
	lp_value_add_text(&map, "boot_id", journal->boot_id ? journal->boot_id : "");
	lp_value_add_bool(&map, "replace", journal->replace);
	lp_value_add_bool(&map, "take_over", journal->take_over);
	lp_value_add_bool(&map, "keep_target", journal->keep_target);
	if (journal->losses.n)
		lp_value_add(&map, "losses", lp_losses_encode(&journal->losses));
	add_call(&map, journal);
	if (journal->to.module.name)
		lp_value_add(&map, "to", lp_applied_encode(&journal->to));
	rc = map ? lp_state_file_write(root, LP_JOURNAL_FILE, map, err) : lp_fail_nomem(err);
	return rc < 0 ? lp_wrap(err, rc, "nothing was done, because it could not be journalled") : 0;
}

int lp_journal_clear(const char *root, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add_bool(&map, "unfinished", false);
	return map ? lp_state_file_write(root, LP_JOURNAL_FILE, map, err) : lp_fail_nomem(err);
}

static void decode_from(struct lp_doc *doc, struct lp_journal *out)
{
	static const char *const keys[] = { "name", "build_id", NULL };
	const struct lppack_value *list = lp_doc_list(doc, "from", true);

	for (size_t i = 0; i < lppack_value_count(list) && doc->rc == 0; i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_previous_patch *former = lp_array_add(&out->from, &out->n_from, sizeof(*former));

		if (!former) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		lp_doc_text_dup(&item, "name", true, &former->name);
		lp_doc_build_id(&item, "build_id", false, &former->build_id);
		lp_doc_join(doc, &item);
	}
}

static void decode_to(struct lp_doc *doc, struct lp_journal *out)
{
	struct lp_doc to = lp_doc_map(doc, "to", out->verb != LP_VERB_REMOVE);

	if (doc->rc < 0 || !to.map)
		return;
	lp_applied_decode(&to, &out->to);
	lp_doc_join(doc, &to);
}

/* What is only handed on is not looked into. */
static void decode_copy(struct lp_doc *doc, const char *key, struct lppack_value **out)
{
	const struct lppack_value *value = lppack_value_get(doc->map, key);

	if (doc->rc < 0 || !value)
		return;
	*out = lp_value_copy(value);
	if (!*out)
		doc->rc = lp_fail_nomem(doc->err);
}

static int decode_unfinished(struct lp_doc *doc, struct lp_journal *out)
{
	unsigned int verb = 0;
	unsigned int phase = 0;

	lp_doc_text_dup(doc, "boot_id", true, &out->boot_id);
	lp_doc_bool(doc, "replace", true, &out->replace);
	lp_doc_bool(doc, "take_over", true, &out->take_over);
	lp_doc_bool(doc, "keep_target", false, &out->keep_target);
	lp_doc_word(doc, "verb", true, lp_verb_names, &verb);
	lp_doc_word(doc, "phase", true, lp_intent_names, &phase);
	lp_doc_time(doc, "started_at", true, &out->started_at);
	out->verb = (enum lp_verb)verb;
	out->phase = (enum lp_intent)phase;
	decode_from(doc, out);
	decode_to(doc, out);
	decode_copy(doc, "took_over", &out->took_over);
	lp_losses_decode(doc, "losses", &out->losses);
	return doc->rc < 0 ? doc->rc : 1;
}

static int journal_decode(const struct lppack_value *tree, const char *path, struct lp_journal *out,
			  struct lppack_error *err)
{
	static const char *const keys[] = { "format",      "unfinished", "boot_id", "replace",    "take_over",
					    "keep_target", "verb",       "phase",   "started_at", "from",
					    "took_over",   "to",         "losses",  NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	bool unfinished = false;

	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	lp_doc_bool(&doc, "unfinished", true, &unfinished);
	if (doc.rc < 0 || !unfinished)
		return doc.rc;
	return decode_unfinished(&doc, out);
}

int lp_journal_read(const char *root, struct lp_journal *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_JOURNAL_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_journal){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_JOURNAL_FILE, &tree, err);
	if (rc > 0)
		rc = journal_decode(tree, path, out, err);
	if (rc < 0)
		lp_journal_free(out);
	if (rc == -LPPACK_E_STATE)
		lp_hint(err, rc, "look at what is in force (lppack status), then: lppack recover --discard");
	return rc;
}

const struct lp_build_id *lp_journal_build(const struct lp_journal *journal, const char *boot_id)
{
	const struct lp_build_id *id = &journal->to.module.build_id;

	return journal->boot_id && id->len && lp_boot_ids_match(journal->boot_id, boot_id) ? id : NULL;
}

struct lppack_value *lp_journal_describe(const struct lp_journal *journal, const char *boot_id, enum lp_lock_state lock)
{
	struct lppack_value *map = lp_journal_tree(journal);

	lp_value_add_text(&map, "boot", lp_boot_ids_match(journal->boot_id, boot_id) ? "this" : "earlier");
	if (lock != LP_LOCK_UNKNOWN)
		lp_value_add_bool(&map, "running", lock == LP_LOCK_HELD);
	return map;
}

/* Which release boots begin with is no part of what went wrong. */
static int forget_boot(const char *root, struct lppack_error *err)
{
	LP_AUTO_STATE struct lp_state state = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_state target = { 0 };
	int rc = lp_state_read(root, &state, &why);

	if (rc == 0)
		return 0;
	if (rc < 0 || !state.has_target)
		return lp_state_file_remove(root, LP_STATE_FILE, err);
	target.has_target = true;
	target.target = state.target;
	return lp_state_write(root, &target, err);
}

LP_EXPORT int lppack_host_discard_journal(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_CLOSE int lock = lp_lock_take(&host->io, err);
	int rc = lock < 0 ? lock : lp_state_file_remove(host->io.root, LP_JOURNAL_FILE, err);

	return rc < 0 ? rc : forget_boot(host->io.root, err);
}
