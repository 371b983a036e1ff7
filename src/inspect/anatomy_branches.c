/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks of hardening that are in the code itself: ENDBR where functions are called by pointers, and return thunks. */
#include "inspect/anatomy_branches.h"

#include "shared/text.h"
#include "inspect/anatomy_parts.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define RELA_SIZE 24u
#define THUNK "__x86_return_thunk"

/* Tables of places in code, which nothing is called by. */
static bool is_table(const struct lp_elf_section *section)
{
	static const char *const names[] = { "__mcount_loc",      "__patchable_function_entries",
					     "_kprobe_blacklist", "_error_injection_whitelist",
					     "__jump_table",      "__ex_table",
					     "__bug_table",       "__tracepoints_ptrs",
					     ".kpatch.funcs",     ".init.klp_funcs",
					     "__klp_funcs",       NULL };

	return lp_text_is_one_of(section->name, names) || lp_anatomy_has_prefix(section->name, ".discard");
}

static bool has_endbr(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	uint64_t code = 0;

	return lp_elf_get(elf, section, offset, 4, &code) == 0 && code == 0xfa1e0ff3;
}

static const struct lp_elf_reloc *find_pointer(const struct lp_elf *elf, const uint8_t *skipped, uint32_t section,
					       uint64_t offset)
{
	for (size_t i = 0; i < elf->n_relocs; i++)
		if (elf->relocs[i].to_section == section && elf->relocs[i].to_offset == offset && !skipped[i] &&
		    !is_table(&elf->sections[elf->relocs[i].section]))
			return &elf->relocs[i];
	return NULL;
}

/* The functions whose symbols say so: other pointers into code may be no calls. Those that are entered by ftrace's
 * return, the new code of patched functions, need no mark. Few lack it, so that the search is short. */
static int find_unmarked(const struct lp_elf *elf, const uint8_t *skipped, struct lp_anatomy *out,
			 struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);
	size_t looked_at = 0;

	for (size_t i = 1; i < table.n && looked_at < 1024; i++) {
		struct lp_symbol symbol = lp_symtab_get(&table, i);
		const char *name = lp_symtab_name(&table, i);

		/* Trampolines of static calls are jumped to by patched code. */
		if (symbol.type != STT_FUNC || (name && lp_anatomy_has_prefix(name, "__SCT__")) ||
		    !lp_elf_is_code(elf, symbol.section) || has_endbr(elf, symbol.section, symbol.value))
			continue;
		looked_at++;
		if (!find_pointer(elf, skipped, symbol.section, symbol.value))
			continue;
		out->no_endbr = strdup(name ? name : "a function without a name");
		return out->no_endbr ? 0 : lp_fail_nomem(err);
	}
	return 0;
}

static uint64_t count_thunks(const struct lp_elf *elf)
{
	struct lp_symtab table = lp_symtab_find(elf);
	uint64_t thunk = 0;
	uint64_t n = 0;

	for (size_t i = 1; i < table.n && !thunk; i++)
		if (lp_text_equal(lp_symtab_name(&table, i), THUNK))
			thunk = i;
	for (size_t i = 1; i < elf->n_sections && thunk; i++) {
		const struct lp_elf_section *rela = &elf->sections[i];

		if (rela->type != SHT_RELA || !rela->bytes || rela->info >= elf->n_sections ||
		    !lp_elf_is_code(elf, rela->info))
			continue;
		for (uint64_t at = 0; at + RELA_SIZE <= rela->size; at += RELA_SIZE)
			n += lp_word_get(rela->bytes + at + 8, 8, elf->big_endian) >> 32 == thunk;
	}
	return n;
}

int lp_anatomy_read_branches(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_anatomy *out,
			     struct lppack_error *err)
{
	LP_AUTO_FREE uint8_t *skipped = calloc(elf->n_relocs + 1, 1);

	if (!skipped)
		return lp_fail_nomem(err);
	if (elf->machine != EM_X86_64)
		return 0;
	for (size_t i = 0; i < trace->n_funcs; i++)
		if (trace->funcs[i].code)
			skipped[trace->funcs[i].code - elf->relocs] = 1;
	out->hardening.return_thunks = count_thunks(elf);
	return find_unmarked(elf, skipped, out, err);
}
