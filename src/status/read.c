/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a status: every part is read once, and one that cannot be read hides no other. */
#include "status/status.h"

#include "shared/text.h"
#include "base/export.h"
#include "format/state_file.h"
#include "trust/policy_memory.h"
#include "status/effective.h"
#include "status/findings.h"
#include "status/fixes.h"
#include "status/modules.h"
#include "status/reboot.h"

#include <string.h>
#include <time.h>

static int add_unseen(struct lppack_status *status, const char *what, struct lppack_error *err)
{
	struct lppack_error unseen = LPPACK_ERROR_INIT;

	lp_fail(&unseen, LPPACK_E_PRIVILEGE, "run this as root", "%s", what);
	return lp_status_add_problem(status, &unseen, err);
}

static int add_damage(struct lppack_status *status, enum lp_part part, struct lppack_error *err)
{
	const struct lppack_error *damage = &status->snapshot.damage[part];

	return damage->code ? lp_status_add_problem(status, damage, err) : 0;
}

/* Loaded by somebody else: neither recorded nor remembered of this boot, nor by a call that will record it. */
static bool is_foreign(const struct lp_snapshot *snapshot, const struct lp_live_patch *patch)
{
	const struct lp_state *state = &snapshot->state;
	const char *boot = lp_host_boot(snapshot->host);
	const struct lp_build_id *loading = lp_journal_build(&snapshot->journal, boot);
	size_t n = lp_boot_ids_match(state->boot_id, boot) ? state->n_modules : 0;

	if (loading && lp_build_id_equal(loading, &patch->build_id))
		return false;
	for (size_t i = 0; i < n; i++)
		if (patch->build_id.len && lp_build_id_equal(&state->modules[i], &patch->build_id))
			return false;
	return patch != snapshot->ours;
}

static int read_patches(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	const struct lp_applied *applied = &snapshot->state.applied;

	status->patches = calloc(snapshot->stack.n + 1, sizeof(*status->patches));
	if (!status->patches)
		return lp_fail_nomem(err);
	status->n_patches = snapshot->stack.n;
	for (size_t i = 0; i < snapshot->stack.n; i++) {
		const struct lp_live_patch *live = &snapshot->stack.patches[i];
		struct lp_status_patch *patch = &status->patches[i];

		status->in_transition |= live->transition == 1;
		patch->live = live;
		patch->view = (struct lppack_status_patch){
			.size = sizeof(patch->view),
			.name = live->name,
			.build_id = live->build_id.len ? lp_build_id_format(&live->build_id, patch->build_id) : NULL,
			.enabled = live->enabled,
			.transition = live->transition,
			.replace = live->replace,
			.foreign = is_foreign(snapshot, live),
		};
		if (live != snapshot->ours)
			continue;
		patch->view.stream = applied->id.stream;
		patch->view.epoch = applied->id.epoch;
		patch->view.serial = applied->id.serial;
		patch->view.applied_at = applied->applied_at;
	}
	return 0;
}

/* Which tasks the transition waits for, and whether a call that has not ended is at work. */
static int read_activity(struct lppack_status *status, struct lppack_error *err)
{
	struct lp_kernel_io *io = &status->host->io;
	int pid;
	int rc;

	if (lp_blockers_find(io, NULL, &status->snapshot.stack, &status->blockers, &status->n_blockers) < 0)
		return lp_fail_nomem(err);
	status->blockers_known = !status->in_transition || lp_blockers_are_visible(io);
	rc = add_damage(status, LP_PART_JOURNAL, err);
	if (rc < 0)
		return rc;
	status->lock = LP_LOCK_FREE;
	if (status->snapshot.is_unfinished)
		status->lock = lp_lock_read_state(io, &pid);
	if (status->lock == LP_LOCK_UNKNOWN)
		rc = add_unseen(status,
				"only root is told whether the call that has not ended is at work or was cut short",
				err);
	if (rc < 0 || status->blockers_known)
		return rc;
	return add_unseen(status, "only root is told which tasks the transition waits for", err);
}

static int read_releases(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_boot_candidates *candidates = &status->candidates;
	const struct lp_installed *target = lp_snapshot_target(&status->snapshot);

	status->releases = calloc(candidates->n + 1, sizeof(*status->releases));
	if (!status->releases)
		return lp_fail_nomem(err);
	status->n_releases = candidates->n;
	for (size_t i = 0; i < candidates->n; i++) {
		const struct lp_boot_candidate *candidate = &candidates->items[i];
		const struct lp_release_id *id = &candidate->release->id;
		struct lp_status_release *release = &status->releases[i];

		lp_hex_encode(id->digest.bytes, LP_DIGEST_SIZE, release->digest);
		release->view = (struct lppack_status_release){
			.size = sizeof(release->view),
			.stream = id->stream,
			.epoch = id->epoch,
			.serial = id->serial,
			.version = id->version,
			.digest = release->digest,
			.at_boot = lp_boot_choice_names[candidate->at_boot],
			.chosen = candidate->release == target,
			.expires =
				candidate->release->opened ? candidate->release->opened->contents->manifest.expires : 0,
			.refusal = (enum lppack_code)candidate->refusal.code,
		};
	}
	return 0;
}

