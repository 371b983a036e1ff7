/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Module.symvers: exports as the build of a kernel lists them. */
#ifndef LP_INSPECT_SYMVERS_H
#define LP_INSPECT_SYMVERS_H

#include "inspect/kernel_exports.h"

/* Module.symvers. LPPACK_E_KERNEL_IMAGE on a line that is none. */
int lp_kernel_exports_read_symvers(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *name,
				   struct lppack_error *err);

#endif
