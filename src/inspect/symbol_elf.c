/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symbols of ELF symbol tables: a vmlinux, its debug file, a module. */
#include "inspect/symbol_elf.h"

#include "inspect/arena.h"
#include "inspect/elf.h"
#include "inspect/kernel_image.h"
#include "inspect/kernel_limits.h"
#include "inspect/module_elf.h"
#include "inspect/symbol_set.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

#define SYMBOL_SIZE 24u
#define SYMBOL_INFO 4u
#define SYMBOL_VALUE 8u

static const uint8_t *raw_symbol(const struct lp_symtab *table, size_t i)
{
	return table->symbols->bytes + i * SYMBOL_SIZE;
}

/* The letter of nm. */
static char type_letter(const struct lp_symtab *table, size_t i, const struct lp_symbol *symbol)
{
	unsigned int binding = ELF64_ST_BIND(raw_symbol(table, i)[SYMBOL_INFO]);
	const struct lp_elf_section *section = &table->elf->sections[symbol->section];
	char letter = 'r';

	if (binding == STB_WEAK)
		return symbol->type == STT_OBJECT ? 'V' : 'W';
	if (!symbol->section)
		letter = 'a';
	else if (section->flags & SHF_EXECINSTR)
		letter = 't';
	else if (section->type == SHT_NOBITS && (section->flags & SHF_WRITE))
		letter = 'b';
	else if (section->flags & SHF_WRITE)
		letter = 'd';
	return binding == STB_GLOBAL ? (char)toupper((unsigned char)letter) : letter;
}

/* scripts/kallsyms.c and scripts/mksysmap leave out what the compiler and the build put there for themselves. */
static bool is_kernel_name(const char *name)
{
	return name[0] != '$' && strncmp(name, ".L", 2) != 0 && strncmp(name, "__crc_", 6) != 0 &&
	       strncmp(name, "__kstrtab", 9) != 0 && strncmp(name, "L0", 2) != 0;
}

/* *total counts what names take: long ones that many symbols share would cost more memory than the file is long. */
static int add_symbol(struct lp_symbol_set *set, const struct lp_symtab *table, size_t i,
		      const struct lp_symbol *symbol, size_t *total, struct lppack_error *err)
{
	struct lp_kernel_symbol *added = &set->symbols[set->n];
	const char *name = lp_symtab_name(table, i);

	*total += strlen(name);
	if (*total > LP_KERNEL_TEXT_MAX)
		return lp_kernel_file_too_large(table->elf->name, "symbol names", err);
	added->name = lp_arena_add(&set->arena, name, strlen(name));
	if (!added->name)
		return lp_fail_nomem(err);
	added->type = type_letter(table, i, symbol);
	set->n++;
	return 0;
}

static int read_kernel_symbols(struct lp_symbol_set *set, const struct lp_symtab *table, const char *name,
			       struct lppack_error *err)
{
	size_t total = 0;
	int rc = lp_symbol_set_reserve(set, table->n, name, err);

	for (size_t i = 1; rc == 0 && i < table->n; i++) {
		struct lp_symbol symbol = lp_symtab_get(table, i);
		const char *text = lp_symtab_name(table, i);

		if (symbol.index == SHN_UNDEF || symbol.type == STT_SECTION || symbol.type == STT_FILE || !text ||
		    !is_kernel_name(text))
			continue;
		set->symbols[set->n].address = lp_word_get(raw_symbol(table, i) + SYMBOL_VALUE, 8,
							   table->elf->big_endian);
		rc = add_symbol(set, table, i, &symbol, &total, err);
	}
	return rc;
}

static int compare_elf_symbols(const void *a, const void *b)
{
	const struct lp_kernel_symbol *left = a;
	const struct lp_kernel_symbol *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	return strcmp(left->name, right->name);
}

int lp_symbol_set_read_elf(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(&image->elf);
	int rc;

	*set = (struct lp_symbol_set){ .source = LP_SYMBOLS_ELF, .has_addresses = true };
	if (!table.symbols || !table.symbols->bytes)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "give the kernel's debug file, or the vmlinuz alone",
			       "%s: has no symbol table", image->name);
	rc = read_kernel_symbols(set, &table, image->name, err);
	if (rc < 0) {
		lp_symbol_set_free(set);
		return rc;
	}
	qsort(set->symbols, set->n, sizeof(*set->symbols), compare_elf_symbols);
	return lp_symbol_set_finish(set, err);
}

/* What kallsyms of a loaded module keeps (kernel/module/kallsyms.c, is_core_symbol()): the loader has taken the mark
 * of memory from .modinfo and __versions by then. */
static bool stays_when_loaded(const struct lp_elf *elf, const struct lp_symbol *symbol)
{
	const struct lp_elf_section *section = &elf->sections[symbol->section];

	return symbol->section && (section->flags & SHF_ALLOC) && strcmp(section->name, ".modinfo") != 0 &&
	       strcmp(section->name, "__versions") != 0;
}

static int read_module_symbols(struct lp_symbol_set *set, const struct lp_symtab *table, const char *object,
			       const char *name, struct lppack_error *err)
{
	const char *owner = lp_arena_add(&set->arena, object, strlen(object));
	size_t total = 0;
	int rc = owner ? lp_symbol_set_reserve(set, table->n, name, err) : lp_fail_nomem(err);

	for (size_t i = 1; rc == 0 && i < table->n; i++) {
		struct lp_symbol symbol = lp_symtab_get(table, i);
		struct lp_kernel_symbol *next = &set->symbols[set->n];
		const char *text = lp_symtab_name(table, i);

		if (!text || !stays_when_loaded(table->elf, &symbol))
			continue;
		next->object = owner;
		next->address = lp_module_address(symbol.section, symbol.value);
		next->size = symbol.size;
		next->init = strncmp(table->elf->sections[symbol.section].name, ".init", 5) == 0;
		rc = add_symbol(set, table, i, &symbol, &total, err);
	}
	return rc;
}

int lp_symbol_set_read_module(struct lp_symbol_set *set, const void *bytes, size_t n, const char *object,
			      const char *name, struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	struct lp_symtab table;
	int rc = lp_module_elf_open(&elf, bytes, n, name, err);

	*set = (struct lp_symbol_set){ .source = LP_SYMBOLS_MODULE, .has_addresses = true };
	if (rc < 0)
		return rc;
	table = lp_symtab_find(&elf);
	if (!table.symbols || !table.symbols->bytes)
		return lp_fail(err, LPPACK_E_MODULE, "give the module as its build made it", "%s: has no symbol table",
			       name);
	rc = read_module_symbols(set, &table, object, name, err);
	if (rc < 0) {
		lp_symbol_set_free(set);
		return rc;
	}
	return lp_symbol_set_finish(set, err);
}
