/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel can read the module's file, and its livepatch relocations: what its loader refuses there. */
#include "check/form.h"

#include "inspect/btf.h"
#include "shared/text.h"
#include "inspect/elf.h"
#include "inspect/kernel_exports.h"
#include "inspect/symtab.h"
#include "inspect/word.h"
#include "check/kernel.h"

#include <elf.h>
#include <string.h>

#define HINT "give the module as its build and the packager's tools made it"
/* MODULE_NAME_LEN of 64-bit kernels: with the NUL. */
#define MODULE_NAME_LEN 56u
#define RELA_SIZE 24u
#define RELA_INFO 8u

/* message is taken over. */
static void form_refuse(struct lp_check *check, enum lp_check_stage stage, const char *id, const char *sys_errno,
			char *message)
{
	lp_check_refuse(check, stage, (struct lp_finding){ .id = id, .sys_errno = sys_errno, .message = message,
							   .hint = HINT });
}

/* kernel/module/main.c, elf_validity_check() and setup_load_info(); kernels before 6.3 do not compare the size. */
static void check_this_module(struct lp_check *check, const struct lp_elf *elf)
{
	uint32_t section = lp_elf_find_section(elf, ".gnu.linkonce.this_module");
	uint64_t wanted = check->kernel->known[LP_SOURCE_BTF] ? lp_btf_struct_size(&check->kernel->btf, "module") : 0;
	uint64_t size = elf->sections[section].size;

	if (!section)
		form_refuse(check, LP_STAGE_HEADER, "struct-module", "ENOEXEC", strdup("has no struct module"));
	else if (wanted && size != wanted)
		form_refuse(check, LP_STAGE_HEADER, "struct-module", "ENOEXEC",
			    lp_text_format("built with a struct module of %llu bytes, but the kernel's has %llu",
					   (unsigned long long)size, (unsigned long long)wanted));
}

/* simplify_symbols() */
static void check_indexes(struct lp_check *check, const struct lp_elf *elf, const struct lp_symtab *table)
{
	for (size_t i = 1; i < table->n; i++) {
		uint16_t index = lp_symtab_get(table, i).index;
		const char *name = lp_symtab_name(table, i);

		if (index < elf->n_sections || index == SHN_ABS || index == LP_SHN_LIVEPATCH || index == SHN_XINDEX)
			continue;
		form_refuse(check, LP_STAGE_LINK, "symbol-section", "ENOEXEC",
			    lp_text_format("its symbol %s is in section %u, which it does not have", name ? name : "?",
					   index));
		return;
	}
}

/* ".klp.sym.OBJECT.NAME,POSITION", as sscanf() of klp_resolve_symbols() takes it. */
static bool is_livepatch_name(const char *name)
{
	static const char prefix[] = ".klp.sym.";
	size_t object;
	const char *comma;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return false;
	name += strlen(prefix);
	object = strcspn(name, ".");
	if (!object || object >= MODULE_NAME_LEN || name[object] != '.')
		return false;
	name += object + 1;
	comma = strchr(name, ',');
	return comma && comma != name && comma[1] >= '0' && comma[1] <= '9';
}

/* kernel/livepatch/core.c, klp_resolve_symbols(): what is wrong with a symbol of a relocation, or NULL. */
static char *symbol_fault(const struct lp_symtab *table, uint32_t i, bool for_vmlinux)
{
	struct lp_symbol symbol = lp_symtab_get(table, i);
	const char *name = lp_symtab_name(table, i);

	if (symbol.index != LP_SHN_LIVEPATCH)
		return lp_text_format("a livepatch relocation refers to %s, which is no livepatch symbol",
				      name ? name : "an unnamed symbol");
	if (!name || !is_livepatch_name(name))
		return lp_text_format("its livepatch symbol %s is not named .klp.sym.OBJECT.NAME,POSITION",
				      name ? name : "without a name");
	if (!for_vmlinux && strncmp(name, ".klp.sym.vmlinux.", strlen(".klp.sym.vmlinux.")) == 0)
		return lp_text_format("relocations that are for a module refer to %s", name);
	return NULL;
}

/* Those for a module are applied when it is loaded, which may be before the patch or after it. */
static void refuse_relocation(struct lp_check *check, bool for_vmlinux, char *message)
{
	struct lp_finding finding = { .id = "livepatch-relocation", .severity = "error", .code = LPPACK_E_UNLOADABLE,
				      .sys_errno = "EINVAL", .message = message, .hint = HINT };

	if (for_vmlinux) {
		lp_check_refuse(check, LP_STAGE_RELOCATE, finding);
		return;
	}
	finding.sys_errno = NULL;
	lp_check_add(check, finding);
	check->is_uncertain = true;
}

static void check_rela(struct lp_check *check, const struct lp_elf *elf, const struct lp_symtab *table,
		       const struct lp_elf_section *section)
{
	static const char vmlinux[] = ".klp.rela.vmlinux.";
	bool for_vmlinux = strncmp(section->name, vmlinux, strlen(vmlinux)) == 0;

	for (uint64_t at = 0; section->bytes && at + RELA_SIZE <= section->size; at += RELA_SIZE) {
		uint64_t info = lp_word_get(section->bytes + at + RELA_INFO, 8, elf->big_endian);
		char *message = symbol_fault(table, (uint32_t)ELF64_R_SYM(info), for_vmlinux);

		if (!message)
			continue;
		refuse_relocation(check, for_vmlinux, message);
		return;
	}
}

static void form_check_names(struct lp_check *check)
{
	for (size_t i = 0; i < check->facts.n_objects; i++)
		if (strlen(check->facts.objects[i].name) >= MODULE_NAME_LEN)
			form_refuse(check, LP_STAGE_PATCH, "object-name", "EINVAL",
				    lp_text_format("patches the module %s, whose name is longer than %u characters",
						   check->facts.objects[i].name, MODULE_NAME_LEN - 1));
}

/* verify_exported_symbols() */
static void check_exports(struct lp_check *check)
{
	const struct lppack_kernel *k = check->kernel;

	for (size_t i = 0; i < check->anatomy.n_exports; i++) {
		const char *name = check->anatomy.exports[i];
		const struct lp_kernel_export *found = lp_kernel_exports_find(
			k->has_image_exports ? &k->image_exports : &k->symvers, name);

		if (found && !found->module)
			form_refuse(check, LP_STAGE_LINK, "export-duplicate", "ENOEXEC",
				    lp_text_format("exports %s, which the kernel exports itself", name));
	}
}

int lp_check_form(struct lp_check *check, struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	struct lp_symtab table;
	int rc = lp_elf_open(&elf, check->bytes, check->n, check->name, err);

	if (rc < 0)
		return rc;
	table = lp_symtab_find(&elf);
	check_this_module(check, &elf);
	if (!table.n)
		form_refuse(check, LP_STAGE_HEADER, "symbol-table", "ENOEXEC", strdup("has no symbol table"));
	else
		check_indexes(check, &elf, &table);
	for (size_t i = 1; i < elf.n_sections; i++)
		if (elf.sections[i].type == SHT_RELA && strncmp(elf.sections[i].name, ".klp.rela.", 10) == 0)
			check_rela(check, &elf, &table, &elf.sections[i]);
	form_check_names(check);
	check_exports(check);
	return 0;
}
