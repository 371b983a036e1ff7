/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, asking and writing the memory of what this machine has had of each stream. */
#include "machine/freshness.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/release.h"
#include "format/state_file.h"
#include "format/yaml.h"
#include "bundle/describe.h"
#include "machine/state.h"

#include <string.h>
#include <time.h>

#define STREAMS_MAX 1024u
#define DOWNGRADES_MAX 64u /* the latest are kept */
#define DAY 86400
/* 2026-01-01T00:00:00Z: no machine runs this lppack before it was written. */
#define EARLIEST_NOW 1767225600

void lp_freshness_free(struct lp_freshness *memory)
{
	for (size_t i = 0; i < memory->n_streams; i++)
		free(memory->streams[i].name);
	for (size_t i = 0; i < memory->n_downgrades; i++)
		free(memory->downgrades[i].stream);
	free(memory->streams);
	free(memory->downgrades);
	*memory = (struct lp_freshness){ 0 };
}

static void decode_sighting(struct lp_doc *doc, const char *key, bool required, struct lp_sighting *out)
{
	static const char *const keys[] = { "epoch", "serial", "digest", "at", NULL };
	struct lp_doc part = lp_doc_map(doc, key, required);

	if (part.map) {
		lp_doc_keys(&part, keys);
		lp_release_decode_number(&part, true, &out->id);
		lp_doc_digest(&part, "digest", &out->id.digest);
		lp_doc_time(&part, "at", true, &out->at);
		if (part.rc == 0 && out->at == 0)
			lp_doc_fail(&part, "at", NULL, "'at' is not after 1970-01-01");
	}
	lp_doc_join(doc, &part);
}

static void decode_stream(struct lp_doc *doc, struct lp_freshness *memory)
{
	static const char *const keys[] = { "stream", "created", "seen", "applied", NULL };
	struct lp_stream_memory *stream = lp_array_add(&memory->streams, &memory->n_streams, sizeof(*stream));

	if (!stream) {
		doc->rc = lp_fail_nomem(doc->err);
		return;
	}
	lp_doc_keys(doc, keys);
	lp_doc_text_dup(doc, "stream", true, &stream->name);
	lp_doc_time(doc, "created", false, &stream->created);
	decode_sighting(doc, "seen", true, &stream->seen);
	decode_sighting(doc, "applied", false, &stream->applied);
	for (size_t i = 0; doc->rc == 0 && i + 1 < memory->n_streams; i++)
		if (strcmp(memory->streams[i].name, stream->name) == 0)
			lp_doc_fail(doc, "stream", NULL, "the stream '%s' stands twice", stream->name);
}

static void decode_downgrade(struct lp_doc *doc, struct lp_freshness *memory)
{
	static const char *const keys[] = { "stream", "from", "to", NULL };
	struct lp_downgrade *downgrade = lp_array_add(&memory->downgrades, &memory->n_downgrades, sizeof(*downgrade));

	if (!downgrade) {
		doc->rc = lp_fail_nomem(doc->err);
		return;
	}
	lp_doc_keys(doc, keys);
	lp_doc_text_dup(doc, "stream", true, &downgrade->stream);
	decode_sighting(doc, "from", true, &downgrade->from);
	decode_sighting(doc, "to", true, &downgrade->to);
}

static void decode_list(struct lp_doc *doc, const char *key, size_t max, struct lp_freshness *memory,
			void (*decode)(struct lp_doc *doc, struct lp_freshness *memory))
{
	const struct lppack_value *list = lp_doc_list(doc, key, true);

	if (lppack_value_count(list) > max)
		lp_doc_fail(doc, key, NULL, "'%s' has more than %zu elements", key, max);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);

		decode(&item, memory);
		lp_doc_join(doc, &item);
	}
}

