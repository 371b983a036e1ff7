/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack status says of the machine: every part is asked once, and one that cannot be told hides no other. */
#include "status/status.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "format/release.h"
#include "bundle/describe.h"
#include "machine/boot_count.h"
#include "machine/coverage.h"
#include "machine/journal.h"
#include "apply/transition.h"
#include "status/check.h"
#include "status/fixes.h"
#include "status/stack.h"

#include <string.h>
#include <time.h>

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
	const struct lp_applied *applied = &snapshot->state.applied;
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
	lp_value_add_bool(map, "blockers_known", !is_in_transition(stack) || lp_blockers_are_visible(&host->io));
}

static void report_unseen(struct lppack_value **problems, const char *what)
{
	struct lppack_error why = LPPACK_ERROR_INIT;

	lp_fail(&why, LPPACK_E_PRIVILEGE, "run this as root", "%s", what);
	lp_status_add_problem(problems, &why);
}

static void add_in_flight(const struct lp_snapshot *snapshot, struct lppack_value **problems, struct lppack_value **map)
{
	struct lppack_value *journal = NULL;

	add_blockers(snapshot->host, &snapshot->stack, map);
	if (snapshot->damage[LP_PART_JOURNAL].code)
		lp_status_add_problem(problems, &snapshot->damage[LP_PART_JOURNAL]);
	if (snapshot->is_unfinished) {
		journal = lp_journal_describe(&snapshot->journal, snapshot->host);
		if (!lppack_value_get(journal, "running"))
			report_unseen(problems, "only root is told whether the call that has not ended is at work or "
						"was cut short");
		lp_value_add(map, "unfinished", journal);
	}
	if (!lppack_value_bool(lppack_value_get(*map, "blockers_known")))
		report_unseen(problems, "only root is told which tasks the transition waits for");
}

static void report_private_kernels(const struct lppack_value *coverage, struct lppack_value **problems)
{
	for (size_t i = 0; i < lppack_value_count(coverage); i++)
		if (lppack_value_get(lppack_value_at(coverage, i, NULL), "root_only"))
			report_unseen(problems,
				      "only root is told whether installed kernels are covered: they may not be read");
}

static void add_boot(const struct lp_snapshot *snapshot, const struct lp_boot_candidates *candidates,
		     struct lppack_value **problems, struct lppack_value **map)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *boot = lp_boot_describe(snapshot, candidates, &why);
	struct lppack_value *coverage;

	if (boot)
		lp_value_add(map, "boot", boot);
	else
		lp_status_add_problem(problems, &why);
	lppack_error_clear(&why);
	coverage = lp_coverage_describe(snapshot->host, candidates, &why);
	if (!coverage)
		lp_status_add_problem(problems, &why);
	report_private_kernels(coverage, problems);
	lp_value_add(map, "coverage", coverage ? coverage : lp_value_list());
}

static void add_holds(const struct lp_snapshot *snapshot, struct lppack_value **map)
{
	struct lp_hold_subject applied;
	bool is_known = lp_snapshot_subject(snapshot, &applied) && snapshot->ours;

	lp_value_add(map, "holds", lp_holds_describe(&snapshot->holds, is_known ? &applied : NULL, time(NULL)));
}

/* A journal that cannot be read is reported with what is unfinished, a count of boots with the boot. */
static struct lppack_value *find_problems(const struct lp_snapshot *snapshot)
{
	static const enum lp_part parts[] = { LP_PART_STATE, LP_PART_STORE, LP_PART_HOLDS };
	struct lppack_value *problems = lp_value_list();

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (snapshot->damage[parts[i]].code)
			lp_status_add_problem(&problems, &snapshot->damage[parts[i]]);
	return problems;
}

static struct lppack_value *describe_status(const struct lp_snapshot *snapshot,
					    const struct lp_boot_candidates *candidates)
{
	struct lppack_value *problems = find_problems(snapshot);
	struct lppack_value *map = lp_value_map();

	add_stack(snapshot, &map);
	add_in_flight(snapshot, &problems, &map);
	lp_status_add_fixes(snapshot, &problems, &map);
	add_holds(snapshot, &map);
	lp_value_add(&map, "levels", lp_boot_candidates_describe(snapshot, candidates));
	add_boot(snapshot, candidates, &problems, &map);
	lp_value_add(&map, "problems", problems);
	lp_value_add(&map, "findings", lp_status_findings(map));
	return map;
}

LP_EXPORT struct lppack_value *lppack_host_status(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	struct lppack_value *map;

	if (lp_host_name(host, err) < 0)
		return NULL;
	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_check(&snapshot, LP_PART_STACK, err) < 0 || lp_snapshot_open_releases(&snapshot, err) < 0 ||
	    lp_boot_candidates_read(&snapshot, &candidates, err) < 0)
		return NULL;
	map = describe_status(&snapshot, &candidates);
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
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	char *text;

	if (lp_host_name(host, err) < 0)
		return NULL;
	lp_snapshot_read(&snapshot, host);
	/* A kernel that cannot livepatch is what it says it is. */
	if (snapshot.damage[LP_PART_STACK].code != LPPACK_E_NO_LIVEPATCH &&
	    lp_snapshot_check(&snapshot, LP_PART_STACK, err) < 0)
		return NULL;
	text = format_effective(&snapshot);
	if (!text)
		lp_fail_nomem(err);
	return text;
}
