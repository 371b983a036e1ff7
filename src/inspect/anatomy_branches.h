/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks of hardening that are in the code itself: ENDBR where functions are called by pointers, and return thunks. */
#ifndef LP_INSPECT_ANATOMY_BRANCHES_H
#define LP_INSPECT_ANATOMY_BRANCHES_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"

/* Fills this part of a zeroed anatomy; of x86_64 only. */
int lp_anatomy_read_branches(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_anatomy *out,
			     struct lppack_error *err);

#endif
