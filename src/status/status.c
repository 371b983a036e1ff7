/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack status says of the machine: every part is asked once, and one that cannot be told hides no other. */
#include "status/status.h"

#include "base/value_add.h"
#include "base/export.h"
#include "shared/text.h"
#include "machine/boot_count.h"
#include "machine/coverage.h"
#include "machine/journal.h"
#include "machine/store_write.h"
#include "apply/transition.h"

#include <string.h>
#include <time.h>

void lp_snapshot_free(struct lp_snapshot *snapshot)
{
	lp_stack_free(&snapshot->stack);
	lp_applied_free(&snapshot->applied);
	lp_running_free(&snapshot->running);
	lp_store_free(&snapshot->store);
	lp_holds_free(&snapshot->holds);
	lppack_value_free(snapshot->problems);
}

/* Two parts may stand on the same file. */
static bool is_told(const struct lppack_value *problems, const char *message)
{
	for (size_t i = 0; i < lppack_value_count(problems); i++)
		if (lp_text_equal(lppack_value_text(lppack_value_get(lppack_value_at(problems, i, NULL), "message")),
				  message))
			return true;
	return false;
}

void lp_snapshot_problem(struct lp_snapshot *snapshot, const struct lppack_error *err)
{
	struct lppack_value *map;

	if (is_told(snapshot->problems, err->message))
		return;
	map = lp_value_map();
	lp_value_add_text(&map, "name", lppack_error_name(err->code));
	lp_value_add_text(&map, "message", err->message);
	if (err->hint[0])
		lp_value_add_text(&map, "hint", err->hint);
	lp_value_push(&snapshot->problems, map);
}

/* By the module's own build ID, which no other build can have; by name only where neither knows one. */
static bool is_of_record(const struct lp_live_patch *patch, const struct lp_applied *applied)
{
	if (patch->build_id.len || applied->module_build_id.len)
		return lp_build_id_equal(&patch->build_id, &applied->module_build_id);
	return applied->module && strcmp(patch->name, applied->module) == 0;
}

/* A part that cannot be read is a problem to tell of. */
static void note(struct lp_snapshot *snapshot, int rc, struct lppack_error *why)
{
	if (rc < 0)
		lp_snapshot_problem(snapshot, why);
	lppack_error_clear(why);
}

int lp_snapshot_read(struct lp_snapshot *snapshot, struct lppack_host *host, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_host_name(host, err);

	snapshot->host = host;
	snapshot->problems = lp_value_list();
	if (rc == 0)
		rc = lp_stack_read(&host->io, &snapshot->stack, err);
	if (rc < 0)
		return rc;
	/* A kernel without a readable build ID still has a stack to show; so has a machine with a damaged record. */
	lp_host_identify(host, NULL);
	rc = lp_applied_read(host->io.root, &snapshot->applied, &why);
	snapshot->is_recorded = rc > 0;
	note(snapshot, rc, &why);
	note(snapshot, lp_running_read(host, &snapshot->running, &why), &why);
	/* A journal that cannot be read is told of with what is unfinished. */
	lp_journal_read_build(host, &snapshot->loading, NULL);
	note(snapshot, lp_store_read(host->io.root, &snapshot->store, &why), &why);
	note(snapshot, lp_holds_read(host->io.root, &snapshot->holds, &why), &why);
	for (size_t i = 0; snapshot->is_recorded && i < snapshot->stack.n; i++)
		if (is_of_record(&snapshot->stack.patches[i], &snapshot->applied))
			snapshot->ours = &snapshot->stack.patches[i];
	return 0;
}

/* Loaded by somebody else: neither recorded nor remembered of this boot, nor by a call that will record it. */
static bool is_foreign(const struct lp_snapshot *snapshot, const struct lp_live_patch *patch)
{
	if (snapshot->loading.len && lp_build_id_equal(&snapshot->loading, &patch->build_id))
		return false;
	for (size_t i = 0; i < snapshot->running.n_modules; i++)
		if (patch->build_id.len && lp_build_id_equal(&snapshot->running.modules[i], &patch->build_id))
			return false;
	return patch != snapshot->ours;
}

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

static struct lppack_value *describe_record(struct lppack_host *host, const struct lp_applied *applied)
{
	struct lppack_value *map = lp_value_map();

