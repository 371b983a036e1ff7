/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kpatch-build: kmod/patch/kpatch-patch.h of kpatch. klp_patch is made at run time, replace is set in code. */
#include "inspect/klp_kpatch.h"

#include "inspect/elf.h"
#include "inspect/klp_facts.h"

#include <stdio.h>
#include <string.h>

/* struct kpatch_patch_func */
#define FUNC_SIZE 56u
#define FUNC_NEW_SIZE 8u
#define FUNC_SYMPOS 32u
#define FUNC_NAME 40u
#define FUNC_OBJECT 48u
/* struct kpatch_{pre,post}_{,un}patch_callback */
#define CALLBACK_SIZE 16u
#define CALLBACK_OBJECT 8u

static int kpatch_bad_name(const struct lp_elf *elf, uint32_t section, uint64_t i, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: entry %llu of %s has no readable name", elf->name,
		       (unsigned long long)i, elf->sections[section].name);
}

static int kpatch_read_func(const struct lp_elf *elf, uint32_t section, uint64_t i, struct lp_module_facts *out,
			    struct lp_klp_trace *trace, struct lppack_error *err)
{
	uint64_t at = i * FUNC_SIZE;
	struct lp_klp_func func = {
		.object = lp_elf_name_at(elf, lp_elf_find_reloc(elf, section, at + FUNC_OBJECT)),
		.name = lp_elf_name_at(elf, lp_elf_find_reloc(elf, section, at + FUNC_NAME)),
		.code = lp_elf_find_reloc(elf, section, at),
	};
	struct lp_object *object = NULL;
	int rc = 0;

	if (!func.name || !func.object || lp_elf_get(elf, section, at + FUNC_NEW_SIZE, 8, &func.size) < 0 ||
	    lp_elf_get(elf, section, at + FUNC_SYMPOS, 8, &func.sympos) < 0)
		return kpatch_bad_name(elf, section, i, err);
	/* The entries of one object usually follow each other. */
	if (out->n_objects && strcmp(out->objects[out->n_objects - 1].name, func.object) == 0)
		object = &out->objects[out->n_objects - 1];
	else
		rc = lp_klp_add_object(elf, out, func.object, &object, err);
	return rc < 0 ? rc : lp_klp_add_func(elf, object, &func, trace, err);
}

static int kpatch_read_callbacks(const struct lp_elf *elf, unsigned int which, struct lp_module_facts *out,
				 struct lppack_error *err)
{
	char name[64];
	uint32_t section;

	snprintf(name, sizeof(name), ".kpatch.callbacks.%s", lp_callback_names[which]);
	section = lp_elf_find_section(elf, name);
	if (!section)
		return 0;
	/* The linker script pads each of these sections with 8 bytes. */
	for (uint64_t i = 0; i < elf->sections[section].size / CALLBACK_SIZE; i++) {
		const char *object_name = lp_elf_name_at(elf, lp_elf_find_reloc(elf, section,
										i * CALLBACK_SIZE + CALLBACK_OBJECT));
		struct lp_object *object = NULL;
		int rc;

		if (!object_name)
			return kpatch_bad_name(elf, section, i, err);
		rc = lp_klp_add_object(elf, out, object_name, &object, err);
		if (rc < 0)
			return rc;
		object->callbacks = 1u << which;
	}
	return 0;
}

int lp_klp_read_kpatch(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		       struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".kpatch.funcs");
	int rc = 0;

	if (!section)
		return 0;
	if (elf->sections[section].size % FUNC_SIZE)
		return lp_fail(err, LPPACK_E_MODULE, "a newer lppack may know this layout of kpatch-build",
			       "%s: the size of %s is no multiple of %u", elf->name, elf->sections[section].name,
			       FUNC_SIZE);
	out->builder = LP_BUILDER_KPATCH_BUILD;
	out->replace = LP_REPLACE_DECLARED;
	for (uint64_t i = 0; rc == 0 && i < elf->sections[section].size / FUNC_SIZE; i++)
		rc = kpatch_read_func(elf, section, i, out, trace, err);
	for (unsigned int i = 0; rc == 0 && lp_callback_names[i]; i++)
		rc = kpatch_read_callbacks(elf, i, out, err);
	return rc;
}
