/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing among the installed releases as a boot does, and what people are shown of that. */
#include "machine/boot_choice.h"

#include "shared/text.h"
#include "base/value_add.h"
#include "format/release.h"
#include "machine/boot_count.h"
#include "machine/boot_unit.h"
#include "machine/hold.h"

#include <string.h>
#include <time.h>

const char *const lp_boot_choice_names[] = {
	[LP_BOOT_CHOICE_APPLIED] = "applied",
	[LP_BOOT_CHOICE_RESERVE] = "in reserve",
	[LP_BOOT_CHOICE_HELD] = "held",
	[LP_BOOT_CHOICE_SKIPPED] = "skipped",
	[LP_BOOT_CHOICE_OTHER_KERNEL] = "not for this kernel",
	[LP_BOOT_CHOICE_REFUSED] = "refused",
	[LP_BOOT_CHOICE_DAMAGED] = "damaged",
	[LP_BOOT_CHOICE_NOT_CHOSEN] = "not chosen",
	[LP_BOOT_CHOICE_REMOVED] = "removed",
};

void lp_boot_candidates_free(struct lp_boot_candidates *candidates)
{
	free(candidates->items);
	*candidates = (struct lp_boot_candidates){ 0 };
}

const struct lp_boot_candidate *lp_boot_candidates_find(const struct lp_boot_candidates *candidates,
							const struct lp_digest *digest)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (lp_digest_equal(&candidates->items[i].release->id.digest, digest))
			return &candidates->items[i];
	return NULL;
}

const struct lp_installed *lp_boot_candidates_taken(const struct lp_boot_candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		if (candidates->items[i].at_boot == LP_BOOT_CHOICE_APPLIED)
			return candidates->items[i].release;
	return NULL;
}

int lp_boot_choice_check(const struct lp_snapshot *snapshot, const struct lp_installed *release,
			 struct lppack_error *err)
{
	const struct lp_hold_subject subject = { .id = release->id, .installed = true };
	int rc = lp_snapshot_check(snapshot, LP_PART_BOOT, err);

	if (rc < 0)
		return rc;
	rc = lp_boot_check(&snapshot->trials, lp_host_boot(snapshot->host), &release->id, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_check(snapshot, LP_PART_HOLDS, err);
	return rc < 0 ? rc : lp_hold_check(&snapshot->holds, &subject, time(NULL), err);
}

static const struct lp_installed *find_frozen(const struct lp_store *store, const struct lp_hold *freeze)
{
	for (size_t i = 0; freeze && i < store->n; i++)
		if (lp_release_is_same(&store->releases[i].id, &freeze->frozen))
			return &store->releases[i];
	return NULL;
}

/* Whether boots come to the level, if they go down from there. */
static bool is_below(const struct lp_installed *release, const struct lp_installed *from)
{
	return strcmp(release->id.stream, from->id.stream) == 0 && lp_release_compare(&release->id, &from->id) <= 0;
}

const struct lp_installed *lp_boot_choice_first(const struct lp_snapshot *snapshot)
{
	const struct lp_installed *target = lp_snapshot_target(snapshot);
	const struct lp_installed *frozen;

	if (target && lp_snapshot_is_other_stream(snapshot, target->id.stream))
		target = lp_store_newest(&snapshot->store, lp_snapshot_stream(snapshot));

	/* Holds that cannot be read keep every level away: lp_boot_choice_check() reports them. */
	if (!target || snapshot->damage[LP_PART_HOLDS].code)
		return target;
	frozen = find_frozen(&snapshot->store, lp_holds_find_freeze(&snapshot->holds, target->id.stream, time(NULL)));
	return frozen && !is_below(frozen, target) ? frozen : target;
}

static enum lp_boot_choice judge_kernel(struct lppack_host *host, struct lp_contents *contents)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_record record;
	int rc = lp_host_identify(host, &why);

	if (rc < 0)
		return rc == -LPPACK_E_NO_KERNEL ? LP_BOOT_CHOICE_OTHER_KERNEL : LP_BOOT_CHOICE_APPLIED;
	rc = lp_contents_find(contents, &host->kernel.build_id, &record, NULL, &why);
	if (rc == 0)
		return LP_BOOT_CHOICE_APPLIED;
	return rc == -LPPACK_E_NO_KERNEL ? LP_BOOT_CHOICE_OTHER_KERNEL : LP_BOOT_CHOICE_DAMAGED;
}

/* By itself, as if its turn had come. */
static enum lp_boot_choice judge_release(const struct lp_snapshot *snapshot, const struct lp_installed *release,
					 const struct lppack_error *refusal)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_boot_choice_check(snapshot, release, &why);

	if (rc == -LPPACK_E_HELD)
		return LP_BOOT_CHOICE_HELD;
	if (rc == -LPPACK_E_BOOT_LOOP)
		return LP_BOOT_CHOICE_SKIPPED;
	if (rc < 0 || !release->opened)
		return LP_BOOT_CHOICE_DAMAGED;
	if (refusal->code)
		return LP_BOOT_CHOICE_REFUSED;
	return judge_kernel(snapshot->host, release->opened->contents);
}

