/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a kernel's files are: the layouts of machines, of unpacked packages, of /boot and of build trees. */
#ifndef LP_CHECK_KERNEL_PATHS_H
#define LP_CHECK_KERNEL_PATHS_H

#include "shared/cleanup.h"
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
	const char
		*roots[LP_PATHS]; /* what each path begins with and no link leads out of: "", or the directory's name */
	char *root;               /* owns it */
	bool is_named[LP_PATHS]; /* by the caller; else found in the directory */
};

/* What the caller names, and the rest from its directory. LPPACK_E_USAGE or IO. */
int lp_kernel_paths_find(const struct lppack_kernel_files *files, struct lp_kernel_paths *out,
			 struct lppack_error *err);
void lp_kernel_paths_free(struct lp_kernel_paths *paths);

#define LP_AUTO_KERNEL_PATHS LP_AUTO(lp_kernel_paths_free)

#endif
