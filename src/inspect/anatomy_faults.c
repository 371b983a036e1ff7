/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a livepatch whatever kernel it is for: its entry points, its license, whether it enables itself. */
#include "inspect/anatomy_faults.h"

#include "shared/text.h"
#include "inspect/elf_judge.h"
#include "inspect/klp_judge.h"
#include "inspect/symtab.h"
#include "inspect/versions_judge.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define BUILD_HINT "build it with the kernel's own build system"
#define ENABLE "klp_enable_patch"
#define RELA_SIZE 24u
/* include/linux/module.h: MODULE_NAME_LEN of 64-bit kernels, and where the name stands */
#define MODULE_NAME_SIZE 56u
#define MODULE_NAME_OFFSET 24u

static bool imports_enable(const struct lp_anatomy *anatomy)
{
	for (size_t i = 0; i < anatomy->n_imports; i++)
		if (anatomy->imports[i].is_undefined && strcmp(anatomy->imports[i].name, ENABLE) == 0)
			return true;
	return false;
}

/* Whether a relocation that the loader applies refers to the symbol: an import alone calls nothing. */
static bool refers_to(const struct lp_elf *elf, const struct lp_symtab *table, const char *wanted)
{
	for (size_t i = 1; i < elf->n_sections; i++) {
		const struct lp_elf_section *rela = &elf->sections[i];

		if (rela->type != SHT_RELA || !rela->bytes || rela->info >= elf->n_sections ||
		    !(elf->sections[rela->info].flags & SHF_ALLOC))
			continue;
		for (uint64_t at = 0; at + RELA_SIZE <= rela->size; at += RELA_SIZE) {
			uint64_t index = lp_word_get(rela->bytes + at + 8, 8, elf->big_endian) >> 32;
			struct lp_symbol symbol = lp_symtab_get(table, index);
			const char *name = symbol.index == SHN_UNDEF ? lp_symtab_name(table, index) : NULL;

			if (name && strcmp(name, wanted) == 0)
				return true;
		}
	}
	return false;
}

static int find_enable(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);

	if (!imports_enable(out) || !refers_to(elf, &table, ENABLE))
		return lp_faults_add(&out->faults,
				     &(struct lp_fault){ .id = "never-enabled",
							 .effect = LP_FAULT_LATER,
							 .message = strdup("never calls " ENABLE
									   "(): it would be loaded and patch nothing"),
							 .hint = "call " ENABLE "() in its init function" },
				     err);
	if (!lp_anatomy_is_gpl(out)) {
		const char *license = lp_anatomy_modinfo(out, "license");

		return lp_faults_add(
			&out->faults,
			&(struct lp_fault){ .id = "license",
					    .effect = LP_FAULT_LINKING,
					    .sys_errno = "ENOENT",
					    .message = license ? lp_text_format("its license is '%s', but " ENABLE
										"() is for modules "
										"under the GPL only",
										license) :
								 strdup("names no license, but " ENABLE
									"() is for modules under the GPL "
									"only"),
					    .hint = "declare MODULE_LICENSE(\"GPL\") if that is its license" },
			err);
	}
	return 0;
}

/* The pointers of struct module to the module's own code, in order: init, then exit. */
static void find_entry_points(const struct lp_elf *elf, struct lp_anatomy *out)
{
	uint32_t section = lp_elf_find_section(elf, ".gnu.linkonce.this_module");

	out->this_module.size = elf->sections[section].size;
	for (size_t i = 0; section && i < elf->n_relocs; i++) {
		const struct lp_elf_reloc *reloc = &elf->relocs[i];

		if (reloc->section != section || !lp_elf_is_code(elf, reloc->to_section))
			continue;
		if (out->this_module.n_pointers == LP_THIS_MODULE_POINTERS)
			break;
		out->this_module.pointers[out->this_module.n_pointers++] = reloc->offset;
	}
}

