/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking through the relocations of a module's init code. */
#include "inspect/init_calls.h"

#include "shared/text.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define RELA_SIZE 24u
#define INIT_SYMBOL "init_module"

/* Where init code stands: all of a section of its own, whose functions it may call, or one function elsewhere. */
struct init_range {
	uint32_t section;
	uint64_t start;
	uint64_t size;
};

static bool find_init(const struct lp_elf *elf, const struct lp_symtab *table, struct init_range *out)
{
	for (size_t i = 1; i < table->n; i++) {
		struct lp_symbol symbol = lp_symtab_get(table, i);
		const char *name = symbol.section ? lp_symtab_name(table, i) : NULL;
		const struct lp_elf_section *section = &elf->sections[symbol.section];

		if (!name || strcmp(name, INIT_SYMBOL) != 0)
			continue;
		*out = (struct init_range){ symbol.section, symbol.value, symbol.size };
		if (section->name && strcmp(section->name, ".init.text") == 0)
			*out = (struct init_range){ symbol.section, 0, section->size };
		return true;
	}
	return false;
}

/* Tracing, return thunks, stack checks and logging decide nothing. */
static bool decides_nothing(const char *name)
{
	static const char *const names[] = { "klp_enable_patch",
					     "__fentry__",
					     "_mcount",
					     "mcount",
					     "__x86_return_thunk",
					     "__stack_chk_fail",
					     "__stack_chk_guard",
					     "_printk",
					     "printk",
					     "__this_module",
					     ".TOC.",
					     "_GLOBAL_OFFSET_TABLE_",
					     NULL };

	return lp_text_is_one_of(name, names) || strncmp(name, "__x86_indirect_thunk_", 21) == 0;
}

static const char *judge_symbol(const struct lp_elf *elf, const struct lp_symtab *table, uint64_t number,
				uint32_t init_section)
{
	struct lp_symbol symbol = lp_symtab_get(table, number);
	const char *name = number ? lp_symtab_name(table, number) : NULL;

	if (symbol.section == 0)
		return name && !decides_nothing(name) ? name : NULL;
	if (symbol.section == init_section || !lp_elf_is_code(elf, symbol.section))
		return NULL;
	return name && symbol.type != STT_SECTION ? name : "a function of its own";
}

const char *lp_init_calls_find(const struct lp_elf *elf)
{
	struct lp_symtab table = lp_symtab_find(elf);
	struct init_range init;

	if (!find_init(elf, &table, &init))
		return NULL;
	for (size_t i = 1; i < elf->n_sections; i++) {
		const struct lp_elf_section *rela = &elf->sections[i];

		if (rela->type != SHT_RELA || rela->info != init.section || !rela->bytes ||
		    (rela->flags & LP_SHF_RELA_LIVEPATCH))
			continue;
		for (uint64_t j = 0; j < rela->size / RELA_SIZE; j++) {
			const uint8_t *at = rela->bytes + j * RELA_SIZE;
			uint64_t offset = lp_word_get(at, 8, elf->big_endian);
			const char *name;

			if (offset < init.start || offset - init.start >= init.size)
				continue;
			name = judge_symbol(elf, &table, lp_word_get(at + 8, 8, elf->big_endian) >> 32, init.section);
			if (name)
				return name;
		}
	}
	return NULL;
}
