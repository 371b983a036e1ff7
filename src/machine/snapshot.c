/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading everything that is remembered of the machine, and what more than one decision asks of it. */
#include "machine/snapshot.h"

#include "shared/text.h"
#include "format/metadata.h"

#include <string.h>

void lp_snapshot_free(struct lp_snapshot *snapshot)
{
	lp_config_free(&snapshot->config);
	lp_stack_free(&snapshot->stack);
	lp_state_free(&snapshot->state);
	lp_journal_free(&snapshot->journal);
	lp_store_free(&snapshot->store);
	lp_holds_free(&snapshot->holds);
	lp_freshness_free(&snapshot->freshness);
	lp_boot_trials_free(&snapshot->trials);
	*snapshot = (struct lp_snapshot){ 0 };
}

/* By the module's own build ID, which no other build can have; by name only where neither knows one. */
static bool is_of(const struct lp_live_patch *patch, const struct lp_module_facts *module)
{
	if (patch->build_id.len || module->build_id.len)
		return lp_build_id_equal(&patch->build_id, &module->build_id);
	return module->name && strcmp(patch->name, module->name) == 0;
}

void lp_snapshot_read(struct lp_snapshot *snapshot, struct lppack_host *host)
{
	const char *root = host->io.root;
	struct lppack_error *damage = snapshot->damage;

	*snapshot = (struct lp_snapshot){ .host = host };
	lp_config_read(root, &snapshot->config, &damage[LP_PART_CONFIG]);
	lp_stack_read(&host->io, &snapshot->stack, &damage[LP_PART_STACK]);
	/* A kernel without a readable build ID still has a stack to show. */
	lp_host_identify(host, NULL);
	lp_state_read(root, &snapshot->state, &damage[LP_PART_STATE]);
	snapshot->is_unfinished = lp_journal_read(root, &snapshot->journal, &damage[LP_PART_JOURNAL]) > 0;
	lp_store_read(root, &snapshot->store, &damage[LP_PART_STORE]);
	lp_holds_read(root, &snapshot->holds, &damage[LP_PART_HOLDS]);
	lp_freshness_read(root, &snapshot->freshness, &damage[LP_PART_FRESHNESS]);
	lp_boot_trials_read(root, &snapshot->trials, &damage[LP_PART_BOOT]);
	for (size_t i = 0; snapshot->state.has_applied && i < snapshot->stack.n; i++)
		if (is_of(&snapshot->stack.patches[i], &snapshot->state.applied.module))
			snapshot->ours = &snapshot->stack.patches[i];
}

int lp_snapshot_check(const struct lp_snapshot *snapshot, enum lp_part part, struct lppack_error *err)
{
	const struct lppack_error *damage = &snapshot->damage[part];

	return damage->code ? lp_fail(err, (enum lppack_code)damage->code, damage->hint, "%s", damage->message) : 0;
}

int lp_snapshot_open_releases(struct lp_snapshot *snapshot, struct lppack_error *err)
{
	return lp_store_open_all(snapshot->host->io.root, &snapshot->store, err);
}

const char *lp_snapshot_stream(const struct lp_snapshot *snapshot)
{
	return snapshot->config.stream ? snapshot->config.stream : snapshot->state.stream;
}

bool lp_snapshot_is_other_stream(const struct lp_snapshot *snapshot, const char *stream)
{
	const char *followed = lp_snapshot_stream(snapshot);

	return followed && strcmp(followed, stream) != 0;
}

int lp_snapshot_check_fresh(const struct lp_snapshot *snapshot, const struct lp_release_id *id, const char *name,
			    const struct lp_freshness_options *options, struct lppack_value **warnings,
			    struct lppack_error *err)
{
	int rc = lp_snapshot_check(snapshot, LP_PART_FRESHNESS, err);

	if (rc == 0)
		rc = lp_freshness_check(&snapshot->freshness, id, name, options, warnings, err);
	if (rc == 0 && snapshot->state.has_applied)
		rc = lp_freshness_check_known(&snapshot->state.applied.id, "applied", id, name, err);
	for (size_t i = 0; rc == 0 && i < snapshot->store.n; i++)
		rc = lp_freshness_check_known(&snapshot->store.releases[i].id, "installed", id, name, err);
	return rc;
}

const struct lp_applied *lp_snapshot_applied(const struct lp_snapshot *snapshot)
{
	return lp_state_active(&snapshot->state, lp_host_boot(snapshot->host));
}

const struct lp_installed *lp_snapshot_target(const struct lp_snapshot *snapshot)
{
	return snapshot->state.has_target ? lp_store_find(&snapshot->store, &snapshot->state.target) : NULL;
}

bool lp_snapshot_subject(const struct lp_snapshot *snapshot, struct lp_hold_subject *out)
{
	const struct lp_applied *applied = lp_snapshot_applied(snapshot);

	if (!applied)
		return false;
	*out = (struct lp_hold_subject){ .id = applied->id,
					 .installed = lp_store_find(&snapshot->store, &applied->id.digest) };
	return true;
}

const struct lp_installed *lp_snapshot_newest(const struct lp_snapshot *snapshot)
{
	const struct lp_store *store = &snapshot->store;
	const struct lp_installed *target = lp_snapshot_target(snapshot);
	const struct lp_installed *last = NULL;

	if (lp_snapshot_stream(snapshot))
		return lp_store_newest(store, lp_snapshot_stream(snapshot));
	if (snapshot->ours)
		return lp_store_newest(store, snapshot->state.applied.id.stream);
	for (size_t i = 0; i < store->n; i++)
		if (!last || store->releases[i].installed_at > last->installed_at)
			last = &store->releases[i];
	return last ? lp_store_newest(store, target ? target->id.stream : last->id.stream) : NULL;
}

int lp_snapshot_claims(const struct lp_snapshot *snapshot, const struct lp_installed *release, struct lp_claims *out,
		       struct lppack_error *err)
{
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };

	if (release->damage)
		return lp_error_move(err, release->damage);
	return lp_claims_read(release->opened->contents, &snapshot->host->kernel.build_id, out, &metadata, err);
}
