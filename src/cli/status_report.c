/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The status of a machine as people read it. */
#include "cli/status_report.h"

#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>

static bool is_true(const struct lppack_value *map, const char *key)
{
	return lppack_value_bool(lppack_value_get(map, key));
}

static const char *status_report_text_or(const struct lppack_value *map, const char *key)
{
	const char *text = value_text_at(map, key);

	return text ? text : "?";
}

static const char *object_state(const struct lppack_value *object)
{
	if (is_true(object, "pending"))
		return "pending until the module is loaded";
	if (!lppack_value_get(object, "patched"))
		return NULL;
	return is_true(object, "patched") ? "patched" : "not patched";
}

static void status_report_print_bundle(const struct lppack_value *patch)
{
	const struct lppack_value *bundle = lppack_value_get(patch, "bundle");
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);

	if (!bundle) {
		subfield_print("bundle", is_true(patch, "foreign") ?
						 "unknown: lppack has no record of having applied it" :
						 "unknown: lppack loaded it, but has no record of its bundle");
		return;
	}
	subfield_printf("bundle", "%s, %s%s", status_report_text_or(bundle, "stream"), serial ? serial : "?",
			is_true(bundle, "stale") ? " (of an earlier boot)" : "");
	subfield_print("  digest", value_text_at(bundle, "digest"));
	subfield_print("  applied", value_text_at(bundle, "applied_at"));
}

static void print_patch(const struct lppack_value *patch)
{
	const struct lppack_value *replace = lppack_value_get(patch, "replace");
	const struct lppack_value *enabled = lppack_value_get(patch, "enabled");

	section_print("Livepatch %s", status_report_text_or(patch, "name"));
	subfield_printf("state", "%s%s%s", !enabled ? "unknown" : lppack_value_bool(enabled) ? "enabled" : "disabled",
			is_true(patch, "transition") ? ", IN TRANSITION" : "",
			!replace ? "" : lppack_value_bool(replace) ? ", replaces all others" : ", does not replace");
	subfield_print("build id", value_text_at(patch, "build_id"));
	status_report_print_bundle(patch);
	describe_print_objects(lppack_value_get(patch, "objects"), object_state);
}

static void print_stack(const struct lppack_value *status)
{
	const struct lppack_value *kernel = lppack_value_get(status, "kernel");
	const struct lppack_value *patches = lppack_value_get(status, "patches");
	const struct lppack_value *memory = lppack_value_get(status, "memory");
	size_t modules = lppack_value_count(lppack_value_get(memory, "modules"));
	const char *arch = value_text_at(kernel, "arch");
	size_t n = lppack_value_count(patches);
	char size[UNITS_TEXT];

	field_printf("kernel", "%s%s%s", status_report_text_or(kernel, "release"), arch ? "  " : "", arch ? arch : "");
	field_print("build id", value_text_at(kernel, "build_id"));
	if (n == 0)
		field_print("livepatches", "none active");
	else
		field_printf("livepatches", "%zu%s", n, is_true(status, "transition") ? ", IN TRANSITION" : "");
	if (modules > n)
		field_printf("modules", "%zu livepatch modules are loaded, more than are active", modules);
	if (lppack_value_int(lppack_value_get(memory, "bytes"), 0))
		field_printf("memory", "%s", size_format(lppack_value_int(lppack_value_get(memory, "bytes"), 0), size));
}

static void status_report_print_blockers(const struct lppack_value *status)
{
	describe_print_blockers(lppack_value_get(status, "blockers"), "the transition waits for");
	if (!is_true(status, "blockers_known"))
		printf("\nOnly root is told which tasks the transition waits for.\n");
}

static void print_unfinished(const struct lppack_value *status)
{
	const struct lppack_value *unfinished = lppack_value_get(status, "unfinished");

	if (!unfinished)
		return;
	printf("\nUnfinished\n");
	if (!lppack_value_get(unfinished, "running"))
		subfield_printf("call", "lppack %s; only root is told whether it is at work",
				status_report_text_or(unfinished, "verb"));
	else if (is_true(unfinished, "running"))
		subfield_printf("call", "lppack %s, which is at work", status_report_text_or(unfinished, "verb"));
	else if (is_true(status, "transition") && strcmp(status_report_text_or(unfinished, "boot"), "this") == 0)
		subfield_printf("call",
				"lppack %s, which was cut short; its transition is still running: "
				"'lppack recover' waits for it",
				status_report_text_or(unfinished, "verb"));
	else
		subfield_printf("call", "lppack %s, which was cut short: 'lppack recover' finishes or undoes it",
				status_report_text_or(unfinished, "verb"));
	subfield_print("begun", value_text_at(unfinished, "started_at"));
}

static void print_pending(const struct lppack_value *pending)
{
	for (size_t i = 0; i < lppack_value_count(pending); i++) {
		const struct lppack_value *fix = lppack_value_at(pending, i, NULL);
		char *objects LP_AUTO_FREE = describe_join_names(lppack_value_get(fix, "objects"));
		const char *why = status_report_text_or(fix, "why");

		if (strcmp(why, "not loaded") == 0)
			subfield_printf(i ? "" : "pending", "%s, until %s %s loaded", status_report_text_or(fix, "id"),
					objects ? objects : "?",
					lppack_value_count(lppack_value_get(fix, "objects")) > 1 ? "are" : "is");
		else
			subfield_printf(i ? "" : "pending", "%s (%s)", status_report_text_or(fix, "id"), why);
	}
}

static void print_unfixable(const struct lppack_value *list)
{
	for (size_t i = 0; i < lppack_value_count(list); i++) {
		const struct lppack_value *item = lppack_value_at(list, i, NULL);

		subfield_printf(i ? "" : "unfixable", "%s: %s", status_report_text_or(item, "id"),
				status_report_text_or(item, "reason"));
	}
}