int lp_freshness_read(const char *root, struct lp_freshness *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "latest", "streams", "downgrades", NULL };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_FRESHNESS_FILE, root);
	struct lp_doc doc = { .name = path, .code = LPPACK_E_STATE, .err = err };
	int rc = path ? lp_state_file_read(root, LP_FRESHNESS_FILE, &tree, err) : lp_fail_nomem(err);

	*out = (struct lp_freshness){ 0 };
	if (rc <= 0)
		return rc;
	doc.map = tree;
	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	lp_doc_time(&doc, "latest", false, &out->latest);
	decode_list(&doc, "streams", STREAMS_MAX, out, decode_stream);
	decode_list(&doc, "downgrades", DOWNGRADES_MAX, out, decode_downgrade);
	if (doc.rc < 0)
		lp_freshness_free(out);
	if (doc.rc == -LPPACK_E_STATE)
		lp_hint(err, doc.rc, "restore it from a backup: lppack does not go on from a damaged memory");
	return doc.rc;
}

static struct lppack_value *sighting_tree(const struct lp_sighting *sighting)
{
	const struct lp_release_id id = { .epoch = sighting->id.epoch,
					  .serial = sighting->id.serial,
					  .digest = sighting->id.digest };
	struct lppack_value *map = lp_value_map();

	lp_release_encode(&map, &id);
	lp_value_add_time(&map, "at", sighting->at);
	return map;
}

static struct lppack_value *stream_tree(const struct lp_stream_memory *stream)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "stream", stream->name);
	if (stream->created)
		lp_value_add_time(&map, "created", stream->created);
	lp_value_add(&map, "seen", sighting_tree(&stream->seen));
	if (stream->applied.at)
		lp_value_add(&map, "applied", sighting_tree(&stream->applied));
	return map;
}

static struct lppack_value *downgrade_tree(const struct lp_downgrade *downgrade)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "stream", downgrade->stream);
	lp_value_add(&map, "from", sighting_tree(&downgrade->from));
	lp_value_add(&map, "to", sighting_tree(&downgrade->to));
	return map;
}

static struct lppack_value *memory_tree(const struct lp_freshness *memory)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *streams = lp_value_list();
	struct lppack_value *downgrades = lp_value_list();

	for (size_t i = 0; i < memory->n_streams; i++)
		lp_value_push(&streams, stream_tree(&memory->streams[i]));
	for (size_t i = 0; i < memory->n_downgrades; i++)
		lp_value_push(&downgrades, downgrade_tree(&memory->downgrades[i]));
	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	if (memory->latest)
		lp_value_add_time(&map, "latest", memory->latest);
	lp_value_add(&map, "streams", streams);
	lp_value_add(&map, "downgrades", downgrades);
	return map;
}

static int memory_write(const char *root, struct lp_freshness *memory, int64_t now, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;

	if (now > memory->latest)
		memory->latest = now;
	tree = memory_tree(memory);
	return tree ? lp_state_file_write(root, LP_FRESHNESS_FILE, tree, err) : lp_fail_nomem(err);
}

static struct lp_stream_memory *find_stream(const struct lp_freshness *memory, const char *name)
{
	for (size_t i = 0; i < memory->n_streams; i++)
		if (strcmp(memory->streams[i].name, name) == 0)
			return &memory->streams[i];
	return NULL;
}

static struct lp_stream_memory *demand_stream(struct lp_freshness *memory, const char *name, struct lppack_error *err)
{
	struct lp_stream_memory *stream = find_stream(memory, name);

	if (stream)
		return stream;
	if (memory->n_streams >= STREAMS_MAX) {
		lp_fail(err, LPPACK_E_LIMIT, "take streams that are gone out of the file",
			LP_STATE_DIRECTORY "/" LP_FRESHNESS_FILE ": remembers %u streams already", STREAMS_MAX);
		return NULL;
	}
	stream = lp_array_add(&memory->streams, &memory->n_streams, sizeof(*stream));
	if (stream)
		stream->name = strdup(name);
	if (!stream || !stream->name) {
		memory->n_streams -= stream != NULL;
		lp_fail_nomem(err);
		return NULL;
	}
	return stream;
}

static struct lp_sighting sighting_of(const struct lp_release_id *id, int64_t now)
{
	return (struct lp_sighting){
		.id = { .epoch = id->epoch, .serial = id->serial, .created = id->created, .digest = id->digest },
		.at = now
	};
}

