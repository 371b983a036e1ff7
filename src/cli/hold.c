/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack hold: what must not be applied or installed. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

struct hold_options {
	struct number serial;
	const char *until;
	bool freeze;
	const char *stream;
	int64_t wait;
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
	WAIT_ROW(struct hold_options, "wait for another lppack that is at work"),
	ROOT_ROW(struct hold_options),
	JSON_ROW(struct hold_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static void hold_print_holds(const struct lppack_value *holds)
{
	if (lppack_value_count(holds) == 0)
		field_print("holds", "none");
	for (size_t i = 0; i < lppack_value_count(holds); i++)
		field_print("hold", value_text_at(lppack_value_at(holds, i, NULL), "text"));
}

/* What boots apply, or "nothing"; malloc'd, NULL if that is not known. */
static char *format_target(struct lppack_host *host)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *installed AUTO(value) = lppack_store_describe(host, &why);
	char *text = NULL;

	for (size_t i = 0; i < lppack_value_count(installed); i++) {
		const struct lppack_value *release = lppack_value_at(installed, i, NULL);

		if (!lppack_value_bool(lppack_value_get(release, "target")))
			continue;
		if (asprintf(&text, "%s serial %s", value_text_at(release, "stream"),
			     value_text_at(release, "serial")) < 0)
			return NULL;
		return text;
	}
	return installed ? strdup("nothing") : NULL;
}

/* A hold takes nothing out of force, but the next boot keeps to it. */
static void warn_beyond_hold(struct lppack_host *host, const struct lppack_value *holds)
{
	for (size_t i = 0; i < lppack_value_count(holds); i++) {
		const struct lppack_value *hold = lppack_value_at(holds, i, NULL);
		const struct lppack_value *release = lppack_value_get(hold, "keeps_out");
		char *target LP_AUTO_FREE = release ? format_target(host) : NULL;

		if (target)
			warning_print("lppack rollback --to SERIAL goes there now; lppack unhold lets boots keep it",
				      "%s serial %s is in force, and beyond the hold: it stays until the next boot, "
				      "which puts %s in force",
				      value_text_at(release, "stream"), value_text_at(release, "serial"), target);
	}
}

static bool has_release(const struct lppack_value *installed, const struct lppack_value *hold)
{
	for (size_t i = 0; i < lppack_value_count(installed); i++) {
		const struct lppack_value *release = lppack_value_at(installed, i, NULL);

		if (strcmp(value_text_at(release, "stream"), value_text_at(hold, "kept_stream")) == 0 &&
		    strcmp(value_text_at(release, "epoch"), value_text_at(hold, "kept_epoch")) == 0 &&
		    strcmp(value_text_at(release, "serial"), value_text_at(hold, "kept_serial")) == 0)
			return true;
	}
	return false;
}

/* What a freeze keeps can only come back at a boot if it is installed. */
static void warn_not_installed(struct lppack_host *host, const struct lppack_value *holds)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *installed AUTO(value) = lppack_store_describe(host, &why);

	for (size_t i = 0; installed && i < lppack_value_count(holds); i++) {
		const struct lppack_value *hold = lppack_value_at(holds, i, NULL);
		char *target LP_AUTO_FREE = NULL;

		if (!value_text_at(hold, "kept_stream") || lppack_value_bool(lppack_value_get(hold, "over")) ||
		    has_release(installed, hold))
			continue;
		target = format_target(host);
		if (target)
			warning_print("lppack install FILE keeps it for boots",
				      "%s serial %s was in force when the freeze was set, but is not installed: the "
				      "next boot puts %s in force", value_text_at(hold, "kept_stream"),
				      value_text_at(hold, "kept_serial"), target);
	}
}

static int set(struct lppack_host *host, const struct hold_options *o, struct lppack_error *err)
{
	struct watch watch;
	LPPACK_OPTIONS(lppack_hold_options, hold, .stream = o->stream, .serial = o->serial.value, .until = o->until,
		       .wait = transaction_wait(o->wait, &watch));
	int rc;

	if (o->freeze)
		hold.flags |= LPPACK_HOLD_FREEZE;
	if (o->serial.is_set)
		hold.flags |= LPPACK_HOLD_SERIAL;
	rc = lppack_hold_set(host, &hold, err);

	progress_clear();
	return rc;
}

static int hold_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct hold_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_value *holds AUTO(value) = NULL;
	struct lp_json json = LP_JSON_TO(stdout);

	(void)arguments;
	/* A freeze keeps what is in force, which a killed call may have changed. */
	if (host)
		recovery_run(host, o->root);
	if (host && (o->freeze || o->until || o->serial.is_set || o->stream) && set(host, o, err) < 0)
		return -err->code;
	if (host)
		holds = lppack_hold_describe(host, err);
	if (!holds)
		return -err->code;
	warn_beyond_hold(host, holds);
	warn_not_installed(host, holds);
	if (!o->json) {
		hold_print_holds(holds);
		return LPPACK_OK;
	}
	lp_json_open(&json, NULL, '{');
	json_value(&json, "holds", holds);
	lp_json_close(&json, '}');
	return LPPACK_OK;
}

const struct verb verb_hold = {
	.name = "hold",
	.arguments = "",
	.summary = "keep newer levels away",
	.details = "Without an option it lists the holds that are set. 'lppack unhold' takes them away.\n",
	.options = options,
	.values_size = sizeof(struct hold_options),
	.run = hold_run,
};
