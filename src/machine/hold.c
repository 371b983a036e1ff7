/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, asking and writing holds. */
#include "machine/hold.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/release.h"
#include "format/state_file.h"
#include "format/yaml.h"
#include "bundle/describe.h"
#include "machine/state.h"

#include <string.h>

#define HOLDS_HINT "lppack unhold begins it anew"

void lp_hold_free(struct lp_hold *hold)
{
	lp_release_free(&hold->newest);
	lp_release_free(&hold->frozen);
	*hold = (struct lp_hold){ 0 };
}

void lp_holds_free(struct lp_holds *holds)
{
	for (size_t i = 0; i < holds->n; i++)
		lp_hold_free(&holds->items[i]);
	free(holds->items);
	*holds = (struct lp_holds){ 0 };
}

static void decode_hold(struct lp_doc *item, struct lp_hold *hold)
{
	static const char *const keys[] = { "stream", "freeze", "ends",  "kept_stream", "kept_epoch", "kept_serial",
					    "epoch",  "serial", "until", "set_at",      NULL };

	lp_doc_keys(item, keys);
	lp_doc_text_dup(item, "stream", false, &hold->newest.stream);
	lp_doc_bool(item, "freeze", true, &hold->freeze);
	lp_doc_time(item, "ends", false, &hold->ends);
	lp_doc_text_dup(item, "kept_stream", false, &hold->frozen.stream);
	lp_doc_int(item, "kept_epoch", false, LP_NUMBER_MAX, &hold->frozen.epoch);
	lp_doc_int(item, "kept_serial", false, LP_NUMBER_MAX, &hold->frozen.serial);
	hold->has_serial = lppack_value_get(item->map, "serial");
	lp_release_decode_number(item, false, &hold->newest);
	lp_doc_time(item, "until", false, &hold->until);
	lp_doc_time(item, "set_at", true, &hold->set_at);
	if (item->rc == 0 && !hold->freeze && !hold->has_serial && !hold->until)
		lp_doc_fail(item, NULL, HOLDS_HINT, "a hold that holds nothing");
}

int lp_holds_read(const char *root, struct lp_holds *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "holds", NULL };
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_HOLD_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lp_doc doc = { .name = path, .code = LPPACK_E_STATE, .err = err };
	const struct lppack_value *list;
	int rc;

	*out = (struct lp_holds){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_HOLD_FILE, &tree, err);
	if (rc <= 0)
		return rc;
	doc.map = tree;
	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	list = lp_doc_list(&doc, "holds", true);
	for (size_t i = 0; doc.rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(&doc, list, i);
		struct lp_hold *hold = lp_array_add(&out->items, &out->n, sizeof(*hold));

		if (hold)
			decode_hold(&item, hold);
		lp_doc_join(&doc, &item);
		if (!hold)
			doc.rc = lp_fail_nomem(err);
	}
	if (doc.rc < 0)
		lp_holds_free(out);
	return doc.rc < 0 ? lp_hint(err, doc.rc, HOLDS_HINT) : 0;
}

static void add_time(struct lppack_value **map, const char *key, int64_t seconds)
{
	if (seconds)
		lp_value_add_time(map, key, seconds);
}

static struct lppack_value *encode_hold(const struct lp_hold *hold)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "stream", hold->newest.stream);
	lp_value_add_bool(&map, "freeze", hold->freeze);
	add_time(&map, "ends", hold->ends);
	if (hold->frozen.stream) {
		lp_value_add_text(&map, "kept_stream", hold->frozen.stream);
		lp_value_add_int(&map, "kept_epoch", hold->frozen.epoch);
		lp_value_add_int(&map, "kept_serial", hold->frozen.serial);
	}
	if (hold->has_serial) {
		lp_value_add_int(&map, "epoch", hold->newest.epoch);
		lp_value_add_int(&map, "serial", hold->newest.serial);
	}
	add_time(&map, "until", hold->until);
	lp_value_add_time(&map, "set_at", hold->set_at);
	return map;
}

int lp_holds_write(const char *root, const struct lp_holds *holds, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < holds->n; i++)
		lp_value_push(&list, encode_hold(&holds->items[i]));
	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add(&map, "holds", list);
	return map ? lp_state_file_write(root, LP_HOLD_FILE, map, err) : lp_fail_nomem(err);
}

