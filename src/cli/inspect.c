/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack inspect: what a module's file says. */
#include "cli/cleanup.h"
#include "cli/each_file.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <string.h>

struct inspect_options {
	bool strict;
	bool json;
	bool verbose;
};

static const struct option_spec options[] = {
	{ .name = "strict",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct inspect_options, strict),
	  .help = "fail with the code of the first finding that is an error" },
	JSON_ROW(struct inspect_options),
	VERBOSE_ROW(struct inspect_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static uint64_t int_at(const struct lppack_value *map, const char *key)
{
	return lppack_value_int(lppack_value_get(map, key), 0);
}

static void print_identity(const struct lppack_value *module)
{
	static const struct {
		const char *label;
		const char *key;
	} rows[] = {
		{ "module", "name" }, { "arch", "arch" }, { "kernel", "release" }, { "vermagic", "vermagic" },
		{ "salt", "release_salt" }, { "build id", "build_id" }, { "srcversion", "srcversion" },
		{ "sha256", "sha256" }, { "depends", "depends" }, { "license", "license" }, { "author", "author" },
		{ "description", "description" }, { "builder", "builder" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		subfield_print(rows[i].label, value_text_at(module, rows[i].key));
}

static void print_replace(const struct lppack_value *replace)
{
	const char *verdict = value_text_at(replace, "verdict");
	const char *reason = value_text_at(replace, "reason");
	const char *words = verdict;

	if (!verdict)
		return;
	if (strcmp(verdict, "proved") == 0)
		words = "proved by data";
	else if (strcmp(verdict, "refuted") == 0)
		words = "refuted by data";
	else if (strcmp(verdict, "supported") == 0)
		words = "declared by code: supported";
	else if (strcmp(verdict, "contradicted") == 0)
		words = "declared, but contradicted by code";
	else
		words = "declared by code: not decoded";
	subfield_print("replace", words);
	subfield_print("", reason);
}

static void print_function(const struct lppack_value *function)
{
	const char *name = value_text_at(function, "name");
	uint64_t sympos = int_at(function, "sympos");
	char size[UNITS_TEXT] = "size unknown";
	char position[UNITS_TEXT] = "";

	if (sympos > 1)
		snprintf(position, sizeof(position), ",%llu", (unsigned long long)sympos);
	if (lppack_value_get(function, "size"))
		size_format(int_at(function, "size"), size);
	subfield_printf("", "  %s%s  %s", name ? name : "?", position, size);
}

static void print_objects(const struct lppack_value *objects)
{
	for (size_t i = 0; i < lppack_value_count(objects); i++) {
		const struct lppack_value *object = lppack_value_at(objects, i, NULL);
		const struct lppack_value *functions = lppack_value_get(object, "functions");
		size_t n = lppack_value_count(functions);

		subfield_printf(i == 0 ? "objects" : "", "%s, %zu function%s", value_text_at(object, "name"), n,
				n == 1 ? "" : "s");
		for (size_t j = 0; j < n; j++)
			print_function(lppack_value_at(functions, j, NULL));
		subfield_print_list("  callbacks", lppack_value_get(object, "callbacks"));
	}
}

static void inspect_print_states(const struct lppack_value *states)
{
	for (size_t i = 0; i < lppack_value_count(states); i++) {
		const struct lppack_value *state = lppack_value_at(states, i, NULL);

		subfield_printf(i == 0 ? "states" : "", "%s version %s", value_text_at(state, "id"),
				value_text_at(state, "version"));
	}
}

static void print_klp(const struct lppack_value *klp)
{
	const struct lppack_value *relocations = lppack_value_get(klp, "relocations");
	const struct lppack_value *symbols = lppack_value_get(klp, "symbols");

	for (size_t i = 0; i < lppack_value_count(relocations); i++) {
		const struct lppack_value *item = lppack_value_at(relocations, i, NULL);

		subfield_printf(i == 0 ? "relocates" : "", "%s of %s (%s)", value_text_at(item, "section"),
				value_text_at(item, "object"), value_text_at(item, "entries"));
	}
	for (size_t i = 0; i < lppack_value_count(symbols); i++) {
		const struct lppack_value *item = lppack_value_at(symbols, i, NULL);

		subfield_printf(i == 0 ? "resolves" : "", "%s,%s of %s", value_text_at(item, "name"),
				value_text_at(item, "sympos"), value_text_at(item, "object"));
	}
	subfield_print_list("jump tables", lppack_value_get(klp, "jump_tables"));
}

static void print_links(const struct lppack_value *module)
{
	const struct lppack_value *imports = lppack_value_get(module, "imports");
	size_t n = lppack_value_count(imports);
	size_t without = 0;

	print_klp(lppack_value_get(module, "klp"));
	for (size_t i = 0; i < n; i++)
		without += !lppack_value_get(lppack_value_at(imports, i, NULL), "crc");
	subfield_print_list("imports", imports);
	if (n)
		subfield_printf("", "(%zu, %zu without a CRC%s)", n, without,
				lppack_value_bool(lppack_value_get(module, "shadow_variables")) ?
					"; uses shadow variables" : "");
	subfield_print_list("exports", lppack_value_get(module, "exports"));
}

static void inspect_print_signature(const struct lppack_value *signature)
{
	const char *digest = value_text_at(signature, "digest");
	const char *algorithm = value_text_at(signature, "algorithm");
	const char *problem = value_text_at(signature, "error");
	char size[UNITS_TEXT];

	if (!signature)
		return;
	size_format(int_at(signature, "size"), size);
	if (problem)
		subfield_printf("signature", "%s, not readable: %s", size, problem);
	else
		subfield_printf("signature", "%s, %s with %s, not verified", size, algorithm ? algorithm : "?",
				digest ? digest : "?");
	subfield_print("  issuer", value_text_at(signature, "issuer"));
	subfield_print("  serial", value_text_at(signature, "serial"));
	subfield_print("  key id", value_text_at(signature, "key_id"));
}

static void print_hardening(const struct lppack_value *hardening)
{
	for (size_t i = 0, shown = 0; i < lppack_value_count(hardening); i++) {
		const char *key = NULL;
		const struct lppack_value *value = lppack_value_at(hardening, i, &key);
		bool is_flag = lppack_value_kind(value) == LPPACK_KIND_BOOL;

		if (is_flag && !lppack_value_bool(value))
			continue;
		subfield_printf(shown++ == 0 ? "hardening" : "", "%s%s%s", key, is_flag ? "" : " ",
				is_flag ? "" : lppack_value_text(value));
	}
}

static void print_part(const char *label, const struct lppack_value *part)
{
	static const char *const keys[] = { "text", "rodata", "ro_after_init", "data", "bss" };
	char line[256];
	char size[UNITS_TEXT];
	size_t used = (size_t)snprintf(line, sizeof(line), "%s in pages:", size_format(int_at(part, "pages"), size));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (int_at(part, keys[i]))
			used += (size_t)snprintf(line + used, sizeof(line) - used, " %s %s,", keys[i],
						 size_format(int_at(part, keys[i]), size));
	line[used - 1] = '\0';
	subfield_print(label, line);
}

static void print_memory(const struct lppack_value *module)
{
	const struct lppack_value *memory = lppack_value_get(module, "memory");
	char file[UNITS_TEXT], size[UNITS_TEXT];

	print_part("memory", lppack_value_get(memory, "core"));
	print_part("  for init", lppack_value_get(memory, "init"));
	size_format(int_at(module, "file_size"), file);
	size_format(int_at(module, "size"), size);
	if (int_at(module, "size") == int_at(module, "file_size"))
		subfield_print("file", file);
	else
		subfield_printf("file", "%s, the module in it %s", file, size);
	if (int_at(module, "debug_size"))
		subfield_printf("", "%s of debug sections", size_format(int_at(module, "debug_size"), size));
}

static void inspect_print_prose(const struct lppack_value *module, const char *path)
{
	headline_print(path, lppack_value_bool(lppack_value_get(module, "livepatch")) ? "livepatch module" :
											"kernel module, no livepatch");
	print_identity(module);
	print_replace(lppack_value_get(module, "replace"));
	print_objects(lppack_value_get(module, "objects"));
	inspect_print_states(lppack_value_get(module, "states"));
	print_links(module);
	inspect_print_signature(lppack_value_get(module, "signature"));
	print_hardening(lppack_value_get(module, "hardening"));
	print_memory(module);
	describe_print_findings(lppack_value_get(module, "findings"));
}

static void inspect_print_json(struct lp_json *json, const char *path, const struct lppack_value *module,
			       const struct lppack_error *err)
{
	static const char *const but[] = { "file", NULL };

	lp_json_open(json, NULL, '{');
	lp_json_text(json, "file", path);
	if (err->code)
		json_error(json, err);
	else
		json_members(json, module, but);
	lp_json_close(json, '}');
}

/* The code of the first finding that is an error, or 0. */
static int first_error(const struct lppack_value *findings)
{
	for (size_t i = 0; i < lppack_value_count(findings); i++) {
		int code = (int)int_at(lppack_value_at(findings, i, NULL), "code");

		if (code)
			return code;
	}
	return LPPACK_OK;
}

/* Returns the exit status of this file. */
static int inspect_file(const void *context, const char *path, struct each_file *output)
{
	const struct inspect_options *o = context;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_value *module AUTO(value) = lppack_module_inspect(path, &err);

	if (!module)
		error_print(&err);
	if (o->json) {
		inspect_print_json(&output->json, path, module, &err);
	} else if (module) {
		if (output->printed)
			printf("\n");
		inspect_print_prose(module, path);
		output->printed = true;
	}
	if (!module)
		return err.code;
	return o->strict ? first_error(lppack_value_get(module, "findings")) : LPPACK_OK;
}

static int inspect_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct inspect_options *o = values;

	(void)err;
	if (o->verbose)
		confinement_print();
	return each_file_run(arguments, o->json, inspect_file, o);
}

const struct verb verb_inspect = {
	.name = "inspect",
	.arguments = "MODULE...",
	.summary = "tell all that a livepatch module's file tells",
	.details = "Nothing is loaded. What a packager should mend stands under Findings; with --strict, the first\n"
		   "error among them decides the exit status.\n",
	.options = options,
	.values_size = sizeof(struct inspect_options),
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.completion = COMPLETE_FILE,
	.run = inspect_run,
};
