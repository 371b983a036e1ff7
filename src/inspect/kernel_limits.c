/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a kernel's file fails that is larger than any of its kind. */
#include "inspect/kernel_limits.h"

int lp_kernel_file_too_large(const char *name, const char *what, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the file is damaged: fetch it again",
		       "%s: its %s are larger than those of any kernel", name, what);
}
