/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack extract: a kernel's module out of a verified bundle. */
#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct extract_options {
	const char *kernel;
	const char *output;
	struct text_list keys;
	const char *root;
	bool force;
};

static const struct option_spec options[] = {
	{ .name = "kernel", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "FILE|BUILD-ID",
	  .offset = offsetof(struct extract_options, kernel), .required = true,
	  .help = "the kernel whose module is wanted" },
	{ .name = "output", .letter = 'o', .kind = OPTION_TEXT, .completion = COMPLETE_DIR, .argument = "DIR",
	  .offset = offsetof(struct extract_options, output), .required = true,
	  .help = "write the module into this directory" },
	KEYS_ROW(struct extract_options),
	ROOT_ROW(struct extract_options),
	{ .name = "force", .letter = 'f', .kind = OPTION_FLAG, .offset = offsetof(struct extract_options, force),
	  .help = "replace an existing file" },
	OPTION_HELP_ROW,
	{ 0 },
};

static int extract_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct extract_options *o = values;
	const char *path = arguments->items[0];
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_entry *entry AUTO(entry) = NULL;
	char *build_id LP_AUTO_FREE = kernel_resolve(o->kernel, err);
	char *written LP_AUTO_FREE = NULL;
	int rc = build_id ? source_open(&source, path, &o->keys, o->root, err) : -err->code;

	if (rc < 0)
		return rc;
	entry = lppack_verified_select(source.verified, build_id, err);
	if (!entry)
		return -err->code;
	rc = lppack_entry_extract(entry, o->output, o->force ? LPPACK_EXTRACT_OVERWRITE : 0, &written, err);
	if (rc == -LPPACK_E_EXISTS)
		cli_hint(err, rc, "choose another directory, or replace it with --force");
	if (rc < 0)
		return rc;
	source_warn_expired(&source, path);
	path_print("%s", written);
	return LPPACK_OK;
}

const struct verb verb_extract = {
	.name = "extract",
	.arguments = "FILE",
	.summary = "write one kernel's verified module into a directory",
	.options = options,
	.values_size = sizeof(struct extract_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = extract_run,
};
