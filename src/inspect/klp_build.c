/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* klp-build: include/linux/livepatch_external.h of the kernel (6.19). replace is set in code. */
#include "inspect/klp_build.h"

#include "inspect/elf.h"
#include "inspect/klp_facts.h"

#include <string.h>

/* struct klp_object_ext */
#define OBJECT_SIZE 64u
#define OBJECT_FUNCS 8u
#define OBJECT_CALLBACKS 16u
#define OBJECT_N_FUNCS 56u
/* struct klp_func_ext */
#define FUNC_SIZE 24u
#define FUNC_NEW 8u
#define FUNC_SYMPOS 16u

static int klp_build_read_funcs(const struct lp_elf *elf, const struct lp_elf_reloc *funcs, uint64_t n,
				const char *object_name, struct lp_object *object, struct lp_klp_trace *trace,
				struct lppack_error *err)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = funcs->to_offset + i * FUNC_SIZE;
		struct lp_klp_func func = {
			.object = object_name,
			.name = lp_elf_name_at(elf, lp_elf_find_reloc(elf, funcs->to_section, at)),
			.code = lp_elf_find_reloc(elf, funcs->to_section, at + FUNC_NEW),
		};
		int rc;

		if (!func.name || lp_elf_get(elf, funcs->to_section, at + FUNC_SYMPOS, 8, &func.sympos) < 0)
			return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
				       "%s: function %llu of object %s has no readable name", elf->name,
				       (unsigned long long)i, object->name);
		rc = lp_klp_add_func(elf, object, &func, trace, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int klp_build_read_object(const struct lp_elf *elf, uint32_t section, uint64_t i, struct lp_module_facts *out,
				 struct lp_klp_trace *trace, struct lppack_error *err)
{
	uint64_t at = i * OBJECT_SIZE;
	const struct lp_elf_reloc *name_reloc = lp_elf_find_reloc(elf, section, at);
	const struct lp_elf_reloc *funcs = lp_elf_find_reloc(elf, section, at + OBJECT_FUNCS);
	const char *name = name_reloc ? lp_elf_name_at(elf, name_reloc) : "vmlinux";
	struct lp_object *object = NULL;
	uint64_t n = 0;
	int rc;

	if (!name || lp_elf_get(elf, section, at + OBJECT_N_FUNCS, 4, &n) < 0 ||
	    (n && (!funcs || !lp_elf_is_data(elf, funcs->to_section))))
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: entry %llu of %s is malformed", elf->name,
			       (unsigned long long)i, elf->sections[section].name);
	rc = name_reloc && strcmp(name, "vmlinux") == 0 ? lp_klp_spelled_vmlinux(elf, trace, err) : 0;
	if (rc < 0)
		return rc;
	rc = lp_klp_add_object(elf, out, name, &object, err);
	if (rc < 0)
		return rc;
	object->callbacks = lp_klp_callbacks(elf, section, at + OBJECT_CALLBACKS);
	return klp_build_read_funcs(elf, funcs, n, name, object, trace, err);
}

int lp_klp_read_build(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		      struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".init.klp_objects");
	int rc = 0;

	if (!section)
		section = lp_elf_find_section(elf, "__klp_objects");
	if (!section)
		return 0;
	if (elf->sections[section].size % OBJECT_SIZE)
		return lp_fail(err, LPPACK_E_MODULE, "a newer lppack may know this layout of klp-build",
			       "%s: the size of %s is no multiple of %u", elf->name, elf->sections[section].name,
			       OBJECT_SIZE);
	out->builder = LP_BUILDER_KLP_BUILD;
	out->replace = LP_REPLACE_DECLARED;
	for (uint64_t i = 0; rc == 0 && i < elf->sections[section].size / OBJECT_SIZE; i++)
		rc = klp_build_read_object(elf, section, i, out, trace, err);
	return rc;
}
