/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How large the new code of each function is. */
#ifndef LP_INSPECT_ANATOMY_CODE_H
#define LP_INSPECT_ANATOMY_CODE_H

#include "inspect/anatomy.h"
#include "inspect/klp_facts.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_code(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_anatomy *out,
			 struct lppack_error *err);

#endif
