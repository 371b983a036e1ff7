/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Probes on the functions that a module patches. */
#ifndef LP_RUNTIME_KPROBES_H
#define LP_RUNTIME_KPROBES_H

#include "runtime/kernel_io.h"

/* A kprobe, or a kretprobe, on a function that a module patches. */
struct lp_probe {
	const struct lp_func *func; /* of the facts that were given */
	bool is_return;
	bool by_ftrace; /* at the place where ftrace, and so the livepatch, takes over */
};

/* The probes on the functions of facts, each sort once a function, appended to *probes, which the caller frees. None
 * where debugfs is not mounted or may not be read. The error is of memory. */
int lp_kprobes_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lp_probe **probes, size_t *n,
		    struct lppack_error *err);

#endif
