/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the kernel refused a module, by its log first and by the number of the error last. */
#ifndef LP_RUNTIME_REFUSAL_H
#define LP_RUNTIME_REFUSAL_H

#include "runtime/kernel_io.h"

/* What is known of a refusal; borrowed. */
struct lp_refusal {
	const char *name;         /* the module's, as the kernel shows it */
	int sys_errno;            /* of finit_module */
	const struct lp_buf *log; /* every line that the kernel has logged since it was asked */
	bool log_complete;        /* false: the log could not be read, or not all of it */
};

/* Always negative. What can only be guessed without the log is said to be a guess. */
int lp_refusal_explain(struct lp_kernel_io *io, const struct lp_refusal *refusal, struct lppack_error *err);

#endif
