/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/boot_choice.h"

#include "base/text.h"
#include "machine/boot_count.h"
#include "machine/hold.h"

#include <string.h>
#include <time.h>

const char *const lp_at_boot_names[] = {
	[LP_AT_BOOT_APPLIED] = "applied",
	[LP_AT_BOOT_RESERVE] = "in reserve",
	[LP_AT_BOOT_HELD] = "held",
	[LP_AT_BOOT_SKIPPED] = "skipped",
	[LP_AT_BOOT_OTHER_KERNEL] = "not for this kernel",
	[LP_AT_BOOT_DAMAGED] = "damaged",
	[LP_AT_BOOT_NOT_CHOSEN] = "not chosen",
	[LP_AT_BOOT_REMOVED] = "removed",
};

void lp_outlooks_free(struct lp_outlooks *outlooks)
{
	for (size_t i = 0; i < outlooks->n; i++)
		lp_kept_contents_close(&outlooks->items[i].kept);
	free(outlooks->items);
	*outlooks = (struct lp_outlooks){ 0 };
}

const struct lp_outlook *lp_outlooks_find(const struct lp_outlooks *outlooks, const struct lp_digest *digest)
{
	for (size_t i = 0; i < outlooks->n; i++)
		if (lp_digest_equal(&outlooks->items[i].level->digest, digest))
			return &outlooks->items[i];
	return NULL;
}

int lp_at_boot_allowed(struct lppack_host *host, const struct lp_kept *level, struct lppack_error *err)
{
	const struct lp_hold_subject subject = { .stream = level->stream,
						 .epoch = level->epoch,
						 .serial = level->serial,
						 .created = level->created,
						 .installed = true };
	int rc = lp_boot_check(host, level, err);

	return rc < 0 ? rc : lp_hold_check(host->host.root, &subject, time(NULL), err);
}

static const struct lp_kept *find_frozen(const struct lp_store *store, const struct lp_hold *freeze)
{
	for (size_t i = 0; freeze && i < store->n; i++)
		if (lp_text_equal(store->levels[i].stream, freeze->kept_stream) &&
		    store->levels[i].epoch == freeze->kept_epoch && store->levels[i].serial == freeze->kept_serial)
			return &store->levels[i];
	return NULL;
}

/* Whether boots come to the level, if they go down from there. */
static bool is_below(const struct lp_kept *level, const struct lp_kept *from)
{
	return strcmp(level->stream, from->stream) == 0 &&
	       (level->epoch < from->epoch || (level->epoch == from->epoch && level->serial <= from->serial));
}

const struct lp_kept *lp_at_boot_first(struct lppack_host *host, const struct lp_store *store)
{
	const struct lp_kept *target = lp_store_target(store);
	LP_AUTO_HOLDS struct lp_holds holds = { 0 };
	const struct lp_kept *frozen;

	/* Holds that cannot be read keep every level away: lp_at_boot_allowed() tells of them. */
	if (!target || lp_holds_read(host->host.root, &holds, NULL) < 0)
		return target;
	frozen = find_frozen(store, lp_holds_find_freeze(&holds, target->stream, time(NULL)));
	return frozen && !is_below(frozen, target) ? frozen : target;
}

/* Which levels boots look at, whatever they find: as lppack_store_open_installed() goes through them. */
static void find_turns(struct lppack_host *host, struct lp_outlooks *out, const struct lp_store *store)
{
	const struct lp_kept *level = lp_at_boot_first(host, store);

	for (; level; level = lp_store_below(store, level->stream, level->epoch, level->serial))
		out->items[level - store->levels].in_turn = true;
}

static enum lp_at_boot judge_kernel(struct lppack_host *host, struct lp_outlook *outlook)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_record record;
	int rc = lp_host_identify(host, &why);

	if (rc < 0)
		return rc == -LPPACK_E_NO_KERNEL ? LP_AT_BOOT_OTHER_KERNEL : LP_AT_BOOT_APPLIED;
	rc = lp_contents_find(&outlook->kept.contents, &host->kernel.build_id, &record, &why);
	return rc == 0 ? LP_AT_BOOT_APPLIED : rc == -LPPACK_E_NO_KERNEL ? LP_AT_BOOT_OTHER_KERNEL : LP_AT_BOOT_DAMAGED;
}

/* By itself, as if its turn had come. */
static enum lp_at_boot judge(struct lppack_host *host, struct lp_outlook *outlook)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_at_boot_allowed(host, outlook->level, &why);

	if (rc < 0)
		return rc == -LPPACK_E_HELD	 ? LP_AT_BOOT_HELD :
		       rc == -LPPACK_E_BOOT_LOOP ? LP_AT_BOOT_SKIPPED :
						   LP_AT_BOOT_DAMAGED;
	if (lp_kept_contents_open(&outlook->kept, host->host.root, outlook->level, &why) < 0)
		return LP_AT_BOOT_DAMAGED;
	return judge_kernel(host, outlook);
}

/* Levels of a stream stand from the newest down, as boots try them. */
static void settle(struct lp_outlooks *out, const struct lp_store *store)
{
	bool is_taken = false;

	for (size_t i = 0; i < out->n; i++) {
		struct lp_outlook *outlook = &out->items[i];
		bool fits = outlook->at_boot == LP_AT_BOOT_APPLIED;

		outlook->is_passed_over = outlook->in_turn && !fits && !is_taken;
		if (!fits)
			continue;
		if (!outlook->in_turn)
			outlook->at_boot = lp_store_target(store) ? LP_AT_BOOT_NOT_CHOSEN : LP_AT_BOOT_REMOVED;
		else if (is_taken)
			outlook->at_boot = LP_AT_BOOT_RESERVE;
		is_taken |= outlook->in_turn;
	}
}

int lp_outlooks_read(struct lppack_host *host, const struct lp_store *store, struct lp_outlooks *out,
		     struct lppack_error *err)
{
	*out = (struct lp_outlooks){ 0 };
	if (store->n == 0)
		return 0;
	out->items = calloc(store->n, sizeof(*out->items));
	if (!out->items)
		return lp_fail_nomem(err);
	out->n = store->n;
	find_turns(host, out, store);
	for (size_t i = 0; i < out->n; i++) {
		out->items[i].level = &store->levels[i];
		out->items[i].at_boot = judge(host, &out->items[i]);
	}
	settle(out, store);
	return 0;
}
