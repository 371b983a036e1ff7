/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/apply_report.h"
#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <lppack/host.h>
#include <signal.h>
#include <string.h>

struct apply_options {
	bool replace;
	int64_t timeout;
	bool dry_run;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "replace", .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, replace),
	  .help = "supersede the livepatches that are in force" },
	{ .name = "timeout", .kind = OPTION_DURATION, .completion = COMPLETE_WORD, .argument = "SECONDS",
	  .offset = offsetof(struct apply_options, timeout),
	  .help = "reverse a transition that takes longer (1.5, 500ms, 2m); default: 60" },
	{ .name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .offset = offsetof(struct apply_options, dry_run),
	  .help = "verify, check and tell, but change nothing" },
	KEYS_ROW(struct apply_options),
	ROOT_ROW(struct apply_options),
	JSON_ROW(struct apply_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static volatile sig_atomic_t signalled;

static void note_signal(int number)
{
	signalled = number;
}

/*
 * From here to the receipt a signal must not leave a transition unwatched: it reverses instead, and the terminal
 * cannot stop the program. SIGHUP and SIGPIPE come when a remote shell goes away. SA_RESTART keeps a signal from
 * failing the load itself.
 */
static void catch_signals(void)
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

struct watch {
	const char *phase;
	int64_t shown_ns;
	int64_t timeout_ns;
};

static void show_progress(void *context, const char *phase, int64_t elapsed_ns)
{
	struct watch *watch = context;
	bool is_new = !watch->phase || strcmp(watch->phase, phase) != 0;

	if (!is_new && elapsed_ns - watch->shown_ns < 100 * NS_PER_MS)
		return;
	watch->phase = phase;
	watch->shown_ns = elapsed_ns;
	if (strcmp(phase, "transition") == 0)
		progress_print("lppack: transition: %.1f of %g s%s", (double)elapsed_ns / 1e9,
			       (double)watch->timeout_ns / 1e9,
			       signalled ? ", reversing" : " (Ctrl-C reverses it)");
	else
		progress_print("lppack: %s: %.1f s", phase, (double)elapsed_ns / 1e9);
}

static void print_warnings(const struct lppack_value *plan, const char *path)
{
	const struct lppack_value *warnings = lppack_value_get(plan, "warnings");

	for (size_t i = 0; i < lppack_value_count(warnings); i++) {
		const char *text = lppack_value_text(lppack_value_at(warnings, i, NULL));

		if (text)
			warning_print(NULL, "%s: %s", path, text);
	}
}

static void print_json(const struct lppack_value *map, bool dry_run, const struct lppack_value *warnings,
		       const struct lppack_error *err)
{
	struct json json = { 0 };

	json_open(&json, NULL, '{');
	json_bool(&json, "dry_run", dry_run);
	json_members(&json, map, NULL);
	if (!lppack_value_get(map, "warnings"))
		json_value(&json, "warnings", warnings);
	if (err->code && err->code != LPPACK_E_ALREADY && !lppack_value_get(map, "error"))
		json_error(&json, err);
	json_close(&json, '}');
}

static int dry_run(const struct lppack_plan *plan, const struct lppack_value *described,
		   const struct apply_options *o, const char *path, const struct lppack_error *err)
{
	if (o->json)
		print_json(described, true, NULL, err);
	else
		plan_print(described, path);
	return lppack_plan_is_noop(plan) ? LPPACK_E_ALREADY : LPPACK_OK;
}

/* Returns the exit status, or a negative code where there is no receipt to report. */
static int carry_out(struct lppack_plan *plan, const struct lppack_value *described, const struct apply_options *o,
		     const char *path, struct lppack_error *err)
{
	struct lppack_receipt *receipt AUTO(receipt) = NULL;
	struct lppack_value *told AUTO(value) = NULL;
	struct lppack_error telling = LPPACK_ERROR_INIT;
	const char *outcome = NULL;

	catch_signals();
	receipt = lppack_plan_apply(plan, err);
	progress_clear();
	if (!receipt)
		return -err->code;
	told = lppack_receipt_describe(receipt, &telling);
	outcome = value_text_at(told, "outcome");
	if (o->json)
		print_json(told, false, lppack_value_get(described, "warnings"), err);
	else
		receipt_print(told, described, path, err);
	if (err->code && err->code != LPPACK_E_ALREADY)
		error_print(err);
	else if (strcmp(outcome ? outcome : "", "already") == 0)
		return LPPACK_E_ALREADY;
	return err->code;
}

/* Another machine's files decide nothing over this machine's kernel. */
static int check_root(const struct apply_options *o, struct lppack_error *err)
{
	if (!o->root || strcmp(o->root, "/") == 0 || o->dry_run)
		return 0;
	return cli_fail(err, LPPACK_E_USAGE, "add --dry-run, or run it on that machine without --root",
			"apply: --root %s: only the running kernel can be livepatched", o->root);
}

static int run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct apply_options *o = values;
	const char *path = arguments->items[0];
	struct watch watch = { .timeout_ns = o->timeout ? o->timeout : 60 * NS_PER_S };
	const struct lppack_apply_options how = {
		.size = sizeof(how),
		.replace = o->replace,
		.timeout_ns = o->timeout,
		.progress = show_progress,
		.cancelled = is_cancelled,
		.context = &watch,
	};
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_host *host AUTO(host) = NULL;
	struct lppack_plan *plan AUTO(plan) = NULL;
	struct lppack_value *described AUTO(value) = NULL;
	int rc = check_root(o, err);

	if (rc == 0)
		rc = source_open(&source, path, &o->keys, o->root, err);
	if (rc < 0)
		return rc;
	host = lppack_host_open(o->root, err);
	if (host)
		plan = lppack_plan_new(host, source.verified, &how, err);
	if (plan)
		described = lppack_plan_describe(plan, err);
	if (!described)
		return -err->code;
	print_warnings(described, path);
	if (o->dry_run)
		return dry_run(plan, described, o, path, err);
	return carry_out(plan, described, o, path, err);
}

const struct verb verb_apply = {
	.name = "apply",
	.arguments = "FILE",
	.summary = "put a bundle's livepatch for the running kernel in force",
	.details = "All tasks are moved to the new livepatch as one transaction, or the old ones stay in force. Exits\n"
		   "with 3 if this very module is in force already.\n",
	.options = options,
	.values_size = sizeof(struct apply_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = run,
};
