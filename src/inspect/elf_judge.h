/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forms of ELF that the kernel's loader does not take. */
#ifndef LP_INSPECT_ELF_JUDGE_H
#define LP_INSPECT_ELF_JUDGE_H

#include "inspect/elf.h"
#include "inspect/fault.h"

int lp_elf_judge(const struct lp_elf *elf, struct lp_faults *faults, struct lppack_error *err);

#endif
