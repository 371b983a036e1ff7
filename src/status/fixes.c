/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorting fixes by what became of them, and saying whether a reboot would change that. */
#include "status/fixes.h"

#include "shared/array.h"
#include "shared/text.h"
#include "format/release.h"
#include "runtime/kmsg.h"
#include "runtime/unload.h"
#include "machine/boot_count.h"
#include "status/status.h"

#include <string.h>

/* What the applied release claims: from the record, or where that is silent from its installed bundle. */
static int read_active(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	const struct lp_applied *applied = &snapshot->state.applied;
	struct lppack_error why = LPPACK_ERROR_INIT;
	const struct lp_installed *installed;

	if (!snapshot->ours)
		return 0;
	if (applied->claims.is_known)
		return lp_claims_copy(&status->active, &applied->claims, err);
	installed = lp_store_find(&snapshot->store, &applied->id.digest);
	if (installed && lp_snapshot_claims(snapshot, installed, &status->active, &why) < 0)
		return lp_status_add_problem(status, &why, err);
	return 0;
}

static enum lp_newest_state judge_newest(const struct lppack_status *status)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	const struct lp_release_id *id = &status->newest.release->id;
	const struct lp_hold_subject subject = { .id = *id, .installed = true };

	if (snapshot->ours && lp_digest_equal(&snapshot->state.applied.id.digest, &id->digest))
		return LP_NEWEST_ACTIVE;
	if (!status->newest.is_covered)
		return LP_NEWEST_OTHER_KERNEL;
	if (!snapshot->ours && !lp_snapshot_target(snapshot))
		return LP_NEWEST_REMOVED;
	if (lp_holds_find(&snapshot->holds, &subject, status->now))
		return LP_NEWEST_HELD;
	if (lp_boot_check(&snapshot->trials, lp_host_boot(status->host), id, NULL) == -LPPACK_E_BOOT_LOOP)
		return LP_NEWEST_SKIPPED;
	return LP_NEWEST_AVAILABLE;
}

static int read_newest(struct lppack_status *status, struct lppack_error *err)
{
	struct lp_newest *newest = &status->newest;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	newest->release = lp_snapshot_newest(&status->snapshot);
	newest->is_covered = true;
	if (!newest->release)
		return 0;
	rc = lp_snapshot_claims(&status->snapshot, newest->release, &newest->claims, &why);
	newest->is_covered = rc != 0;
	newest->state = judge_newest(status);
	return rc < 0 ? lp_status_add_problem(status, &why, err) : 0;
}

static struct lp_status_fix *add_fix(struct lppack_status *status, const char *id, const char *severity,
				     enum lppack_fix_state state)
{
	struct lp_status_fix *fix = lp_array_add(&status->fixes, &status->n_fixes, sizeof(*fix));

	if (fix)
		fix->view = (struct lppack_status_fix){
			.size = sizeof(fix->view), .id = id, .severity = severity, .state = state
		};
	return fix;
}

/* A fix that names no function may be in any object. */
static bool is_touched(const struct lp_object *object, const struct lp_text_list *functions)
{
	for (size_t i = 0; i < object->n_funcs; i++)
		for (size_t j = 0; j < functions->n; j++)
			if (strcmp(object->funcs[i].name, functions->items[j]) == 0)
				return true;
	return functions->n == 0;
}

/* Collects the objects whose modules are not loaded and that the fix changes. */
static bool find_pending(const struct lp_live_patch *patch, const struct lp_fix *fix, struct lp_text_list *out)
{
	for (size_t i = 0; i < patch->n_objects; i++)
		if (patch->objects[i].patched == 0 && is_touched(&patch->objects[i].object, &fix->functions) &&
		    lp_text_list_add(out, patch->objects[i].object.name) < 0)
			return false;
	return true;
}

/* One that the kernel needs; false without memory. */
static bool sort_fix(struct lppack_status *status, const struct lp_fix *fix)
{
	const struct lp_live_patch *patch = status->snapshot.ours;
	struct lp_status_fix *out = add_fix(status, fix->id, fix->severity, LPPACK_FIX_PENDING);

	if (!out || !find_pending(patch, fix, &out->objects))
		return false;
	if (patch->enabled == 0)
		out->cause = LP_PENDING_DISABLED;
	else if (patch->transition == 1)
		out->cause = LP_PENDING_TRANSITION;
	else if (out->objects.n == 0)
		out->view.state = LPPACK_FIX_ACTIVE;
	return true;
}

