/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The livepatch within a module, whichever builder made it. */
#ifndef LP_INSPECT_KLP_H
#define LP_INSPECT_KLP_H

#include "inspect/klp_facts.h"

/* Fills builder, replace, objects and states by the first reader that knows the module; none does: they stay unset. */
int lp_klp_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		struct lppack_error *err);

#endif
