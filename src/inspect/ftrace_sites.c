/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where ftrace can hook functions, and where kprobes must not: lists of addresses that the build leaves behind. */
#include "inspect/ftrace_sites.h"

#include "shared/array.h"
#include "shared/text.h"
#include "inspect/elf.h"
#include "inspect/kernel_image.h"
#include "inspect/module_elf.h"
#include "inspect/symbol_set.h"
#include "inspect/word.h"

#include <string.h>

#define ADDRESS_SIZE 8u

/*
 * Where the hook of a function stands: at its start or behind its landing pad (x86: endbr64), among the first
 * instructions (powerpc, behind the set-up of the TOC; arm64), or, with arm64's DYNAMIC_FTRACE_WITH_CALL_OPS, 8 bytes
 * before. The kernel takes any within the function; but on x86 one further inside belongs to a weak function that the
 * linker dropped and kallsyms does not show (include/linux/ftrace.h, FTRACE_MCOUNT_MAX_OFFSET).
 */
static const struct {
	const char *arch;
	uint64_t before;
	uint64_t reach;
} hooks[] = {
	{ "x86_64", 0, 5 }, { "aarch64", 8, 24 }, { "ppc64le", 0, 16 },
	{ "s390x", 0, 6 },  { "riscv64", 0, 8 },  { "loongarch64", 0, 8 },
};

static int address_list_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

void lp_address_list_free(struct lp_address_list *list)
{
	free(list->addresses);
	*list = (struct lp_address_list){ 0 };
}

static int address_list_reserve(struct lp_address_list *out, uint64_t n, struct lppack_error *err)
{
	*out = (struct lp_address_list){ .addresses = calloc(n ? (size_t)n : 1, sizeof(*out->addresses)) };
	return out->addresses ? 0 : lp_fail_nomem(err);
}

static void address_list_sort(struct lp_address_list *list)
{
	if (list->n)
		qsort(list->addresses, list->n, sizeof(*list->addresses), address_list_compare);
}

bool lp_address_list_touches(const struct lp_address_list *list, uint64_t address, uint64_t size)
{
	size_t at = LP_LOWER_BOUND(list->n, i, list->addresses[i] < address);

	return at < list->n && list->addresses[at] - address < (size ? size : 1);
}

bool lp_ftrace_sites_cover(const struct lp_address_list *sites, const char *arch,
			   const struct lp_kernel_symbol *symbol)
{
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (lp_text_equal(arch, hooks[i].arch))
			return lp_address_list_touches(sites, symbol->address - hooks[i].before,
						       hooks[i].before + hooks[i].reach);
	return lp_address_list_touches(sites, symbol->address, symbol->size);
}

/* Every address of an array but 0 and those from `from` up to `to`. */
static int address_list_read(struct lp_address_list *out, const struct lp_kernel_image *image,
			     const struct lp_kernel_range *array, uint64_t from, uint64_t to, struct lppack_error *err)
{
	int rc = address_list_reserve(out, array->size / ADDRESS_SIZE, err);

	for (uint64_t i = 0; rc == 0 && i < array->size / ADDRESS_SIZE; i++) {
		uint64_t address = lp_word_get(array->bytes + i * ADDRESS_SIZE, ADDRESS_SIZE, image->big_endian);

		/* Sites in weak functions that lost are zero (scripts/sorttable.c). */
		if (address && (address < from || address >= to))
			out->addresses[out->n++] = address;
	}
	address_list_sort(out);
	return rc;
}

/* The code that is freed after boot (include/asm-generic/sections.h), empty if unknown. */
static void find_init_text(const struct lp_symbol_set *symbols, uint64_t *from, uint64_t *to)
{
	const struct lp_kernel_symbol *start = symbols ? lp_symbol_set_find(symbols, NULL, "_sinittext", 1) : NULL;
	const struct lp_kernel_symbol *stop = symbols ? lp_symbol_set_find(symbols, NULL, "_einittext", 1) : NULL;

	*from = start && stop ? start->address : 0;
	*to = start && stop ? stop->address : 0;
}

int lp_ftrace_sites_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err)
{
	struct lp_kernel_range array = { 0 };
	uint64_t from = 0;
	uint64_t to = 0;

	*out = (struct lp_address_list){ 0 };
	if (!lp_kernel_image_find(image, symbols, "__mcount_loc", "__start_mcount_loc", "__stop_mcount_loc", &array))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the kernel may be built without CONFIG_DYNAMIC_FTRACE",
			       "%s: the list of functions that can be traced is not to be found", image->name);
	find_init_text(symbols, &from, &to);
	return address_list_read(out, image, &array, from, to, err);
}

int lp_kprobe_blacklist_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
				   const struct lp_symbol_set *symbols, struct lppack_error *err)
{
	struct lp_kernel_range array = { 0 };

	*out = (struct lp_address_list){ 0 };
	if (!lp_kernel_image_find(image, symbols, "_kprobe_blacklist", "__start_kprobe_blacklist",
				  "__stop_kprobe_blacklist", &array))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the kernel may be built without CONFIG_KPROBES",
			       "%s: its blacklist of kprobes is not to be found", image->name);
	return address_list_read(out, image, &array, 0, 0, err);
}

int lp_ftrace_sites_read_module(struct lp_address_list *out, const void *bytes, size_t n, const char *name,
				struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	uint32_t section;
	int rc = lp_module_elf_open(&elf, bytes, n, name, err);

	*out = (struct lp_address_list){ 0 };
	if (rc < 0)
		return rc;
	rc = address_list_reserve(out, elf.n_relocs, err);
	if (rc < 0)
		return rc;
	/* kernel/module/main.c, find_module_sections(): the name depends on how the compiler made the hooks. */
	section = lp_elf_find_section(&elf, "__mcount_loc");
	if (!section)
		section = lp_elf_find_section(&elf, "__patchable_function_entries");
	for (size_t i = 0; section && i < elf.n_relocs; i++) {
		const struct lp_elf_reloc *reloc = &elf.relocs[i];

		/* With several sections of the name, as arm64 has, each belongs to one of code. */
		if (strcmp(elf.sections[reloc->section].name, elf.sections[section].name) == 0 &&
		    lp_elf_is_code(&elf, reloc->to_section) &&
		    strncmp(elf.sections[reloc->to_section].name, ".init", 5) != 0)
			out->addresses[out->n++] = lp_module_address(reloc->to_section, reloc->to_offset);
	}
	address_list_sort(out);
	return 0;
}
