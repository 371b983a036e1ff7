/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The livepatch of a module that klp-build made. */
#ifndef LP_INSPECT_KLP_BUILD_H
#define LP_INSPECT_KLP_BUILD_H

#include "inspect/klp_facts.h"

/* Fills builder, replace, objects and states if the module is of its builder's making, and leaves out alone otherwise.
 * Objects may come more than once with one name. */
int lp_klp_read_build(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		      struct lppack_error *err);

#endif
