/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack diff: what changes from one bundle or module to another. */
#include "cli/cleanup.h"
#include "cli/diff_report.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct diff_options {
	bool strict;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "strict", .kind = OPTION_FLAG, .offset = offsetof(struct diff_options, strict),
	  .help = "fail unless NEW supersedes OLD" },
	KEYS_ROW(struct diff_options),
	ROOT_ROW(struct diff_options),
	JSON_ROW(struct diff_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static struct lppack_value *compare_bundles(const struct diff_options *o, const char *older, const char *newer,
					    struct lppack_error *err)
{
	struct source old AUTO_SOURCE = { 0 };
	struct source new AUTO_SOURCE = { 0 };

	if (source_open(&old, older, &o->keys, o->root, err) < 0 ||
	    source_open(&new, newer, &o->keys, o->root, err) < 0)
		return NULL;
	source_warn_expired(&new, newer);
	return lppack_verified_diff(old.verified, new.verified, err);
}

static struct lppack_value *compare_modules(const char *older, const char *newer, struct lppack_error *err)
{
	struct lppack_value *diff = lppack_module_diff(older, newer, err);

	if (!diff && (err->code == LPPACK_E_MODULE || err->code == LPPACK_E_NOT_LIVEPATCH))
		cli_hint(err, 0, "name two bundles, or two livepatch modules");
	return diff;
}

static struct lppack_value *compare(const struct diff_options *o, const char *older, const char *newer,
				    struct lppack_error *err)
{
	bool old_is_bundle, new_is_bundle;

	if (source_detect_bundle(older, &old_is_bundle, err) < 0 ||
	    source_detect_bundle(newer, &new_is_bundle, err) < 0)
		return NULL;
	if (old_is_bundle && new_is_bundle)
		return compare_bundles(o, older, newer, err);
	if (!old_is_bundle && !new_is_bundle)
		return compare_modules(older, newer, err);
	cli_fail(err, LPPACK_E_USAGE, "name two bundles, or two livepatch modules",
		 "diff: %s is a bundle, but %s is not", old_is_bundle ? older : newer, old_is_bundle ? newer : older);
	return NULL;
}

static int diff_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct diff_options *o = values;
	struct lppack_value *diff AUTO(value) = compare(o, arguments->items[0], arguments->items[1], err);
	struct lp_json json = LP_JSON_TO(stdout);

	if (!diff)
		return -err->code;
	if (o->json)
		json_value(&json, NULL, diff);
	else
		diff_print(diff);
	if (!o->strict || lppack_value_bool(lppack_value_get(diff, "cumulative")))
		return LPPACK_OK;
	cli_fail(err, LPPACK_E_NOT_CUMULATIVE, NULL, "%s: does not supersede %s", arguments->items[1],
		 arguments->items[0]);
	error_print(err);
	return LPPACK_E_NOT_CUMULATIVE;
}

const struct verb verb_diff = {
	.name = "diff",
	.arguments = "OLD NEW",
	.summary = "tell what changes from one bundle or module to another",
	.details =
		"OLD and NEW are two bundles, of which the metadata are read and the modules are not, or two modules.\n"
		"It tells whether NEW supersedes OLD, and for which kernels going back is safe.\n",
	.options = options,
	.values_size = sizeof(struct diff_options),
	.min_arguments = 2,
	.max_arguments = 2,
	.completion = COMPLETE_FILE,
	.run = diff_run,
};
