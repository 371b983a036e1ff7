/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules of a tree lib/modules/RELEASE, by name. */
#ifndef LP_CHECK_MODULE_TREE_H
#define LP_CHECK_MODULE_TREE_H

#include "shared/buf.h"
#include "base/error.h"

/* A module of a tree lib/modules/RELEASE. */
struct lp_tree_module {
	char *name; /* as the kernel shows it: "-" is "_" */
	char *path;
};

struct lp_module_tree {
	struct lp_tree_module *modules; /* by name, no two of one */
	size_t n;
	const char *root; /* borrowed */
};

/* root: "", or what the directory begins with and no link leads out of (base/root.h). Every *.ko, *.ko.gz, *.ko.xz and *.ko.zst below the directory. Of two with one name that outside of kernel/ goes
 * first (depmod.d(5): updates before built-in). */
int lp_module_tree_read(const char *root, const char *directory, struct lp_module_tree *out, struct lppack_error *err);
/* NULL if there is none. */
const struct lp_tree_module *lp_module_tree_find(const struct lp_module_tree *tree, const char *name);
/* One of the tree's, decompressed. */
int lp_module_tree_load(const struct lp_module_tree *tree, const struct lp_tree_module *module, struct lp_buf *out,
			struct lppack_error *err);
void lp_module_tree_free(struct lp_module_tree *tree);

#define LP_AUTO_MODULE_TREE LP_AUTO(lp_module_tree_free)

#endif
