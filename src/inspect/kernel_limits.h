/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How large what stands in a kernel's files may be before they count as damaged. */
#ifndef LP_INSPECT_KERNEL_LIMITS_H
#define LP_INSPECT_KERNEL_LIMITS_H

#include "base/error.h"

/* Far above any kernel; they bound what a hostile file makes us allocate. */
#define LP_KERNEL_SYMBOLS_MAX (4u << 20)
#define LP_KERNEL_TEXT_MAX (128u << 20)

/* The file is larger than anything of its kind. */
int lp_kernel_file_too_large(const char *name, const char *what, struct lppack_error *err);

#endif
