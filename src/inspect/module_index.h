/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of modules in lib/modules/RELEASE: modules.dep and modules.builtin. */
#ifndef LP_INSPECT_MODULE_INDEX_H
#define LP_INSPECT_MODULE_INDEX_H

#include "shared/cleanup.h"
#include "base/error.h"
#include "inspect/arena.h"

struct lp_module_entry {
	const char *name;    /* with '_' for '-' */
	const char *path;    /* as the file has it, relative to lib/modules/RELEASE */
	const char *depends; /* of modules.dep: paths, blank-separated; NULL: none */
	bool builtin;
};

struct lp_module_index {
	struct lp_module_entry *entries; /* by name */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* Both may be read into one index, in either order. LPPACK_E_KERNEL_IMAGE on lines that make no sense. */
int lp_module_index_read_dep(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
			     struct lppack_error *err);
int lp_module_index_read_builtin(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
				 struct lppack_error *err);
void lp_module_index_free(struct lp_module_index *index);
/* name with '-' or '_'. A loadable one comes before a built-in one of the same name. */
const struct lp_module_entry *lp_module_index_find(const struct lp_module_index *index, const char *name);
/* "net-sched.ko.xz" or a path to it: "net_sched" into out; false if it is no module's file name or too long. */
bool lp_module_name_of_path(const char *path, char *out, size_t room);

#define LP_AUTO_MODULE_INDEX LP_AUTO(lp_module_index_free)

#endif
