/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether livepatch symbols and livepatch relocations fit each other. */
#ifndef LP_INSPECT_KLP_RELOCS_H
#define LP_INSPECT_KLP_RELOCS_H

#include "base/facts.h"
#include "inspect/elf.h"
#include "inspect/fault.h"

int lp_klp_judge_relocations(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_faults *faults,
			     struct lppack_error *err);

#endif
