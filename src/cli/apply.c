/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack apply: applies a file, or what is installed, and prints what came of it. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <lppack/store.h>

#include <stdlib.h>

struct apply_options {
	bool replace;
	struct transaction_options transaction;
	bool allow_downgrade;
	bool switch_stream;
	bool allow_loss;
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
	{ .name = "replace",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, replace),
	  .help = "supersede the livepatches that are in force" },
	TRANSACTION_ROWS(struct apply_options),
	{ .name = "allow-downgrade",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, allow_downgrade),
	  .help = "take a bundle older than what was seen; recorded" },
	{ .name = "switch-stream",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, switch_stream),
	  .help = "follow the bundle's stream from now on; recorded" },
	{ .name = "allow-loss",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, allow_loss),
	  .help = "lose what the machine has and the bundle lacks; recorded" },
	{ .name = "force",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, force),
	  .help = "end a stalled transition by force, unsafely" },
	{ .name = "accept-reboot",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, accept_reboot),
	  .help = "with --force: no further apply before a reboot" },
	{ .name = "installed",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, installed),
	  .help = "apply the installed level instead of a file" },
	{ .name = "boot",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, boot),
	  .help = "with --installed: count this boot until it is confirmed" },
	{ .name = "dry-run",
	  .letter = 'n',
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct apply_options, dry_run),
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

/* Releases that a boot passes over are nobody's secret. */
static void warn_skipped(const struct lppack_value *skipped)
{
	for (size_t i = 0; i < lppack_value_count(skipped); i++) {
		const struct lppack_value *release = lppack_value_at(skipped, i, NULL);
		const char *serial = value_text_at(release, "serial");
		const char *message = value_text_at(release, "message");

		warning_print(NULL, "serial %s is skipped: %s", serial ? serial : "?", message ? message : "?");
	}
}

/* What became of one release. The exit status, or a negative code where the error is yet to be reported. */
static int print_attempt(const struct lppack_attempt *attempt, const struct apply_options *o, struct lppack_error *err)
{
	struct lppack_value *described AUTO(value) = NULL;
	struct transaction_report report = { .path = "the installed level", .json = o->json };

	if (attempt->plan) {
		report.described = described = lppack_plan_describe(attempt->plan, err);
		transaction_warn(described, report.path);
	}
	if (attempt->receipt)
		return transaction_tell_receipt(&report, attempt->receipt, attempt->error);
	if (attempt->error->code || !described)
		return attempt->error->code ? -attempt->error->code : -err->code;
	transaction_tell_plan(&report, attempt->error);
	return lppack_plan_is_noop(attempt->plan) ? LPPACK_E_ALREADY : LPPACK_OK;
}

/* Releases that turned out to be bad first. The exit status, or a negative code to report. */
static int print_attempts(const struct lppack_boot_report *report, const struct apply_options *o, int rc,
			  struct lppack_error *err)
{
	int status = rc;

	for (size_t i = 0; i < report->n_attempts; i++) {
		const struct lppack_attempt *attempt = report->attempts[i];
		bool is_last = i + 1 == report->n_attempts;

		warn_skipped(attempt->skipped);
		/* Why none of the others is left is what was printed of the first. */
		if (!attempt->release)
			return i ? -rc : rc;
		status = print_attempt(attempt, o, err);
		if (status >= 0 || is_last)
			continue;
		error_print(attempt->error);
		if (o->json)
			json_error_document(attempt->error);
	}
	return status;
}

static int apply_installed(struct lppack_host *host, const struct apply_options *o,
			   const struct lppack_apply_options *how, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_boot_options, boot, .apply = how);
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_boot_report *report = NULL;
	int rc = source_load_keys(&source, &o->keys, o->root, err);

	if (o->boot)
		boot.flags |= LPPACK_BOOT_COUNT;
	if (o->dry_run)
		boot.flags |= LPPACK_BOOT_DRY_RUN;
	if (rc < 0)
		return rc;
	if (!o->dry_run)
		transaction_catch_signals();
	rc = lppack_host_apply_installed(host, source.keyring, &boot, &report, err);
	progress_clear();
	if (!report)
		return rc;
	transaction_print_recovered(report->recovered);
	rc = print_attempts(report, o, rc, err);
	lppack_boot_report_free(report);
	return rc;
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

	if (o->replace)
		how.flags |= LPPACK_APPLY_REPLACE;
	if (o->allow_downgrade)
		how.flags |= LPPACK_APPLY_ALLOW_DOWNGRADE;
	if (o->allow_loss)
		how.flags |= LPPACK_APPLY_ALLOW_LOSS;
	if (o->switch_stream)
		how.flags |= LPPACK_APPLY_SWITCH_STREAM;
	if (o->force)
		how.flags |= LPPACK_APPLY_FORCE;
	if (rc < 0)
		return rc;
	if (!o->installed)
		rc = source_open(&source, path, &o->keys, o->root, err);
	if (rc < 0)
		return rc;
	if (o->installed) {
		host = lppack_host_open(o->root, err);
		return host ? apply_installed(host, o, &how, err) : -err->code;
	}
	rc = transaction_open_host(o->root, &watch, o->dry_run, &host, err);
	return rc < 0 ? rc : transaction_run_plan(host, source.verified, path, &how, o->dry_run, o->json, err);
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
