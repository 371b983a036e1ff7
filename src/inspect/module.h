/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_INSPECT_MODULE_H
#define LP_INSPECT_MODULE_H

#include "inspect/klp.h"

/* As lp_module_inspect(), and leaves the ELF file open (also on failure): elf->size is that without the signature. */
int lp_module_read(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		   struct lp_klp_trace *trace, struct lppack_error *err);

#endif
