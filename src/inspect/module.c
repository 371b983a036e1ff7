/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module's facts as its file holds them: identity, build ID, livepatch. */
#include "inspect/module.h"

#include "shared/text.h"
#include "inspect/elf.h"
#include "inspect/klp.h"
#include "inspect/klp_facts.h"
#include "inspect/modinfo.h"
#include "inspect/module_elf.h"
#include "inspect/notes.h"

#include <string.h>

static void module_read_build_id(const struct lp_elf *elf, struct lp_module_facts *out)
{
	uint32_t section = lp_elf_find_section(elf, ".note.gnu.build-id");
	struct lp_note note;
	size_t offset = 0;

	if (!section)
		return;
	while (lp_note_next(elf->sections[section].bytes, (size_t)elf->sections[section].size, elf->big_endian, &offset,
			    &note))
		if (lp_note_build_id(&note, &out->build_id))
			return;
}

/* Moves the functions and callbacks of `from` to `to`; false without memory. */
static bool merge_object(struct lp_object *to, struct lp_object *from)
{
	if (from->n_funcs) {
		struct lp_func *grown = reallocarray(to->funcs, to->n_funcs + from->n_funcs, sizeof(*grown));

		if (!grown)
			return false;
		memcpy(grown + to->n_funcs, from->funcs, from->n_funcs * sizeof(*grown));
		to->funcs = grown;
		to->n_funcs += from->n_funcs;
	}
	to->callbacks |= from->callbacks;
	free(from->name);
	free(from->funcs);
	*from = (struct lp_object){ 0 };
	return true;
}

/* Of sorted objects: those of one name are neighbours. */
static int merge_objects(struct lp_module_facts *facts, struct lppack_error *err)
{
	size_t kept = 0;

	for (size_t i = 1; i < facts->n_objects; i++) {
		if (strcmp(facts->objects[kept].name, facts->objects[i].name) == 0) {
			if (!merge_object(&facts->objects[kept], &facts->objects[i]))
				return lp_fail_nomem(err);
		} else if (++kept != i) {
			facts->objects[kept] = facts->objects[i];
			facts->objects[i] = (struct lp_object){ 0 };
		}
	}
	if (facts->n_objects)
		facts->n_objects = kept + 1;
	return 0;
}

/* Of sorted objects. kpatch-build's code puts the elements of one name together; a kernel's array holds each once. */
static int module_check_objects(const struct lp_elf *elf, const struct lp_module_facts *facts,
				struct lp_klp_trace *trace, struct lppack_error *err)
{
	for (size_t i = 1; i < facts->n_objects && facts->builder != LP_BUILDER_KPATCH_BUILD; i++)
		if (strcmp(facts->objects[i - 1].name, facts->objects[i].name) == 0)
			return lp_klp_fault(
				elf, trace,
				&(struct lp_fault){
					.id = "object-twice",
					.effect = LP_FAULT_ENABLING,
					.sys_errno = "EEXIST",
					.subject = facts->objects[i].name,
					.message = lp_text_format("lists the object %s twice", facts->objects[i].name),
					.hint = "put all functions of an object into one klp_object" },
				err);
	return 0;
}

static int module_read_facts(struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
			     struct lppack_error *err)
{
	int rc = lp_modinfo_read(elf, out, err);

	if (rc < 0)
		return rc;
	out->arch = strdup(elf->arch);
	if (!out->arch)
		return lp_fail_nomem(err);
	module_read_build_id(elf, out);
	if (!out->is_livepatch)
		return 0;
	rc = lp_klp_read(elf, out, trace, err);
	if (rc < 0)
		return rc;
	lp_module_facts_sort(out);
	rc = module_check_objects(elf, out, trace, err);
	if (rc < 0)
		return rc;
	rc = merge_objects(out, err);
	if (rc < 0)
		return rc;
	lp_module_facts_sort(out);
	return 0;
}

int lp_module_read(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		   struct lp_klp_trace *trace, struct lppack_error *err)
{
	bool has_signature = false;
	int rc = lp_signature_split(bytes, &n, name, &has_signature, err);

	*out = (struct lp_module_facts){ 0 };
	*elf = (struct lp_elf){ 0 };
	if (rc == 0)
		rc = lp_elf_open(elf, bytes, n, name, err);
	if (rc == 0)
		rc = module_read_facts(elf, out, trace, err);
	if (rc < 0) {
		lp_module_facts_free(out);
		return rc;
	}
	out->has_signature = has_signature;
	return 0;
}

int lp_module_inspect(const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		      struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	struct lp_klp_trace trace = { 0 };

	return lp_module_read(&elf, bytes, n, name, out, &trace, err);
}
