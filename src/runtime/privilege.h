/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this process may do to the kernel. */
#ifndef LP_RUNTIME_PRIVILEGE_H
#define LP_RUNTIME_PRIVILEGE_H

#include "runtime/kernel_io.h"

/* LPPACK_E_PRIVILEGE with what is missing: the capability, the first user namespace, or a /sys that can be written. */
int lp_privilege_check(struct lp_kernel_io *io, struct lppack_error *err);

/* Whether this process has the effective capability of that number; what cannot be told counts as yes. */
bool lp_privilege_has_capability(struct lp_kernel_io *io, unsigned int number);

#endif
