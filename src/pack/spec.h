/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into a bundle. */
#ifndef LP_PACK_SPEC_H
#define LP_PACK_SPEC_H

#include "format/fixes.h"
#include "format/format.h"
#include "format/release.h"
#include "format/text_list.h"

#include <lppack/create.h>

struct lp_spec_fix {
	struct lp_fix fix;
	struct lp_text_list not_for; /* globs of releases */
};

struct lp_spec_kernel {
	char *module;                /* path or glob */
	char *kernel;                /* path or glob with {release}, or NULL */
	struct lp_build_id build_id; /* if kernel is NULL */
	/* For the link check: paths with {release}, or NULL. */
	char *kernel_dir;
	char *system_map;
	char *symvers;
	char *config;
	char *modules;
	unsigned int line; /* in the spec file; 0: none */
};

struct lppack_spec {
	char *name;                /* of the file, for messages */
	char *directory;           /* what relative paths begin with; "" for none */
	struct lp_release_id id;   /* version NULL: the serial; created 0: the caller's; no digest */
	int64_t expires;           /* 0: never */
	uint64_t rollback_floor;   /* 0: any */
	struct lp_spec_fix *fixes; /* by id */
	size_t n_fixes;
	struct lp_unfixable *unfixable; /* by id */
	size_t n_unfixable;
	struct lp_withdrawn *withdrawn; /* by kind, then id */
	size_t n_withdrawn;
	struct lp_spec_kernel *kernels;
	size_t n_kernels;
	bool require_module_signature;
};

/* Orders for qsort(): by id; of what is withdrawn by kind, then id. */
int lp_spec_compare_fixes(const void *a, const void *b);
int lp_spec_compare_unfixable(const void *a, const void *b);
int lp_spec_compare_withdrawn(const void *a, const void *b);

/* The path of a spec's file below its directory; malloc'd, NULL without memory. */
char *lp_spec_path(const struct lppack_spec *spec, const char *path);

#endif
