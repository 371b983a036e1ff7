/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack install: has a bundle installed and applied, and prints what came of both. */
#include "cli/apply_common.h"
#include "cli/apply_report.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/status_report.h"
#include "cli/verbs.h"

#include <lppack/store.h>

#include <string.h>

struct install_options {
	bool no_apply;
	struct number keep;
	bool allow_downgrade;
	bool switch_stream;
	bool allow_loss;
	struct transaction_options transaction;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "no-apply",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct install_options, no_apply),
	  .help = "leave the running kernel as it is" },
	{ .name = "keep",
	  .kind = OPTION_NUMBER,
	  .completion = COMPLETE_WORD,
	  .argument = "N",
	  .offset = offsetof(struct install_options, keep),
	  .min = 1,
	  .max = 64,
	  .help = "keep so many levels of the stream; default: as configured, else 3" },
	{ .name = "allow-downgrade",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct install_options, allow_downgrade),
	  .help = "take a bundle older than what was seen; recorded" },
	{ .name = "switch-stream",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct install_options, switch_stream),
	  .help = "follow the bundle's stream from now on; recorded" },
	{ .name = "allow-loss",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct install_options, allow_loss),
	  .help = "lose what the machine has and the bundle lacks; recorded" },
	TRANSACTION_ROWS(struct install_options),
	KEYS_ROW(struct install_options),
	ROOT_ROW(struct install_options),
	JSON_ROW(struct install_options),
	OPTION_HELP_ROW,
	{ 0 },
};

/* One call, and what it is to print. */
struct job {
	const struct install_options *o;
	const char *path;
	struct source source;
	struct lppack_host *host;
	struct lppack_install_report *report; /* NULL if it was not installed */
	struct lppack_value *plan;            /* as described, NULL where nothing was applied */
	struct lppack_value *receipt;
};

static void job_free(struct job *job)
{
	lppack_value_free(job->plan);
	lppack_value_free(job->receipt);
	lppack_install_report_free(job->report);
	lppack_host_close(job->host);
	source_close(&job->source);
}

static int install(struct job *job, struct lppack_error *err)
{
	const struct install_options *o = job->o;
	struct watch watch;
	const struct lppack_apply_options apply = transaction_how(&o->transaction, &watch);
	LPPACK_OPTIONS(lppack_install_options, how, .keep = o->keep.value, .wait = apply.wait, .apply = &apply);
	int rc = source_open(&job->source, job->path, &o->keys, o->root, err);

	if (rc < 0)
		return rc;
	job->host = lppack_host_open(o->root, err);
	if (!job->host)
		return -err->code;
	if (o->allow_downgrade)
		how.flags |= LPPACK_INSTALL_ALLOW_DOWNGRADE;
	if (o->allow_loss)
		how.flags |= LPPACK_INSTALL_ALLOW_LOSS;
	if (o->switch_stream)
		how.flags |= LPPACK_INSTALL_SWITCH_STREAM;
	if (o->no_apply)
		how.flags |= LPPACK_INSTALL_NO_APPLY;
	watch.path = job->path;
	recovery_run(job->host, o->root);
	if (!o->no_apply && !options_root_is_other(o->root))
		transaction_catch_signals();
	rc = lppack_host_install(job->host, job->source.bundle, job->source.keyring, &how, &job->report, err);
	progress_clear();
	return rc;
}

static int describe_outcome(struct job *job, struct lppack_error *err)
{
	struct lppack_error ignored = LPPACK_ERROR_INIT;

	transaction_print_recovered(job->report->recovered);
	if (job->report->plan) {
		job->plan = lppack_plan_describe(job->report->plan, err);
		if (!job->plan)
			return -err->code;
		transaction_warn(job->plan, job->path);
	}
	if (job->report->receipt)
		job->receipt = lppack_receipt_describe(job->report->receipt, &ignored);
	return 0;
}

