/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that change the kernel share: progress, signals, recovery, the plan and its receipt. */
#include "cli/apply_common.h"

#include "cli/apply_report.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/units.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t signalled;

static void note_signal(int number)
{
	signalled = number;
}

/* SIGHUP and SIGPIPE come when a remote shell goes away. SA_RESTART keeps a signal from failing the load itself. */
void transaction_catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	static const int ignored[] = { SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU };
	struct sigaction note = { .sa_handler = note_signal, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction now;

		/* nohup(1) has SIGHUP ignored, and so it stays. */
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(numbers[i], &note, NULL);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &ignore, NULL);
}

static int is_cancelled(void *context)
{
	(void)context;
	return signalled != 0;
}

static void apply_common_show_progress(void *context, const struct lppack_progress *now)
{
	struct watch *watch = context;
	bool is_new = !watch->phase || strcmp(watch->phase, now->phase) != 0;

	if (!is_new && !now->done && now->elapsed_ns - watch->shown_ns < 100 * NS_PER_MS)
		return;
	watch->phase = now->phase;
	watch->shown_ns = now->elapsed_ns;
	if (strcmp(now->phase, "verifying") == 0)
		progress_print("lppack: %s: verifying: %llu of %llu kernels", watch->path,
			       (unsigned long long)now->done, (unsigned long long)now->total);
	else if (strcmp(now->phase, "transition") == 0)
		progress_print("lppack: transition: %.1f of %g s%s", (double)now->elapsed_ns / 1e9,
			       (double)watch->timeout_ns / 1e9, signalled ? ", reversing" : " (Ctrl-C reverses it)");
	else
		progress_print("lppack: %s: %.1f s", now->phase, (double)now->elapsed_ns / 1e9);
}

const struct lppack_wait *transaction_wait(int64_t wait_ns, struct watch *watch)
{
	LPPACK_OPTIONS(lppack_wait, wait, .wait_ns = wait_ns, .progress = apply_common_show_progress,
		       .cancelled = is_cancelled, .context = watch);

	*watch = (struct watch){ .path = "", .wait = wait };
	return &watch->wait;
}

struct lppack_apply_options transaction_how(const struct transaction_options *options, struct watch *watch)
{
	LPPACK_OPTIONS(lppack_apply_options, how, .timeout_ns = options->timeout,
		       .wait = transaction_wait(options->wait, watch), .retries = (uint32_t)options->retries.value,
		       .retry_delay_ns = options->retry_delay);

	if (options->take_over)
		how.flags |= LPPACK_APPLY_TAKE_OVER;
	if (options->before_signal)
		how.flags |= LPPACK_APPLY_BEFORE_SIGNAL;
	watch->timeout_ns = options->timeout ? options->timeout : 60 * NS_PER_S;
	return how;
}

void transaction_print_recovered(const struct lppack_value *report)
{
	const char *note = value_text_at(report, "note");

	if (note)
		line_print(stderr, "lppack: note: %s", note);
}

int transaction_recover(struct lppack_host *host, const struct watch *watch, const char *root, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_recover_options, options, .timeout_ns = watch->timeout_ns, .wait = &watch->wait);
	struct lppack_value *report AUTO(value) = NULL;

	if (options_root_is_other(root))
		return 0;
	transaction_catch_signals();
	report = lppack_host_recover(host, &options, err);
	progress_clear();
	transaction_print_recovered(report);
	return report ? 0 : -err->code;
}

int transaction_check_root(const char *verb, const char *root, bool dry_run, struct lppack_error *err)
{
	if (!options_root_is_other(root) || dry_run)
		return 0;
	return cli_fail(err, LPPACK_E_USAGE, "add --dry-run, or run it on that machine without --root",
			"%s: --root %s: only the running kernel can be livepatched", verb, root);
}

struct lppack_value *transaction_tell_again(const struct lppack_plan *plan, struct lppack_value *before)
{
	struct lppack_error telling = LPPACK_ERROR_INIT;
	struct lppack_value *now = lppack_plan_describe(plan, &telling);

	if (!now)
		return before;
	lppack_value_free(before);
	return now;
}

void transaction_warn(const struct lppack_value *plan, const char *path)
{
	const struct lppack_value *warnings = lppack_value_get(plan, "warnings");

	for (size_t i = 0; i < lppack_value_count(warnings); i++) {
		const char *text = lppack_value_text(lppack_value_at(warnings, i, NULL));

		if (text)
			warning_print(NULL, "%s: %s", path, text);
	}
}

int transaction_open_host(const char *root, const struct watch *watch, bool dry_run, struct lppack_host **host,
			  struct lppack_error *err)
{
	*host = lppack_host_open(root, err);
	if (!*host)
		return -err->code;
	return dry_run ? 0 : transaction_recover(*host, watch, root, err);
}

void transaction_json_receipt(struct lp_json *json, const struct lppack_value *described,
			      const struct lppack_value *plan)
{
	json_members(json, described, NULL);
	json_value(json, "reversibility", lppack_value_get(plan, "reversibility"));
	json_value(json, "module_signature", lppack_value_get(plan, "module_signature"));
	json_value(json, "warnings", lppack_value_get(plan, "warnings"));
}

static void apply_common_print_json(const struct lppack_value *map, bool dry_run, const struct lppack_value *plan,
				    const struct lppack_error *err)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	lp_json_bool(&json, "dry_run", dry_run);
	if (dry_run)
		json_members(&json, map, NULL);
	else
		transaction_json_receipt(&json, map, plan);
	if (err->code && err->code != LPPACK_E_ALREADY && !lppack_value_get(map, "error"))
		json_error(&json, err);
	lp_json_close(&json, '}');
}

void transaction_tell_plan(const struct transaction_report *report, const struct lppack_error *err)
{
	if (report->json)
		apply_common_print_json(report->described, true, report->described, err);
	else
		plan_print(report->described, report->path);
}

int transaction_tell_receipt(const struct transaction_report *report, const struct lppack_receipt *receipt,
			     const struct lppack_error *err)
{
	struct lppack_error telling = LPPACK_ERROR_INIT;
	struct lppack_value *described AUTO(value) = lppack_receipt_describe(receipt, &telling);
	const char *outcome = value_text_at(described, "outcome");

	if (report->json)
		apply_common_print_json(described, false, report->described, err);
	else
		receipt_print(described, report->described, report->path, err);
	if (err->code && err->code != LPPACK_E_ALREADY)
		error_print(err);
	else if (strcmp(outcome ? outcome : "", "already") == 0)
		return LPPACK_E_ALREADY;
	return err->code;
}

int transaction_run_plan(struct lppack_host *host, struct lppack_verified *verified, const char *path,
			 const struct lppack_apply_options *how, bool dry_run, bool json, struct lppack_error *err)
{
	struct lppack_plan *plan AUTO(plan) = lppack_plan_new(host, verified, how, err);
	struct lppack_value *described AUTO(value) = plan ? lppack_plan_describe(plan, err) : NULL;
	struct lppack_receipt *receipt AUTO(receipt) = NULL;
	struct transaction_report report = { .path = path, .described = described, .json = json };

	if (!described)
		return -err->code;
	transaction_warn(described, path);
	if (dry_run) {
		transaction_tell_plan(&report, err);
		return lppack_plan_is_noop(plan) ? LPPACK_E_ALREADY : LPPACK_OK;
	}
	transaction_catch_signals();
	receipt = lppack_plan_apply(plan, err);
	progress_clear();
	report.described = described = transaction_tell_again(plan, described);
	return receipt ? transaction_tell_receipt(&report, receipt, err) : -err->code;
}
