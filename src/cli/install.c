/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack install: a bundle for boots to come, applied at once unless told otherwise. */
#include "cli/apply_report.h"
#include "cli/cleanup.h"
#include "cli/print.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/status_report.h"
#include "cli/apply_common.h"
#include "cli/verbs.h"

struct install_options {
	bool no_apply;
	struct number keep;
	bool allow_downgrade;
	struct transaction_options transaction;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "no-apply", .kind = OPTION_FLAG, .offset = offsetof(struct install_options, no_apply),
	  .help = "leave the running kernel as it is" },
	{ .name = "keep", .kind = OPTION_NUMBER, .completion = COMPLETE_WORD, .argument = "N",
	  .offset = offsetof(struct install_options, keep), .min = 1, .max = 64,
	  .help = "keep so many levels of the stream; default: as configured, else 3" },
	{ .name = "allow-downgrade", .kind = OPTION_FLAG, .offset = offsetof(struct install_options, allow_downgrade),
	  .help = "take a bundle older than what was seen; recorded" },
	TRANSACTION_ROWS(struct install_options),
	KEYS_ROW(struct install_options),
	ROOT_ROW(struct install_options),
	JSON_ROW(struct install_options),
	OPTION_HELP_ROW,
	{ 0 },
};

/* One call, and what it is to tell. */
struct job {
	const struct install_options *o;
	const char *path;
	struct source source;
	struct lppack_host *host;
	struct lppack_value *installed;
	struct lppack_value *plan;    /* NULL where nothing was applied */
	struct lppack_value *receipt;
	const char *left;             /* why nothing was applied, if that is no error */
};

static void job_free(struct job *job)
{
	lppack_value_free(job->installed);
	lppack_value_free(job->plan);
	lppack_value_free(job->receipt);
	lppack_host_close(job->host);
	source_close(&job->source);
}

static void install_show_progress(void *context, uint64_t done, uint64_t total)
{
	const struct job *job = context;

	progress_print("lppack: %s: verifying: %llu of %llu kernels", job->path, (unsigned long long)done,
		       (unsigned long long)total);
}

static int install(struct job *job, struct lppack_error *err)
{
	const struct install_options *o = job->o;
	struct watch watch;
	const struct lppack_wait wait = transaction_wait(o->transaction.wait, &watch);
	LPPACK_OPTIONS(lppack_install_options, how, .keep = o->keep.value,
		       .progress = install_show_progress,
		       .context = job,
		       .allow_downgrade = o->allow_downgrade,
		       .wait = &wait);
	int rc = source_open(&job->source, job->path, &o->keys, o->root, err);

	if (rc < 0)
		return rc;
	job->host = lppack_host_open(o->root, err);
	if (!job->host)
		return -err->code;
	recovery_run(job->host, o->root);
	job->installed = lppack_store_install(job->host, job->source.bundle, job->source.keyring, &how, err);
	progress_clear();
	return job->installed ? 0 : -err->code;
}

/* What does not fit this kernel was installed for another one. */
static int plan(struct job *job, const struct lppack_apply_options *how, struct lppack_plan **out,
		struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;

	*out = lppack_plan_new(job->host, job->source.verified, how, &why);
	if (*out) {
		job->plan = lppack_plan_describe(*out, err);
		return job->plan ? 0 : -err->code;
	}
	if (why.code != LPPACK_E_NO_KERNEL) {
		*err = why;
		return -err->code;
	}
	job->left = "the bundle has nothing for the running kernel";
	return 0;
}

static int apply(struct job *job, struct lppack_error *err)
{
	struct lppack_error telling = LPPACK_ERROR_INIT;
	struct watch watch;
	struct lppack_apply_options how = transaction_how(&job->o->transaction, &watch);
	struct lppack_plan *made AUTO(plan) = NULL;
	struct lppack_receipt *receipt AUTO(receipt) = NULL;
	int rc;

	if (job->o->no_apply || options_root_is_other(job->o->root)) {
		job->left = job->o->no_apply ? "--no-apply was given" : "it was installed for another machine";
		return 0;
	}
	how.replace = 1;
	how.allow_downgrade = job->o->allow_downgrade;
	rc = transaction_recover(job->host, &how, job->o->root, err);
	if (rc == 0)
		rc = plan(job, &how, &made, err);
	if (rc < 0 || !made)
		return rc;
	transaction_warn(job->plan, job->path);
	transaction_catch_signals();
	receipt = lppack_plan_apply(made, err);
	progress_clear();
	job->plan = transaction_tell_again(made, job->plan);
	if (receipt)
		job->receipt = lppack_receipt_describe(receipt, &telling);
	return err->code == LPPACK_E_ALREADY ? 0 : -err->code;
}

static void print_installed(const struct job *job)
{
	bool already = lppack_value_bool(lppack_value_get(job->installed, "already"));
	const struct lppack_value *bundle = lppack_value_get(job->installed, "bundle");
	size_t pruned = lppack_value_count(lppack_value_get(job->installed, "pruned"));
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);
	const char *stream = value_text_at(bundle, "stream");

	headline_print(job->path, already ? "was installed already, and was checked again" : "installed");
	subfield_printf("bundle", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("kept as", value_text_at(job->installed, "path"));
	if (pruned)
		subfield_printf("pruned", "%zu older %s", pruned, pruned == 1 ? "level" : "levels");
	coverage_print(lppack_value_get(job->installed, "coverage"));
	if (job->left)
		field_printf("not applied", "%s", job->left);
}

/* Otherwise what was installed comes to nothing at the next boot, and nobody notices. */
static void warn_boots(const struct job *job)
{
	const struct lppack_value *enabled = lppack_value_get(job->installed, "enabled");

	if (enabled && !lppack_value_bool(enabled))
		warning_print("systemctl enable lppack-apply.service",
			      "no boot applies what is installed: lppack-apply.service is not enabled");
}

static void install_print_json(const struct job *job, const struct lppack_error *err)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	json_members(&json, job->installed, NULL);
	lp_json_text(&json, "not_applied", job->left);
	if (job->receipt) {
		lp_json_open(&json, "apply", '{');
		transaction_json_receipt(&json, job->receipt, job->plan);
		lp_json_close(&json, '}');
	}
	if (err->code && err->code != LPPACK_E_ALREADY)
		json_error(&json, err);
	lp_json_close(&json, '}');
}

static int install_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	struct job job __attribute__((cleanup(job_free))) = { .o = values, .path = arguments->items[0] };
	int rc = install(&job, err);

	if (rc < 0)
		return rc;
	/* It is installed, whatever becomes of the kernel: both are told, and the status is that of the apply. */
	rc = apply(&job, err);
	if (job.o->json)
		install_print_json(&job, err);
	else
		print_installed(&job);
	warn_boots(&job);
	transaction_warn(job.installed, job.path);
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
