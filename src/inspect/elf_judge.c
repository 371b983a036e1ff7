/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forms of ELF that the kernel's loader does not take: elf_validity_check(), simplify_symbols() and apply_relocations()
 * of kernel/module/main.c, apply_relocate_add() of arch/x86/kernel/module.c. */
#include "inspect/elf_judge.h"

#include "shared/text.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define HINT "give the module as its build and the packager's tools made it"
#define RELA_SIZE 24u

static int add(struct lp_faults *faults, const char *id, enum lp_fault_effect effect, char *message,
	       struct lppack_error *err)
{
	return lp_faults_add(
		faults,
		&(struct lp_fault){
			.id = id, .effect = effect, .sys_errno = "ENOEXEC", .message = message, .hint = HINT },
		err);
}

/* gABI, "ELF Header": what does not fit into the header stands in section 0, where the kernel does not look. */
static int check_numbering(const struct lp_elf *elf, struct lp_faults *faults, struct lppack_error *err)
{
	uint64_t n = lp_word_get(elf->bytes + offsetof(Elf64_Ehdr, e_shnum), 2, elf->big_endian);
	uint64_t names = lp_word_get(elf->bytes + offsetof(Elf64_Ehdr, e_shstrndx), 2, elf->big_endian);
	const struct lp_elf_section *first = &elf->sections[0];

	if (n == 0 || names >= n)
		return add(faults, "section-numbering", LP_FAULT_HEADER,
			   strdup("numbers its sections in the extended way, which the kernel cannot read"), err);
	if (first->type != SHT_NULL || first->size || first->address)
		return add(faults, "section-numbering", LP_FAULT_HEADER, strdup("its section 0 is not empty"), err);
	return 0;
}

/* Those that the loader counts: exactly one, or at most one. */
static int check_single_sections(const struct lp_elf *elf, struct lp_faults *faults, struct lppack_error *err)
{
	size_t tables = 0;
	size_t modules = 0;
	size_t infos = 0;

	for (size_t i = 1; i < elf->n_sections; i++) {
		tables += elf->sections[i].type == SHT_SYMTAB;
		modules += strcmp(elf->sections[i].name, ".gnu.linkonce.this_module") == 0;
		infos += strcmp(elf->sections[i].name, ".modinfo") == 0;
	}
	if (tables <= 1 && modules <= 1 && infos <= 1)
		return 0;
	return add(faults, "section-twice", LP_FAULT_HEADER,
		   lp_text_format("has more than one %s", tables > 1  ? "symbol table" :
							  modules > 1 ? "struct module" :
									".modinfo"),
		   err);
}

static int check_symbols(const struct lp_symtab *table, struct lp_faults *faults, struct lppack_error *err)
{
	for (size_t i = 1; i < table->n; i++) {
		uint32_t index = lp_symtab_get(table, i).index;
		const char *name = index == SHN_XINDEX || index == SHN_COMMON ? lp_symtab_name(table, i) : NULL;

		if (index == SHN_XINDEX)
			return add(faults, "symbol-index", LP_FAULT_LINKING,
				   lp_text_format("its symbol %s is numbered in the extended way, which the kernel "
						  "cannot read",
						  name ? name : "without a name"),
				   err);
		/* What link-time optimisation leaves is no variable. */
		if (index == SHN_COMMON && !(name && strncmp(name, "__gnu_lto", 9) == 0))
			return add(faults, "symbol-common", LP_FAULT_LINKING,
				   lp_text_format("its symbol %s is common, and the kernel gives it no place: build it "
						  "with -fno-common",
						  name ? name : "without a name"),
				   err);
	}
	return 0;
}

/* module_enforce_rwx_sections(), which every configuration with CONFIG_STRICT_MODULE_RWX has. */
static int check_permissions(const struct lp_elf *elf, struct lp_faults *faults, struct lppack_error *err)
{
	static const uint64_t both = SHF_WRITE | SHF_EXECINSTR;

	for (size_t i = 1; i < elf->n_sections; i++)
		if ((elf->sections[i].flags & both) == both)
			return add(faults, "section-writable-code", LP_FAULT_LAYOUT,
				   lp_text_format("its section %s is code that can be written", elf->sections[i].name),
				   err);
	return 0;
}

/* The bytes that a relocation of x86_64 writes; 0: none; -1: the loader knows no such type. */
static int x86_width(uint32_t type)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32:
	case R_X86_64_32S:
		return 4;
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	default:
		return -1;
	}
}

/* What is wrong with a relocation, or NULL. On other architectures than x86_64 its type is not looked at. */
static const char *relocation_fault(const struct lp_elf *elf, const struct lp_symtab *table,
				    const struct lp_elf_section *target, const uint8_t *rela)
{
	uint64_t offset = lp_word_get(rela, 8, elf->big_endian);
	uint64_t info = lp_word_get(rela + 8, 8, elf->big_endian);
	int width = elf->machine == EM_X86_64 ? x86_width((uint32_t)info) : 0;

	if (width < 0)
		return "is of a type that the kernel does not know";
	if (offset > target->size || (uint64_t)width > target->size - offset)
		return "is outside its section";
	if ((info >> 32) >= table->n && (info >> 32))
		return "refers to a symbol that there is not";
	for (int i = 0; i < width && target->bytes; i++)
		if (target->bytes[offset + (uint64_t)i])
			return "would be added to what is there already";
	return NULL;
}

static int check_relocations(const struct lp_elf *elf, const struct lp_symtab *table,
			     const struct lp_elf_section *section, struct lp_faults *faults, struct lppack_error *err)
{
	const struct lp_elf_section *target = &elf->sections[section->info];

	if (section->type == SHT_REL)
		return add(faults, "relocation", LP_FAULT_LINKING,
			   lp_text_format("%s has relocations without addends, which the kernel does not apply",
					  section->name),
			   err);
	for (uint64_t at = 0; section->bytes && at + RELA_SIZE <= section->size; at += RELA_SIZE) {
		const char *fault = relocation_fault(elf, table, target, section->bytes + at);

		if (fault)
			return add(faults, "relocation", LP_FAULT_LINKING,
				   lp_text_format("relocation %llu of %s %s", (unsigned long long)(at / RELA_SIZE),
						  section->name, fault),
				   err);
	}
	return 0;
}

int lp_elf_judge(const struct lp_elf *elf, struct lp_faults *faults, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);
	int rc = check_numbering(elf, faults, err);

	if (rc == 0)
		rc = check_single_sections(elf, faults, err);
	if (rc == 0)
		rc = check_permissions(elf, faults, err);
	if (rc == 0)
		rc = check_symbols(&table, faults, err);
	for (size_t i = 1; i < elf->n_sections && rc == 0; i++) {
		const struct lp_elf_section *section = &elf->sections[i];

		if ((section->type == SHT_RELA || section->type == SHT_REL) &&
		    !(section->flags & LP_SHF_RELA_LIVEPATCH) && section->info && section->info < elf->n_sections &&
		    (elf->sections[section->info].flags & SHF_ALLOC))
			rc = check_relocations(elf, &table, section, faults, err);
	}
	return rc;
}
