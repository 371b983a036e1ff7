/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel can read the module's file: what its loader refuses there, and what no kernel takes. */
#include "check/form.h"

#include "shared/text.h"
#include "inspect/btf.h"
#include "inspect/elf.h"
#include "inspect/kernel_exports.h"
#include "inspect/klp_judge.h"
#include "inspect/symtab.h"
#include "check/kernel.h"

#include <elf.h>
#include <string.h>

#define HINT "give the module as its build and the packager's tools made it"

/* message is taken over. */
static void form_refuse(struct lp_check *check, enum lp_check_stage stage, const char *id, const char *sys_errno,
			char *message)
{
	lp_check_refuse(check, stage,
			(struct lp_finding){ .id = id, .sys_errno = sys_errno, .message = message, .hint = HINT });
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

		if (index < elf->n_sections || index == SHN_ABS || index == LP_SHN_LIVEPATCH || index == SHN_XINDEX ||
		    index == SHN_COMMON)
			continue;
		form_refuse(check, LP_STAGE_LINK, "symbol-section", "ENOEXEC",
			    lp_text_format("its symbol %s is in section %u, which it does not have", name ? name : "?",
					   index));
		return;
	}
}

/* "object-name": the module that was meant, if the kernel has it. */
static char *object_hint(struct lp_check *check, const char *object)
{
	struct lppack_error failed = LPPACK_ERROR_INIT;
	LP_AUTO_FREE char *near = lp_klp_near_name(object);

	if (!near || !*near || !check->kernel->known[LP_SOURCE_MODULES])
		return NULL;
	if (lp_kernel_has_builtin(check->kernel, near))
		return lp_text_format("%s is built into this kernel: patch its functions as those of vmlinux", near);
	if (lp_kernel_target(check->kernel, near, &failed))
		return lp_text_format("write %s, which this kernel has", near);
	return NULL;
}

/* What is wrong with it on every kernel, and when the kernel sees that. Its configuration says whether it wants symbol
 * versions (lp_check_identity()). */
static void form_add_fault(struct lp_check *check, const struct lp_fault *fault)
{
	static const enum lp_check_stage stages[] = {
		[LP_FAULT_LATER] = LP_STAGE_NONE,          [LP_FAULT_HEADER] = LP_STAGE_HEADER,
		[LP_FAULT_LAYOUT] = LP_STAGE_LAYOUT,       [LP_FAULT_LINKING] = LP_STAGE_LINK,
		[LP_FAULT_RELOCATING] = LP_STAGE_RELOCATE, [LP_FAULT_ENABLING] = LP_STAGE_PATCH,
		[LP_FAULT_WITH_OBJECT] = LP_STAGE_NONE,
	};
	LP_AUTO_FREE char *hint = strcmp(fault->id, "object-name") == 0 ? object_hint(check, fault->subject) : NULL;
	const struct lp_finding finding = { .id = fault->id,
					    .severity = LP_SEVERITY_ERROR,
					    .code = fault->code,
					    .subject = fault->subject,
					    .message = strdup(fault->message),
					    .hint = hint ? hint : fault->hint,
					    .sys_errno = fault->sys_errno };

	if (fault->sys_errno)
		lp_check_refuse(check, stages[fault->effect], finding);
	else
		lp_check_add(check, finding);
	check->is_uncertain |= fault->effect == LP_FAULT_WITH_OBJECT;
}

/* An array of one entry shows no size: the kernel's own says whether an empty entry follows. */
static void check_room(struct lp_check *check, const char *structure, uint64_t room)
{
	uint64_t size =
		room && check->kernel->known[LP_SOURCE_BTF] ? lp_btf_struct_size(&check->kernel->btf, structure) : 0;

	if (!size || size <= room / 2)
		return;
	lp_check_add(
		check,
		(struct lp_finding){
			.id = "array-end",
			.severity = LP_SEVERITY_ERROR,
			.code = LPPACK_E_UNLOADABLE,
			.subject = structure,
			.message = lp_text_format(
				"its array of %s has %llu bytes for an entry and the end entry, of %llu each: "
				"the kernel would read on",
				structure, (unsigned long long)room, (unsigned long long)size),
			.hint = "end the array with an empty entry ({ }), and build it with the headers of this kernel" });
	check->is_uncertain = true;
}

/* verify_exported_symbols() */
static void check_exports(struct lp_check *check)
{
	const struct lp_kernel *k = check->kernel;

	for (size_t i = 0; i < check->anatomy.n_exports; i++) {
		const char *name = check->anatomy.exports[i];
		const struct lp_kernel_export *found =
			lp_kernel_exports_find(k->has_image_exports ? &k->image_exports : &k->symvers, name);

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
	for (size_t i = 0; i < check->anatomy.faults.n; i++) {
		const struct lp_fault *fault = &check->anatomy.faults.items[i];

		if (strcmp(fault->id, LP_FAULT_NO_VERSIONS) != 0 || !check->kernel->known[LP_SOURCE_CONFIG])
			form_add_fault(check, fault);
	}
	check->is_uncertain |= check->anatomy.n_unreadable_imports > 0;
	check_room(check, "klp_object", check->anatomy.object_room);
	check_room(check, "klp_func", check->anatomy.func_room);
	check_exports(check);
	return 0;
}
