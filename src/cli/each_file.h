/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs that take several files: one after the other, in prose or as one JSON document. */
#ifndef CLI_EACH_FILE_H
#define CLI_EACH_FILE_H

#include "shared/json.h"
#include "cli/options.h"

#include <stdbool.h>

/* What is printed so far. */
struct each_file {
	struct lp_json json; /* the list "files", where --json was given */
	bool printed;        /* prose stands above already */
};

/* Calls `one` for each path, and returns the first exit status that is not 0. */
int each_file_run(const struct text_list *paths, bool as_json,
		  int (*one)(const void *context, const char *path, struct each_file *output), const void *context);

#endif
