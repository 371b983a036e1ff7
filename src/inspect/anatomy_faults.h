/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a module whatever kernel it is for: the list of it, which every judgement of a module asks. */
#ifndef LP_INSPECT_ANATOMY_FAULTS_H
#define LP_INSPECT_ANATOMY_FAULTS_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"

/* Fills this part of an anatomy whose other parts are filled already; the trace's functions were wanted. */
int lp_anatomy_read_faults(const struct lp_elf *elf, const struct lp_module_facts *facts,
			   const struct lp_klp_trace *trace, struct lp_anatomy *out, struct lppack_error *err);

#endif
