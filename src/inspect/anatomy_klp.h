/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What livepatch relocates and resolves in a module. */
#ifndef LP_INSPECT_ANATOMY_KLP_H
#define LP_INSPECT_ANATOMY_KLP_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_klp(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);

#endif
