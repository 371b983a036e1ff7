/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of a machine by a pattern. */
#ifndef LP_BASE_ROOT_GLOB_H
#define LP_BASE_ROOT_GLOB_H

#include "shared/cleanup.h"
#include "base/error.h"

#include <stddef.h>

/* Paths below a root. */
struct lp_root_paths {
	char **items;
	size_t n;
};

/* As glob(7) below root ("" or a prefix) with base/root.h's links, sorted: what is found begins with "/" and not with
 * the root. What matches nothing, or may not be read, finds nothing. Free also on failure, which is lack of memory. */
int lp_root_glob(const char *root, const char *pattern, struct lp_root_paths *found, struct lppack_error *err);
void lp_root_paths_free(struct lp_root_paths *paths);

#define LP_AUTO_ROOT_PATHS LP_AUTO(lp_root_paths_free)

#endif