static int fail_clock(const char *name, int64_t now, int64_t bound, const char *what, const char *hint,
		      struct lppack_error *err)
{
	char now_text[LP_TIME_TEXT];
	char bound_text[LP_TIME_TEXT];

	lp_time_format(now, now_text);
	lp_time_format(bound, bound_text);
	return lp_fail(err, LPPACK_E_CLOCK, hint, "%s: this machine's clock says %s, which is before %s, %s", name,
		       now_text, bound_text, what);
}

/* A day of slack: clocks and time zones of signing machines are set by people. */
static int check_clock(const struct lp_freshness *memory, const struct lp_release_id *id, const char *name, int64_t now,
		       struct lppack_error *err)
{
	static const char hint[] = "set the clock (timedatectl), then try again";

	if (now < EARLIEST_NOW)
		return fail_clock(name, now, EARLIEST_NOW, "when this lppack did not exist", hint, err);
	if (now < id->created - DAY)
		return fail_clock(name, now, id->created, "when the bundle was created",
				  "set the clock (timedatectl); if it is right, ask the vendor why the bundle is of "
				  "the future",
				  err);
	if (memory->latest && now < memory->latest - DAY)
		return fail_clock(
			name, now, memory->latest, "when lppack last wrote its memory",
			"set the clock (timedatectl); if it was wrong then, take the line 'latest' out of " LP_STATE_DIRECTORY
			"/" LP_FRESHNESS_FILE,
			err);
	return 0;
}

static int add_warning(struct lppack_value **warnings, char *text, struct lppack_error *err)
{
	LP_AUTO_FREE char *owned = text;

	if (!warnings)
		return 0;
	lp_value_push(warnings, owned ? lp_value_string(owned) : NULL);
	return *warnings ? 0 : lp_fail_nomem(err);
}

/* What was accepted once is no worse for a clock that has lost its battery, and early in a boot nobody has set it. */
static int judge_clock(const struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		       const struct lp_freshness_options *o, int64_t now, struct lppack_value **warnings,
		       struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = check_clock(memory, id, name, now, &why);

	if (rc < 0 && o->installed)
		return add_warning(warnings, strdup(why.message), err);
	return rc < 0 ? lp_error_move(err, &why) : 0;
}

static int check_expiry(const char *name, const struct lp_freshness_options *o, int64_t now,
			struct lppack_value **warnings, struct lppack_error *err)
{
	char text[LP_TIME_TEXT];

	if (!o->expires || now < o->expires)
		return 0;
	lp_time_format(o->expires, text);
	if (o->fetched)
		return lp_fail(err, LPPACK_E_EXPIRED,
			       "look for a newer bundle of the stream; who offers this one may be holding that back",
			       "%s: the bundle expired on %s", name, text);
	return add_warning(warnings, lp_text_format("the bundle expired on %s", text), err);
}

int lp_freshness_check_known(const struct lp_release_id *known, const char *what, const struct lp_release_id *id,
			     const char *name, struct lppack_error *err)
{
	char known_text[LP_RELEASE_TEXT];
	char new_text[LP_RELEASE_TEXT];

	if (!lp_release_is_same(known, id) || lp_digest_equal(&known->digest, &id->digest))
		return 0;
	lp_release_name(known, known_text);
	lp_release_name(id, new_text);
	return lp_fail(err, LPPACK_E_EQUIVOCATION,
		       "do not use either before the vendor has told which one is his: two bundles of one number mean "
		       "that a key is misused or that a release was made twice",
		       "%s: %s of stream %s is not the one that this machine has %s, %s", name, new_text, id->stream,
		       what, known_text);
}

static int check_sighting(const struct lp_sighting *known, const char *what, const struct lp_release_id *id,
			  const char *name, struct lppack_error *err)
{
	struct lp_release_id release = known->id;

	/* The stream stands beside a sighting, and its memory is of the same one. */
	release.stream = id->stream;
	return known->at ? lp_freshness_check_known(&release, what, id, name, err) : 0;
}

