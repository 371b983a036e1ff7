/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

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

static void print_lines(const char *label, const struct lppack_value *lines)
{
	for (size_t i = 0; i < lppack_value_count(lines); i++)
		subfield_print(i ? "" : label, lppack_value_text(lppack_value_at(lines, i, NULL)));
}

static void print_receipt(const struct lppack_value *receipt, bool with_log)
{
	const struct lppack_value *bundle = lppack_value_get(receipt, "bundle");
	const struct lppack_value *total = lppack_value_get(lppack_value_get(receipt, "durations_ns"), "total");
	const struct lppack_value *blockers = lppack_value_get(receipt, "blockers");
	char *serial AUTO(text) = describe_format_serial(bundle);
	const char *number = value_text_at(receipt, "number");
	const char *time = value_text_at(receipt, "at");
	const char *verb = value_text_at(receipt, "verb");
	const char *outcome = value_text_at(receipt, "outcome");
	const char *stream = value_text_at(bundle, "stream");
	char took[UNITS_TEXT];

	if (value_text_at(receipt, "unreadable")) {
		printf("%s  unreadable: %s\n", number ? number : "?", value_text_at(receipt, "unreadable"));
		return;
	}
	printf("%s  %s  %s: %s\n", number ? number : "?", time ? time : "?", verb ? verb : "apply",
	       outcome ? outcome : "?");
	if (bundle)
		subfield_printf("bundle", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("kernel", value_text_at(lppack_value_get(receipt, "kernel"), "release"));
	if (lppack_value_int(total, 0))
		subfield_print("took", duration_format((int64_t)lppack_value_int(total, 0), took));
	subfield_print_list("superseded", lppack_value_get(receipt, "superseded"));
	if (lppack_value_count(blockers))
		subfield_printf("held up by", "%zu tasks", lppack_value_count(blockers));
	subfield_print("error", value_text_at(lppack_value_get(receipt, "error"), "message"));
	if (with_log)
		print_lines("kernel log", lppack_value_get(receipt, "kernel_log"));
}

static int run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct history_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_value *receipts AUTO(value) =
		host ? lppack_history_describe(host, o->last.is_set ? o->last.value : 0, err) : NULL;
	struct json json = { 0 };

	(void)arguments;
	if (!receipts)
		return -err->code;
	if (o->json) {
		json_open(&json, NULL, '{');
		json_value(&json, "receipts", receipts);
		json_close(&json, '}');
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
	.run = run,
};
