/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack show: what is in a bundle. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

struct show_options {
	bool kernels;
	struct text_list keys;
	const char *root;
	bool json;
	bool verbose;
};

static const struct option_spec options[] = {
	{ .name = "kernels",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct show_options, kernels),
	  .help = "list each kernel with its module, objects and functions" },
	KEYS_ROW(struct show_options),
	ROOT_ROW(struct show_options),
	JSON_ROW(struct show_options),
	VERBOSE_ROW(struct show_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static uint64_t count_kernels(const struct lppack_value *bundle)
{
	const struct lppack_value *kernels = lppack_value_get(bundle, "kernels");

	if (lppack_value_kind(kernels) == LPPACK_KIND_LIST)
		return lppack_value_count(kernels);
	return lppack_value_int(lppack_value_get(bundle, "kernel_count"), lppack_value_int(kernels, 0));
}

static void print_sizes(const struct lppack_value *sizes)
{
	static const char *const parts[] = { "head", "fixes", "index", "payload" };
	const struct lppack_value *file = lppack_value_get(sizes, "file");
	char text[UNITS_TEXT];

	if (file)
		subfield_print("size", size_format(lppack_value_int(file, 0), text));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct lppack_value *part = lppack_value_get(sizes, parts[i]);
		char label[UNITS_TEXT];

		snprintf(label, sizeof(label), "  %s", parts[i]);
		if (part)
			subfield_print(label, size_format(lppack_value_int(part, 0), text));
	}
}

static void show_print_prose(const struct lppack_value *bundle, bool with_kernels)
{
	describe_print_identity(bundle);
	subfield_print_list("incompat", lppack_value_get(bundle, "incompat"));
	subfield_print_list("compat", lppack_value_get(bundle, "compat"));
	subfield_printf("kernels", "%llu%s", (unsigned long long)count_kernels(bundle),
			with_kernels ? "" : " (--kernels lists them)");
	print_sizes(lppack_value_get(bundle, "sizes"));
	describe_print_fixes(bundle);
	if (with_kernels)
		describe_print_kernels(bundle);
}

static void show_print_json(const struct lppack_value *bundle, const char *path, const struct show_options *o,
			    const struct lppack_error *why)
{
	/* Without --kernels a list of them is left out, whether it was read or not. */
	const char *const but[] = { "file", "verified", o->kernels ? NULL : "kernels", NULL };
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	lp_json_text(&json, "file", path);
	lp_json_bool(&json, "verified", why->code == LPPACK_OK);
	if (why->code) {
		lp_json_text(&json, "why", why->message);
		lp_json_text(&json, "why_name", lppack_error_name(why->code));
	}
	json_members(&json, bundle, but);
	lp_json_close(&json, '}');
}

static void print_banner(const struct lppack_error *why)
{
	char *text LP_AUTO_FREE = NULL;

	if (asprintf(&text, "NOT VERIFIED: %s", why->message) < 0)
		text = NULL;
	banner_print(stdout, text ? text : "NOT VERIFIED");
}

static void print_all(const struct lppack_value *bundle, const char *path, const struct show_options *o,
		      const struct lppack_error *why)
{
	if (o->json) {
		show_print_json(bundle, path, o, why);
		return;
	}
	if (why->code) {
		print_banner(why);
		printf("Nothing below can be believed.\n\n");
	}
	headline_print(path, why->code ? "NOT VERIFIED" : "signed by a trusted key (modules were not read)");
	show_print_prose(bundle, o->kernels);
	if (why->code) {
		printf("\nNothing above can be believed.\n");
		print_banner(why);
	}
}

/* Keys that were named must be readable; the installed ones may be missing, which then is why nothing is verified. */
static int load_keys(struct source *source, const struct show_options *o, struct lppack_error *why,
		     struct lppack_error *err)
{
	int rc = source_load_keys(source, &o->keys, o->root, why);

	if (rc < 0 && o->keys.n > 0)
		*err = *why;
	return o->keys.n > 0 ? rc : 0;
}

static int show_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct show_options *o = values;
	const char *path = arguments->items[0];
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_value *bundle AUTO(value) = NULL;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = load_keys(&source, o, &why, err);

	if (o->verbose)
		confinement_print();
	if (rc < 0)
		return rc;
	source.bundle = lppack_bundle_open(path, err);
	if (!source.bundle)
		return -err->code;
	if (!why.code)
		source.verified = lppack_bundle_verify(source.bundle, source.keyring, &why);
	if (source.verified)
		bundle = lppack_verified_describe(
			source.verified, LPPACK_DESCRIBE_FIXES | (o->kernels ? LPPACK_DESCRIBE_KERNELS : 0), err);
	else
		bundle = lppack_bundle_describe_unverified(source.bundle, err);
	if (!bundle)
		return -err->code;
	print_all(bundle, path, o, &why);
	if (source.verified)
		source_warn_expired(&source, path);
	else
		hint_print(why.hint);
	return LPPACK_OK;
}

const struct verb verb_show = {
	.name = "show",
	.arguments = "FILE",
	.summary = "describe a bundle, verified if the keys allow",
	.details = "What no trusted key vouches for is shown between NOT VERIFIED lines. Modules are not read: use\n"
		   "'lppack verify' for that.\n",
	.options = options,
	.values_size = sizeof(struct show_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = show_run,
};
