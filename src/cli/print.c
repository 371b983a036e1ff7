/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of facts as lines that several verbs print. */
#include "cli/print.h"

#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>

const char *value_text_at(const struct lppack_value *map, const char *key)
{
	return lppack_value_text(lppack_value_get(map, key));
}

char *describe_format_serial(const struct lppack_value *bundle)
{
	const char *serial = value_text_at(bundle, "serial");
	const char *version = value_text_at(bundle, "version");
	uint64_t epoch = lppack_value_int(lppack_value_get(bundle, "epoch"), 0);
	char tail[UNITS_TEXT] = "";
	char *text = NULL;

	if (!serial)
		serial = "?";
	if (epoch)
		snprintf(tail, sizeof(tail), ", epoch %llu", (unsigned long long)epoch);
	if (version && strcmp(version, serial) == 0)
		version = NULL;
	if (asprintf(&text, "serial %s%s%s%s%s", serial, tail, version ? " (version " : "", version ? version : "",
		     version ? ")" : "") < 0)
		return NULL;
	return text;
}

static const char *trust_of(const struct lppack_value *signature)
{
	if (!lppack_value_get(signature, "trusted"))
		return "";
	if (lppack_value_bool(lppack_value_get(signature, "trusted")))
		return "  trusted";
	return lppack_value_bool(lppack_value_get(signature, "checked")) ? "  not a trusted key" : "  not checked";
}

static void print_print_signatures(const struct lppack_value *signatures)
{
	for (size_t i = 0; i < lppack_value_count(signatures); i++) {
		const struct lppack_value *signature = lppack_value_at(signatures, i, NULL);
		const char *id = value_text_at(signature, "id");
		const char *scheme = value_text_at(signature, "scheme");

		subfield_printf(i == 0 ? "signed by" : "", "%s%s%s%s", id ? id : "?", scheme ? "  " : "",
				scheme ? scheme : "", trust_of(signature));
		note_print(value_text_at(signature, "reason"));
	}
}

