/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack reboot-needed: one answer for scripts, by its exit status. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <stdio.h>

/* Neither a failure nor a code of the table, but for the number: that a machine is as asked already. */
#define NOT_NEEDED 3

struct reboot_options {
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	ROOT_ROW(struct reboot_options),
	JSON_ROW(struct reboot_options),
	OPTION_HELP_ROW,
	{ 0 },
};

/* What Ubuntu's pro client answers to the same question. */
static const char *const answers[] = {
	[LPPACK_REBOOT_UNKNOWN] = "unknown",
	[LPPACK_REBOOT_NOT_NEEDED] = "no",
	[LPPACK_REBOOT_NEEDED] = "yes",
	[LPPACK_REBOOT_LIVEPATCHED] = "yes-kernel-livepatches-applied",
};

static const char *const sentences[] = {
	[LPPACK_REBOOT_UNKNOWN] = "unknown: lppack status says what is not known",
	[LPPACK_REBOOT_NOT_NEEDED] = "not needed",
	[LPPACK_REBOOT_NEEDED] = "needed: lppack status says why",
	[LPPACK_REBOOT_LIVEPATCHED] =
		"not needed yet: a newer kernel is installed, and livepatches are active meanwhile",
};

static int reboot_needed_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct reboot_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	struct lppack_status *status AUTO(status) = NULL;
	enum lppack_reboot reboot;
	int finding;

	(void)arguments;
	if (!host)
		return -err->code;
	recovery_run(host, o->root);
	status = lppack_host_status(host, err);
	if (!status)
		return -err->code;
	reboot = lppack_status_reboot(status);
	if (o->json) {
		struct lp_json json = LP_JSON_TO(stdout);

		lp_json_open(&json, NULL, '{');
		lp_json_int(&json, "schema", 1);
		lp_json_text(&json, "reboot_required", answers[reboot]);
		lp_json_close(&json, '}');
	} else {
		line_print(stdout, "%s", sentences[reboot]);
	}
	if (reboot != LPPACK_REBOOT_UNKNOWN)
		return reboot == LPPACK_REBOOT_NEEDED ? LPPACK_OK : NOT_NEEDED;
	finding = lppack_status_check(status);
	return finding ? finding : LPPACK_E_STATE;
}

const struct verb verb_reboot_needed = {
	.name = "reboot-needed",
	.arguments = "",
	.summary = "say whether the machine has to be rebooted",
	.details = "Exits with 0 if a reboot is needed, 3 if it is not, and with another status if that is unknown.\n",
	.options = options,
	.values_size = sizeof(struct reboot_options),
	.run = reboot_needed_run,
};
