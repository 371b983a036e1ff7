/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans and receipts as people read them. */
#include "cli/apply_report.h"

#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>

/* A text, or the name of a map. */
static const char *name_of(const struct lppack_value *value, const char *key)
{
	const char *text = lppack_value_text(value);

	return text ? text : value_text_at(value, key);
}

static void apply_report_print_change(const char *label, const struct lppack_value *from,
				      const struct lppack_value *module)
{
	char *old LP_AUTO_FREE = describe_join_names(from);
	const char *new = name_of(module, "name");

	subfield_printf(label, "%s -> %s", old ? old : "(no livepatch)", new ? new : "(no livepatch)");
}

/* What the plan replaces or removes. */
static const struct lppack_value *former_of(const struct lppack_value *plan)
{
	const struct lppack_value *replaces = lppack_value_get(plan, "replaces");

	return replaces ? replaces : lppack_value_get(plan, "removes");
}

static bool is_removal(const struct lppack_value *plan)
{
	return lppack_value_get(plan, "removes") != NULL;
}

static void print_foreign(const struct lppack_value *patches)
{
	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *patch = lppack_value_at(patches, i, NULL);
		const char *name = value_text_at(patch, "name");

		if (lppack_value_bool(lppack_value_get(patch, "foreign")))
			subfield_printf("taken over", "%s, which lppack did not load", name ? name : "?");
	}
}

static void print_reversibility(const struct lppack_value *plan)
{
	const struct lppack_value *map = lppack_value_get(plan, "reversibility");
	const char *class = value_text_at(map, "class");
	const char *why = value_text_at(map, "why");

	if (class && why)
		subfield_printf("going back", "%s: %s", class, why);
	else
		subfield_print("going back", class);
}

/* Whether the kernel insists on signatures of modules, and what it makes of this one's. */
static void apply_report_print_signature(const struct lppack_value *plan)
{
	static const char *const keys[][2] = {
		{ "known", "whose key the kernel has" },
		{ "not-found", "whose key the kernel does not have" },
		{ "platform", "whose key only the firmware's keyring has" },
		{ "unknown", "and it cannot be told whether the kernel has its key" },
	};
	const struct lppack_value *map = lppack_value_get(plan, "module_signature");
	const struct lppack_value *signer = lppack_value_get(map, "signer");
	const char *enforced = value_text_at(map, "enforced");
	const char *key = value_text_at(map, "key");
	const char *issuer = value_text_at(signer, "issuer");
	const char *id = value_text_at(signer, issuer ? "serial" : "key_id");

	for (size_t i = 0; key && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i][0]) == 0)
			subfield_printf("signature", "by %s %s, %s", issuer ? issuer : "key", id ? id : "?",
					keys[i][1]);
	if (enforced)
		subfield_printf("", "the kernel loads signed modules only (%s)", enforced);
}

