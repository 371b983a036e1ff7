/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop over the files of a command line, and the document around what is printed of each. */
#include "cli/each_file.h"

int each_file_run(const struct text_list *paths, bool as_json,
		  int (*one)(const void *context, const char *path, struct each_file *output), const void *context)
{
	struct each_file output = { .json = LP_JSON_TO(stdout) };
	int first = 0;

	if (as_json) {
		lp_json_open(&output.json, NULL, '{');
		lp_json_open(&output.json, "files", '[');
	}
	for (size_t i = 0; i < paths->n; i++) {
		int status = one(context, paths->items[i], &output);

		if (!first)
			first = status;
	}
	if (as_json) {
		lp_json_close(&output.json, ']');
		lp_json_close(&output.json, '}');
	}
	return first;
}
