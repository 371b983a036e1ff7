/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/boot_choice.h"

#include "shared/text.h"
#include "machine/boot_count.h"
#include "machine/hold.h"

#include <string.h>
#include <time.h>

const char *const lp_boot_choice_names[] = {
	[LP_BOOT_CHOICE_APPLIED] = "applied",
	[LP_BOOT_CHOICE_RESERVE] = "in reserve",
	[LP_BOOT_CHOICE_HELD] = "held",
	[LP_BOOT_CHOICE_SKIPPED] = "skipped",
	[LP_BOOT_CHOICE_OTHER_KERNEL] = "not for this kernel",
	[LP_BOOT_CHOICE_DAMAGED] = "damaged",
	[LP_BOOT_CHOICE_NOT_CHOSEN] = "not chosen",
	[LP_BOOT_CHOICE_REMOVED] = "removed",
};

void lp_boot_candidates_free(struct lp_boot_candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		lp_unsigned_contents_close(&candidates->items[i].kept);
	free(candidates->items);
	*candidates = (struct lp_boot_candidates){ 0 };
}

const struct lp_boot_candidate *lp_boot_candidates_find(const struct lp_boot_candidates *candidates, const struct lp_digest *digest)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (lp_digest_equal(&candidates->items[i].level->id.digest, digest))
			return &candidates->items[i];
	return NULL;
}

int lp_boot_candidate_check(struct lppack_host *host, const struct lp_installed *level, struct lppack_error *err)
{
	const struct lp_hold_subject subject = { .id = level->id, .installed = true };
	int rc = lp_boot_check(host, level, err);

	return rc < 0 ? rc : lp_hold_check(host->io.root, &subject, time(NULL), err);
}

static const struct lp_installed *find_frozen(const struct lp_store *store, const struct lp_hold *freeze)
{
	for (size_t i = 0; freeze && i < store->n; i++)
		if (lp_release_is_same(&store->levels[i].id, &freeze->kept))
			return &store->levels[i];
	return NULL;
}

/* Whether boots come to the level, if they go down from there. */
static bool is_below(const struct lp_installed *level, const struct lp_installed *from)
{
	return strcmp(level->id.stream, from->id.stream) == 0 && lp_release_compare(&level->id, &from->id) <= 0;
}

const struct lp_installed *lp_boot_choice_first(struct lppack_host *host, const struct lp_store *store)
{
	const struct lp_installed *target = lp_store_target(store);
	LP_AUTO_HOLDS struct lp_holds holds = { 0 };
	const struct lp_installed *frozen;

	/* Holds that cannot be read keep every level away: lp_boot_candidate_check() tells of them. */
	if (!target || lp_holds_read(host->io.root, &holds, NULL) < 0)
		return target;
	frozen = find_frozen(store, lp_holds_find_freeze(&holds, target->id.stream, time(NULL)));
	return frozen && !is_below(frozen, target) ? frozen : target;
}

/* Which levels boots look at, whatever they find: as lppack_store_open_installed() goes through them. */
static void find_turns(struct lppack_host *host, struct lp_boot_candidates *out, const struct lp_store *store)
{
	const struct lp_installed *level = lp_boot_choice_first(host, store);

	for (; level; level = lp_store_below(store, &level->id))
		out->items[level - store->levels].in_turn = true;
}

static enum lp_boot_choice judge_kernel(struct lppack_host *host, struct lp_boot_candidate *candidate)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_record record;
	int rc = lp_host_identify(host, &why);

	if (rc < 0)
		return rc == -LPPACK_E_NO_KERNEL ? LP_BOOT_CHOICE_OTHER_KERNEL : LP_BOOT_CHOICE_APPLIED;
	rc = lp_contents_find(candidate->kept.contents, &host->kernel.build_id, &record, &why);
	return rc == 0 ? LP_BOOT_CHOICE_APPLIED : rc == -LPPACK_E_NO_KERNEL ? LP_BOOT_CHOICE_OTHER_KERNEL : LP_BOOT_CHOICE_DAMAGED;
}

/* By itself, as if its turn had come. */
static enum lp_boot_choice judge(struct lppack_host *host, struct lp_boot_candidate *candidate)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_boot_candidate_check(host, candidate->level, &why);

	if (rc < 0)
		return rc == -LPPACK_E_HELD	 ? LP_BOOT_CHOICE_HELD :
		       rc == -LPPACK_E_BOOT_LOOP ? LP_BOOT_CHOICE_SKIPPED :
						   LP_BOOT_CHOICE_DAMAGED;
	if (lp_unsigned_contents_open(&candidate->kept, host->io.root, candidate->level, &why) < 0)
		return LP_BOOT_CHOICE_DAMAGED;
	return judge_kernel(host, candidate);
}

/* Levels of a stream stand from the newest down, as boots try them. */
static void settle(struct lp_boot_candidates *out, const struct lp_store *store)
{
	bool is_taken = false;

	for (size_t i = 0; i < out->n; i++) {
		struct lp_boot_candidate *candidate = &out->items[i];
		bool fits = candidate->at_boot == LP_BOOT_CHOICE_APPLIED;

		candidate->is_passed_over = candidate->in_turn && !fits && !is_taken;
		if (!fits)
			continue;
		if (!candidate->in_turn)
			candidate->at_boot = lp_store_target(store) ? LP_BOOT_CHOICE_NOT_CHOSEN : LP_BOOT_CHOICE_REMOVED;
		else if (is_taken)
			candidate->at_boot = LP_BOOT_CHOICE_RESERVE;
		is_taken |= candidate->in_turn;
	}
}

int lp_boot_candidates_read(struct lppack_host *host, const struct lp_store *store, struct lp_boot_candidates *out,
		     struct lppack_error *err)
{
	*out = (struct lp_boot_candidates){ 0 };
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
