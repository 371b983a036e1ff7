/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting holds, taking them away, and listing them. */
#include "shared/array.h"
#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/release.h"
#include "format/state_file.h"
#include "machine/boot_choice.h"
#include "machine/hold.h"

#include <string.h>
#include <time.h>

/* A time, or a day, which begins at midnight UTC. */
static int parse_until(const char *text, int64_t *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *whole = lp_text_format("%sT00:00:00Z", text);

	if (!whole)
		return lp_fail_nomem(err);
	if (lp_time_parse(text, out) == 0 || lp_time_parse(whole, out) == 0)
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "write it as 2026-11-21 or 2026-11-21T12:00:00Z", "'%s' is no date", text);
}

static int read_options(const struct lppack_hold_options *o, int64_t now, struct lp_hold *hold,
			struct lppack_error *err)
{
	bool freeze = o->flags & LPPACK_HOLD_FREEZE;
	bool has_serial = o->flags & LPPACK_HOLD_SERIAL;
	int64_t until = 0;

	if (lp_flags_check("struct lppack_hold_options", o->flags, LPPACK_HOLD_FREEZE | LPPACK_HOLD_SERIAL, err) < 0)
		return -LPPACK_E_USAGE;
	if (o->stream && !lp_stream_name_is_valid(o->stream))
		return lp_fail(err, LPPACK_E_USAGE, NULL, "'%s' is no name of a stream", o->stream);
	if (freeze && has_serial)
		return lp_fail(err, LPPACK_E_USAGE, "give one of them", "a hold is a freeze or at a serial, not both");
	if (!freeze && !has_serial && !o->until)
		return lp_fail(err, LPPACK_E_USAGE, "say how far levels may go: a serial, a date, or a freeze",
			       "a hold that holds nothing");
	if (o->until && parse_until(o->until, &until, err) < 0)
		return -LPPACK_E_USAGE;
	if (freeze && o->until && until <= now)
		return lp_fail(err, LPPACK_E_USAGE, "name a time to come", "%s: the freeze would be over already",
			       o->until);
	if (!freeze && until > now)
		return lp_fail(err, LPPACK_E_USAGE, "to keep everything away until then, add --freeze",
			       "%s: no bundle was made after that, so nothing would be held", o->until);
	*hold = (struct lp_hold){
		.freeze = freeze, .has_serial = has_serial, .newest.serial = o->serial, .set_at = now
	};
	*(freeze ? &hold->ends : &hold->until) = until;
	return 0;
}

