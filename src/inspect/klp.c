/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect/klp.h"

#include "base/array.h"

#include <string.h>

void lp_klp_trace_free(struct lp_klp_trace *trace)
{
	free(trace->funcs);
	*trace = (struct lp_klp_trace){ 0 };
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

static int trace_func(struct lp_klp_trace *trace, const struct lp_klp_func *found, struct lppack_error *err)
{
	struct lp_klp_func *kept = lp_array_add(&trace->funcs, &trace->n_funcs, sizeof(*kept));

	if (!kept)
		return lp_fail_nomem(err);
	*kept = *found;
	return 0;
}

int lp_klp_add_func(const struct lp_elf *elf, struct lp_object *object, const struct lp_klp_func *found,
		    struct lp_klp_trace *trace, struct lppack_error *err)
{
	struct lp_func *func;

	if (++trace->n_seen > LP_KLP_FUNCS_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: replaces more than %u functions", elf->name,
			       LP_KLP_FUNCS_MAX);
	func = lp_object_add_func(object);
	if (!func)
		return lp_fail_nomem(err);
	func->sympos = found->sympos;
	func->name = strdup(found->name);
	if (func->name)
		return trace->wanted ? trace_func(trace, found, err) : 0;
	object->n_funcs--;
	return lp_fail_nomem(err);
}

unsigned int lp_klp_callbacks(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < 4; i++)
		if (lp_elf_find_reloc(elf, section, offset + 8 * i))
			found |= 1u << i;
	return found;
}

int lp_klp_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		struct lppack_error *err)
{
	int (*const readers[])(const struct lp_elf *, struct lp_module_facts *, struct lp_klp_trace *,
			       struct lppack_error *) = {
		lp_klp_read_kpatch, lp_klp_read_build, lp_klp_read_source
	};

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		int rc = readers[i](elf, out, trace, err);

		if (rc < 0 || out->builder != LP_BUILDER_UNKNOWN)
			return rc;
	}
	return 0;
}
