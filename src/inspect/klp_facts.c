/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of livepatches add to a module's facts: objects, functions and callbacks, within bounds. */
#include "inspect/klp_facts.h"

#include "shared/array.h"

#include <string.h>

void lp_klp_trace_free(struct lp_klp_trace *trace)
{
	lp_faults_free(&trace->faults);
	free(trace->funcs);
	*trace = (struct lp_klp_trace){ 0 };
}

int lp_klp_fault(const struct lp_elf *elf, struct lp_klp_trace *trace, const struct lp_fault *fault,
		 struct lppack_error *err)
{
	LP_AUTO_FREE char *message = trace->wanted ? NULL : fault->message;

	if (trace->wanted || !message)
		return lp_faults_add(&trace->faults, fault, err);
	return lp_fail(err, LPPACK_E_MODULE, fault->hint, "%s: %s", elf->name, message);
}

int lp_klp_spelled_vmlinux(const struct lp_elf *elf, struct lp_klp_trace *trace, struct lppack_error *err)
{
	return lp_klp_fault(
		elf, trace,
		&(struct lp_fault){
			.id = "object-vmlinux",
			.effect = LP_FAULT_LATER,
			.subject = "vmlinux",
			.message = strdup("names an object vmlinux: to the kernel that is a module, which never comes"),
			.hint = "leave the name of the kernel's own klp_object out (NULL)" },
		err);
}

int lp_klp_add_object(const struct lp_elf *elf, struct lp_module_facts *out, const char *name,
		      struct lp_object **object, struct lppack_error *err)
{
	if (out->n_objects == LP_KLP_OBJECTS_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: patches more than %u objects", elf->name,
			       LP_KLP_OBJECTS_MAX);
	*object = lp_module_facts_add_object(out);
	if (!*object)
		return lp_fail_nomem(err);
	(*object)->name = strdup(name);
	if ((*object)->name)
		return 0;
	/* Sorting compares names. */
	out->n_objects--;
	return lp_fail_nomem(err);
}

int lp_klp_add_func(const struct lp_elf *elf, struct lp_object *object, const struct lp_klp_func *found,
		    struct lp_klp_trace *trace, struct lppack_error *err)
{
	struct lp_klp_func *traced;
	struct lp_func *func;

	if (++trace->n_seen > LP_KLP_FUNCS_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: replaces more than %u functions", elf->name,
			       LP_KLP_FUNCS_MAX);
	func = lp_object_add_func(object);
	if (!func)
		return lp_fail_nomem(err);
	func->sympos = found->sympos;
	func->name = strdup(found->name);
	if (!func->name) {
		object->n_funcs--;
		return lp_fail_nomem(err);
	}
	if (!trace->wanted)
		return 0;
	traced = lp_array_add(&trace->funcs, &trace->n_funcs, sizeof(*traced));
	if (!traced)
		return lp_fail_nomem(err);
	*traced = *found;
	return 0;
}

unsigned int lp_klp_callbacks(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < 4; i++)
		if (lp_elf_find_reloc(elf, section, offset + 8 * i))
			found |= 1u << i;
	return found;
}