	lp_release_describe(&map, &applied->id);
	lp_value_add_text(&map, "version", applied->id.version);
	lp_value_add_digest(&map, "digest", &applied->id.digest);
	lp_value_add_time(&map, "applied_at", applied->applied_at);
	if (!lp_host_is_boot_of(host, applied))
		lp_value_add_bool(&map, "stale", true);
	return map;
}

static void add_flag(struct lppack_value **map, const char *key, int flag)
{
	if (flag >= 0)
		lp_value_add_bool(map, key, flag);
}

static struct lppack_value *describe_patch(const struct lp_snapshot *snapshot, const struct lp_live_patch *patch)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *objects = lp_value_list();

	for (size_t i = 0; i < patch->n_objects; i++)
		lp_value_push(&objects, describe_live_object(&patch->objects[i]));
	lp_value_add_text(&map, "name", patch->name);
	lp_value_add_build_id(&map, "build_id", &patch->build_id);
	add_flag(&map, "enabled", patch->enabled);
	add_flag(&map, "transition", patch->transition);
	add_flag(&map, "replace", patch->replace);
	if (patch->stack_order >= 0)
		lp_value_add_int(&map, "stack_order", (uint64_t)patch->stack_order);
	if (patch->refcnt >= 0)
		lp_value_add_int(&map, "module_refcount", (uint64_t)patch->refcnt);
	lp_value_add_bool(&map, "foreign", is_foreign(snapshot, patch));
	if (patch == snapshot->ours)
		lp_value_add(&map, "bundle", describe_record(snapshot->host, &snapshot->applied));
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

static bool is_in_transition(const struct lp_stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].transition == 1)
			return true;
	return false;
}

/* The release with the level, as a kernel that was built with the fixes might call itself. */
static char *format_effective(const struct lp_snapshot *snapshot)
{
	const struct lp_applied *applied = &snapshot->applied;
	const char *release = snapshot->host->kernel.release;

	if (snapshot->stack.n == 0)
		return strdup(release);
	if (!snapshot->ours)
		return lp_text_format("%s+lp.unknown", release);
	if (applied->id.epoch)
		return lp_text_format("%s+lp.%s.%llu-%llu", release, applied->id.stream,
				      (unsigned long long)applied->id.epoch, (unsigned long long)applied->id.serial);
	return lp_text_format("%s+lp.%s.%llu", release, applied->id.stream, (unsigned long long)applied->id.serial);
}

static void add_stack(const struct lp_snapshot *snapshot, struct lppack_value **map)
{
	struct lppack_value *patches = lp_value_list();
	LP_AUTO_FREE char *effective = format_effective(snapshot);

	for (size_t i = 0; i < snapshot->stack.n; i++)
		lp_value_push(&patches, describe_patch(snapshot, &snapshot->stack.patches[i]));
	lp_value_add_int(map, "schema", LP_STATUS_SCHEMA);
	lp_value_add(map, "kernel", describe_running_kernel(snapshot->host));
	lp_value_add(map, "effective_version", effective ? lp_value_string(effective) : NULL);
	lp_value_add_bool(map, "livepatch", true);
	lp_value_add_bool(map, "transition", is_in_transition(&snapshot->stack));
	lp_value_add(map, "patches", patches);
	lp_value_add(map, "functions", lp_status_functions(snapshot));
	lp_value_add(map, "memory", lp_status_memory(snapshot->host));
}

/* Which tasks are behind is only told where a transition runs, and only to those who may know. */
static void add_blockers(struct lppack_host *host, const struct lp_stack *stack, struct lppack_value **map)
{
	lp_value_add(map, "blockers", lp_stack_describe_blockers(host, stack));
	lp_value_add_bool(map, "blockers_known", !is_in_transition(stack) || lp_host_sees_tasks(&host->io));
}

static void tell_unseen(struct lp_snapshot *snapshot, const char *what)
{
	struct lppack_error why = LPPACK_ERROR_INIT;

	lp_fail(&why, LPPACK_E_PRIVILEGE, "run this as root", "%s", what);
	lp_snapshot_problem(snapshot, &why);
}

