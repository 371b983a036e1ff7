/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a livepatch is one that a kernel can enable and that then works, by its file alone. */
#ifndef LP_INSPECT_KLP_JUDGE_H
#define LP_INSPECT_KLP_JUDGE_H

#include "inspect/fault.h"
#include "inspect/klp_facts.h"

/* The name of a module that an object's name comes near to, as lsmod has it; may be empty. Owned; NULL without memory. */
char *lp_klp_near_name(const char *object);
/* Adds what is wrong to the faults; the trace's functions were wanted. */
int lp_klp_judge(const struct lp_elf *elf, const struct lp_module_facts *facts, const struct lp_klp_trace *trace,
		 struct lp_faults *faults, struct lppack_error *err);

#endif
