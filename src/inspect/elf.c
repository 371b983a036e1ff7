/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounded access to a 64-bit ELF file in memory, by libelf; all else reads what this has checked. */
#include "inspect/elf.h"

#include "shared/array.h"
#include "base/file.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <gelf.h>
#include <string.h>

#define RELA_SIZE 24u
/* Not in every elf.h: "LoongArch ELF ABI". */
#ifndef R_LARCH_64
#define R_LARCH_64 2
#endif

static const struct arch {
	const char *name;
	uint16_t machine;
	bool big_endian;
	uint32_t absolute; /* the relocation of a 64-bit pointer */
} arches[] = {
	{ "x86_64", EM_X86_64, false, R_X86_64_64 }, { "aarch64", EM_AARCH64, false, R_AARCH64_ABS64 },
	{ "s390x", EM_S390, true, R_390_64 },        { "ppc64le", EM_PPC64, false, R_PPC64_ADDR64 },
	{ "riscv64", EM_RISCV, false, R_RISCV_64 },  { "loongarch64", LP_EM_LOONGARCH, false, R_LARCH_64 },
};

static const struct arch *find_arch(uint16_t machine, bool big_endian)
{
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (arches[i].machine == machine && arches[i].big_endian == big_endian)
			return &arches[i];
	return NULL;
}

static int elf_read_header(struct lp_elf *elf, Elf *handle, GElf_Ehdr *header, struct lppack_error *err)
{
	const struct arch *arch;

	if (!handle || elf_kind(handle) != ELF_K_ELF || !gelf_getehdr(handle, header))
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: not an ELF file", elf->name);
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return lp_fail(err, LPPACK_E_MODULE, "livepatches exist on 64-bit architectures only",
			       "%s: a 32-bit ELF file", elf->name);
	elf->machine = header->e_machine;
	elf->big_endian = header->e_ident[EI_DATA] == ELFDATA2MSB;
	arch = find_arch(elf->machine, elf->big_endian);
	elf->arch = arch ? arch->name : NULL;
	return 0;
}

static int elf_check_header(struct lp_elf *elf, Elf *handle, struct lppack_error *err)
{
	GElf_Ehdr header;
	int rc = elf_read_header(elf, handle, &header, err);

	if (rc < 0)
		return rc;
	if (header.e_type != ET_REL)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
			       "%s: not a relocatable ELF file (e_type %u), so no kernel module", elf->name,
			       header.e_type);
	if (!elf->arch)
		return lp_fail(err, LPPACK_E_MODULE,
			       "known are x86_64, aarch64, s390x, ppc64le, riscv64 and loongarch64",
			       "%s: for an unknown architecture (e_machine %u, %s-endian)", elf->name, elf->machine,
			       elf->big_endian ? "big" : "little");
	return 0;
}

static int elf_read_section(struct lp_elf *elf, Elf *handle, size_t i, const struct lp_elf_section *names,
			    struct lppack_error *err)
{
	struct lp_elf_section *section = &elf->sections[i];
	GElf_Shdr header;

	if (!gelf_getshdr(elf_getscn(handle, i), &header))
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: section header %zu cannot be read",
			       elf->name, i);
	*section = (struct lp_elf_section){ .name = "", .address = header.sh_addr, .size = header.sh_size,
					    .flags = header.sh_flags, .align = header.sh_addralign,
					    .type = header.sh_type, .link = header.sh_link, .info = header.sh_info };
	if (section->type != SHT_NOBITS && section->type != SHT_NULL) {
		if (!lp_range_ok(header.sh_offset, header.sh_size, elf->size))
			return lp_fail(err, LPPACK_E_MODULE, "the file is damaged: fetch or build it again",
				       "%s: section %zu reaches past the end of the file", elf->name, i);
		section->bytes = elf->bytes + header.sh_offset;
	}
	if (!names)
		return 0;
	if (header.sh_name >= names->size)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: section %zu has no readable name",
			       elf->name, i);
	section->name = (const char *)names->bytes + header.sh_name;
	return 0;
}