static void print_target(const struct lppack_value *map)
{
	const struct lppack_value *bundle = lppack_value_get(map, "bundle");
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	if (lppack_value_kind(bundle) == LPPACK_KIND_MAP)
		subfield_printf("bundle", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("kernel", name_of(lppack_value_get(map, "kernel"), "release"));
	subfield_print("", value_text_at(lppack_value_get(map, "kernel"), "build_id"));
}

void decided_print(const struct lppack_value *map)
{
	const struct lppack_value *losses = lppack_value_get(map, "losses");
	const char *stream = value_text_at(map, "switched_from");

	if (stream)
		subfield_printf("stream", "%s is not followed any more", stream);
	for (size_t i = 0; i < lppack_value_count(losses); i++) {
		const struct lppack_value *loss = lppack_value_at(losses, i, NULL);
		const char *kind = value_text_at(loss, "kind");
		const char *id = value_text_at(loss, "id");
		const char *release = value_text_at(loss, "release");

		subfield_printf(i ? "" : "loses", "%s %s for %s", kind ? kind : "?", id ? id : "?",
				release ? release : "?");
	}
}

void plan_print(const struct lppack_value *plan, const char *path)
{
	bool already = lppack_value_bool(lppack_value_get(plan, "already"));

	if (is_removal(plan))
		headline_print(path, already ? "no livepatch is in force, nothing would be done" :
					       "would be taken out of force");
	else
		headline_print(path, already ? "already applied, nothing would be done" : "would be applied");
	print_target(plan);
	if (!already)
		apply_report_print_change("change", former_of(plan), lppack_value_get(plan, "module"));
	print_foreign(former_of(plan));
	decided_print(plan);
	apply_report_print_signature(plan);
	print_reversibility(plan);
	describe_print_objects(lppack_value_get(plan, "objects"), NULL);
}

static const char *removal_phrase_of(const char *outcome)
{
	if (strcmp(outcome, "removed") == 0)
		return "no livepatch is in force any more";
	if (strcmp(outcome, "already") == 0)
		return "no livepatch is in force, nothing was done";
	if (strcmp(outcome, "reversed") == 0)
		return "REVERSED: still in force";
	return strcmp(outcome, "nothing") == 0 ? "NOT REMOVED: nothing has changed" : NULL;
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

/* What an operator has to know beside the outcome. */
static void apply_report_print_course(const struct lppack_value *receipt)
{
	const struct lppack_value *attempts = lppack_value_get(receipt, "attempts");
	char *stale LP_AUTO_FREE = describe_join_names(lppack_value_get(receipt, "stale"));

	if (lppack_value_int(attempts, 1) > 1)
		subfield_print("attempts", lppack_value_text(attempts));
	if (stale)
		subfield_printf("tidied", "%s, left loaded by an earlier call", stale);
	subfield_print("note", value_text_at(receipt, "note"));
	if (lppack_value_bool(lppack_value_get(receipt, "forced")))
		subfield_print("FORCED", "the transition was ended by force: reboot before the next apply");
}

static void print_kernel_log(const struct lppack_value *lines)
{
	if (lppack_value_count(lines))
		printf("\nThe kernel said:\n");
	for (size_t i = 0; i < lppack_value_count(lines); i++) {
		const char *line = lppack_value_text(lppack_value_at(lines, i, NULL));

		line_print(stdout, "  %s", line ? line : "?");
	}
}

static bool is_done(const char *outcome)
{
	return outcome && (strcmp(outcome, "applied") == 0 || strcmp(outcome, "removed") == 0);
}

void receipt_print(const struct lppack_value *receipt, const struct lppack_value *plan, const char *path,
		   const struct lppack_error *err)
{
	const struct lppack_value *superseded = lppack_value_get(receipt, "superseded");
	const struct lppack_value *from =
		lppack_value_count(superseded) && !is_removal(plan) ? superseded : former_of(plan);
	char *pending LP_AUTO_FREE = describe_join_names(lppack_value_get(receipt, "pending"));
	const char *outcome = value_text_at(receipt, "outcome");
	const char *phrase = outcome && is_removal(plan) ? removal_phrase_of(outcome) : NULL;

	headline_print(path, phrase ? phrase : phrase_of(outcome ? outcome : "?", lppack_value_count(from) > 0));
	print_target(plan);
	if (!outcome || strcmp(outcome, "already") != 0) {
		apply_report_print_change(is_done(outcome) ? "change" : "attempted", from,
					  lppack_value_get(plan, "module"));
		print_foreign(former_of(plan));
		decided_print(plan);
		apply_report_print_signature(plan);
		print_reversibility(plan);
		print_durations(lppack_value_get(receipt, "durations_ns"));
	}
	apply_report_print_course(receipt);
	if (pending)
		subfield_printf("pending", "%s (patched as soon as loaded)", pending);
	if (!err->code || err->code == LPPACK_E_ALREADY)
		return;
	describe_print_blockers(lppack_value_get(receipt, "blockers"), "kept the transition from ending");
	describe_print_blockers(lppack_value_get(receipt, "reverse_blockers"), "kept the reversal from ending");
	print_kernel_log(lppack_value_get(receipt, "kernel_log"));
	printf("\n");
}
