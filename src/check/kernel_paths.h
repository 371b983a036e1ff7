/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a kernel's files are: the layouts of machines, of unpacked packages, of /boot and of build trees. */
#ifndef LP_CHECK_KERNEL_PATHS_H
#define LP_CHECK_KERNEL_PATHS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <lppack/check.h>

#include <stdbool.h>

enum lp_kernel_path {
	LP_PATH_VMLINUZ,
	LP_PATH_SYSTEM_MAP,
	LP_PATH_SYMVERS,
	LP_PATH_CONFIG,
	LP_PATH_MODULES, /* a directory */
	LP_PATH_BTF,
	LP_PATHS,
};

/* As the report and the messages name them. */
extern const char *const lp_kernel_path_names[LP_PATHS];

struct lp_kernel_paths {
	char *release; /* by the names of files and directories, or NULL */
	char *at[LP_PATHS];
	bool is_named[LP_PATHS]; /* by the caller; else found in the directory */
};

/* What the caller names, and the rest from its directory. LPPACK_E_USAGE or IO. */
int lp_kernel_paths_find(const struct lppack_kernel_files *files, struct lp_kernel_paths *out,
			 struct lppack_error *err);
void lp_kernel_paths_free(struct lp_kernel_paths *paths);

#define LP_AUTO_KERNEL_PATHS LP_AUTO(lp_kernel_paths_free)

/* A module of a tree lib/modules/RELEASE. */
struct lp_tree_module {
	char *name; /* as the kernel shows it: "-" is "_" */
	char *path;
};

struct lp_module_tree {
	struct lp_tree_module *modules; /* by name, no two of one */
	size_t n;
};

/* Every *.ko, *.ko.gz, *.ko.xz and *.ko.zst below the directory. Of two with one name that outside of kernel/ goes
 * first (depmod.d(5): updates before built-in). */
int lp_module_tree_read(const char *directory, struct lp_module_tree *out, struct lppack_error *err);
/* NULL if there is none. */
const struct lp_tree_module *lp_module_tree_find(const struct lp_module_tree *tree, const char *name);
void lp_module_tree_free(struct lp_module_tree *tree);

#define LP_AUTO_MODULE_TREE LP_AUTO(lp_module_tree_free)

#endif
