/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack effective-version: one line for inventories. */
#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/recovery.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <stdio.h>

struct version_options {
	const char *root;
};

static const struct option_spec options[] = {
	ROOT_ROW(struct version_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int effective_version_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct version_options *o = values;
	struct lppack_host *host AUTO(host) = lppack_host_open(o->root, err);
	char *version LP_AUTO_FREE = NULL;

	(void)arguments;
	if (!host)
		return -err->code;
	recovery_run(host, o->root);
	version = lppack_host_effective_version(host, err);
	if (!version)
		return -err->code;
	line_print(stdout, "%s", version);
	return LPPACK_OK;
}

const struct verb verb_effective_version = {
	.name = "effective-version",
	.arguments = "",
	.summary = "print the kernel's release with the level that is in force",
	.options = options,
	.values_size = sizeof(struct version_options),
	.run = effective_version_run,
};
