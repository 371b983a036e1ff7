/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes modules that elf_maker.h made into such as it does not make. Little-endian files only. What is asked for must
 * be there: else the test fails. Pointers hold until the file grows.
 */
#ifndef LP_TESTS_ELF_EDIT_H
#define LP_TESTS_ELF_EDIT_H

#include "shared/buf.h"

/* The header of the section of that name. */
uint8_t *elf_edit_header(struct lp_buf *bytes, const char *name);
/* Its content, and how long that is. */
uint8_t *elf_edit_content(struct lp_buf *bytes, const char *name, uint64_t *n);
/* One more section. */
void elf_edit_append(struct lp_buf *bytes, const char *name, uint64_t flags, uint64_t align, const void *content,
		     size_t n);
/* The symbol of that name, or the one that stands for a section; and its number. */
uint8_t *elf_edit_symbol(struct lp_buf *bytes, const char *name, uint32_t *number);
uint8_t *elf_edit_section_symbol(struct lp_buf *bytes, const char *section, uint32_t *number);
/* Makes the relocation at index in a section refer to a symbol, with addend 0. */
void elf_edit_relocate(struct lp_buf *bytes, const char *section, uint64_t index, uint32_t symbol);

#endif
