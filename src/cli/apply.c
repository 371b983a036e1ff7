/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack apply: a bundle, or the installed release at boot. */
#include "cli/cleanup.h"
#include "cli/print.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/apply_common.h"
#include "cli/verbs.h"

#include <lppack/store.h>
#include <stdlib.h>

struct apply_options {
	bool replace;
	struct transaction_options transaction;
	bool allow_downgrade;
	bool force;
	bool accept_reboot;
	bool installed;
	bool boot;
	bool dry_run;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "replace", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, replace),
	  .help = "supersede the livepatches that are in force" },
	TRANSACTION_ROWS(struct apply_options),
	{ .name = "allow-downgrade", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, allow_downgrade),
	  .help = "take a bundle older than what was seen; recorded" },
	{ .name = "force", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, force),
	  .help = "end a stalled transition by force, unsafely" },
	{ .name = "accept-reboot", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, accept_reboot),
	  .help = "with --force: no further apply before a reboot" },
	{ .name = "installed", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, installed),
	  .help = "apply the installed level instead of a file" },
	{ .name = "boot", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, boot),
	  .help = "with --installed: count this boot until it is confirmed" },
	{ .name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, dry_run),
	  .help = "verify, check and tell, but change nothing" },
	KEYS_ROW(struct apply_options),
	ROOT_ROW(struct apply_options),
	JSON_ROW(struct apply_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int check_usage(const struct apply_options *o, size_t files, struct lppack_error *err)
{
	if (o->force != o->accept_reboot)
		return cli_fail(err, LPPACK_E_USAGE,
				"--force ends the kernel's guarantee for the tasks that stall, and bars later applies "
				"until a reboot: say so with both",
				"apply: --force and --accept-reboot belong together");
	if (o->installed && files)
		return cli_fail(err, LPPACK_E_USAGE, "leave one of them out", "apply: --installed takes no FILE");
	if (!o->installed && !files)
		return cli_fail(err, LPPACK_E_USAGE, "name a bundle, or give --installed", "apply: FILE is missing");
	if (o->boot && !o->installed)
		return cli_fail(err, LPPACK_E_USAGE, "an operator's own apply is not counted",
				"apply: --boot is for --installed");
	return transaction_check_root("apply", o->root, o->dry_run, err);
}

/* Levels that a boot passes over are nobody's secret. */
static void warn_skipped(const struct lppack_value *skipped)
{
	for (size_t i = 0; i < lppack_value_count(skipped); i++) {
		const struct lppack_value *level = lppack_value_at(skipped, i, NULL);
		const char *serial = value_text_at(level, "serial");
		const char *message = value_text_at(level, "message");

		warning_print(NULL, "serial %s is skipped: %s", serial ? serial : "?", message ? message : "?");
	}
}

static int open_installed(struct source *source, struct lppack_host *host, const struct apply_options *o,
			  const struct lppack_verified *below, struct lppack_error *err)
{
	struct lppack_value *skipped = NULL;
	int rc = source_load_keys(source, &o->keys, o->root, err);

	if (rc == 0)
		rc = lppack_store_open_installed(host, source->keyring, below, &source->bundle, &source->verified,
						 &skipped, err);
	warn_skipped(skipped);
	lppack_value_free(skipped);
	return rc;
}

/* Whether the level is at fault, and not the machine: its file, its module, or that this kernel will not take it. */
static bool is_level_bad(int status)
{
	return lppack_error_about(status) == LPPACK_ABOUT_RELEASE;
}

/* A level that turns out to be bad must not cost the machine the good ones below. */
static int apply_installed(struct lppack_host *host, const struct apply_options *o,
			   const struct lppack_apply_options *how, struct lppack_error *err)
{
	static const char name[] = "the installed level";
	struct source passed AUTO_SOURCE = { 0 };
	int first = LPPACK_OK;

	for (;;) {
		struct source source AUTO_SOURCE = { 0 };
		int rc = open_installed(&source, host, o, passed.verified, err);
		bool is_last = rc < 0;

		if (is_last && first) {
			lppack_error_clear(err);
			return first;
		}
		if (rc == 0)
			rc = transaction_run_plan(host, source.verified, name, how, o->dry_run, o->json, err);
		if (is_last || !is_level_bad(abs(rc)))
			return rc;
		if (rc < 0)
			error_print(err);
		if (rc < 0 && o->json)
			json_error_document(err);
		lppack_error_clear(err);
		first = first ? first : abs(rc);
		source_close(&passed);
		passed = source;
		source = (struct source){ 0 };
	}
}

static int apply_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct apply_options *o = values;
	const char *path = arguments->n ? arguments->items[0] : NULL;
	struct watch watch;
	struct lppack_apply_options how = transaction_how(&o->transaction, &watch);
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_host *host AUTO(host) = NULL;
	int rc = check_usage(o, arguments->n, err);

	how.replace = o->replace || o->installed;
	/* An installed level was accepted when it was installed: holds and failed boots decide which one to boot. */
	how.allow_downgrade = o->allow_downgrade || o->installed;
	how.force = o->force;
	how.boot = o->boot;
	how.installed = o->installed;
	if (rc == 0 && !o->installed)
		rc = source_open(&source, path, &o->keys, o->root, err);
	if (rc < 0)
		return rc;
	rc = transaction_open_host(o->root, &how, o->dry_run, &host, err);
	if (rc < 0)
		return rc;
	if (o->installed)
		return apply_installed(host, o, &how, err);
	return transaction_run_plan(host, source.verified, path, &how, o->dry_run, o->json, err);
}

const struct verb verb_apply = {
	.name = "apply",
	.arguments = "FILE",
	.summary = "put a bundle's livepatch for the running kernel in force",
	.details = "All tasks are moved to the new livepatch as one transaction, or the old ones stay in force. Exits\n"
		   "with 3 if this very module is in force already.\n",
	.options = options,
	.values_size = sizeof(struct apply_options),
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = apply_run,
};