/* By everything that is remembered of the stream. */
static int check_equivocation(const struct lp_freshness *memory, const struct lp_stream_memory *stream,
			      const struct lp_release_id *id, const char *name, struct lppack_error *err)
{
	int rc = stream ? check_sighting(&stream->seen, "seen", id, name, err) : 0;

	if (rc == 0 && stream)
		rc = check_sighting(&stream->applied, "applied", id, name, err);
	for (size_t i = 0; rc == 0 && i < memory->n_downgrades; i++) {
		const struct lp_downgrade *downgrade = &memory->downgrades[i];

		if (strcmp(downgrade->stream, id->stream) != 0)
			continue;
		rc = check_sighting(&downgrade->from, "seen", id, name, err);
		if (rc == 0)
			rc = check_sighting(&downgrade->to, "gone back to", id, name, err);
	}
	return rc;
}

/* The newest that is known of the stream. */
static const struct lp_sighting *newest(const struct lp_stream_memory *stream)
{
	return lp_release_compare(&stream->applied.id, &stream->seen.id) > 0 ? &stream->applied : &stream->seen;
}

static bool is_applied(const struct lp_stream_memory *stream, const struct lp_sighting *release)
{
	return stream->applied.at && lp_digest_equal(&stream->applied.id.digest, &release->id.digest);
}

/* A thief dates a bundle back into the window of a retired key; a vendor who builds in another order than he numbers
 * has keys that are not retired. */
static int check_created(const struct lp_stream_memory *stream, const struct lp_release_id *id, const char *name,
			 const struct lp_freshness_options *o, struct lppack_value **warnings, struct lppack_error *err)
{
	char created[LP_TIME_TEXT];
	char latest[LP_TIME_TEXT];

	if (id->created >= stream->created)
		return 0;
	lp_time_format(id->created, created);
	lp_time_format(stream->created, latest);
	if (o->retired)
		return lp_fail(err, LPPACK_E_UNTRUSTED,
			       "have it signed by a key whose window is open, or ask the vendor whether it is theirs",
			       "%s: created on %s, before what this machine has seen of stream %s (%s), and signed by "
			       "keys whose windows have ended",
			       name, created, stream->name, latest);
	return add_warning(warnings,
			   lp_text_format("the bundle was created on %s, before what this machine has seen of stream "
					  "%s (%s): ask the vendor whether that is meant",
					  created, stream->name, latest),
			   err);
}

static int check_epoch(const struct lp_stream_memory *stream, const struct lp_release_id *id, const char *name,
		       struct lppack_error *err)
{
	uint64_t known = stream ? newest(stream)->id.epoch : 0;

	if (id->epoch <= known + LP_EPOCH_STEP)
		return 0;
	return lp_fail(err, LPPACK_E_LIMIT,
		       "ask the vendor whether it is theirs: who takes the highest epochs leaves the stream none",
		       "%s: epoch %llu is more than %u above the one that this machine has seen of stream %s, %llu",
		       name, (unsigned long long)id->epoch, LP_EPOCH_STEP, id->stream, (unsigned long long)known);
}

/* Returns 1 for a downgrade that is allowed. */
static int check_order(const struct lp_stream_memory *stream, const struct lp_sighting *new, const char *name,
		       const struct lp_freshness_options *o, struct lppack_value **warnings, struct lppack_error *err)
{
	int order = lp_release_compare(&new->id, &newest(stream)->id);
	char known_text[LP_RELEASE_TEXT];
	char new_text[LP_RELEASE_TEXT];
	int rc;

	if (order > 0)
		return check_created(stream, &new->id, name, o, warnings, err);
	if (order == 0 || is_applied(stream, new))
		return 0;
	lp_release_name(&newest(stream)->id, known_text);
	lp_release_name(&new->id, new_text);
	if (!o->allow_downgrade)
		return lp_fail(err, LPPACK_E_DOWNGRADE,
			       "an old bundle brings old holes back; if that is meant, give --allow-downgrade, which "
			       "is recorded",
			       "%s: %s is older than what this machine has seen of stream %s, %s", name, new_text,
			       stream->name, known_text);
	rc = add_warning(warnings, lp_text_format("going back is allowed: from %s to %s", known_text, new_text), err);
	return rc < 0 ? rc : 1;
}

static int64_t now_of(const struct lp_freshness_options *o)
{
	return o->now ? o->now : (int64_t)time(NULL);
}

