/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the installed releases a boot applies. */
#include "apply/boot_open.h"

#include "base/export.h"
#include "base/value_add.h"
#include "format/manifest.h"
#include "format/release.h"
#include "bundle/describe.h"
#include "bundle/entry.h"
#include "machine/boot_choice.h"
#include "machine/boot_count.h"
#include "machine/store.h"

#include <string.h>

/* A release that is tried, and what it is tried for. */
struct attempt {
	struct lp_snapshot snapshot;
	const struct lppack_keyring *keyring;
	const struct lppack_verified *below; /* NULL: from the target on */
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
};

static int try_release(struct attempt *attempt, const struct lp_installed *release, struct lppack_error *err)
{
	const char *root = attempt->snapshot.host->io.root;
	const char *build_id = lppack_host_build_id(attempt->snapshot.host, err);
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *bundle = NULL;
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *verified = NULL;
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = NULL;
	int rc = build_id ? lp_boot_choice_check(&attempt->snapshot, release, err) : -err->code;

	if (rc < 0)
		return rc;
	bundle = lp_store_open_release(root, release, err);
	if (bundle)
		verified = lp_store_verify_release(bundle, release, attempt->keyring, err);
	if (verified)
		entry = lppack_verified_select(verified, build_id, err);
	if (!entry)
		return -err->code;
	attempt->bundle = LP_TAKE(bundle);
	attempt->verified = LP_TAKE(verified);
	return 0;
}

static struct lppack_value *describe_skipped(const struct lp_installed *release, const struct lppack_error *why)
{
	struct lppack_value *map = lp_value_map();

	lp_release_describe(&map, &release->id);
	lp_value_add_digest(&map, "digest", &release->id.digest);
	lp_value_add_int(&map, "code", (uint64_t)why->code);
	lp_value_add_text(&map, "name", lppack_error_name(why->code));
	lp_value_add_text(&map, "message", why->message);
	return map;
}

static const struct lp_installed *first_release(const struct attempt *attempt, const struct lp_store *store,
						struct lppack_error *err)
{
	const struct lp_manifest *m = attempt->below ? &lp_verified_contents(attempt->below)->manifest : NULL;
	const struct lp_installed *release =
		m ? lp_store_below(store, &m->id) : lp_boot_choice_first(&attempt->snapshot);

	if (release)
		return release;
	if (m)
		lp_fail(err, LPPACK_E_NO_RELEASE, "lppack install a newer level", "no installed level is left to try");
	else if (store->n == 0)
		lp_fail(err, LPPACK_E_NO_RELEASE, "lppack install FILE puts one there", "no level is installed");
	else if (lp_snapshot_target(&attempt->snapshot))
		lp_fail(err, LPPACK_E_NO_RELEASE, "lppack install a level of it, or follow another stream",
			"no level of stream %s, which this machine follows, is installed",
			lp_snapshot_stream(&attempt->snapshot));
	else
		lp_fail(err, LPPACK_E_NO_RELEASE,
			"lppack rollback --to SERIAL puts one back, for boots too: lppack status lists them",
			"none of the installed levels is to be put in force, since lppack remove");
	return NULL;
}

/* From the target down. The error of the first one is the one that is reported if none will do. */
static int try_releases(struct attempt *attempt, const struct lp_store *store, struct lppack_value **skipped,
			struct lppack_error *err)
{
	const struct lp_installed *release = first_release(attempt, store, err);
	int rc = release ? 0 : -err->code;

	for (; release; release = lp_store_below(store, &release->id)) {
		struct lppack_error why = LPPACK_ERROR_INIT;

		if (try_release(attempt, release, &why) == 0) {
			lppack_error_clear(err);
			return 0;
		}
		lp_value_push(skipped, describe_skipped(release, &why));
		if (rc == 0)
			rc = lp_error_move(err, &why);
	}
	return rc;
}

static int open_installed(struct attempt *attempt, struct lppack_value **skipped, struct lppack_error *err)
{
	int rc = lp_kill_switch_check(attempt->snapshot.host, err);

	if (rc < 0)
		return rc;
	rc = lp_snapshot_check(&attempt->snapshot, LP_PART_STORE, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_check(&attempt->snapshot, LP_PART_STATE, err);
	if (rc < 0)
		return rc;
	rc = try_releases(attempt, &attempt->snapshot.store, skipped, err);
	if (rc < 0)
		return rc;
	if (!*skipped)
		return lp_fail_nomem(err);
	return 0;
}

int lp_store_open_installed(struct lppack_host *host, const struct lppack_keyring *keyring,
			    const struct lppack_verified *below, struct lppack_bundle **bundle,
			    struct lppack_verified **verified, struct lppack_value **skipped, struct lppack_error *err)
{
	struct attempt attempt = { .keyring = keyring, .below = below };
	struct lppack_error own = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();
	int rc;

	lp_snapshot_read(&attempt.snapshot, host);
	rc = open_installed(&attempt, &list, &own);
	lp_snapshot_free(&attempt.snapshot);
	if (skipped)
		*skipped = LP_TAKE(list);
	*bundle = attempt.bundle;
	*verified = attempt.verified;
	return rc < 0 ? lp_error_move(err, &own) : 0;
}

LP_EXPORT struct lppack_value *lppack_store_describe(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	struct lppack_value *list;

	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_check(&snapshot, LP_PART_STORE, err) < 0 || lp_snapshot_open_releases(&snapshot, err) < 0 ||
	    lp_boot_candidates_read(&snapshot, NULL, &candidates, err) < 0)
		return NULL;
	list = lp_boot_candidates_describe(&snapshot, &candidates);
	if (!list)
		lp_fail_nomem(err);
	return list;
}
