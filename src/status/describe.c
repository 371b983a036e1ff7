/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a status into the tree of lppack-status-json(5). */
#include "status/describe.h"

#include "base/export.h"
#include "base/value_add.h"
#include "format/release.h"
#include "machine/journal.h"
#include "apply/transition.h"
#include "status/modules.h"
#include "status/stack.h"
#include "status/status.h"

const char *const lp_fix_state_names[] = {
	[LPPACK_FIX_ACTIVE] = "in_force",
	[LPPACK_FIX_PENDING] = "pending",
	[LPPACK_FIX_NOT_APPLICABLE] = "not_applicable",
	[LPPACK_FIX_UNFIXABLE] = "unfixable",
	[LPPACK_FIX_HELD] = "held",
	[LPPACK_FIX_AVAILABLE] = "available",
};

static const char *const newest_state_names[] = {
	[LP_NEWEST_ACTIVE] = "in force", [LP_NEWEST_OTHER_KERNEL] = "not for this kernel",
	[LP_NEWEST_REMOVED] = "removed", [LP_NEWEST_HELD] = "held",
	[LP_NEWEST_SKIPPED] = "skipped", [LP_NEWEST_AVAILABLE] = "available",
};

static const char *const pending_cause_names[] = {
	[LP_PENDING_NOT_LOADED] = "not loaded",
	[LP_PENDING_DISABLED] = "disabled",
	[LP_PENDING_TRANSITION] = "transition",
};

static const char *const reboot_cause_names[] = {
	[LP_REBOOT_UNFIXABLE] = "unfixable",
	[LP_REBOOT_NOT_COVERED] = "not_covered",
	[LP_REBOOT_FORCED] = "forced",
};

static const char *const severity_names[] = {
	[LPPACK_SEVERITY_WARNING] = "warning",
	[LPPACK_SEVERITY_CRITICAL] = "critical",
};

static struct lppack_value *describe_live_object(const struct lp_live_object *live)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *functions = lp_value_list();

	for (size_t i = 0; i < live->object.n_funcs; i++) {
		struct lppack_value *function = lp_value_map();

		lp_value_add_text(&function, "name", live->object.funcs[i].name);
		lp_value_add_int(&function, "sympos", live->object.funcs[i].sympos);
		lp_value_push(&functions, function);
	}
	lp_value_add_text(&map, "name", live->object.name);
	if (live->patched >= 0) {
		lp_value_add_bool(&map, "patched", live->patched);
		lp_value_add_bool(&map, "pending", !live->patched);
	}
	lp_value_add(&map, "functions", functions);
	return map;
}

static struct lppack_value *describe_record(const struct lp_snapshot *snapshot)
{
	const struct lp_applied *applied = &snapshot->state.applied;
	struct lppack_value *map = lp_value_map();

	lp_release_describe(&map, &applied->id);
	lp_value_add_text(&map, "version", applied->id.version);
	lp_value_add_digest(&map, "digest", &applied->id.digest);
	lp_value_add_time(&map, "applied_at", applied->applied_at);
	if (!lp_snapshot_applied(snapshot))
		lp_value_add_bool(&map, "stale", true);
	return map;
}

/* Where the kernel does not say (-1), nothing. */
static void add_flag(struct lppack_value **map, const char *key, int flag)
{
	if (flag >= 0)
		lp_value_add_bool(map, key, flag);
}

static struct lppack_value *describe_patch(const struct lp_snapshot *snapshot, const struct lp_status_patch *patch)
{
	const struct lp_live_patch *live = patch->live;
	struct lppack_value *map = lp_value_map();
	struct lppack_value *objects = lp_value_list();

	for (size_t i = 0; i < live->n_objects; i++)
		lp_value_push(&objects, describe_live_object(&live->objects[i]));
	lp_value_add_text(&map, "name", live->name);
	lp_value_add_build_id(&map, "build_id", &live->build_id);
	add_flag(&map, "enabled", live->enabled);
	add_flag(&map, "transition", live->transition);
	add_flag(&map, "replace", live->replace);
	if (live->stack_order >= 0)
		lp_value_add_int(&map, "stack_order", (uint64_t)live->stack_order);
	if (live->refcnt >= 0)
		lp_value_add_int(&map, "module_refcount", (uint64_t)live->refcnt);
	lp_value_add_bool(&map, "foreign", patch->view.foreign);
	if (live == snapshot->ours)
		lp_value_add(&map, "bundle", describe_record(snapshot));
	lp_value_add(&map, "objects", objects);
	return map;
}

static struct lppack_value *describe_running_kernel(const struct lppack_host *host)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "release", host->kernel.release);
	lp_value_add_text(&map, "version", host->kernel.version);
	lp_value_add_text(&map, "arch", host->kernel.arch);
	lp_value_add_build_id(&map, "build_id", &host->kernel.build_id);
	return map;
}

static struct lppack_value *describe_memory(const struct lppack_status *status)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *modules = lp_value_list();

	for (size_t i = 0; i < status->n_modules; i++) {
		struct lppack_value *module = lp_value_map();

		lp_value_add_text(&module, "name", status->modules[i].name);
		lp_value_add_int(&module, "bytes", status->modules[i].bytes);
		lp_value_push(&modules, module);
	}
	lp_value_add_int(&map, "bytes", lp_status_memory(status));
	lp_value_add(&map, "modules", modules);
	return map;
}