/* Returns 1 for a downgrade that is allowed. */
static int check(const struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		 const struct lp_freshness_options *o, struct lppack_value **warnings, struct lppack_error *err)
{
	int64_t now = now_of(o);
	struct lp_sighting new = sighting_of(id, now);
	const struct lp_stream_memory *stream = find_stream(memory, id->stream);
	int rc = judge_clock(memory, id, name, o, now, warnings, err);

	if (rc < 0)
		return rc;
	rc = check_expiry(name, o, now, warnings, err);
	if (rc == 0)
		rc = check_equivocation(memory, stream, id, name, err);
	if (rc == 0)
		rc = check_epoch(stream, id, name, err);
	return rc < 0 || !stream ? rc : check_order(stream, &new, name, o, warnings, err);
}

int lp_freshness_check(const struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		       const struct lp_freshness_options *options, struct lppack_value **warnings,
		       struct lppack_error *err)
{
	int rc = check(memory, id, name, options, warnings, err);

	return rc < 0 ? rc : 0;
}

static int note_downgrade(struct lp_freshness *memory, const struct lp_stream_memory *stream,
			  const struct lp_sighting *to, struct lppack_error *err)
{
	struct lp_downgrade *downgrade;

	/* Asked for again before it was applied: one note. */
	if (memory->n_downgrades) {
		downgrade = &memory->downgrades[memory->n_downgrades - 1];
		if (strcmp(downgrade->stream, stream->name) == 0 &&
		    lp_digest_equal(&downgrade->to.id.digest, &to->id.digest))
			return 0;
	}
	if (memory->n_downgrades == DOWNGRADES_MAX) {
		free(memory->downgrades[0].stream);
		memory->n_downgrades--;
		memmove(memory->downgrades, memory->downgrades + 1, memory->n_downgrades * sizeof(*downgrade));
	}
	downgrade = lp_array_add(&memory->downgrades, &memory->n_downgrades, sizeof(*downgrade));
	if (downgrade)
		downgrade->stream = strdup(stream->name);
	if (!downgrade || !downgrade->stream) {
		memory->n_downgrades -= downgrade != NULL;
		return lp_fail_nomem(err);
	}
	downgrade->from = *newest(stream);
	downgrade->to = *to;
	return 1;
}

/* Returns 1 if the memory changed. */
static int see(struct lp_freshness *memory, const char *name, const struct lp_sighting *new, bool downgrade,
	       struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_stream_memory *stream = demand_stream(memory, name, &why);

	if (!stream)
		return lp_error_move(err, &why);
	if (downgrade)
		return note_downgrade(memory, stream, new, err);
	if (stream->seen.at && lp_release_compare(&new->id, &stream->seen.id) <= 0)
		return 0;
	if (new->id.created > stream->created)
		stream->created = new->id.created;
	stream->seen = *new;
	return 1;
}

int lp_freshness_see(const char *root, struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		     const struct lp_freshness_options *options, struct lppack_error *err)
{
	int64_t now = now_of(options);
	struct lp_sighting new = sighting_of(id, now);
	int rc = check(memory, id, name, options, NULL, err);

	if (rc >= 0)
		rc = see(memory, id->stream, &new, rc == 1, err);
	return rc <= 0 ? rc : memory_write(root, memory, now, err);
}

int lp_freshness_apply(const char *root, struct lp_freshness *memory, const struct lp_release_id *id, int64_t now,
		       struct lppack_error *err)
{
	struct lp_sighting new = sighting_of(id, now ? now : (int64_t)time(NULL));
	struct lp_stream_memory *stream;
	int rc = see(memory, id->stream, &new, false, err);

	if (rc < 0)
		return rc;
	stream = find_stream(memory, id->stream);
	if (rc == 0 && is_applied(stream, &new))
		return 0;
	stream->applied = new;
	return memory_write(root, memory, new.at, err);
}

struct lppack_value *lp_freshness_describe(const struct lp_freshness *memory, struct lppack_error *err)
{
	struct lppack_value *tree = memory_tree(memory);

	if (!tree)
		lp_fail_nomem(err);
	return tree;
}
