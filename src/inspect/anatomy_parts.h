/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The themes of the anatomy, one file each. Each fills its part of a zeroed struct. */
#ifndef LP_INSPECT_ANATOMY_PARTS_H
#define LP_INSPECT_ANATOMY_PARTS_H

#include "inspect/anatomy.h"
#include "inspect/klp.h"

int lp_anatomy_read_code(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_anatomy *out,
			 struct lppack_error *err);
int lp_anatomy_read_klp(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_imports(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_modinfo(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_hardening(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_memory(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_replace(const struct lp_elf *elf, const struct lp_module_facts *facts,
			    const struct lp_klp_trace *trace, struct lp_anatomy *out, struct lppack_error *err);

/* More of something than LP_ANATOMY_ITEMS_MAX. */
int lp_anatomy_too_many(const struct lp_elf *elf, const char *what, struct lppack_error *err);
/* A copy of n bytes with what is not printable replaced, or NULL without memory. */
char *lp_anatomy_printable(const void *bytes, size_t n);

#endif
