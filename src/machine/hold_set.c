/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting holds, taking them away, and listing them. */
#include "machine/hold.h"

#include "shared/array.h"
#include "base/export.h"
#include "base/options.h"
#include "shared/text.h"
#include "format/format.h"
#include "machine/boot_choice.h"
#include "machine/state.h"

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
	return lp_fail(err, LPPACK_E_USAGE, "write it as 2026-11-21 or 2026-11-21T12:00:00Z",
		       "'%s' is no date", text);
}

static int read_options(const struct lppack_hold_options *o, int64_t now, struct lp_hold *hold,
			struct lppack_error *err)
{
	int64_t until = 0;

	if (o->stream && !lp_stream_name_is_valid(o->stream))
		return lp_fail(err, LPPACK_E_USAGE, NULL, "'%s' is no name of a stream", o->stream);
	if (o->freeze && o->has_serial)
		return lp_fail(err, LPPACK_E_USAGE, "give one of them", "a hold is a freeze or at a serial, not both");
	if (!o->freeze && !o->has_serial && !o->until)
		return lp_fail(err, LPPACK_E_USAGE, "say how far levels may go: a serial, a date, or a freeze",
			       "a hold that holds nothing");
	if (o->until && parse_until(o->until, &until, err) < 0)
		return -LPPACK_E_USAGE;
	if (o->freeze && o->until && until <= now)
		return lp_fail(err, LPPACK_E_USAGE, "name a time to come", "%s: the freeze would be over already",
			       o->until);
	if (!o->freeze && until > now)
		return lp_fail(err, LPPACK_E_USAGE, "to keep everything away until then, add --freeze",
			       "%s: no bundle was made after that, so nothing would be held", o->until);
	*hold = (struct lp_hold){
		.freeze = o->freeze, .has_serial = o->has_serial, .newest.serial = o->serial, .set_at = now
	};
	*(o->freeze ? &hold->ends : &hold->until) = until;
	return 0;
}

/* What the next boot puts in force; NULL: nothing. */
static const struct lp_installed *find_taken(const struct lp_boot_candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (candidates->items[i].at_boot == LP_BOOT_CHOICE_APPLIED)
			return candidates->items[i].level;
	return NULL;
}

/* What is in force by the record of this boot; else what a boot would put in force. */
static int read_kept(struct lppack_host *host, struct lp_hold *hold, struct lppack_error *err)
{
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	const struct lp_installed *target;
	int rc = lp_applied_read(host->io.root, &applied, err);

	if (rc < 0)
		return rc;
	if (rc > 0 && lp_host_is_boot_of(host, &applied)) {
		return lp_release_copy(&hold->kept, &applied.id, err);
	}
	rc = lp_store_read(host->io.root, &store, err);
	if (rc == 0)
		rc = lp_boot_candidates_read(host, &store, &candidates, err);
	target = find_taken(&candidates);
	return rc < 0 || !target ? rc : lp_release_copy(&hold->kept, &target->id, err);
}

/* The newest epoch that the machine has of the stream, or of any. */
static int read_epoch(struct lppack_host *host, struct lp_hold *hold, const char *stream, struct lppack_error *err)
{
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	int rc = lp_applied_read(host->io.root, &applied, err);

	if (rc >= 0)
		rc = lp_store_read(host->io.root, &store, err);
	if (rc < 0)
		return rc;
	if (applied.id.stream && (!stream || strcmp(applied.id.stream, stream) == 0))
		hold->newest.epoch = applied.id.epoch;
	for (size_t i = 0; i < store.n; i++)
		if ((!stream || strcmp(store.levels[i].id.stream, stream) == 0) && store.levels[i].id.epoch > hold->newest.epoch)
			hold->newest.epoch = store.levels[i].id.epoch;
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
	LP_AUTO(lp_holds_free) struct lp_holds holds = { 0 };
	LP_AUTO(lp_hold_free) struct lp_hold hold = { 0 };
	LP_AUTO_CLOSE int lock = -1;
	bool ok = true;
	int rc = LP_OPTIONS_TAKE(lppack_hold_options, stream, &options, given, err);

	if (rc == 0)
		rc = read_options(&options, time(NULL), &hold, err);
	if (rc < 0)
		return rc;
	lock = lp_host_lock_for(host, options.wait, err);
	if (lock < 0)
		return lock;
	rc = lp_holds_read(host->io.root, &holds, err);
	if (rc == 0 && hold.freeze)
		rc = read_kept(host, &hold, err);
	if (rc == 0 && hold.has_serial)
		rc = read_epoch(host, &hold, options.stream, err);
	hold.newest.stream = lp_text_dup(options.stream, &ok);
	if (rc == 0)
		rc = ok ? put_hold(&holds, &hold, err) : lp_fail_nomem(err);
	return rc < 0 ? rc : lp_holds_write(host->io.root, &holds, err);
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
	LP_AUTO(lp_holds_free) struct lp_holds holds = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	struct lp_hold_subject in_force;
	struct lppack_value *list = NULL;
	bool is_known;

	if (lp_holds_read(host->io.root, &holds, err) < 0)
		return NULL;
	/* What cannot be read is for lppack status to tell. */
	is_known = lp_applied_read(host->io.root, &applied, NULL) > 0;
	lp_store_read(host->io.root, &store, NULL);
	is_known = lp_hold_subject_of(host, &applied, &store, &in_force) && is_known;
	list = lp_holds_describe(&holds, is_known ? &in_force : NULL, time(NULL));
	if (!list)
		lp_fail_nomem(err);
	return list;
}
