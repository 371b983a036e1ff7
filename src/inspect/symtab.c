/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbol table where it stands, each range checked. */
#include "inspect/symtab.h"

#include "inspect/word.h"

#include <elf.h>

#define SYMBOL_SIZE 24u

struct lp_symtab lp_symtab_find(const struct lp_elf *elf)
{
	struct lp_symtab table = { .elf = elf };

	for (size_t i = 1; i < elf->n_sections; i++)
		if (elf->sections[i].type == SHT_SYMTAB && !table.symbols)
			table.symbols = &elf->sections[i];
		else if (elf->sections[i].type == SHT_SYMTAB_SHNDX && !table.indexes)
			table.indexes = &elf->sections[i];
	if (table.symbols)
		table.n = (size_t)(table.symbols->size / SYMBOL_SIZE);
	return table;
}

struct lp_symbol lp_symtab_get(const struct lp_symtab *table, uint64_t i)
{
	bool big_endian = table->elf->big_endian;
	struct lp_symbol symbol = { 0 };
	const uint8_t *at;
	uint64_t index;

	if (i >= table->n)
		return symbol;
	at = table->symbols->bytes + (size_t)i * SYMBOL_SIZE;
	symbol.type = ELF64_ST_TYPE(at[4]);
	symbol.binding = ELF64_ST_BIND(at[4]);
	symbol.size = lp_word_get(at + 16, 8, big_endian);
	symbol.index = (uint16_t)lp_word_get(at + 6, 2, big_endian);
	index = symbol.index;
	if (index == SHN_XINDEX && table->indexes && i < table->indexes->size / 4)
		index = lp_word_get(table->indexes->bytes + (size_t)i * 4, 4, big_endian);
	else if (index >= SHN_LORESERVE)
		return symbol;
	if (index == 0 || index >= table->elf->n_sections)
		return symbol;
	symbol.section = (uint32_t)index;
	symbol.value = lp_word_get(at + 8, 8, big_endian);
	return symbol;
}

const char *lp_symtab_name(const struct lp_symtab *table, uint64_t i)
{
	const uint8_t *at;

	if (i >= table->n || table->symbols->link >= table->elf->n_sections)
		return NULL;
	at = table->symbols->bytes + (size_t)i * SYMBOL_SIZE;
	return lp_elf_text_at(&table->elf->sections[table->symbols->link],
			      lp_word_get(at, 4, table->elf->big_endian));
}

const char *lp_elf_text_at(const struct lp_elf_section *section, uint64_t offset)
{
	uint64_t left;

	if (!section->bytes || offset >= section->size)
		return NULL;
	left = section->size - offset;
	for (uint64_t i = 0; i < left && i < LP_ELF_NAME_MAX; i++) {
		uint8_t c = section->bytes[offset + i];

		if (c == '\0')
			return i ? (const char *)section->bytes + offset : NULL;
		if (c < 0x20 || c > 0x7e)
			return NULL;
	}
	return NULL;
}
