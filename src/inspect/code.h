/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A section of code with its relocations and the places where control may enter. */
#ifndef LP_INSPECT_CODE_H
#define LP_INSPECT_CODE_H

#include "inspect/symtab.h"

struct lp_code_reloc {
	uint64_t offset;
	uint64_t to_offset; /* symbol and addend */
	uint32_t to_section; /* 0: outside the module */
	uint32_t type;
};

struct lp_code {
	const struct lp_elf *elf;
	uint32_t section;
	const uint8_t *bytes;
	size_t size;
	struct lp_code_reloc *relocs; /* sorted by offset */
	size_t n_relocs;
	uint8_t *entries; /* a bit for each byte */
};

/* The section must have bytes; of data it is the relocations that count. LPPACK_E_MODULE if they take more room than
 * the file. */
int lp_code_open(struct lp_code *code, const struct lp_elf *elf, uint32_t section, struct lppack_error *err);
void lp_code_close(struct lp_code *code);
/* Out of range is ignored. */
void lp_code_add_entry(struct lp_code *code, uint64_t offset);
bool lp_code_is_entry(const struct lp_code *code, uint64_t offset);

#endif
