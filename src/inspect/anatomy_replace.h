/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a livepatch is in replace mode, by what its data say and what its code does. */
#ifndef LP_INSPECT_ANATOMY_REPLACE_H
#define LP_INSPECT_ANATOMY_REPLACE_H

#include "inspect/anatomy.h"
#include "inspect/klp_facts.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_replace(const struct lp_elf *elf, const struct lp_module_facts *facts,
			    const struct lp_klp_trace *trace, struct lp_anatomy *out, struct lppack_error *err);

#endif
