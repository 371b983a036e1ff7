/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going back: to which release, and whether it is safe. */
#include "apply/rollback.h"

#include "shared/text.h"
#include "base/export.h"
#include "format/release.h"
#include "pack/release_facts.h"
#include "machine/store.h"
#include "apply/transaction.h"

#include <string.h>

static struct lp_release_facts facts_of(const struct lp_applied *applied)
{
	return (struct lp_release_facts){ .name = applied->id.stream,
					  .id = applied->id,
					  .rollback_floor = applied->rollback_floor };
}

/* Whether the kernel itself refuses the older module while the newer one is active: states alone decide that
 * (kernel/livepatch/state.c), and only the end of all states, a reboot, helps. */
static int is_refused(const struct lp_applied *older, const struct lp_applied *newer, bool *refused,
		      struct lppack_error *err)
{
	struct lp_release_facts old_facts = facts_of(older);
	struct lp_release_facts new_facts = facts_of(newer);
	struct lp_module_facts from = newer->module;
	LP_AUTO_FREE char *why = NULL;
	int rc;

	new_facts.rollback_floor = 0;
	from.n_objects = 0;
	from.builder = LP_BUILDER_SOURCE;
	rc = lp_rollback_obstacle(&old_facts, &new_facts, &from, &older->module, &why, err);
	*refused = why != NULL;
	return rc;
}

const char *lp_reversibility(const struct lp_applied *older, const struct lp_applied *newer, char **why,
			     struct lppack_error *err)
{
	const struct lp_release_facts old_facts = facts_of(older);
	const struct lp_release_facts new_facts = facts_of(newer);
	bool refused = false;

	*why = NULL;
	if (lp_rollback_obstacle(&old_facts, &new_facts, &newer->module, &older->module, why, err) < 0 ||
	    is_refused(older, newer, &refused, err) < 0)
		return NULL;
	return !*why ? "reversible" : refused ? "reboot" : "one-way";
}

static const struct lp_installed *fail_none(const char *what, struct lppack_error *err)
{
	lp_fail(err, LPPACK_E_NO_RELEASE, "lppack status lists the installed levels; lppack install adds one", "%s",
		what);
	return NULL;
}

/* The release of the serial, of the followed stream. */
static const struct lp_installed *find_serial(const struct lp_snapshot *snapshot, uint64_t serial,
					      struct lppack_error *err)
{
	const char *stream = lp_snapshot_stream(snapshot);
	const struct lp_installed *found = stream ? lp_store_find_serial(&snapshot->store, stream, serial) : NULL;
	char what[64];

	snprintf(what, sizeof(what), "serial %llu is not installed", (unsigned long long)serial);
	return found ? found : fail_none(what, err);
}

static const struct lp_installed *choose_release(const struct lp_snapshot *snapshot, const uint64_t *serial,
						 struct lppack_error *err)
{
	const struct lp_applied *now = lp_snapshot_applied(snapshot);
	const struct lp_installed *found;

	if (serial)
		return find_serial(snapshot, *serial, err);
	if (!now)
		return fail_none("lppack has put nothing in force in this boot that could be gone back from", err);
	found = lp_store_below(&snapshot->store, &now->id);
	return found ? found : fail_none("no older level is installed", err);
}

LP_EXPORT int lppack_host_open_release(struct lppack_host *host, const struct lppack_keyring *keyring,
				       const uint64_t *serial, struct lppack_bundle **bundle,
				       struct lppack_verified **verified, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *opened = NULL;
	struct lppack_error own = LPPACK_ERROR_INIT;
	const struct lp_installed *release = NULL;

	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_check(&snapshot, LP_PART_STATE, &own) == 0 &&
	    lp_snapshot_check(&snapshot, LP_PART_STORE, &own) == 0)
		release = choose_release(&snapshot, serial, &own);
	if (release)
		opened = lp_store_open_release(host->io.root, release, &own);
	*verified = opened ? lp_store_verify_release(opened, release, keyring, &own) : NULL;
	*bundle = *verified ? LP_TAKE(opened) : NULL;
	return *verified ? 0 : lp_error_move(err, &own);
}
