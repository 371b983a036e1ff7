/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack history: the receipts of earlier calls. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <string.h>

#define BLOCKERS_SHOWN 10

struct history_options {
	struct number last;
	bool log;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "last", .letter = 'n', .kind = OPTION_NUMBER, .completion = COMPLETE_WORD, .argument = "NUMBER",
	  .offset = offsetof(struct history_options, last), .min = 1, .max = 1000000,
	  .help = "only so many; default: all that are kept" },
	{ .name = "log", .kind = OPTION_FLAG, .offset = offsetof(struct history_options, log),
	  .help = "with the kernel's lines of each" },
	ROOT_ROW(struct history_options),
	JSON_ROW(struct history_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static const char *history_text_or(const struct lppack_value *map, const char *key)
{
	const char *text = value_text_at(map, key);

	return text ? text : "?";
}

static void print_lines(const char *label, const struct lppack_value *lines)
{
	for (size_t i = 0; i < lppack_value_count(lines); i++)
		subfield_print(i ? "" : label, lppack_value_text(lppack_value_at(lines, i, NULL)));
}

static void history_print_blockers(const char *label, const struct lppack_value *blockers)
{
	size_t n = lppack_value_count(blockers);

	for (size_t i = 0; i < n && i < BLOCKERS_SHOWN; i++) {
		char *task LP_AUTO_FREE = describe_format_blocker(lppack_value_at(blockers, i, NULL));

		subfield_print(i ? "" : label, task);
	}
	if (n > BLOCKERS_SHOWN)
		subfield_printf("", "and %zu more, which --json lists", n - BLOCKERS_SHOWN);
}

/* What was meant, and what else came of it. */
static void history_print_course(const struct lppack_value *receipt, const char *verb)
{
	const struct lppack_value *of = lppack_value_get(receipt, "of");
	const struct lppack_value *superseded = lppack_value_get(receipt, "superseded");
	const struct lppack_value *attempts = lppack_value_get(receipt, "attempts");
	char *removes LP_AUTO_FREE = describe_join_names(lppack_value_get(receipt, "removes"));
	char *foreign LP_AUTO_FREE = describe_join_names(lppack_value_get(receipt, "took_over"));
	char *stale LP_AUTO_FREE = describe_join_names(lppack_value_get(receipt, "stale"));

	if (of)
		subfield_printf("of", "lppack %s, begun %s", history_text_or(of, "verb"),
				history_text_or(of, "started_at"));
	subfield_print("note", value_text_at(receipt, "note"));
	if (!lppack_value_count(superseded))
		subfield_print("livepatches", removes);
	subfield_print_list(strcmp(verb, "remove") == 0 ? "removed" : "superseded", superseded);
	if (foreign)
		subfield_printf("taken over", "%s, which lppack did not load", foreign);
	if (stale)
		subfield_printf("tidied", "%s, left loaded by an earlier call", stale);
	if (lppack_value_int(attempts, 1) > 1)
		subfield_print("attempts", lppack_value_text(attempts));
	history_print_blockers("held up by", lppack_value_get(receipt, "blockers"));
	history_print_blockers("held up by", lppack_value_get(of, "blockers"));
	history_print_blockers("reversal by", lppack_value_get(receipt, "reverse_blockers"));
	if (lppack_value_bool(lppack_value_get(receipt, "forced")))
		subfield_print("FORCED", "the transition was ended by force: reboot before the next apply");
}

static void print_receipt(const struct lppack_value *receipt, bool with_log)
{
	const struct lppack_value *bundle = lppack_value_get(receipt, "bundle");
	const struct lppack_value *total = lppack_value_get(lppack_value_get(receipt, "durations_ns"), "total");
	char *serial LP_AUTO_FREE = describe_format_serial(bundle);
	const char *verb = lppack_value_get(receipt, "verb") ? history_text_or(receipt, "verb") : "apply";
	char took[UNITS_TEXT];

	if (value_text_at(receipt, "unreadable")) {
		line_print(stdout, "%s  unreadable: %s", history_text_or(receipt, "number"),
			   value_text_at(receipt, "unreadable"));
		return;
	}
	line_print(stdout, "%s  %s  %s: %s", history_text_or(receipt, "number"), history_text_or(receipt, "at"), verb,
		   history_text_or(receipt, "outcome"));
	if (bundle)
		subfield_printf("bundle", "%s, %s", history_text_or(bundle, "stream"), serial ? serial : "?");
	subfield_print("kernel", value_text_at(lppack_value_get(receipt, "kernel"), "release"));
	if (lppack_value_int(total, 0))
		subfield_print("took", duration_format((int64_t)lppack_value_int(total, 0), took));
	history_print_course(receipt, verb);
	subfield_print("error", value_text_at(lppack_value_get(receipt, "error"), "message"));
	if (with_log)
		print_lines("kernel log", lppack_value_get(receipt, "kernel_log"));
}

static int history_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct history_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_value *receipts AUTO(value) = NULL;
	struct lp_json json = LP_JSON_TO(stdout);

	(void)arguments;
	if (!host)
		return -err->code;
	recovery_run(host, o->root);
	receipts = lppack_history_describe(host, o->last.is_set ? o->last.value : 0, err);
	if (!receipts)
		return -err->code;
	if (o->json) {
		lp_json_open(&json, NULL, '{');
		json_value(&json, "receipts", receipts);
		lp_json_close(&json, '}');
		return LPPACK_OK;
	}
	if (lppack_value_count(receipts) == 0)
		field_print("history", "nothing was done yet");
	for (size_t i = 0; i < lppack_value_count(receipts); i++)
		print_receipt(lppack_value_at(receipts, i, NULL), o->log);
	return LPPACK_OK;
}

const struct verb verb_history = {
	.name = "history",
	.arguments = "",
	.summary = "show what was done to the running kernels, and when",
	.options = options,
	.values_size = sizeof(struct history_options),
	.run = history_run,
};
