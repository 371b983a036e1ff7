/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process gives up before it reads what nobody has signed. */
#ifndef LP_CELL_CONFINE_H
#define LP_CELL_CONFINE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Of this process and for good: all descriptors but `keep`, the file system, the network, executing and new processes
 * (Landlock, seccomp), and memory, processor time and sizes of files beyond the limits. What the kernel does not have
 * is left out; LPPACK_E_IO where it has it and refuses.
 */
int lp_confine(const int *keep, size_t n_keep, uint64_t file_max, struct lppack_error *err);

#endif