/* Levels of a stream stand from the newest down, as boots try them. */
static void settle_candidates(const struct lp_snapshot *snapshot, struct lp_boot_candidates *out)
{
	bool is_taken = false;

	for (size_t i = 0; i < out->n; i++) {
		struct lp_boot_candidate *candidate = &out->items[i];
		bool fits = candidate->at_boot == LP_BOOT_CHOICE_APPLIED;

		candidate->is_passed_over = candidate->in_turn && !fits && !is_taken;
		if (!fits)
			continue;
		if (!candidate->in_turn)
			candidate->at_boot =
				lp_snapshot_target(snapshot) ? LP_BOOT_CHOICE_NOT_CHOSEN : LP_BOOT_CHOICE_REMOVED;
		else if (is_taken)
			candidate->at_boot = LP_BOOT_CHOICE_RESERVE;
		is_taken |= candidate->in_turn;
	}
}

int lp_boot_candidates_read(const struct lp_snapshot *snapshot, const struct lppack_keyring *keyring,
			    struct lp_boot_candidates *out, struct lppack_error *err)
{
	const struct lp_store *store = &snapshot->store;
	const struct lp_installed *turn = lp_boot_choice_first(snapshot);

	*out = (struct lp_boot_candidates){ 0 };
	if (store->n == 0)
		return 0;
	out->items = calloc(store->n, sizeof(*out->items));
	if (!out->items)
		return lp_fail_nomem(err);
	out->n = store->n;
	/* Which levels boots look at, whatever they find: as lp_store_open_installed() goes through them. */
	for (; turn; turn = lp_store_below(store, &turn->id))
		out->items[turn - store->releases].in_turn = true;
	for (size_t i = 0; i < out->n; i++) {
		struct lp_boot_candidate *candidate = &out->items[i];

		candidate->release = &store->releases[i];
		candidate->refusal.size = sizeof(candidate->refusal);
		if (keyring && candidate->release->opened)
			lppack_verified_free(lp_bundle_verify_accepted(candidate->release->opened->contents->bundle,
								       keyring, &candidate->refusal));
		candidate->at_boot = judge_release(snapshot, candidate->release, &candidate->refusal);
	}
	settle_candidates(snapshot, out);
	return 0;
}

static struct lppack_value *describe_candidate(const struct lp_snapshot *snapshot,
					       const struct lp_boot_candidate *candidate)
{
	LP_AUTO_FREE char *path = lp_store_path(snapshot->host->io.root, &candidate->release->id.digest);
	struct lppack_value *map = lp_installed_encode(candidate->release);

	lp_value_add(&map, "path", path ? lp_value_string(path) : NULL);
	lp_value_add_bool(&map, "chosen", candidate->release == lp_snapshot_target(snapshot));
	lp_value_add_bool(&map, "target", candidate->at_boot == LP_BOOT_CHOICE_APPLIED);
	lp_value_add_text(&map, "at_boot", lp_boot_choice_names[candidate->at_boot]);
	if (candidate->refusal.code)
		lp_value_add_text(&map, "refused_because", candidate->refusal.message);
	return map;
}

struct lppack_value *lp_boot_candidates_describe(const struct lp_snapshot *snapshot,
						 const struct lp_boot_candidates *candidates)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < candidates->n; i++)
		lp_value_push(&list, describe_candidate(snapshot, &candidates->items[i]));
	return list;
}

void lp_boot_setup_read(struct lppack_host *host, struct lp_boot_setup *out)
{
	*out = (struct lp_boot_setup){ .unit_enabled = lp_boot_is_enabled(host),
				       .switched_off = lp_kill_switch_is_on(host) };
}

bool lp_boot_trial_is_skipped(const struct lp_boot_trial *trial, const struct lp_boot_candidates *candidates)
{
	const struct lp_boot_candidate *candidate = lp_boot_candidates_find(candidates, &trial->digest);

	return candidate && candidate->at_boot == LP_BOOT_CHOICE_SKIPPED && candidate->is_passed_over;
}

static struct lppack_value *describe_trial(const struct lp_boot_trial *trial, const char *boot,
					   const struct lp_boot_candidates *candidates)
{
	const struct lp_boot_candidate *candidate = lp_boot_candidates_find(candidates, &trial->digest);
	struct lppack_value *map = lp_value_map();

	if (candidate)
		lp_release_describe(&map, &candidate->release->id);
	lp_value_add_digest(&map, "digest", &trial->digest);
	lp_value_add_int(&map, "failed_boots", lp_boot_trial_failed(trial, boot));
	lp_value_add_bool(&map, "this_boot", boot && lp_boot_trial_has(trial, boot));
	lp_value_add_bool(&map, "skipped", lp_boot_trial_is_skipped(trial, candidates));
	return map;
}

struct lppack_value *lp_boot_describe(const struct lp_snapshot *snapshot, const struct lp_boot_candidates *candidates,
				      const struct lp_boot_setup *setup, struct lppack_error *err)
{
	const struct lp_boot_trials *trials = &snapshot->trials;
	const char *boot = lp_host_boot(snapshot->host);
	struct lppack_value *map;
	struct lppack_value *list;

	if (lp_snapshot_check(snapshot, LP_PART_BOOT, err) < 0)
		return NULL;
	map = lp_value_map();
	list = lp_value_list();
	for (size_t i = 0; i < trials->n; i++)
		lp_value_push(&list, describe_trial(&trials->items[i], boot, candidates));
	lp_value_add_text(&map, "id", boot);
	if (setup->unit_enabled >= 0)
		lp_value_add_bool(&map, "enabled", setup->unit_enabled);
	lp_value_add_bool(&map, "disabled", setup->switched_off);
	lp_value_add_bool(&map, "confirmed", boot && lp_text_equal(boot, trials->confirmed));
	lp_value_add_bool(&map, "unconfirmed", lp_boot_trials_has(trials, boot));
	lp_value_add(&map, "trials", list);
	if (!map)
		lp_fail_nomem(err);
	return map;
}