void describe_print_identity(const struct lppack_value *bundle)
{
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	subfield_printf("stream", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("digest", value_text_at(bundle, "digest"));
	subfield_print("created", value_text_at(bundle, "created"));
	subfield_print("expires", value_text_at(bundle, "expires"));
	if (lppack_value_get(bundle, "rollback_floor"))
		subfield_printf("going back", "not below serial %s", value_text_at(bundle, "rollback_floor"));
	print_print_signatures(lppack_value_get(bundle, "signatures"));
}

static void print_fix(const struct lppack_value *fix)
{
	const char *severity = value_text_at(fix, "severity");
	const char *cvss = value_text_at(fix, "cvss");
	const char *since = value_text_at(fix, "since");
	const char *id = value_text_at(fix, "id");

	line_print(stdout, "  %s%s%s%s%s%s%s", id ? id : "?", severity ? "  " : "", severity ? severity : "",
		   cvss ? "  CVSS " : "", cvss ? cvss : "", since ? "  since serial " : "", since ? since : "");
	note_print(value_text_at(fix, "summary"));
	subfield_print_list("  functions", lppack_value_get(fix, "functions"));
}

/* A list of {kind, id, reason}; not every list has a kind. */
static void print_reasons(const char *title, const struct lppack_value *list)
{
	if (lppack_value_count(list))
		section_print("%s (%zu):", title, lppack_value_count(list));
	for (size_t i = 0; i < lppack_value_count(list); i++) {
		const struct lppack_value *item = lppack_value_at(list, i, NULL);
		const char *kind = value_text_at(item, "kind");
		const char *id = value_text_at(item, "id");

		line_print(stdout, "  %s%s%s", kind ? kind : "", kind ? " " : "", id ? id : "?");
		note_print(value_text_at(item, "reason"));
	}
}

void describe_print_fixes(const struct lppack_value *bundle)
{
	const struct lppack_value *fixes = lppack_value_get(bundle, "fixes");

	if (lppack_value_count(fixes))
		section_print("Fixes (%zu):", lppack_value_count(fixes));
	for (size_t i = 0; i < lppack_value_count(fixes); i++)
		print_fix(lppack_value_at(fixes, i, NULL));
	print_reasons("Not fixed by livepatching", lppack_value_get(bundle, "unfixable"));
	print_reasons("Withdrawn since an earlier serial", lppack_value_get(bundle, "withdrawn"));
}

void describe_print_objects(const struct lppack_value *objects, const char *(*suffix)(const struct lppack_value *))
{
	for (size_t i = 0; i < lppack_value_count(objects); i++) {
		const struct lppack_value *object = lppack_value_at(objects, i, NULL);
		const struct lppack_value *functions = lppack_value_get(object, "functions");
		const char *name = value_text_at(object, "name");
		const char *tail = suffix ? suffix(object) : NULL;
		char n[UNITS_TEXT];

		if (!name)
			name = lppack_value_text(object);
		snprintf(n, sizeof(n), "%zu function%s", lppack_value_count(functions),
			 lppack_value_count(functions) == 1 ? "" : "s");
		subfield_printf(i == 0 ? "objects" : "", "%s%s%s%s%s", name ? name : "?", functions ? ", " : "",
				functions ? n : "", tail ? ", " : "", tail ? tail : "");
		subfield_print_sublist(functions);
		subfield_print_list("  callbacks", lppack_value_get(object, "callbacks"));
	}
}

static void print_print_states(const struct lppack_value *states)
{
	for (size_t i = 0; i < lppack_value_count(states); i++) {
		const struct lppack_value *state = lppack_value_at(states, i, NULL);
		const char *id = value_text_at(state, "id");
		const char *version = value_text_at(state, "version");

		subfield_printf(i == 0 ? "states" : "", "%s version %s", id ? id : "?", version ? version : "?");
	}
}

static void print_print_module(const struct lppack_value *kernel)
{
	const struct lppack_value *module = lppack_value_get(kernel, "module");
	const struct lppack_value *packed = lppack_value_get(kernel, "packed_size");
	const char *name = value_text_at(module, "name");
	const char *builder = value_text_at(module, "builder");
	const char *replace = value_text_at(module, "replace");
	bool stands_alone = lppack_value_bool(lppack_value_get(kernel, "stands_alone"));
	char size[UNITS_TEXT];

	subfield_printf("module", "%s, %s, built %s %s, replace %s%s", name ? name : "?",
			size_format(lppack_value_int(lppack_value_get(module, "size"), 0), size),
			builder && strcmp(builder, "source") == 0 ? "from" : "by", builder ? builder : "?",
			replace ? replace : "?",
			lppack_value_bool(lppack_value_get(module, "signed")) ? ", signed for the kernel" : "");
	subfield_print("  build id", value_text_at(module, "build_id"));
	subfield_print("  sha256", value_text_at(module, "sha256"));
	if (packed)
		subfield_printf("  packed", "%s, %s", size_format(lppack_value_int(packed, 0), size),
				stands_alone ? "stands alone" : "refers to a base");
}

void describe_print_kernels(const struct lppack_value *bundle)
{
	const struct lppack_value *kernels = lppack_value_get(bundle, "kernels");

	for (size_t i = 0; i < lppack_value_count(kernels); i++) {
		const struct lppack_value *kernel = lppack_value_at(kernels, i, NULL);
		const char *release = value_text_at(kernel, "release");
		const char *arch = value_text_at(kernel, "arch");

		section_print("Kernel %s%s%s", release ? release : "?", arch ? "  " : "", arch ? arch : "");
		subfield_print("build id", value_text_at(kernel, "build_id"));
		subfield_print("vermagic", value_text_at(kernel, "vermagic"));
		print_print_module(kernel);
		describe_print_objects(lppack_value_get(kernel, "objects"), NULL);
		print_print_states(lppack_value_get(kernel, "states"));
		subfield_print_list("not needed", lppack_value_get(kernel, "not_applicable"));
	}
}

void describe_print_findings(const struct lppack_value *findings)
{
	if (lppack_value_count(findings))
		section_print("Findings (%zu):", lppack_value_count(findings));
	for (size_t i = 0; i < lppack_value_count(findings); i++) {
		const struct lppack_value *finding = lppack_value_at(findings, i, NULL);

		subfield_print(value_text_at(finding, "severity"), value_text_at(finding, "message"));
		subfield_print("", value_text_at(finding, "hint"));
	}
}

char *describe_join_names(const struct lppack_value *list)
{
	char *joined = NULL;

	for (size_t i = 0; i < lppack_value_count(list); i++) {
		const struct lppack_value *item = lppack_value_at(list, i, NULL);
		const char *text = lppack_value_text(item);
		const char *name = text ? text : value_text_at(item, "name");
		char *longer = NULL;

		if (asprintf(&longer, "%s%s%s", joined ? joined : "", joined ? ", " : "", name ? name : "?") < 0)
			break;
		free(joined);
		joined = longer;
	}
	return joined;
}

char *describe_format_blocker(const struct lppack_value *task)
{
	const char *pid = value_text_at(task, "pid");
	const char *tid = value_text_at(task, "tid");
	const char *command = value_text_at(task, "command");
	const char *kind = value_text_at(task, "kind");
	const char *function = value_text_at(task, "function");
	bool is_thread = pid && tid && strcmp(pid, tid) != 0;
	char *text = NULL;

	if (asprintf(&text, "%s%s%s (%s%s%s)%s%s", pid ? pid : "?", is_thread ? "/" : "", is_thread ? tid : "",
		     command ? command : "?", kind ? ", " : "", kind ? kind : "", function ? " in " : "",
		     function ? function : "") < 0)
		return NULL;
	return text;
}

void describe_print_blockers(const struct lppack_value *blockers, const char *what)
{
	size_t n = lppack_value_count(blockers);
	struct table table;

	if (n == 0)
		return;
	section_print("Tasks that %s (%zu):", what, n);
	table_begin(&table, 7, "PID", "TID", "COMMAND", "KIND", "STATE", "FUNCTION", "STACK");
	for (size_t i = 0; i < n; i++) {
		const struct lppack_value *task = lppack_value_at(blockers, i, NULL);

		table_row(&table, value_text_at(task, "pid"), value_text_at(task, "tid"),
			  value_text_at(task, "command"), value_text_at(task, "kind"), value_text_at(task, "state"),
			  value_text_at(task, "function"), value_text_at(task, "stack"));
	}
	table_end(&table);
}
