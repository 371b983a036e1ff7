/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The anatomy of a module as a whole: its parts, each read by a file of its own, and its life. */
#include "inspect/anatomy.h"

#include "inspect/anatomy_branches.h"
#include "inspect/anatomy_code.h"
#include "inspect/anatomy_faults.h"
#include "inspect/anatomy_imports.h"
#include "inspect/anatomy_klp.h"
#include "inspect/anatomy_memory.h"
#include "inspect/anatomy_modinfo.h"
#include "inspect/anatomy_replace.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"
#include "inspect/module.h"
#include "inspect/module_elf.h"

#include <string.h>

const char *const lp_verdict_names[] = { "not_decoded", "proved", "refuted", "supported", "contradicted", NULL };

static void free_items(struct lp_klp_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		free(items->items[i].object);
		free(items->items[i].name);
	}
	free(items->items);
}

void lp_anatomy_free(struct lp_anatomy *a)
{
	for (size_t i = 0; i < a->n_modinfo; i++) {
		free(a->modinfo[i].key);
		free(a->modinfo[i].value);
	}
	free(a->modinfo);
	lp_faults_free(&a->faults);
	free_items(&a->relocations);
	free_items(&a->symbols);
	free_items(&a->jump_tables);
	free(a->no_endbr);
	free(a->unknown_versions);
	free(a->code);
	free(a->imports);
	free(a->exports);
	free(a->compiler);
	free(a->release_salt);
	free(a->reason);
	*a = (struct lp_anatomy){ 0 };
}

static int read_parts(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_klp_trace *trace,
		      struct lp_anatomy *out, struct lppack_error *err)
{
	int (*const parts[])(const struct lp_elf *, struct lp_anatomy *, struct lppack_error *) = {
		lp_anatomy_read_klp, lp_anatomy_read_imports, lp_anatomy_read_modinfo, lp_anatomy_read_hardening,
		lp_anatomy_read_memory,
	};
	int rc = lp_anatomy_read_code(elf, trace, out, err);

	out->object_stride = trace->object_stride;
	out->func_stride = trace->func_stride;
	out->object_room = trace->object_room;
	out->func_room = trace->func_room;
	out->faults = trace->faults;
	trace->faults = (struct lp_faults){ 0 };
	for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = parts[i](elf, out, err);
	if (rc == 0 && facts->is_livepatch)
		rc = lp_anatomy_read_replace(elf, facts, trace, out, err);
	if (rc == 0)
		rc = lp_anatomy_read_branches(elf, trace, out, err);
	return rc < 0 ? rc : lp_anatomy_read_faults(elf, facts, trace, out, err);
}

int lp_module_anatomize(const void *bytes, size_t n, const char *name, struct lp_module_facts *facts,
			struct lp_anatomy *out, struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	LP_AUTO(lp_klp_trace_free) struct lp_klp_trace trace = { .wanted = true };
	int rc = lp_module_read(&elf, bytes, n, name, facts, &trace, err);

	*out = (struct lp_anatomy){ 0 };
	if (rc < 0)
		return rc;
	rc = read_parts(&elf, facts, &trace, out, err);
	if (rc < 0) {
		lp_module_facts_free(facts);
		lp_anatomy_free(out);
		return rc;
	}
	out->signature_at = elf.size;
	out->signature_size = facts->has_signature ? n - elf.size - LP_SIGNATURE_TRAILER_SIZE : 0;
	return 0;
}

int lp_module_judge(const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	int rc = lp_module_anatomize(bytes, n, name, &facts, &anatomy, err);

	return rc < 0 || !facts.is_livepatch ? rc : lp_faults_judge(&anatomy.faults, name, err);
}
