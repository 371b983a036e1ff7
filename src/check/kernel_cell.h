/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel as its caller has it: where its files are, which one it is, and the cell that reads them and checks. */
#ifndef LP_CHECK_KERNEL_CELL_H
#define LP_CHECK_KERNEL_CELL_H

#include "base/facts.h"
#include "base/value.h"
#include "cell/cell.h"
#include "check/kernel.h"

struct lppack_kernel {
	struct lp_kernel_paths paths;
	struct lp_module_tree tree;
	struct lppack_error tree_error; /* code 0: it could be read */
	bool sig_enforce;
	struct lp_kernel_facts facts;
	char build_id[LP_BUILD_ID_TEXT];
	struct lp_cell_service service;
	struct lp_cell cell;
	struct lp_kernel *inside; /* in the cell only: what it has read */
};

/* Checks a module by its bytes, in the cell; name: for the report. */
int lp_kernel_check_bytes(struct lppack_kernel *kernel, const char *name, const void *bytes, size_t n,
			  struct lppack_value **report, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_kernel, lppack_kernel_close)

#endif
