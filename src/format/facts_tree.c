/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each fact under a key of its own, absent where it is not known. */
#include "format/facts_tree.h"

#include "base/value_add.h"
#include "format/doc.h"
#include "format/metadata.h"

struct lppack_value *lp_module_facts_tree(const struct lp_module_facts *facts)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "name", facts->name);
	lp_value_add_text(&map, "vermagic", facts->vermagic);
	lp_value_add_text(&map, "release", facts->release);
	lp_value_add_text(&map, "arch", facts->arch);
	lp_value_add_text(&map, "srcversion", facts->srcversion);
	lp_value_add_text(&map, "depends", facts->depends);
	lp_value_add_build_id(&map, "build_id", &facts->build_id);
	lp_value_add_bool(&map, "livepatch", facts->is_livepatch);
	lp_value_add_bool(&map, "signed", facts->has_signature);
	lp_value_add_text(&map, "builder", lp_builder_names[facts->builder]);
	lp_value_add_text(&map, "replace", lp_replace_names[facts->replace]);
	lp_value_add(&map, "objects", lp_objects_tree(facts));
	lp_value_add(&map, "states", lp_states_tree(facts));
	return map;
}

int lp_module_facts_take(const struct lppack_value *tree, const char *name, struct lp_module_facts *out,
			 struct lppack_error *err)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	struct lp_doc doc = { .map = tree, .name = name, .code = LPPACK_E_INTERNAL, .err = err };
	unsigned int builder = 0;
	unsigned int replace = 0;

	lp_doc_text_dup(&doc, "name", false, &facts.name);
	lp_doc_text_dup(&doc, "vermagic", false, &facts.vermagic);
	lp_doc_text_dup(&doc, "release", false, &facts.release);
	lp_doc_text_dup(&doc, "arch", false, &facts.arch);
	lp_doc_text_dup(&doc, "srcversion", false, &facts.srcversion);
	lp_doc_text_dup(&doc, "depends", false, &facts.depends);
	lp_doc_build_id(&doc, "build_id", false, &facts.build_id);
	lp_doc_bool(&doc, "livepatch", true, &facts.is_livepatch);
	lp_doc_bool(&doc, "signed", true, &facts.has_signature);
	lp_doc_word(&doc, "builder", true, lp_builder_names, &builder);
	lp_doc_word(&doc, "replace", true, lp_replace_names, &replace);
	lp_doc_objects(&doc, "objects", &facts);
	lp_doc_states(&doc, "states", &facts);
	if (doc.rc < 0)
		return doc.rc;
	facts.builder = (enum lp_builder)builder;
	facts.replace = (enum lp_replace)replace;
	*out = facts;
	facts = (struct lp_module_facts){ 0 };
	return 0;
}

struct lppack_value *lp_kernel_facts_tree(const struct lp_kernel_facts *facts)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_build_id(&map, "build_id", &facts->build_id);
	lp_value_add_text(&map, "release", facts->release);
	lp_value_add_text(&map, "arch", facts->arch);
	lp_value_add_text(&map, "version", facts->version);
	return map;
}

int lp_kernel_facts_take(const struct lppack_value *tree, const char *name, struct lp_kernel_facts *out,
			 struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lp_doc doc = { .map = tree, .name = name, .code = LPPACK_E_INTERNAL, .err = err };

	lp_doc_build_id(&doc, "build_id", false, &facts.build_id);
	lp_doc_text_dup(&doc, "release", false, &facts.release);
	lp_doc_text_dup(&doc, "arch", false, &facts.arch);
	lp_doc_text_dup(&doc, "version", false, &facts.version);
	if (doc.rc < 0)
		return doc.rc;
	*out = facts;
	facts = (struct lp_kernel_facts){ 0 };
	return 0;
}
