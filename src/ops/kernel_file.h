/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_OPS_KERNEL_FILE_H
#define LP_OPS_KERNEL_FILE_H

#include "base/facts.h"

/*
 * Facts of a kernel that is not running, from whatever file names it: a vmlinuz (x86 bzImage), a vmlinux or its
 * debug file (possibly compressed), a copy of /sys/kernel/notes, or a kernel .deb that holds one of them. The kind
 * is recognised by content. Fails with LPPACK_E_KERNEL_IMAGE if there is no build ID in it.
 */
int lp_kernel_file_read(const char *path, struct lp_kernel_facts *out, struct lppack_error *err);

#endif
