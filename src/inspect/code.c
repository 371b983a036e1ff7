/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A section of code with its relocations and the places where control may enter. */
#include "inspect/code.h"

#include "inspect/word.h"

#include <elf.h>

#define RELA_SIZE 24u

void lp_code_add_entry(struct lp_code *code, uint64_t offset)
{
	if (offset < code->size)
		code->entries[offset / 8] |= (uint8_t)(1u << offset % 8);
}

bool lp_code_is_entry(const struct lp_code *code, uint64_t offset)
{
	return offset < code->size && code->entries[offset / 8] & 1u << offset % 8;
}

static int compare_code_relocs(const void *a, const void *b)
{
	const struct lp_code_reloc *left = a;
	const struct lp_code_reloc *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static bool relocates(const struct lp_elf_section *rela, uint32_t section)
{
	return rela->type == SHT_RELA && rela->info == section && rela->bytes;
}

static int read_code_relocs(struct lp_code *code, const struct lp_symtab *table, struct lppack_error *err)
{
	const struct lp_elf *elf = code->elf;
	uint64_t total = 0;

	for (size_t i = 1; i < elf->n_sections; i++)
		if (relocates(&elf->sections[i], code->section) &&
		    (__builtin_add_overflow(total, elf->sections[i].size, &total) || total > elf->size))
			return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its relocation sections overlap",
				       elf->name);
	code->relocs = calloc(total / RELA_SIZE + 1, sizeof(*code->relocs));
	if (!code->relocs)
		return lp_fail_nomem(err);
	for (size_t i = 1; i < elf->n_sections; i++) {
		const struct lp_elf_section *rela = &elf->sections[i];

		for (uint64_t j = 0; relocates(rela, code->section) && j < rela->size / RELA_SIZE; j++) {
			const uint8_t *at = rela->bytes + j * RELA_SIZE;
			uint64_t info = lp_word_get(at + 8, 8, elf->big_endian);
			struct lp_symbol symbol = lp_symtab_get(table, info >> 32);

			code->relocs[code->n_relocs++] = (struct lp_code_reloc){
				.offset = lp_word_get(at, 8, elf->big_endian),
				.to_offset = symbol.value + lp_word_get(at + 16, 8, elf->big_endian),
				.to_section = symbol.section,
				.type = (uint32_t)info,
			};
		}
	}
	qsort(code->relocs, code->n_relocs, sizeof(*code->relocs), compare_code_relocs);
	return 0;
}

int lp_code_open(struct lp_code *code, const struct lp_elf *elf, uint32_t section, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);

	*code = (struct lp_code){ .elf = elf, .section = section, .bytes = elf->sections[section].bytes,
				  .size = (size_t)elf->sections[section].size };
	code->entries = calloc(code->size / 8 + 1, 1);
	if (!code->entries)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < table.n; i++) {
		struct lp_symbol symbol = lp_symtab_get(&table, i);

		if (symbol.section == section)
			lp_code_add_entry(code, symbol.value);
	}
	return read_code_relocs(code, &table, err);
}

void lp_code_close(struct lp_code *code)
{
	free(code->relocs);
	free(code->entries);
	*code = (struct lp_code){ 0 };
}