static void add_in_flight(struct lp_snapshot *snapshot, struct lppack_value **map)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *journal = NULL;
	int rc = lp_journal_describe(snapshot->host, &journal, &why);
	bool is_untold = rc > 0 && !lppack_value_get(journal, "running");

	add_blockers(snapshot->host, &snapshot->stack, map);
	if (rc < 0)
		lp_snapshot_problem(snapshot, &why);
	else if (rc > 0)
		lp_value_add(map, "unfinished", journal);
	if (is_untold)
		tell_unseen(snapshot,
			    "only root is told whether the call that has not ended is at work or was cut short");
	if (!lppack_value_bool(lppack_value_get(*map, "blockers_known")))
		tell_unseen(snapshot, "only root is told which tasks the transition waits for");
}

static void tell_private_kernels(struct lp_snapshot *snapshot, const struct lppack_value *coverage)
{
	for (size_t i = 0; i < lppack_value_count(coverage); i++) {
		const struct lppack_value *kernel = lppack_value_at(coverage, i, NULL);

		if (lppack_value_get(kernel, "root_only"))
			tell_unseen(snapshot,
				    "only root is told whether installed kernels are covered: they may not be read");
	}
}

static void add_boot(struct lp_snapshot *snapshot, struct lppack_value **map)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *boot = lp_boot_describe(snapshot->host, &why);
	struct lppack_value *coverage;

	if (boot)
		lp_value_add(map, "boot", boot);
	else
		lp_snapshot_problem(snapshot, &why);
	lppack_error_clear(&why);
	coverage = lp_coverage_describe(snapshot->host, &why);
	if (!coverage)
		lp_snapshot_problem(snapshot, &why);
	tell_private_kernels(snapshot, coverage);
	lp_value_add(map, "coverage", coverage ? coverage : lp_value_list());
}

static void add_holds(const struct lp_snapshot *snapshot, struct lppack_value **map)
{
	struct lp_hold_subject in_force;
	bool is_known = lp_hold_subject_of(snapshot->host, &snapshot->applied, &snapshot->store, &in_force) && snapshot->ours;

	lp_value_add(map, "holds", lp_holds_describe(&snapshot->holds, is_known ? &in_force : NULL, time(NULL)));
	lp_value_add(map, "levels", lp_store_describe(snapshot->host, &snapshot->store));
}

LP_EXPORT struct lppack_value *lppack_host_status(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	struct lppack_value *map;

	if (lp_snapshot_read(&snapshot, host, err) < 0)
		return NULL;
	map = lp_value_map();
	add_stack(&snapshot, &map);
	add_in_flight(&snapshot, &map);
	lp_status_add_fixes(&snapshot, &map);
	add_holds(&snapshot, &map);
	add_boot(&snapshot, &map);
	lp_value_add(&map, "problems", LP_TAKE(snapshot.problems));
	lp_value_add(&map, "findings", lp_status_findings(map));
	if (!map)
		lp_fail_nomem(err);
	return map;
}

LP_EXPORT struct lppack_value *lppack_host_transition(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	struct lppack_value *map;
	struct lppack_value *patches;

	if (lp_stack_read(&host->io, &stack, err) < 0)
		return NULL;
	map = lp_value_map();
	patches = lp_value_list();
	for (size_t i = 0; i < stack.n; i++) {
		struct lppack_value *patch = lp_value_map();

		lp_value_add_text(&patch, "name", stack.patches[i].name);
		add_flag(&patch, "enabled", stack.patches[i].enabled);
		add_flag(&patch, "transition", stack.patches[i].transition);
		lp_value_push(&patches, patch);
	}
	lp_value_add_bool(&map, "transition", is_in_transition(&stack));
	lp_value_add(&map, "patches", patches);
	add_blockers(host, &stack, &map);
	if (!map)
		lp_fail_nomem(err);
	return map;
}

LP_EXPORT char *lppack_host_effective_version(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { .host = host };
	struct lppack_error why = LPPACK_ERROR_INIT;
	char *text;

	/* A kernel that cannot livepatch is what it says it is. */
	if (lp_snapshot_read(&snapshot, host, &why) < 0 && why.code != LPPACK_E_NO_LIVEPATCH) {
		lp_error_move(err, &why);
		return NULL;
	}
	text = format_effective(&snapshot);
	if (!text)
		lp_fail_nomem(err);
	return text;
}