static int elf_read_sections(struct lp_elf *elf, Elf *handle, struct lppack_error *err)
{
	size_t n = 0;
	size_t names = 0;
	const struct lp_elf_section *strings;
	int rc;

	if (elf_getshdrnum(handle, &n) < 0 || elf_getshdrstrndx(handle, &names) < 0 || n == 0 || names >= n ||
	    n > UINT32_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: has no readable section table", elf->name);
	elf->sections = calloc(n, sizeof(*elf->sections));
	if (!elf->sections)
		return lp_fail_nomem(err);
	elf->n_sections = n;
	rc = elf_read_section(elf, handle, names, NULL, err);
	if (rc < 0)
		return rc;
	strings = &(struct lp_elf_section){ .bytes = elf->sections[names].bytes, .size = elf->sections[names].size };
	if (!strings->bytes || strings->size == 0 || strings->bytes[strings->size - 1] != '\0')
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its section names are unreadable",
			       elf->name);
	for (size_t i = 0; i < n; i++) {
		rc = elf_read_section(elf, handle, i, strings, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int elf_compare_places(uint32_t section_a, uint64_t offset_a, uint32_t section_b, uint64_t offset_b)
{
	if (section_a != section_b)
		return section_a < section_b ? -1 : 1;
	return offset_a < offset_b ? -1 : offset_a > offset_b;
}

static int elf_compare_relocs(const void *a, const void *b)
{
	const struct lp_elf_reloc *left = a;
	const struct lp_elf_reloc *right = b;

	return elf_compare_places(left->section, left->offset, right->section, right->offset);
}

static int elf_compare_symbols(const void *a, const void *b)
{
	const struct lp_elf_symbol *left = a;
	const struct lp_elf_symbol *right = b;
	int order = elf_compare_places(left->section, left->offset, right->section, right->offset);

	return order ? order : left->size < right->size ? -1 : left->size > right->size;
}

static int elf_read_symbols(struct lp_elf *elf, const struct lp_symtab *table, struct lppack_error *err)
{
	if (table->n > UINT32_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: has too many symbols", elf->name);
	if (table->n == 0)
		return 0;
	elf->symbols = calloc(table->n, sizeof(*elf->symbols));
	if (!elf->symbols)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < table->n; i++) {
		struct lp_symbol symbol = lp_symtab_get(table, i);

		if (symbol.type == STT_OBJECT && symbol.size && symbol.section)
			elf->symbols[elf->n_symbols++] = (struct lp_elf_symbol){ .offset = symbol.value,
										 .size = symbol.size,
										 .section = symbol.section };
	}
	qsort(elf->symbols, elf->n_symbols, sizeof(*elf->symbols), elf_compare_symbols);
	return 0;
}

/* Whether a section holds relocations that the module loader applies to data. */
static bool relocates_data(const struct lp_elf *elf, const struct lp_elf_section *section)
{
	return section->type == SHT_RELA && !(section->flags & LP_SHF_RELA_LIVEPATCH) && section->info &&
	       section->info < elf->n_sections && lp_elf_is_data(elf, section->info);
}

static void elf_read_rela(struct lp_elf *elf, const struct lp_symtab *table, const struct lp_elf_section *section)
{
	uint32_t absolute = find_arch(elf->machine, elf->big_endian)->absolute;

	for (uint64_t i = 0; i < section->size / RELA_SIZE; i++) {
		const uint8_t *at = section->bytes + i * RELA_SIZE;
		uint64_t info = lp_word_get(at + 8, 8, elf->big_endian);
		struct lp_elf_reloc reloc = { .section = section->info };
		struct lp_symbol symbol;

		if ((uint32_t)info != absolute)
			continue;
		reloc.offset = lp_word_get(at, 8, elf->big_endian);
		if (!lp_range_ok(reloc.offset, 8, elf->sections[reloc.section].size))
			continue;
		symbol = lp_symtab_get(table, info >> 32);
		reloc.to_section = symbol.section;
		/* Wraps as the loader's own addition does; the target's range is checked where it is read. */
		reloc.to_offset = symbol.value + lp_word_get(at + 16, 8, elf->big_endian);
		elf->relocs[elf->n_relocs++] = reloc;
	}
}

static int elf_read_relocs(struct lp_elf *elf, const struct lp_symtab *table, struct lppack_error *err)
{
	uint64_t total = 0;

	for (size_t i = 1; i < elf->n_sections; i++) {
		if (!relocates_data(elf, &elf->sections[i]))
			continue;
		/* Overlapping tables would cost more memory than the file is long. */
		if (__builtin_add_overflow(total, elf->sections[i].size, &total) || total > elf->size)
			return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its relocation sections overlap",
				       elf->name);
	}
	if (total < RELA_SIZE)
		return 0;
	elf->relocs = calloc(total / RELA_SIZE, sizeof(*elf->relocs));
	if (!elf->relocs)
		return lp_fail_nomem(err);
	for (size_t i = 1; i < elf->n_sections; i++)
		if (relocates_data(elf, &elf->sections[i]))
			elf_read_rela(elf, table, &elf->sections[i]);
	qsort(elf->relocs, elf->n_relocs, sizeof(*elf->relocs), elf_compare_relocs);
	for (size_t i = 1; i < elf->n_relocs; i++)
		if (elf_compare_relocs(&elf->relocs[i - 1], &elf->relocs[i]) == 0)
			return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: has two relocations of one place",
				       elf->name);
	return 0;
}

static void cleanup_handle(Elf **handle)
{
	elf_end(*handle);
}

/* Zeroes elf. The handle, which may be NULL, must be ended. */
static int elf_start(struct lp_elf *elf, const void *bytes, size_t n, const char *name, Elf **handle,
		     struct lppack_error *err)
{
	*elf = (struct lp_elf){ .name = name, .bytes = bytes, .size = n };
	if (elf_version(EV_CURRENT) == EV_NONE)
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "libelf is older than its header");
	/* elf_memory() lacks the const, but does not write unless elf_update() is called. */
	*handle = elf_memory((char *)(uintptr_t)bytes, n);
	return 0;
}

