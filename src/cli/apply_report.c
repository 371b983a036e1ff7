/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/apply_report.h"

#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/output.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>

/* A text, or the name of a map. */
static const char *name_of(const struct lppack_value *value, const char *key)
{
	const char *text = lppack_value_text(value);

	return text ? text : value_text_at(value, key);
}

/* The names of a list joined by ", "; malloc'd; NULL if it is empty. */
static char *join_names(const struct lppack_value *list)
{
	char *joined = NULL;

	for (size_t i = 0; i < lppack_value_count(list); i++) {
		const char *name = name_of(lppack_value_at(list, i, NULL), "name");
		char *longer = NULL;

		if (asprintf(&longer, "%s%s%s", joined ? joined : "", joined ? ", " : "", name ? name : "?") < 0)
			break;
		free(joined);
		joined = longer;
	}
	return joined;
}

static void print_change(const char *label, const struct lppack_value *from, const struct lppack_value *module)
{
	char *old AUTO(text) = join_names(from);
	const char *new = name_of(module, "name");

	subfield_printf(label, "%s -> %s", old ? old : "(no livepatch)", new ? new : "?");
}

static void print_target(const struct lppack_value *map)
{
	const struct lppack_value *bundle = lppack_value_get(map, "bundle");
	char *serial AUTO(text) = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	if (lppack_value_kind(bundle) == LPPACK_KIND_MAP)
		subfield_printf("bundle", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("kernel", name_of(lppack_value_get(map, "kernel"), "release"));
	subfield_print("", value_text_at(lppack_value_get(map, "kernel"), "build_id"));
}

void plan_print(const struct lppack_value *plan, const char *path)
{
	bool already = lppack_value_bool(lppack_value_get(plan, "already"));

	headline_print(path, already ? "already applied, nothing would be done" : "would be applied");
	print_target(plan);
	if (!already)
		print_change("change", lppack_value_get(plan, "replaces"), lppack_value_get(plan, "module"));
	describe_print_objects(lppack_value_get(plan, "objects"), NULL);
}

static const char *phrase_of(const char *outcome, bool had_patches)
{
	if (strcmp(outcome, "applied") == 0)
		return "applied";
	if (strcmp(outcome, "already") == 0)
		return "already applied, nothing was done";
	if (strcmp(outcome, "reversed") == 0)
		return had_patches ? "REVERSED: the old livepatches are still in force" :
				     "REVERSED: no livepatch is in force, as before";
	if (strcmp(outcome, "left") == 0)
		return "LEFT: neither finished nor undone";
	return strcmp(outcome, "nothing") == 0 ? "NOT APPLIED: nothing has changed" : outcome;
}

static void print_durations(const struct lppack_value *durations)
{
	static const char *const keys[] = { "load", "transition", "remove", "total" };
	static const char *const names[] = { "load", "transition", "removal", "total" };
	char line[4 * (UNITS_TEXT + 16)] = "";

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct lppack_value *ns = lppack_value_get(durations, keys[i]);
		size_t used = strlen(line);
		char text[UNITS_TEXT];

		if (lppack_value_int(ns, 0))
			snprintf(line + used, sizeof(line) - used, "%s%s %s", used ? ", " : "", names[i],
				 duration_format((int64_t)lppack_value_int(ns, 0), text));
	}
	if (line[0])
		subfield_print("took", line);
}

static void print_blockers(const struct lppack_value *blockers)
{
	size_t n = lppack_value_count(blockers);
	struct table table;

	if (n == 0)
		return;
	printf("\nTasks that kept the transition from ending (%zu):\n", n);
	table_begin(&table, 7, "PID", "TID", "COMMAND", "KIND", "STATE", "FUNCTION", "STACK");
	for (size_t i = 0; i < n; i++) {
		const struct lppack_value *task = lppack_value_at(blockers, i, NULL);
		bool is_kthread = lppack_value_bool(lppack_value_get(task, "kthread"));

		table_row(&table, value_text_at(task, "pid"), value_text_at(task, "tid"),
			  value_text_at(task, "command"), is_kthread ? "kernel" : "user",
			  value_text_at(task, "state"), value_text_at(task, "function"),
			  value_text_at(task, "stack"));
	}
	table_end(&table);
}

static void print_kernel_log(const struct lppack_value *lines)
{
	if (lppack_value_count(lines))
		printf("\nThe kernel said:\n");
	for (size_t i = 0; i < lppack_value_count(lines); i++) {
		const char *line = lppack_value_text(lppack_value_at(lines, i, NULL));

		printf("  %s\n", line ? line : "?");
	}
}

void receipt_print(const struct lppack_value *receipt, const struct lppack_value *plan, const char *path,
		   const struct lppack_error *err)
{
	const struct lppack_value *superseded = lppack_value_get(receipt, "superseded");
	const struct lppack_value *replaces = lppack_value_get(plan, "replaces");
	const struct lppack_value *from = lppack_value_count(superseded) ? superseded : replaces;
	char *pending AUTO(text) = join_names(lppack_value_get(receipt, "pending"));
	const char *outcome = value_text_at(receipt, "outcome");

	headline_print(path, phrase_of(outcome ? outcome : "?", lppack_value_count(from) > 0));
	print_target(plan);
	if (!outcome || strcmp(outcome, "already") != 0) {
		print_change(outcome && strcmp(outcome, "applied") == 0 ? "change" : "attempted", from,
			     lppack_value_get(plan, "module"));
		print_durations(lppack_value_get(receipt, "durations_ns"));
	}
	if (pending)
		subfield_printf("pending", "%s (patched as soon as loaded)", pending);
	if (!err->code || err->code == LPPACK_E_ALREADY)
		return;
	print_blockers(lppack_value_get(receipt, "blockers"));
	print_kernel_log(lppack_value_get(receipt, "kernel_log"));
	printf("\n");
}
