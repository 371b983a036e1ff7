/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack verify: checks bundles by the trusted keys, and prints what was checked. */
#include "cli/cleanup.h"
#include "cli/each_file.h"
#include "cli/diff_report.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/trust_report.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <lppack/trust.h>

struct verify_options {
	const char *kernel;
	const char *supersedes;
	struct text_list keys;
	const char *policy;
	const char *root;
	bool json;
	bool quiet;
};

static const struct option_spec options[] = {
	{ .name = "kernel", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "FILE|BUILD-ID",
	  .offset = offsetof(struct verify_options, kernel),
	  .help = "verify what this kernel needs only, and that it is there" },
	{ .name = "supersedes", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "OLD",
	  .offset = offsetof(struct verify_options, supersedes),
	  .help = "verify also that the bundle loses nothing of the bundle OLD" },
	KEYS_ROW(struct verify_options),
	POLICY_ROW(struct verify_options),
	ROOT_ROW(struct verify_options),
	{ .name = "quiet", .letter = 'q', .kind = OPTION_FLAG, .offset = offsetof(struct verify_options, quiet),
	  .help = "print errors and warnings only" },
	JSON_ROW(struct verify_options),
	OPTION_HELP_ROW,
	{ 0 },
};

/* One file's verification. build_id is NULL for everything, older unless the file is to supersede one. */
struct check {
	const char *path;
	const char *build_id;
	const struct source *older;
	struct source source;
	struct lppack_value *bundle;
	struct lppack_value *kernel;
	struct lppack_value *diff;
	struct lppack_value *judgment; /* if the signatures are why it failed */
};

static void check_free(struct check *check)
{
	lppack_value_free(check->judgment);
	lppack_value_free(check->diff);
	lppack_value_free(check->kernel);
	lppack_value_free(check->bundle);
	source_close(&check->source);
}

static void verify_show_progress(void *context, const struct lppack_progress *now)
{
	const struct check *check = context;

	progress_print("lppack: %s: verifying: %llu of %llu kernels", check->path, (unsigned long long)now->done,
		       (unsigned long long)now->total);
}

static int check_one_kernel(struct check *check, struct lppack_error *err)
{
	struct lppack_entry *entry AUTO(entry) = lppack_verified_select(check->source.verified, check->build_id, err);
	const void *bytes = NULL;
	size_t n = 0;
	int rc = 0;

	if (!entry)
		return -err->code;
	rc = lppack_entry_load_module(entry, &bytes, &n, err);
	if (rc < 0)
		return rc;
	check->kernel = lppack_entry_describe(entry, err);
	return check->kernel ? 0 : -err->code;
}

/* All metadata are read once if nothing is lost; the check then only says what is. */
static int check_supersedes(struct check *check, struct lppack_error *err)
{
	check->diff = lppack_verified_diff(check->older->verified, check->source.verified, err);
	if (!check->diff)
		return -err->code;
	if (lppack_value_bool(lppack_value_get(check->diff, "cumulative")))
		return 0;
	return lppack_verified_check_supersedes(check->source.verified, check->older->verified, err);
}

static bool is_about_signatures(int code)
{
	static const int codes[] = { LPPACK_E_UNTRUSTED, LPPACK_E_THRESHOLD, LPPACK_E_REVOKED, LPPACK_E_BAD_SIGNATURE,
				     LPPACK_E_DOWNGRADE };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static int open_source(struct source *source, const char *path, const struct verify_options *o,
		       struct lppack_error *err)
{
	const struct trust_options trust = { .keys = &o->keys, .policy = o->policy, .root = o->root };

	return source_open_trusted(source, path, &trust, err);
}

static int run_check(struct check *check, const struct verify_options *o, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_verify_options, how, .progress = verify_show_progress, .context = check);
	int rc = open_source(&check->source, check->path, o, err);

	if (rc < 0 && check->source.bundle && is_about_signatures(-rc))
		check->judgment = lppack_bundle_judge(check->source.bundle, check->source.keyring, NULL);
	if (rc < 0)
		return rc;
	if (check->build_id)
		rc = check_one_kernel(check, err);
	else
		rc = lppack_verified_check_all(check->source.verified, &how, err);
	progress_clear();
	if (rc < 0)
		return rc;
	if (check->older)
		rc = check_supersedes(check, err);
	if (rc < 0)
		return rc;
	check->bundle = lppack_verified_describe(check->source.verified, 0, err);
	return check->bundle ? 0 : -err->code;
}

