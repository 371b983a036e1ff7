/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct hold_options {
	struct number serial;
	const char *until;
	bool freeze;
	const char *stream;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "serial", .kind = OPTION_NUMBER, .completion = COMPLETE_WORD, .argument = "NUMBER",
	  .offset = offsetof(struct hold_options, serial), .max = 9007199254740991u,
	  .help = "let nothing beyond this serial come" },
	{ .name = "until", .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "DATE",
	  .offset = offsetof(struct hold_options, until),
	  .help = "let nothing come that was made after it; with --freeze: when that ends" },
	{ .name = "freeze", .kind = OPTION_FLAG, .offset = offsetof(struct hold_options, freeze),
	  .help = "let nothing new come at all" },
	{ .name = "stream", .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "NAME",
	  .offset = offsetof(struct hold_options, stream), .help = "of this stream; default: of every one" },
	ROOT_ROW(struct hold_options),
	JSON_ROW(struct hold_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static void print_holds(const struct lppack_value *holds)
{
	if (lppack_value_count(holds) == 0)
		field_print("holds", "none");
	for (size_t i = 0; i < lppack_value_count(holds); i++)
		field_print("hold", value_text_at(lppack_value_at(holds, i, NULL), "text"));
}

static int run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct hold_options *o = values;
	const struct lppack_hold_options hold = { .size = sizeof(hold),
						  .stream = o->stream,
						  .freeze = o->freeze,
						  .has_serial = o->serial.is_set,
						  .serial = o->serial.value,
						  .until = o->until };
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_value *holds AUTO(value) = NULL;
	struct json json = { 0 };

	(void)arguments;
	if (host && (o->freeze || o->until || o->serial.is_set || o->stream) && lppack_hold_set(host, &hold, err) < 0)
		return -err->code;
	if (host)
		holds = lppack_hold_describe(host, err);
	if (!holds)
		return -err->code;
	if (!o->json) {
		print_holds(holds);
		return LPPACK_OK;
	}
	json_open(&json, NULL, '{');
	json_value(&json, "holds", holds);
	json_close(&json, '}');
	return LPPACK_OK;
}

const struct verb verb_hold = {
	.name = "hold",
	.arguments = "",
	.summary = "keep newer levels away",
	.details = "Without an option it lists the holds that are set. 'lppack unhold' takes them away.\n",
	.options = options,
	.values_size = sizeof(struct hold_options),
	.run = run,
};
