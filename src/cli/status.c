/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack status: the machine, once or watched. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/status_report.h"
#include "cli/status_watch.h"
#include "cli/verbs.h"

#include "shared/text.h"

#include <string.h>

struct status_options {
	bool watch;
	bool metrics;
	bool check;
	bool nagios;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "watch",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct status_options, watch),
	  .help = "follow a running transition and who holds it up, until it ends" },
	{ .name = "metrics",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct status_options, metrics),
	  .help = "print in the text format of Prometheus" },
	{ .name = "check",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct status_options, check),
	  .help = "print only what needs attention, and exit with the number of the gravest" },
	{ .name = "nagios",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct status_options, nagios),
	  .help = "print one line for Nagios and its kin, and exit with 0 to 3" },
	ROOT_ROW(struct status_options),
	JSON_ROW(struct status_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int status_check_options(const struct status_options *o, struct lppack_error *err)
{
	if (o->watch + o->metrics + o->json + o->nagios > 1 || (o->check && (o->watch || o->metrics || o->nagios)))
		return cli_fail(err, LPPACK_E_USAGE, "give one of them",
				"status: --watch, --metrics, --nagios, and --json or --check exclude each other");
	return 0;
}

/* check: the others are findings, and were printed. */
static void warn_of_problems(const struct lppack_value *status, bool check)
{
	const struct lppack_value *problems = lppack_value_get(status, "problems");
	const char *unseen = lppack_error_name(LPPACK_E_PRIVILEGE);

	for (size_t i = 0; i < lppack_value_count(problems); i++) {
		const struct lppack_value *problem = lppack_value_at(problems, i, NULL);
		const char *name = value_text_at(problem, "name");

		if (check && name && strcmp(name, unseen) != 0)
			continue;
		warning_print(value_text_at(problem, "hint"), "%s", value_text_at(problem, "message"));
	}
}

/* For people and for the plug-ins of monitoring: one line each, and one also where all is well. */
static void print_findings(const struct lppack_status *status)
{
	const struct lppack_status_finding *finding;

	if (!lppack_status_check(status))
		line_print(stdout, "OK: %s", lppack_status_effective_version(status));
	for (size_t i = 0; (finding = lppack_status_finding_at(status, i)); i++)
		line_print(stdout, "%s: %s", lppack_error_name(finding->code), finding->text);
}

/* By enum lppack_severity, and what plug-ins of Nagios exit with. */
static const char *const severities[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

static int worst_severity(const struct lppack_status *status, size_t *n)
{
	const struct lppack_status_finding *finding;
	int worst = 0;

	for (*n = 0; (finding = lppack_status_finding_at(status, *n)); (*n)++)
		if ((int)finding->severity > worst)
			worst = (int)finding->severity;
	return worst;
}

/* What the eye meets first: how bad it is, the gravest finding, and how many more there are. */
static void print_verdict(const struct lppack_status *status)
{
	const struct lppack_status_finding *first = lppack_status_finding_at(status, 0);
	size_t n;
	int worst = worst_severity(status, &n);

	if (!first)
		line_print(stdout, "OK: %s", lppack_status_effective_version(status));
	else if (n == 1)
		line_print(stdout, "%s: %s: %s", severities[worst], lppack_error_name(first->code), first->text);
	else
		line_print(stdout, "%s: %s: %s (and %zu more: lppack status --check)", severities[worst],
			   lppack_error_name(first->code), first->text, n - 1);
	line_print(stdout, "%s", "");
}

static size_t count_fixes(const struct lppack_status *status, enum lppack_fix_state state)
{
	const struct lppack_status_fix *fix;
	size_t n = 0;

	for (size_t i = 0; (fix = lppack_status_fix_at(status, i)); i++)
		n += fix->state == state;
	return n;
}

/* The plug-in interface: one line, performance data behind a bar, and 0 to 3. status: NULL where it cannot be read. */
static int print_nagios(const struct lppack_status *status, const struct lppack_error *err)
{
	const struct lppack_status_finding *finding;
	char *text LP_AUTO_FREE = NULL;
	size_t n;
	int worst;

	if (!status) {
		line_print(stdout, "LPPACK UNKNOWN - %s", err->message);
		return 3;
	}
	text = lp_text_format("%s", "");
	for (size_t i = 0; text && (finding = lppack_status_finding_at(status, i)); i++) {
		LP_AUTO_FREE char *before = text;

		text = lp_text_format("%s; %s: %s", before, lppack_error_name(finding->code), finding->text);
	}
	/* The bar begins the performance data. */
	for (char *at = text; at && *at; at++)
		if (*at == '|')
			*at = '/';
	worst = worst_severity(status, &n);
	line_print(stdout, "LPPACK %s - %s%s | fixes_active=%zu fixes_pending=%zu fixes_available=%zu fixes_held=%zu",
		   severities[worst], lppack_status_effective_version(status), text ? text : "",
		   count_fixes(status, LPPACK_FIX_ACTIVE), count_fixes(status, LPPACK_FIX_PENDING),
		   count_fixes(status, LPPACK_FIX_AVAILABLE), count_fixes(status, LPPACK_FIX_HELD));
	return worst;
}

static int print_metrics(const struct lppack_status *status, struct lppack_error *err)
{
	char *metrics LP_AUTO_FREE = lppack_status_metrics(status, err);

	if (!metrics)
		return -err->code;
	fputs(metrics, stdout);
	return LPPACK_OK;
}

static void status_print_json(const struct lppack_value *status, const struct lppack_value *recovered)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	json_members(&json, status, NULL);
	json_value(&json, "recovered", recovered);
	lp_json_close(&json, '}');
}

/* What is left over of a killed call's transition is mended once that has ended. */
static int watch(struct lppack_host *host, const char *root, struct lppack_error *err)
{
	struct lppack_value *before AUTO(value) = recovery_try(host, root);
	struct lppack_value *after AUTO(value) = NULL;
	int rc;

	recovery_tell(before);
	rc = status_watch(host, err);
	if (rc == LPPACK_OK && recovery_is_left(before))
		after = recovery_try(host, root);
	recovery_tell(after);
	return rc;
}

static int status_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct status_options *o = values;
	struct lppack_host *host AUTO(host) = NULL;
	struct lppack_value *recovered AUTO(value) = NULL;
	struct lppack_status *status AUTO(status) = NULL;
	struct lppack_value *tree AUTO(value) = NULL;
	int rc = status_check_options(o, err);

	(void)arguments;
	if (rc < 0)
		return rc;
	host = lppack_host_open(o->root, err);
	if (!host)
		return o->nagios ? print_nagios(NULL, err) : -err->code;
	if (o->watch)
		return watch(host, o->root, err);
	recovered = recovery_try(host, o->root);
	/* The answer itself tells what is left, and JSON what was done. */
	if (!o->json && !o->nagios && !recovery_is_left(recovered))
		recovery_tell(recovered);
	status = lppack_host_status(host, err);
	if (o->nagios)
		return print_nagios(status, err);
	if (!status)
		return -err->code;
	if (o->metrics)
		return print_metrics(status, err);
	tree = lppack_status_describe(status, err);
	if (!tree)
		return -err->code;
	if (o->json)
		status_print_json(tree, recovered);
	else if (o->check)
		print_findings(status);
	else {
		print_verdict(status);
		status_print(tree);
	}
	warn_of_problems(tree, o->check);
	return o->check ? lppack_status_check(status) : LPPACK_OK;
}

const struct verb verb_status = {
	.name = "status",
	.arguments = "",
	.summary = "show what is in force, and what is not",
	.details = "--check exits with 0 if all is well: lppack-status(1) tells the other numbers.\n",
	.options = options,
	.values_size = sizeof(struct status_options),
	.run = status_run,
};