/* The name of what an entry point points at; it needs none. */
static const char *entry_point_name(const struct lp_elf *elf, uint64_t offset)
{
	struct lp_symtab table = lp_symtab_find(elf);
	const struct lp_elf_reloc *to =
		lp_elf_find_reloc(elf, lp_elf_find_section(elf, ".gnu.linkonce.this_module"), offset);

	for (size_t i = 1; to && i < table.n; i++) {
		struct lp_symbol symbol = lp_symtab_get(&table, i);
		const char *name = symbol.section == to->to_section && symbol.value == to->to_offset ?
					   lp_symtab_name(&table, i) :
					   NULL;

		if (name && (strcmp(name, "init_module") == 0 || strcmp(name, "cleanup_module") == 0))
			return name;
	}
	return NULL;
}

static int add_no_init(struct lp_anatomy *out, struct lppack_error *err)
{
	return lp_faults_add(
		&out->faults,
		&(struct lp_fault){ .id = "no-init",
				    .effect = LP_FAULT_LATER,
				    .message = strdup("has no init function: it would be loaded and patch nothing"),
				    .hint = "give it a module_init() that calls " ENABLE "()" },
		err);
}

/* try_stop_module() is never reached: delete_module() answers EBUSY for a module with init and without exit. A kernel
 * that unloads no module builds none with exit. */
static int add_no_exit(const struct lp_module_facts *facts, struct lp_anatomy *out, struct lppack_error *err)
{
	if (!facts->vermagic || !strstr(facts->vermagic, " mod_unload"))
		return 0;
	return lp_faults_add(
		&out->faults,
		&(struct lp_fault){
			.id = "no-exit",
			.effect = LP_FAULT_LATER,
			.message = strdup(
				"has no exit function: the kernel could never unload it, and each release after it "
				"would leave one more module"),
			.hint = "give it a module_exit(), which may be empty" },
		err);
}

static int check_entry_points(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_anatomy *out,
			      struct lppack_error *err)
{
	const struct lp_this_module *m = &out->this_module;
	const char *only = m->n_pointers == 1 ? entry_point_name(elf, m->pointers[0]) : NULL;
	bool lacks_init = m->n_pointers == 0 || (only && strcmp(only, "cleanup_module") == 0);
	int rc = lacks_init ? add_no_init(out, err) : 0;

	if (rc < 0 || m->n_pointers >= 2 || (m->n_pointers == 1 && lacks_init))
		return rc;
	return add_no_exit(facts, out, err);
}

/* The kernel lists a module under the name in struct module, and reads that up to its NUL. */
static int check_own_name(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".gnu.linkonce.this_module");
	const struct lp_elf_section *own = &elf->sections[section];
	const char *name;
	size_t n;

	if (!section || own->size < MODULE_NAME_OFFSET + MODULE_NAME_SIZE)
		return 0;
	name = (const char *)own->bytes + MODULE_NAME_OFFSET;
	n = strnlen(name, MODULE_NAME_SIZE);
	if (n && n < MODULE_NAME_SIZE && lp_elf_text_at(own, MODULE_NAME_OFFSET))
		return 0;
	return lp_faults_add(
		&out->faults,
		&(struct lp_fault){ .id = "struct-module-name",
				    .effect = LP_FAULT_LATER,
				    .code = LPPACK_E_MODULE_NAME,
				    .message = strdup(!n ? "the name in its struct module is empty" :
						      n == MODULE_NAME_SIZE ?
							   "the name in its struct module has no end" :
							   "the name in its struct module is no clean text"),
				    .hint = BUILD_HINT },
		err);
}

/* What is wrong with the livepatch goes first: the rest often follows from it. */
int lp_anatomy_read_faults(const struct lp_elf *elf, const struct lp_module_facts *facts,
			   const struct lp_klp_trace *trace, struct lp_anatomy *out, struct lppack_error *err)
{
	int rc = facts->is_livepatch ? lp_klp_judge(elf, facts, trace, &out->faults, err) : 0;

	if (rc == 0)
		rc = lp_elf_judge(elf, &out->faults, err);
	if (rc == 0)
		rc = lp_versions_judge(elf, facts, &out->faults, &out->unknown_versions, err);
	find_entry_points(elf, out);
	if (rc < 0 || !facts->is_livepatch)
		return rc;
	rc = check_own_name(elf, out, err);
	if (rc == 0)
		rc = find_enable(elf, out, err);
	return rc < 0 ? rc : check_entry_points(elf, facts, out, err);
}
