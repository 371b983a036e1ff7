/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbol table where it stands: every entry and its name, each range checked. */
#ifndef LP_INSPECT_SYMTAB_H
#define LP_INSPECT_SYMTAB_H

#include "inspect/elf.h"

/* include/uapi/linux/elf.h: the section index of symbols that livepatch resolves. */
#define LP_SHN_LIVEPATCH 0xff20u

struct lp_symtab {
	const struct lp_elf *elf;
	const struct lp_elf_section *symbols;
	const struct lp_elf_section *indexes; /* SHT_SYMTAB_SHNDX, if any section index needs it */
	size_t n;
};

struct lp_symbol {
	uint64_t value; /* 0 without a section */
	uint64_t size;
	uint32_t section; /* 0: undefined, absolute, common, livepatch or out of range */
	uint16_t index;   /* st_shndx as written */
	uint8_t type;
	uint8_t binding;
};

/* Empty if there is none. */
struct lp_symtab lp_symtab_find(const struct lp_elf *elf);
/* A zeroed one if i is out of range. */
struct lp_symbol lp_symtab_get(const struct lp_symtab *table, uint64_t i);
/* Printable ASCII under LP_ELF_NAME_MAX, or NULL. Borrowed from the file. */
const char *lp_symtab_name(const struct lp_symtab *table, uint64_t i);

/* A NUL-terminated text in a section: printable ASCII, not empty, under LP_ELF_NAME_MAX; otherwise NULL. Borrowed. */
const char *lp_elf_text_at(const struct lp_elf_section *section, uint64_t offset);

#endif