static void add_stack(const struct lppack_status *status, struct lppack_value **map)
{
	struct lppack_value *patches = lp_value_list();

	for (size_t i = 0; i < status->n_patches; i++)
		lp_value_push(&patches, describe_patch(&status->snapshot, &status->patches[i]));
	lp_value_add_int(map, "schema", LP_STATUS_SCHEMA);
	lp_value_add(map, "kernel", describe_running_kernel(status->host));
	lp_value_add_text(map, "effective_version", status->effective_version);
	lp_value_add_bool(map, "livepatch", status->is_supported);
	lp_value_add_bool(map, "set_up", status->is_set_up);
	lp_value_add_bool(map, "transition", status->in_transition);
	lp_value_add(map, "patches", patches);
	lp_value_add(map, "functions", lp_stack_describe_functions(&status->snapshot.stack));
	lp_value_add(map, "memory", describe_memory(status));
	lp_value_add(map, "blockers", lp_describe_blockers(status->blockers, status->n_blockers));
	lp_value_add_bool(map, "blockers_known", status->blockers_known);
	if (status->snapshot.is_unfinished)
		lp_value_add(map, "unfinished",
			     lp_journal_describe(&status->snapshot.journal, lp_host_boot(status->host), status->lock));
}

static struct lppack_value *describe_fix(const struct lp_status_fix *fix)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "id", fix->view.id);
	lp_value_add_text(&map, "severity", fix->view.severity);
	lp_value_add_text(&map, "reason", fix->view.reason);
	if (fix->view.state == LPPACK_FIX_PENDING) {
		lp_value_add_text(&map, "why", pending_cause_names[fix->cause]);
		lp_value_add_texts(&map, "objects", fix->objects.items, fix->objects.n);
	}
	if (fix->view.state == LPPACK_FIX_HELD || fix->view.state == LPPACK_FIX_AVAILABLE)
		lp_value_add_int(&map, "serial", fix->view.serial);
	return map;
}

static struct lppack_value *describe_fixes(const struct lppack_status *status)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_bool(&map, "known", lppack_status_fixes_known(status));
	for (unsigned int state = 0; state <= LPPACK_FIX_AVAILABLE; state++) {
		struct lppack_value *list = lp_value_list();

		for (size_t i = 0; i < status->n_fixes; i++)
			if (status->fixes[i].view.state == state)
				lp_value_push(&list, describe_fix(&status->fixes[i]));
		lp_value_add(&map, lp_fix_state_names[state], list);
	}
	return map;
}

static struct lppack_value *describe_newest(const struct lp_newest *newest)
{
	struct lppack_value *map = lp_value_map();

	lp_release_describe(&map, &newest->release->id);
	lp_value_add_text(&map, "version", newest->release->id.version);
	lp_value_add_text(&map, "state", newest_state_names[newest->state]);
	return map;
}

static struct lppack_value *describe_reboot(const struct lppack_status *status)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *why = lp_value_list();

	for (size_t i = 0; i < status->n_reasons; i++) {
		struct lppack_value *reason = lp_value_map();

		lp_value_add_text(&reason, "reason", reboot_cause_names[status->reasons[i].cause]);
		lp_value_add_text(&reason, "text", status->reasons[i].text);
		lp_value_push(&why, reason);
	}
	lp_value_add_bool(&map, "needed", status->n_reasons > 0);
	lp_value_add(&map, "why", why);
	return map;
}

static struct lppack_value *describe_problems(const struct lppack_status *status)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < status->n_problems; i++) {
		const struct lppack_error *problem = &status->problems[i];
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "name", lppack_error_name(problem->code));
		lp_value_add_text(&map, "message", problem->message);
		if (problem->hint[0])
			lp_value_add_text(&map, "hint", problem->hint);
		lp_value_push(&list, map);
	}
	return list;
}

static struct lppack_value *describe_findings(const struct lppack_status *status)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < status->n_findings; i++) {
		const struct lppack_status_finding *finding = &status->findings[i];
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "name", lppack_error_name(finding->code));
		lp_value_add_int(&map, "code", finding->code);
		lp_value_add_text(&map, "text", finding->text);
		lp_value_add_text(&map, "severity", severity_names[finding->severity]);
		lp_value_push(&list, map);
	}
	return list;
}

LP_EXPORT struct lppack_value *lppack_status_describe(const struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	struct lppack_value *map = lp_value_map();

	add_stack(status, &map);
	lp_value_add_text(&map, "stream", lp_snapshot_stream(snapshot));
	if (snapshot->state.allowed.n)
		lp_value_add(&map, "allowed_losses", lp_losses_encode(&snapshot->state.allowed));
	if (status->is_unmarked)
		lp_value_add_bool(&map, "loss_undetected", true);
	lp_value_add(&map, "fixes", describe_fixes(status));
	if (status->newest.release)
		lp_value_add(&map, "latest", describe_newest(&status->newest));
	lp_value_add(&map, "reboot", describe_reboot(status));
	lp_value_add(&map, "holds",
		     lp_holds_describe(&snapshot->holds, status->has_applied ? &status->applied : NULL, status->now));
	lp_value_add(&map, "levels", lp_boot_candidates_describe(snapshot, &status->candidates));
	/* A count of boots that cannot be read is among the problems. */
	if (!snapshot->damage[LP_PART_BOOT].code)
		lp_value_add(&map, "boot", lp_boot_describe(snapshot, &status->candidates, &status->boot, err));
	lp_value_add(&map, "coverage", lp_coverage_describe(&status->coverage));
	lp_value_add(&map, "problems", describe_problems(status));
	lp_value_add(&map, "findings", describe_findings(status));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