static int read_coverage(struct lppack_status *status, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = 0;

	if (lp_coverage_read(status->host, &status->candidates, &status->coverage, &why) < 0) {
		lp_coverage_free(&status->coverage);
		return lp_status_add_problem(status, &why, err);
	}
	status->kernels = calloc(status->coverage.n + 1, sizeof(*status->kernels));
	if (!status->kernels)
		return lp_fail_nomem(err);
	status->n_kernels = status->coverage.n;
	for (size_t i = 0; rc == 0 && i < status->coverage.n; i++) {
		const struct lp_installed_kernel *kernel = &status->coverage.kernels[i];

		status->kernels[i] = (struct lppack_status_kernel){
			.size = sizeof(status->kernels[i]),
			.release = kernel->release,
			.file = kernel->file,
			.unreadable = kernel->unreadable,
			.running = kernel->is_running,
			.covered = kernel->unreadable ? -1 : kernel->covered_by != NULL,
		};
		if (kernel->is_private)
			rc = add_unseen(status,
					"only root is told whether installed kernels are covered: they may not be read",
					err);
	}
	return rc;
}

/* The installed releases, as a boot would judge them. Without keys that can be read nothing is said of them. */
static int read_trust(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	const char *root = status->host->io.root;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = 0;

	status->is_set_up = snapshot->store.n || snapshot->state.has_applied || snapshot->is_unfinished ||
			    snapshot->damage[LP_PART_STORE].code || snapshot->damage[LP_PART_STATE].code;
	status->is_unmarked = lp_state_file_is_unmarked(root, LP_STATE_FILE) ||
			      lp_state_file_is_unmarked(root, LP_FRESHNESS_FILE) ||
			      lp_state_file_is_unmarked(root, LP_POLICY_MEMORY_FILE);
	if (status->is_set_up) {
		status->keyring = lppack_keyring_new(err);
		if (!status->keyring)
			return -LPPACK_E_NO_MEMORY;
		/* Without any key each release is refused for that. */
		if (lppack_keyring_add_default(status->keyring, *root ? root : NULL, &why) < 0 &&
		    why.code != LPPACK_E_NO_KEYS) {
			lppack_keyring_free(LP_TAKE(status->keyring));
			rc = lp_status_add_problem(status, &why, err);
		}
	}
	return rc < 0 ? rc : lp_boot_candidates_read(snapshot, status->keyring, &status->candidates, err);
}

/* The order is that of the problems, and so of the findings. A damaged journal is reported with what is unfinished, a
 * damaged count of boots with the boot. */
static int read_parts(struct lppack_status *status, struct lppack_error *err)
{
	static const enum lp_part parts[] = { LP_PART_CONFIG, LP_PART_STACK, LP_PART_STATE, LP_PART_STORE,
					      LP_PART_HOLDS };
	int rc = read_patches(status, err);

	if (rc < 0)
		return rc;
	status->effective_version = lp_status_format_effective(&status->snapshot);
	if (!status->effective_version)
		return lp_fail_nomem(err);
	for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = add_damage(status, parts[i], err);
	if (rc < 0)
		return rc;
	rc = lp_status_read_modules(status, err);
	if (rc < 0)
		return rc;
	rc = read_activity(status, err);
	if (rc < 0)
		return rc;
	rc = lp_status_read_fixes(status, err);
	if (rc < 0)
		return rc;
	status->has_applied = lp_snapshot_subject(&status->snapshot, &status->applied) && status->snapshot.ours;
	rc = read_releases(status, err);
	if (rc < 0)
		return rc;
	rc = add_damage(status, LP_PART_BOOT, err);
	if (rc < 0)
		return rc;
	lp_boot_setup_read(status->host, &status->boot);
	lp_status_read_requested(status);
	return read_coverage(status, err);
}

LP_EXPORT struct lppack_status *lppack_host_status(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_STATUS struct lppack_status *status = NULL;

	if (lp_host_name(host, err) < 0)
		return NULL;
	status = calloc(1, sizeof(*status));
	if (!status) {
		lp_fail_nomem(err);
		return NULL;
	}
	status->host = lp_host_ref(host);
	status->now = time(NULL);
	lp_snapshot_read(&status->snapshot, host);
	status->is_supported = !status->snapshot.damage[LP_PART_STACK].code;
	if (status->snapshot.damage[LP_PART_STACK].code != LPPACK_E_NO_LIVEPATCH &&
	    lp_snapshot_check(&status->snapshot, LP_PART_STACK, err) < 0)
		return NULL;
	if (lp_snapshot_open_releases(&status->snapshot, err) < 0 || read_trust(status, err) < 0 ||
	    read_parts(status, err) < 0 || lp_status_find(status, err) < 0)
		return NULL;
	return LP_TAKE(status);
}