/* What the newest release would bring; false without memory. */
static bool add_to_come(struct lppack_status *status)
{
	const struct lp_newest *newest = &status->newest;
	const struct lp_fixes *fixes = &newest->claims.fixes;
	const struct lp_hold_subject subject = { .id = newest->release->id, .installed = true };
	bool is_held = lp_holds_find(&status->snapshot.holds, &subject, status->now);

	for (size_t i = 0; i < fixes->n_fixes; i++) {
		const struct lp_fix *fix = &fixes->fixes[i];
		struct lp_status_fix *out;

		if (lp_claims_find(&status->active, fix->id) || lp_claims_excludes(&newest->claims, fix->id))
			continue;
		out = add_fix(status, fix->id, fix->severity, is_held ? LPPACK_FIX_HELD : LPPACK_FIX_AVAILABLE);
		if (!out)
			return false;
		out->view.serial = newest->release->id.serial;
	}
	return true;
}

/* What the newest release says no livepatch can bring, or where that says nothing of this kernel the active one. */
static const struct lp_fixes *find_unfixable(const struct lppack_status *status)
{
	return status->newest.claims.is_known ? &status->newest.claims.fixes : &status->active.fixes;
}

static int compare_fixes(const void *a, const void *b)
{
	const struct lp_status_fix *one = a;
	const struct lp_status_fix *other = b;

	if (one->view.state != other->view.state)
		return one->view.state < other->view.state ? -1 : 1;
	return strcmp(one->view.id, other->view.id);
}

static int collect_fixes(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_fixes *active = &status->active.fixes;
	const struct lp_fixes *unfixable = find_unfixable(status);
	bool ok = true;

	for (size_t i = 0; ok && i < active->n_fixes; i++) {
		const struct lp_fix *fix = &active->fixes[i];

		if (lp_claims_excludes(&status->active, fix->id))
			ok = add_fix(status, fix->id, fix->severity, LPPACK_FIX_NOT_APPLICABLE);
		else
			ok = sort_fix(status, fix);
	}
	for (size_t i = 0; ok && i < unfixable->n_unfixable; i++) {
		const struct lp_unfixable *one = &unfixable->unfixable[i];
		struct lp_status_fix *out = add_fix(status, one->id, NULL, LPPACK_FIX_UNFIXABLE);

		ok = out != NULL;
		if (ok)
			out->view.reason = one->reason;
	}
	if (ok && status->newest.release)
		ok = add_to_come(status);
	if (!ok)
		return lp_fail_nomem(err);
	if (status->n_fixes)
		qsort(status->fixes, status->n_fixes, sizeof(*status->fixes), compare_fixes);
	return 0;
}

/* Takes the text over. */
static int add_reason(struct lppack_status *status, enum lp_reboot_cause cause, char *text, struct lppack_error *err)
{
	struct lp_reboot_reason *reason =
		text ? lp_array_add(&status->reasons, &status->n_reasons, sizeof(*reason)) : NULL;

	if (!reason) {
		free(text);
		return lp_fail_nomem(err);
	}
	*reason = (struct lp_reboot_reason){ .cause = cause, .text = text };
	return 0;
}

static bool was_forced(const struct lppack_status *status)
{
	const struct lp_state *state = &status->snapshot.state;

	return (state->forced && lp_boot_ids_match(state->boot_id, lp_host_boot(status->host))) ||
	       lp_kmsg_shows_force(&status->host->io);
}

/* What a livepatch cannot do, and so only a boot into a mended kernel can. */
static int find_reasons(struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_fixes *unfixable = find_unfixable(status);
	char module[256];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < unfixable->n_unfixable; i++)
		rc = add_reason(status, LP_REBOOT_UNFIXABLE,
				lp_text_format("%s cannot be fixed by a livepatch: %s", unfixable->unfixable[i].id,
					       unfixable->unfixable[i].reason),
				err);
	if (rc == 0 && !status->newest.is_covered)
		rc = add_reason(status, LP_REBOOT_NOT_COVERED,
				strdup("the newest installed level has nothing for the running kernel"), err);
	if (rc < 0)
		return rc;
	/* What every later apply is refused for. */
	if (was_forced(status))
		return add_reason(status, LP_REBOOT_FORCED, strdup("a transition was forced in this boot"), err);
	if (lp_unload_find_pinned(&status->host->io, module, sizeof(module)))
		return add_reason(status, LP_REBOOT_FORCED, lp_text_format(LP_PINNED_TEXT, module), err);
	return 0;
}

int lp_status_read_fixes(struct lppack_status *status, struct lppack_error *err)
{
	int rc = read_active(status, err);

	if (rc < 0)
		return rc;
	rc = read_newest(status, err);
	if (rc < 0)
		return rc;
	rc = collect_fixes(status, err);
	return rc < 0 ? rc : find_reasons(status, err);
}
