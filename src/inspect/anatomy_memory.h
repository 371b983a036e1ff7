/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel will allocate for a module. */
#ifndef LP_INSPECT_ANATOMY_MEMORY_H
#define LP_INSPECT_ANATOMY_MEMORY_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_memory(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);

#endif
