/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories: making them durably, and listing them. */
#ifndef LP_BASE_DIRECTORY_H
#define LP_BASE_DIRECTORY_H

#include "base/error.h"

#include <dirent.h>

/* Makes what is missing of the path below root ("" or a prefix), durably: a file that is synced in a directory that is
 * not would be lost with it. Mode 0755. LPPACK_E_PRIVILEGE, IO. */
int lp_directory_make(const char *root, const char *path, struct lppack_error *err);

/* Zeroed: none. */
struct lp_directory_names {
	struct dirent **items;
	int n;
};

/* Those of which filter returns other than 0, sorted by name. 0, or -1 with errno. */
int lp_directory_list(int fd, int (*filter)(const struct dirent *entry), struct lp_directory_names *out);
void lp_directory_names_free(struct lp_directory_names *names);
#define LP_AUTO_NAMES LP_AUTO(lp_directory_names_free)

#endif