static void print_read(const struct check *check)
{
	const struct lppack_value *size = lppack_value_get(lppack_value_get(check->bundle, "sizes"), "file");
	char part[UNITS_TEXT], whole[UNITS_TEXT];

	size_format(lppack_bundle_bytes_read(check->source.bundle), part);
	if (size)
		subfield_printf("read", "%s; the file has %s", part, size_format(lppack_value_int(size, 0), whole));
	else
		subfield_print("read", part);
}

/* is_first: nothing stands above it. */
static void verify_print_prose(const struct check *check, bool is_first)
{
	const char *release = value_text_at(check->kernel, "release");
	const char *module = value_text_at(lppack_value_get(check->kernel, "module"), "name");
	uint64_t kernels = lppack_verified_kernels(check->source.verified);

	if (!is_first)
		printf("\n");
	headline_print(check->path, "verified");
	describe_print_identity(check->bundle);
	if (check->build_id) {
		subfield_printf("checked", "the head, and kernel %s with module %s", release ? release : "?",
				module ? module : "?");
		subfield_print("", check->build_id);
	} else {
		subfield_printf("checked", "every byte: %llu kernel%s with metadata and modules",
				(unsigned long long)kernels, kernels == 1 ? "" : "s");
	}
	print_read(check);
	if (check->diff) {
		subfield_print("supersedes", value_text_at(lppack_value_get(check->diff, "old"), "name"));
		diff_print_rollback(check->diff);
	}
}

static void verify_print_json(struct lp_json *json, const struct check *check, const struct lppack_error *err)
{
	static const char *const but[] = { "file", "verified", NULL };

	lp_json_open(json, NULL, '{');
	lp_json_text(json, "file", check->path);
	lp_json_bool(json, "verified", err->code == LPPACK_OK);
	if (err->code) {
		json_error(json, err);
		json_value(json, "rule", lppack_value_get(check->judgment, "rule"));
		json_value(json, "signatures", lppack_value_get(check->judgment, "signatures"));
	} else {
		lp_json_text(json, "checked", check->build_id ? "kernel" : "all");
		lp_json_bool(json, "expired", source_is_expired(&check->source));
		lp_json_int(json, "bytes_read", lppack_bundle_bytes_read(check->source.bundle));
		json_members(json, check->bundle, but);
		json_value(json, "kernel", check->kernel);
		json_value(json, "supersedes", lppack_value_get(check->diff, "old"));
		json_value(json, "rollback", lppack_value_get(check->diff, "rollback"));
	}
	lp_json_close(json, '}');
}

/* What is asked of every file. */
struct question {
	const struct verify_options *o;
	const char *build_id; /* NULL: all kernels */
	const struct source *older; /* empty without --supersedes */
};

/* Returns the exit status of this file. */
static int verify_file(const void *context, const char *path, struct each_file *output)
{
	const struct question *question = context;
	const struct verify_options *o = question->o;
	struct check check __attribute__((cleanup(check_free))) = { .path = path,
								    .build_id = question->build_id,
								    .older = o->supersedes ? question->older : NULL };
	struct lppack_error err = LPPACK_ERROR_INIT;

	if (run_check(&check, o, &err) < 0) {
		error_print(&err);
		judgment_print_signatures(stderr, check.judgment);
	} else {
		source_warn_expired(&check.source, path);
	}
	if (o->json)
		verify_print_json(&output->json, &check, &err);
	else if (!err.code && !o->quiet) {
		verify_print_prose(&check, !output->printed);
		output->printed = true;
	}
	return err.code;
}

static int verify_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct verify_options *o = values;
	char *build_id LP_AUTO_FREE = o->kernel ? kernel_resolve(o->kernel, err) : NULL;
	struct source older AUTO_SOURCE = { 0 };
	struct question question = { .o = o, .build_id = build_id, .older = &older };
	int rc;

	if (o->kernel && !build_id)
		return -err->code;
	rc = o->supersedes ? open_source(&older, o->supersedes, o, err) : 0;
	return rc < 0 ? rc : each_file_run(arguments, o->json, verify_file, &question);
}

const struct verb verb_verify = {
	.name = "verify",
	.arguments = "FILE...",
	.summary = "verify bundles against the trusted keys",
	.details = "Every byte is verified, or with --kernel all that decides over one kernel's module. The exit\n"
		   "status is that of the first file that fails.\n",
	.options = options,
	.values_size = sizeof(struct verify_options),
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.completion = COMPLETE_FILE,
	.run = verify_run,
};
