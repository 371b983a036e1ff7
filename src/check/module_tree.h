/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules of a tree lib/modules/RELEASE, by name. */
#ifndef LP_CHECK_MODULE_TREE_H
#define LP_CHECK_MODULE_TREE_H

#include "shared/cleanup.h"
#include "base/error.h"

#include <stddef.h>

/* A module of a tree lib/modules/RELEASE. */
struct lp_tree_module {
	char *name; /* as the kernel shows it: "-" is "_" */
	char *path;
};

/* The kernel's own modules may have their debug sections; those of bundles are smaller. */
#define LP_TREE_MODULE_MAX ((size_t)512 << 20)

struct lp_module_tree {
	struct lp_tree_module *modules; /* by name, no two of one */
	size_t n;
};

/* root: "", or what the directory begins with and no link leads out of (base/root.h). Every *.ko, *.ko.gz, *.ko.xz and
 * *.ko.zst below the directory. Of two with one name that outside of kernel/ goes first (depmod.d(5): updates before
 * built-in). */
int lp_module_tree_read(const char *root, const char *directory, struct lp_module_tree *out, struct lppack_error *err);
/* NULL if there is none. */
const struct lp_tree_module *lp_module_tree_find(const struct lp_module_tree *tree, const char *name);
void lp_module_tree_free(struct lp_module_tree *tree);

#define LP_AUTO_MODULE_TREE LP_AUTO(lp_module_tree_free)

#endif
