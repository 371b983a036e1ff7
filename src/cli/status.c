/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct status_options {
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	ROOT_ROW(struct status_options),
	JSON_ROW(struct status_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static bool is_true(const struct lppack_value *map, const char *key)
{
	return lppack_value_bool(lppack_value_get(map, key));
}

static const char *object_state(const struct lppack_value *object)
{
	if (is_true(object, "pending"))
		return "pending until the module is loaded";
	if (!lppack_value_get(object, "patched"))
		return NULL;
	return is_true(object, "patched") ? "patched" : "not patched";
}

static void print_bundle(const struct lppack_value *bundle)
{
	char *serial AUTO(text) = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	if (!bundle) {
		subfield_print("bundle", "unknown: lppack has no record of having applied it");
		return;
	}
	subfield_printf("bundle", "%s, %s%s", stream ? stream : "?", serial ? serial : "?",
			is_true(bundle, "stale") ? " (of an earlier boot)" : "");
	subfield_print("  digest", value_text_at(bundle, "digest"));
	subfield_print("  applied", value_text_at(bundle, "applied_at"));
}

static void print_patch(const struct lppack_value *patch)
{
	const char *name = value_text_at(patch, "name");
	const struct lppack_value *replace = lppack_value_get(patch, "replace");
	const struct lppack_value *enabled = lppack_value_get(patch, "enabled");

	printf("\nLivepatch %s\n", name ? name : "?");
	subfield_printf("state", "%s%s%s", !enabled ? "unknown" : lppack_value_bool(enabled) ? "enabled" : "disabled",
			is_true(patch, "transition") ? ", IN TRANSITION" : "",
			!replace ? "" : lppack_value_bool(replace) ? ", replaces all others" : ", does not replace");
	subfield_print("build id", value_text_at(patch, "build_id"));
	print_bundle(lppack_value_get(patch, "bundle"));
	describe_print_objects(lppack_value_get(patch, "objects"), object_state);
}

static void print_prose(const struct lppack_value *status)
{
	const struct lppack_value *kernel = lppack_value_get(status, "kernel");
	const struct lppack_value *patches = lppack_value_get(status, "patches");
	const struct lppack_value *modules = lppack_value_get(status, "livepatch_modules");
	const char *release = value_text_at(kernel, "release");
	const char *arch = value_text_at(kernel, "arch");
	size_t n = lppack_value_count(patches);

	field_printf("kernel", "%s%s%s", release ? release : "?", arch ? "  " : "", arch ? arch : "");
	field_print("build id", value_text_at(kernel, "build_id"));
	if (n == 0)
		field_print("livepatches", "none active");
	else
		field_printf("livepatches", "%zu%s", n, is_true(status, "transition") ? ", IN TRANSITION" : "");
	if (modules && lppack_value_int(modules, 0) > n)
		field_printf("modules", "%s livepatch modules are loaded, more than are active",
			     lppack_value_text(modules));
	for (size_t i = 0; i < n; i++)
		print_patch(lppack_value_at(patches, i, NULL));
}

static void warn_of_record(const struct lppack_value *status)
{
	const char *text = value_text_at(status, "record_error");

	if (text)
		warning_print(NULL, "%s", text);
}

static int run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct status_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_value *status AUTO(value) = host ? lppack_host_status(host, err) : NULL;
	struct json json = { 0 };

	(void)arguments;
	if (!status)
		return -err->code;
	if (o->json)
		json_value(&json, NULL, status);
	else
		print_prose(status);
	warn_of_record(status);
	return LPPACK_OK;
}

const struct verb verb_status = {
	.name = "status",
	.arguments = "",
	.summary = "show the livepatches that are in force",
	.options = options,
	.values_size = sizeof(struct status_options),
	.run = run,
};
