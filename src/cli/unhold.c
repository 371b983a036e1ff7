/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack unhold: end a hold. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct unhold_options {
	const char *stream;
	int64_t wait;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "stream", .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "NAME",
	  .offset = offsetof(struct unhold_options, stream), .help = "only the hold of this stream" },
	WAIT_ROW(struct unhold_options, "wait for another lppack that is at work"),
	ROOT_ROW(struct unhold_options),
	JSON_ROW(struct unhold_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int unhold_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct unhold_options *o = values;
	struct watch watch;
	const struct lppack_wait *wait = transaction_wait(o->wait, &watch);
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lp_json json = LP_JSON_TO(stdout);
	int n;

	(void)arguments;
	if (!host)
		return -err->code;
	recovery_run(host, o->root);
	n = lppack_hold_clear(host, o->stream, wait, err);
	progress_clear();
	if (n < 0)
		return n;
	if (!o->json) {
		field_printf("removed", "%d %s", n, n == 1 ? "hold" : "holds");
		return LPPACK_OK;
	}
	lp_json_open(&json, NULL, '{');
	lp_json_int(&json, "removed", (uint64_t)n);
	lp_json_close(&json, '}');
	return LPPACK_OK;
}

const struct verb verb_unhold = {
	.name = "unhold",
	.arguments = "",
	.summary = "take holds away",
	.options = options,
	.values_size = sizeof(struct unhold_options),
	.run = unhold_run,
};