int lp_elf_open(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	LP_AUTO(cleanup_handle) Elf *handle = NULL;
	struct lp_symtab table;
	int rc = elf_start(elf, bytes, n, name, &handle, err);

	if (rc < 0)
		return rc;
	rc = elf_check_header(elf, handle, err);
	if (rc < 0)
		return rc;
	rc = elf_read_sections(elf, handle, err);
	if (rc < 0)
		return rc;
	table = lp_symtab_find(elf);
	rc = elf_read_symbols(elf, &table, err);
	return rc < 0 ? rc : elf_read_relocs(elf, &table, err);
}

int lp_elf_open_linked(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	LP_AUTO(cleanup_handle) Elf *handle = NULL;
	GElf_Ehdr header;
	int rc = elf_start(elf, bytes, n, name, &handle, err);

	if (rc < 0)
		return rc;
	rc = elf_read_header(elf, handle, &header, err);
	if (rc < 0)
		return rc;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return lp_fail(err, LPPACK_E_MODULE, NULL, "%s: not a linked ELF file (e_type %u)", name,
			       header.e_type);
	return header.e_shoff ? elf_read_sections(elf, handle, err) : 0;
}

void lp_elf_close(struct lp_elf *elf)
{
	free(elf->sections);
	free(elf->relocs);
	free(elf->symbols);
	*elf = (struct lp_elf){ 0 };
}

uint32_t lp_elf_find_section(const struct lp_elf *elf, const char *name)
{
	for (size_t i = 1; i < elf->n_sections; i++)
		if (elf->sections[i].bytes && strcmp(elf->sections[i].name, name) == 0)
			return (uint32_t)i;
	return 0;
}

bool lp_elf_is_data(const struct lp_elf *elf, uint32_t section)
{
	const struct lp_elf_section *s = &elf->sections[section];

	return section && s->bytes && (s->flags & SHF_ALLOC) && !(s->flags & (SHF_EXECINSTR | SHF_COMPRESSED));
}

bool lp_elf_is_bss(const struct lp_elf *elf, uint32_t section)
{
	return section && elf->sections[section].type == SHT_NOBITS && (elf->sections[section].flags & SHF_ALLOC);
}

bool lp_elf_is_code(const struct lp_elf *elf, uint32_t section)
{
	return section && (elf->sections[section].flags & SHF_ALLOC) &&
	       (elf->sections[section].flags & SHF_EXECINSTR);
}

/* The first relocation at or after a place, or n_relocs. */
static size_t elf_lower_bound(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	return LP_LOWER_BOUND(elf->n_relocs, i,
			      elf_compare_places(elf->relocs[i].section, elf->relocs[i].offset, section, offset) < 0);
}

const struct lp_elf_reloc *lp_elf_find_reloc(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	size_t i = elf_lower_bound(elf, section, offset);

	if (i == elf->n_relocs || elf->relocs[i].section != section || elf->relocs[i].offset != offset)
		return NULL;
	return &elf->relocs[i];
}

static int elf_compare_symbol_place(const void *key, const void *element)
{
	const struct lp_elf_symbol *left = key;
	const struct lp_elf_symbol *right = element;

	return elf_compare_places(left->section, left->offset, right->section, right->offset);
}

uint64_t lp_elf_symbol_size(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	const struct lp_elf_symbol key = { .section = section, .offset = offset };
	const struct lp_elf_symbol *found = NULL;

	if (elf->n_symbols)
		found = bsearch(&key, elf->symbols, elf->n_symbols, sizeof(key), elf_compare_symbol_place);
	return found ? found->size : 0;
}

bool lp_elf_is_zero(const struct lp_elf *elf, uint32_t section, uint64_t offset, uint64_t n)
{
	const struct lp_elf_section *s = &elf->sections[section];
	size_t i;

	if ((!s->bytes && s->type != SHT_NOBITS) || !lp_range_ok(offset, n, s->size))
		return false;
	for (uint64_t at = 0; s->bytes && at < n; at++)
		if (s->bytes[offset + at])
			return false;
	i = elf_lower_bound(elf, section, offset);
	return i == elf->n_relocs || elf->relocs[i].section != section || elf->relocs[i].offset >= offset + n;
}

int lp_elf_get(const struct lp_elf *elf, uint32_t section, uint64_t offset, size_t size, uint64_t *out)
{
	const struct lp_elf_section *s = &elf->sections[section];

	if (!s->bytes || !lp_range_ok(offset, size, s->size))
		return -1;
	*out = lp_word_get(s->bytes + offset, size, elf->big_endian);
	return 0;
}

const char *lp_elf_name_at(const struct lp_elf *elf, const struct lp_elf_reloc *reloc)
{
	if (!reloc || !lp_elf_is_data(elf, reloc->to_section))
		return NULL;
	return lp_elf_text_at(&elf->sections[reloc->to_section], reloc->to_offset);
}
