/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The recovery that other verbs begin with. */
#include "cli/recovery.h"

#include "cli/cleanup.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/print.h"

#include <string.h>

static struct lppack_value *recover(struct lppack_host *host, const char *root, bool tells_journal)
{
	LPPACK_OPTIONS(lppack_recover_options, quick, .flags = LPPACK_RECOVER_QUICK);
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_value *report AUTO(value) = NULL;
	struct lppack_value *found = NULL;

	if (options_root_is_other(root))
		return NULL;
	report = lppack_host_recover(host, &quick, &err);
	if (!report && err.code != LPPACK_E_BUSY && err.code != LPPACK_E_PRIVILEGE &&
	    (err.code != LPPACK_E_STATE || tells_journal))
		warning_print(err.hint, "%s", err.message);
	if (lppack_value_bool(lppack_value_get(report, "found"))) {
		found = report;
		report = NULL;
	}
	return found;
}

struct lppack_value *recovery_try(struct lppack_host *host, const char *root)
{
	return recover(host, root, false);
}

bool recovery_is_left(const struct lppack_value *report)
{
	const char *action = value_text_at(report, "action");

	return action && strcmp(action, "left") == 0;
}

void recovery_tell(const struct lppack_value *report)
{
	const char *note = value_text_at(report, "note");

	if (!note)
		return;
	fflush(stdout);
	line_print(stderr, "lppack: %s: %s", recovery_is_left(report) ? "note" : "recovered", note);
}

void recovery_run(struct lppack_host *host, const char *root)
{
	struct lppack_value *report AUTO(value) = recover(host, root, true);

	recovery_tell(report);
}