/* Why nothing was applied, if that is no error. */
static const char *not_applied(const struct job *job)
{
	switch (job->report->not_applied) {
	case LPPACK_NOT_APPLIED_FLAG:
		return "--no-apply was given";
	case LPPACK_NOT_APPLIED_OTHER_MACHINE:
		return "it was installed for another machine";
	case LPPACK_NOT_APPLIED_NO_KERNEL:
		return "the bundle has nothing for the running kernel";
	case LPPACK_NOT_APPLIED_NO:
		break;
	}
	return NULL;
}

static void print_installed(const struct job *job)
{
	bool already = lppack_value_bool(lppack_value_get(job->report->installed, "already"));
	const struct lppack_value *bundle = lppack_value_get(job->report->installed, "bundle");
	size_t pruned = lppack_value_count(lppack_value_get(job->report->installed, "pruned"));
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	headline_print(job->path, already ? "was installed already, and was checked again" : "installed");
	subfield_printf("bundle", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	decided_print(job->report->installed);
	subfield_print("kept as", value_text_at(job->report->installed, "path"));
	if (pruned)
		subfield_printf("pruned", "%zu older %s", pruned, pruned == 1 ? "level" : "levels");
	coverage_print(lppack_value_get(job->report->installed, "coverage"));
	if (not_applied(job))
		field_printf("not applied", "%s", not_applied(job));
}

/* Otherwise what was installed comes to nothing at the next boot, and nobody notices. */
static void warn_boots(const struct job *job)
{
	const struct lppack_value *enabled = lppack_value_get(job->report->installed, "enabled");

	if (enabled && !lppack_value_bool(enabled))
		warning_print("systemctl enable lppack-apply.service",
			      "no boot applies what is installed: lppack-apply.service is not enabled");
}

static void install_print_json(const struct job *job, const struct lppack_error *err)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	json_members(&json, job->report->installed, NULL);
	lp_json_text(&json, "not_applied", not_applied(job));
	if (job->receipt) {
		lp_json_open(&json, "apply", '{');
		transaction_json_receipt(&json, job->receipt, job->plan);
		lp_json_close(&json, '}');
	}
	if (err->code)
		json_error(&json, err);
	lp_json_close(&json, '}');
}

static bool has_text(const struct lppack_value *list, const char *text)
{
	for (size_t i = 0; i < lppack_value_count(list); i++)
		if (strcmp(lppack_value_text(lppack_value_at(list, i, NULL)), text) == 0)
			return true;
	return false;
}

/* What the plan said of the bundle too is printed once. */
static void warn_installed(const struct job *job)
{
	const struct lppack_value *warnings = lppack_value_get(job->report->installed, "warnings");
	const struct lppack_value *printed = lppack_value_get(job->plan, "warnings");

	for (size_t i = 0; i < lppack_value_count(warnings); i++) {
		const char *text = lppack_value_text(lppack_value_at(warnings, i, NULL));

		if (text && !has_text(printed, text))
			warning_print(NULL, "%s: %s", job->path, text);
	}
}

static int install_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	struct job job __attribute__((cleanup(job_free))) = { .o = values, .path = arguments->items[0] };
	int rc = install(&job, err);

	if (!job.report)
		return rc;
	/* It is installed, whatever became of the kernel: both are printed, and the status is that of the apply. */
	if (describe_outcome(&job, err) < 0)
		return -err->code;
	if (job.o->json)
		install_print_json(&job, err);
	else
		print_installed(&job);
	warn_boots(&job);
	warn_installed(&job);
	if (!job.o->json && job.receipt)
		receipt_print(job.receipt, job.plan, job.path, err);
	if (rc < 0)
		error_print(err);
	return -rc;
}

const struct verb verb_install = {
	.name = "install",
	.arguments = "FILE",
	.summary = "keep a bundle for this machine's boots, and apply it",
	.details = "Verifies every byte, keeps the bundle below /var/lib/lppack, and puts it in force if it has a\n"
		   "livepatch for the running kernel. The boots to come apply it by 'lppack apply --installed'.\n",
	.options = options,
	.values_size = sizeof(struct install_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = install_run,
};
