/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack confirm: records that the boot that is counted was good. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

/* A boot that is not confirmed counts as failed: an lppack that happens to be at work must not make it so. */
#define WAIT_DEFAULT (300 * NS_PER_S)

struct confirm_options {
	bool retry;
	int64_t wait;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "retry", .kind = OPTION_FLAG, .offset = offsetof(struct confirm_options, retry),
	  .help = "forget every failed boot: bundles that are skipped are tried again" },
	WAIT_ROW(struct confirm_options, "wait for another lppack that is at work; default: 300"),
	ROOT_ROW(struct confirm_options),
	JSON_ROW(struct confirm_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int confirm_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct confirm_options *o = values;
	struct watch watch;
	const struct lppack_wait *wait = transaction_wait(o->wait ? o->wait : WAIT_DEFAULT, &watch);
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lp_json json = LP_JSON_TO(stdout);
	int confirmed;

	(void)arguments;
	if (!host)
		return -err->code;
	recovery_run(host, o->root);
	confirmed = lppack_boot_confirm(host, o->retry ? LPPACK_CONFIRM_RETRY : 0, wait, err);
	progress_clear();
	if (confirmed < 0)
		return confirmed;
	if (!o->json) {
		if (o->retry)
			field_print("boots", "nothing is counted any more, every level is tried again");
		else
			field_print("this boot", confirmed ? "healthy, as was now recorded" :
							     "was not waiting to be confirmed");
		return LPPACK_OK;
	}
	lp_json_open(&json, NULL, '{');
	lp_json_bool(&json, "confirmed", confirmed);
	lp_json_bool(&json, "retry", o->retry);
	lp_json_close(&json, '}');
	return LPPACK_OK;
}

const struct verb verb_confirm = {
	.name = "confirm",
	.arguments = "",
	.summary = "say that this boot is healthy",
	.details = "What was put in force at boot is skipped after two boots in a row that nobody confirmed. The unit\n"
		   "lppack-confirm.service confirms a boot that has come up.\n",
	.options = options,
	.values_size = sizeof(struct confirm_options),
	.run = confirm_run,
};