/* What is applied by the record of this boot; else what a boot would apply. */
static int read_frozen(struct lp_snapshot *snapshot, struct lp_hold *hold, struct lppack_error *err)
{
	const struct lp_applied *applied = lp_snapshot_applied(snapshot);
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	const struct lp_installed *taken;
	int rc;

	if (applied)
		return lp_release_copy(&hold->frozen, &applied->id, err);
	rc = lp_snapshot_check(snapshot, LP_PART_STORE, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_open_releases(snapshot, err);
	if (rc < 0)
		return rc;
	rc = lp_boot_candidates_read(snapshot, NULL, &candidates, err);
	taken = lp_boot_candidates_taken(&candidates);
	return rc < 0 || !taken ? rc : lp_release_copy(&hold->frozen, &taken->id, err);
}

/* The newest epoch that the machine has of the stream, or of any. */
static int read_epoch(const struct lp_snapshot *snapshot, struct lp_hold *hold, const char *stream,
		      struct lppack_error *err)
{
	const struct lp_store *store = &snapshot->store;
	const struct lp_release_id *applied = &snapshot->state.applied.id;
	int rc = lp_snapshot_check(snapshot, LP_PART_STORE, err);

	if (rc < 0)
		return rc;
	if (snapshot->state.has_applied && (!stream || strcmp(applied->stream, stream) == 0))
		hold->newest.epoch = applied->epoch;
	for (size_t i = 0; i < store->n; i++) {
		const struct lp_release_id *id = &store->releases[i].id;

		if ((!stream || strcmp(id->stream, stream) == 0) && id->epoch > hold->newest.epoch)
			hold->newest.epoch = id->epoch;
	}
	return 0;
}

static void remove_hold(struct lp_holds *holds, size_t i)
{
	lp_hold_free(&holds->items[i]);
	holds->n--;
	memmove(&holds->items[i], &holds->items[i + 1], (holds->n - i) * sizeof(*holds->items));
}

/* Takes the hold over. */
static int put_hold(struct lp_holds *holds, struct lp_hold *hold, struct lppack_error *err)
{
	struct lp_hold *item;

	for (size_t i = holds->n; i-- > 0;)
		if (lp_text_equal(holds->items[i].newest.stream, hold->newest.stream))
			remove_hold(holds, i);
	item = lp_array_add(&holds->items, &holds->n, sizeof(*item));
	if (!item)
		return lp_fail_nomem(err);
	*item = *hold;
	*hold = (struct lp_hold){ 0 };
	return 0;
}

LP_EXPORT int lppack_hold_set(struct lppack_host *host, const struct lppack_hold_options *given,
			      struct lppack_error *err)
{
	struct lppack_hold_options options;
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO(lp_hold_free) struct lp_hold hold = { 0 };
	LP_AUTO_CLOSE int lock = -1;
	bool ok = true;
	int rc = LP_OPTIONS_TAKE(lppack_hold_options, stream, &options, given, err);

	if (rc < 0)
		return rc;
	rc = read_options(&options, time(NULL), &hold, err);
	if (rc < 0)
		return rc;
	lock = lp_host_lock_for(host, options.wait, err);
	if (lock < 0)
		return lock;
	lp_snapshot_read(&snapshot, host);
	rc = lp_snapshot_check(&snapshot, LP_PART_HOLDS, err);
	if (rc == 0 && (hold.freeze || hold.has_serial))
		rc = lp_snapshot_check(&snapshot, LP_PART_STATE, err);
	if (rc == 0 && hold.freeze)
		rc = read_frozen(&snapshot, &hold, err);
	if (rc == 0 && hold.has_serial)
		rc = read_epoch(&snapshot, &hold, options.stream, err);
	hold.newest.stream = lp_text_dup(options.stream, &ok);
	if (rc == 0)
		rc = ok ? put_hold(&snapshot.holds, &hold, err) : lp_fail_nomem(err);
	return rc < 0 ? rc : lp_holds_write(host->io.root, &snapshot.holds, err);
}

LP_EXPORT int lppack_hold_clear(struct lppack_host *host, const char *stream, const struct lppack_wait *wait,
				struct lppack_error *err)
{
	LP_AUTO(lp_holds_free) struct lp_holds holds = { 0 };
	LP_AUTO_CLOSE int lock = lp_host_lock_for(host, wait, err);
	size_t before;
	int rc;

	if (lock < 0)
		return lock;
	if (!stream) {
		/* What cannot be read is to be got rid of by this too. */
		rc = lp_holds_read(host->io.root, &holds, NULL);
		before = holds.n;
		if (rc == 0 && before == 0)
			return 0;
		rc = lp_state_file_remove(host->io.root, LP_HOLD_FILE, err);
		return rc < 0 ? rc : (int)before;
	}
	rc = lp_holds_read(host->io.root, &holds, err);
	before = holds.n;
	for (size_t i = holds.n; rc == 0 && i-- > 0;)
		if (lp_text_equal(holds.items[i].newest.stream, stream))
			remove_hold(&holds, i);
	if (rc == 0 && holds.n < before)
		rc = lp_holds_write(host->io.root, &holds, err);
	return rc < 0 ? rc : (int)(before - holds.n);
}

LP_EXPORT struct lppack_value *lppack_hold_describe(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	struct lp_hold_subject applied;
	struct lppack_value *list;
	bool is_known;

	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_check(&snapshot, LP_PART_HOLDS, err) < 0)
		return NULL;
	/* What else cannot be read is for lppack status to report. */
	is_known = lp_snapshot_subject(&snapshot, &applied);
	list = lp_holds_describe(&snapshot.holds, is_known ? &applied : NULL, time(NULL));
	if (!list)
		lp_fail_nomem(err);
	return list;
}