bool lp_hold_is_over(const struct lp_hold *hold, int64_t now)
{
	return hold->freeze && hold->ends && hold->ends <= now;
}

/* What a freeze found in force may not be installed, or be damaged: the next older level does for a boot then. */
static bool is_spared(const struct lp_hold *hold, const struct lp_hold_subject *s)
{
	int order = lp_release_compare(&s->id, &hold->frozen);

	return lp_text_equal(hold->frozen.stream, s->id.stream) && (order == 0 || (s->installed && order < 0));
}

bool lp_hold_keeps_away(const struct lp_hold *hold, const struct lp_hold_subject *s, int64_t now)
{
	if (hold->newest.stream && strcmp(hold->newest.stream, s->id.stream) != 0)
		return false;
	if (hold->freeze)
		return !lp_hold_is_over(hold, now) && !is_spared(hold, s);
	if (hold->has_serial && lp_release_compare(&s->id, &hold->newest) > 0)
		return true;
	return hold->until && s->id.created > hold->until;
}

const struct lp_hold *lp_holds_find(const struct lp_holds *holds, const struct lp_hold_subject *subject, int64_t now)
{
	for (size_t i = 0; i < holds->n; i++)
		if (lp_hold_keeps_away(&holds->items[i], subject, now))
			return &holds->items[i];
	return NULL;
}

const struct lp_hold *lp_holds_find_freeze(const struct lp_holds *holds, const char *stream, int64_t now)
{
	for (size_t i = 0; i < holds->n; i++) {
		const struct lp_hold *hold = &holds->items[i];

		if (hold->freeze && !lp_hold_is_over(hold, now) &&
		    (!hold->newest.stream || strcmp(hold->newest.stream, stream) == 0))
			return hold;
	}
	return NULL;
}

char *lp_hold_format(const struct lp_hold *hold, int64_t now)
{
	const char *scope = hold->newest.stream ? hold->newest.stream : "every stream";
	char time[LP_TIME_TEXT];

	if (hold->freeze && !hold->ends)
		return lp_text_format("%s: frozen", scope);
	lp_time_format(hold->freeze ? hold->ends : hold->until, time);
	if (hold->freeze)
		return lp_text_format("%s: frozen until %s%s", scope, time,
				      lp_hold_is_over(hold, now) ? " (over)" : "");
	if (!hold->until)
		return lp_text_format("%s: nothing beyond serial %llu", scope, (unsigned long long)hold->newest.serial);
	if (!hold->has_serial)
		return lp_text_format("%s: nothing that was made after %s", scope, time);
	return lp_text_format("%s: nothing beyond serial %llu, nor made after %s", scope,
			      (unsigned long long)hold->newest.serial, time);
}

static struct lppack_value *describe_hold(const struct lp_hold *hold, const struct lp_hold_subject *active, int64_t now)
{
	struct lppack_value *map = encode_hold(hold);
	struct lppack_value *held_out = lp_value_map();
	LP_AUTO_FREE char *text = lp_hold_format(hold, now);

	if (lp_hold_is_over(hold, now))
		lp_value_add_bool(&map, "over", true);
	if (active && lp_hold_keeps_away(hold, active, now)) {
		lp_release_describe(&held_out, &active->id);
		lp_value_add(&map, "keeps_out", held_out);
	} else {
		lppack_value_free(held_out);
	}
	lp_value_add(&map, "text", text ? lp_value_string(text) : NULL);
	return map;
}

struct lppack_value *lp_holds_describe(const struct lp_holds *holds, const struct lp_hold_subject *active, int64_t now)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < holds->n; i++)
		lp_value_push(&list, describe_hold(&holds->items[i], active, now));
	return list;
}

int lp_hold_check(const struct lp_holds *holds, const struct lp_hold_subject *subject, int64_t now,
		  struct lppack_error *err)
{
	LP_AUTO_FREE char *text = NULL;
	const struct lp_hold *hold = lp_holds_find(holds, subject, now);

	if (!hold)
		return 0;
	text = lp_hold_format(hold, now);
	if (!text)
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_HELD, "lppack unhold lets it come", "%s serial %llu is kept away by a hold: %s",
		       subject->id.stream, (unsigned long long)subject->id.serial, text);
}
