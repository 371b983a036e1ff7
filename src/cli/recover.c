/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack recover: finish or undo what a killed call began. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <stdio.h>

struct recover_options {
	int64_t timeout;
	int64_t wait;
	bool discard;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "timeout", .kind = OPTION_DURATION, .completion = COMPLETE_WORD, .argument = "SECONDS",
	  .offset = offsetof(struct recover_options, timeout),
	  .help = "reverse a transition that takes longer (1.5, 500ms, 2m); default: 60" },
	{ .name = "wait", .kind = OPTION_DURATION, .completion = COMPLETE_WORD, .argument = "SECONDS",
	  .offset = offsetof(struct recover_options, wait), .help = "wait for another lppack that is at work" },
	{ .name = "discard", .kind = OPTION_FLAG, .offset = offsetof(struct recover_options, discard),
	  .help = "forget a journal that cannot be read" },
	JSON_ROW(struct recover_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int recover_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct recover_options *o = values;
	const struct transaction_options transaction = { .timeout = o->timeout, .wait = o->wait };
	struct watch watch;
	const struct lppack_apply_options shared = transaction_how(&transaction, &watch);
	LPPACK_OPTIONS(lppack_recover_options, how, .timeout_ns = shared.timeout_ns, .wait = shared.wait);
	struct lppack_host *host AUTO(host) = lppack_host_open(NULL, err);
	struct lppack_value *report AUTO(value) = NULL;
	struct lp_json json = LP_JSON_TO(stdout);
	const char *note;
	int rc;

	(void)arguments;
	if (!host)
		return -err->code;
	rc = o->discard ? lppack_host_discard_journal(host, err) : 0;
	if (rc < 0)
		return rc;
	transaction_catch_signals();
	report = lppack_host_recover(host, &how, err);
	progress_clear();
	if (!report)
		return -err->code;
	note = value_text_at(report, "note");
	if (o->json)
		json_value(&json, NULL, report);
	else
		line_print(stdout, "%s", note ? note : "no call was cut short: there is nothing to recover");
	return LPPACK_OK;
}

const struct verb verb_recover = {
	.name = "recover",
	.arguments = "",
	.summary = "finish or undo what a killed call began",
	.details = "Every call that changes the kernel does this first, and those that only look at it as far\n"
		   "as they need not wait; this one does nothing else.\n",
	.options = options,
	.values_size = sizeof(struct recover_options),
	.run = recover_run,
};