static void print_fixes(const struct lppack_value *status)
{
	static const char *const keys[] = { "in_force", "pending", "not_applicable", "unfixable", "held", "available" };
	const struct lppack_value *fixes = lppack_value_get(status, "fixes");
	size_t n = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		n += lppack_value_count(lppack_value_get(fixes, keys[i]));
	if (n == 0 && is_true(fixes, "known"))
		return;
	printf("\nFixes\n");
	if (!is_true(fixes, "known"))
		subfield_print("in force", "unknown: lppack has no record of them");
	subfield_print_list("in force", lppack_value_get(fixes, "in_force"));
	print_pending(lppack_value_get(fixes, "pending"));
	subfield_print_list("not needed", lppack_value_get(fixes, "not_applicable"));
	print_unfixable(lppack_value_get(fixes, "unfixable"));
	subfield_print_list("held", lppack_value_get(fixes, "held"));
	subfield_print_list("available", lppack_value_get(fixes, "available"));
}

static void print_reboot(const struct lppack_value *reboot)
{
	const struct lppack_value *why = lppack_value_get(reboot, "why");

	if (!is_true(reboot, "needed"))
		return;
	printf("\nReboot needed\n");
	for (size_t i = 0; i < lppack_value_count(why); i++)
		subfield_print(i ? "" : "because", value_text_at(lppack_value_at(why, i, NULL), "text"));
}

static void print_latest(const struct lppack_value *latest)
{
	const char *state = status_report_text_or(latest, "state");
	const char *serial = status_report_text_or(latest, "serial");

	if (!latest || strcmp(state, "in force") == 0)
		return;
	if (strcmp(state, "removed") == 0)
		field_printf("latest", "%s serial %s: removed, also for boots; lppack rollback --to %s puts it back",
			     status_report_text_or(latest, "stream"), serial, serial);
	else
		field_printf("latest", "%s serial %s: %s", status_report_text_or(latest, "stream"), serial, state);
}

static void print_levels(const struct lppack_value *levels)
{
	struct table table;

	if (lppack_value_count(levels) == 0)
		return;
	printf("\nInstalled levels\n");
	table_begin(&table, 5, "STREAM", "SERIAL", "VERSION", "INSTALLED", "AT BOOT");
	for (size_t i = 0; i < lppack_value_count(levels); i++) {
		const struct lppack_value *level = lppack_value_at(levels, i, NULL);

		table_row(&table, value_text_at(level, "stream"), value_text_at(level, "serial"),
			  value_text_at(level, "version"), value_text_at(level, "installed_at"),
			  value_text_at(level, "at_boot"));
	}
	table_end(&table);
}

void coverage_print(const struct lppack_value *coverage)
{
	for (size_t i = 0; i < lppack_value_count(coverage); i++) {
		const struct lppack_value *kernel = lppack_value_at(coverage, i, NULL);
		const char *release = status_report_text_or(kernel, "release");

		if (value_text_at(kernel, "unreadable"))
			field_printf("next boot", "of %s: UNKNOWN, %s", release, value_text_at(kernel, "unreadable"));
		else if (is_true(kernel, "covered"))
			field_printf("next boot", "of %s: covered by %s serial %s", release,
				     status_report_text_or(kernel, "stream"), status_report_text_or(kernel, "serial"));
		else
			field_printf("next boot", "of %s: NOT COVERED", release);
	}
}

static void print_boot(const struct lppack_value *boot)
{
	const struct lppack_value *trials = lppack_value_get(boot, "trials");

	if (is_true(boot, "disabled"))
		banner_print(stdout, "lppack.apply=0 on the kernel's command line keeps livepatches away");
	for (size_t i = 0; i < lppack_value_count(trials); i++) {
		const struct lppack_value *trial = lppack_value_at(trials, i, NULL);

		if (!is_true(trial, "skipped"))
			continue;
		banner_print(stdout, "a bundle is skipped: boots with it did not become healthy");
		subfield_printf("level", "%s serial %s", status_report_text_or(trial, "stream"),
				status_report_text_or(trial, "serial"));
		subfield_print("digest", value_text_at(trial, "digest"));
	}
	if (boot && lppack_value_get(boot, "enabled") && !is_true(boot, "enabled"))
		field_print("boots", "apply nothing: lppack-apply.service is not enabled");
}

static void status_report_print_holds(const struct lppack_value *holds)
{
	for (size_t i = 0; i < lppack_value_count(holds); i++)
		field_print("hold", value_text_at(lppack_value_at(holds, i, NULL), "text"));
}

void status_print(const struct lppack_value *status)
{
	const struct lppack_value *patches = lppack_value_get(status, "patches");
	const struct lppack_value *levels = lppack_value_get(status, "levels");

	print_stack(status);
	field_print("stream", value_text_at(status, "stream"));
	if (is_true(status, "loss_undetected"))
		field_print("memory", "a lost /var/lib/lppack cannot be detected here: /etc/lppack/kept has no marks");
	print_latest(lppack_value_get(status, "latest"));
	status_report_print_holds(lppack_value_get(status, "holds"));
	if (lppack_value_count(levels))
		coverage_print(lppack_value_get(status, "coverage"));
	print_boot(lppack_value_get(status, "boot"));
	for (size_t i = 0; i < lppack_value_count(patches); i++)
		print_patch(lppack_value_at(patches, i, NULL));
	print_unfinished(status);
	status_report_print_blockers(status);
	print_fixes(status);
	print_levels(levels);
	print_reboot(lppack_value_get(status, "reboot"));
}
