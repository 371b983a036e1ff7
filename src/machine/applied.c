/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream release on a kernel: copying it, writing it down, and reading it again. */
#include "machine/applied.h"

#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/release.h"

#include <string.h>

void lp_applied_free(struct lp_applied *applied)
{
	lp_module_facts_free(&applied->module);
	free(applied->release);
	lp_release_free(&applied->id);
	lp_claims_free(&applied->claims);
	*applied = (struct lp_applied){ 0 };
}

struct lppack_value *lp_applied_describe(const struct lp_applied *applied)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "module", applied->module.name);
	lp_value_add_build_id(&map, "module_build_id", &applied->module.build_id);
	lp_value_add_build_id(&map, "kernel", &applied->kernel);
	lp_value_add_text(&map, "release", applied->release);
	lp_release_encode(&map, &applied->id);
	lp_value_add_int(&map, "rollback_floor", applied->rollback_floor);
	if (applied->applied_at)
		lp_value_add_time(&map, "applied_at", applied->applied_at);
	return map;
}

struct lppack_value *lp_applied_encode(const struct lp_applied *applied)
{
	struct lppack_value *map = lp_applied_describe(applied);

	lp_value_add_text(&map, "builder", lp_builder_names[applied->module.builder]);
	lp_value_add_text(&map, "replace", lp_replace_names[applied->module.replace]);
	lp_value_add(&map, "objects", lp_objects_tree(&applied->module));
	lp_value_add(&map, "states", lp_states_tree(&applied->module));
	if (applied->claims.is_known)
		lp_value_add(&map, "claims", lp_claims_encode(&applied->claims));
	return map;
}

static void decode_module(struct lp_doc *doc, struct lp_module_facts *out)
{
	unsigned int builder = 0;
	unsigned int replace = 0;

	out->is_livepatch = true;
	lp_doc_text_dup(doc, "module", true, &out->name);
	lp_doc_build_id(doc, "module_build_id", false, &out->build_id);
	lp_doc_word(doc, "builder", true, lp_builder_names, &builder);
	out->builder = (enum lp_builder)builder;
	lp_doc_word(doc, "replace", true, lp_replace_names, &replace);
	out->replace = (enum lp_replace)replace;
	lp_doc_objects(doc, "objects", out);
	lp_doc_states(doc, "states", out);
}

static void decode_claims(struct lp_doc *doc, struct lp_applied *out)
{
	struct lp_doc claims = lp_doc_map(doc, "claims", false);

	if (doc->rc < 0 || !claims.map)
		return;
	lp_claims_decode(&claims, &out->claims);
	lp_doc_join(doc, &claims);
}

int lp_applied_decode(struct lp_doc *doc, struct lp_applied *out)
{
	static const char *const keys[] = {
		"module",  "module_build_id", "builder",        "replace",    "objects", "states", "kernel",
		"release", LP_RELEASE_KEYS,   "rollback_floor", "applied_at", "claims",  NULL
	};

	lp_doc_keys(doc, keys);
	decode_module(doc, &out->module);
	lp_doc_build_id(doc, "kernel", false, &out->kernel);
	lp_doc_text_dup(doc, "release", true, &out->release);
	lp_release_decode(doc, &out->id);
	lp_doc_int(doc, "rollback_floor", true, LP_NUMBER_MAX, &out->rollback_floor);
	lp_doc_time(doc, "applied_at", false, &out->applied_at);
	decode_claims(doc, out);
	return doc->rc;
}

static bool copy_object(struct lp_module_facts *to, const struct lp_object *from)
{
	struct lp_object *object = lp_module_facts_add_object(to);
	bool ok = object != NULL;

	if (!ok)
		return false;
	object->name = lp_text_dup(from->name, &ok);
	object->callbacks = from->callbacks;
	for (size_t i = 0; i < from->n_funcs && ok; i++) {
		struct lp_func *func = lp_object_add_func(object);

		ok = func != NULL;
		if (!ok)
			break;
		func->name = lp_text_dup(from->funcs[i].name, &ok);
		func->sympos = from->funcs[i].sympos;
	}
	return ok;
}

static bool copy_module(struct lp_module_facts *to, const struct lp_module_facts *from)
{
	bool ok = true;

	*to = (struct lp_module_facts){
		.build_id = from->build_id, .builder = from->builder, .replace = from->replace, .is_livepatch = true
	};
	to->name = lp_text_dup(from->name, &ok);
	for (size_t i = 0; i < from->n_objects && ok; i++)
		ok = copy_object(to, &from->objects[i]);
	for (size_t i = 0; i < from->n_states && ok; i++) {
		struct lp_klp_state *state = lp_module_facts_add_state(to);

		ok = state != NULL;
		if (ok)
			*state = from->states[i];
	}
	return ok;
}

int lp_applied_set(struct lp_applied *out, const struct lp_manifest *manifest, const struct lp_module_facts *facts,
		   const struct lp_kernel_facts *kernel, struct lppack_error *err)
{
	const struct lp_applied from = {
		.module = *facts,
		.kernel = kernel->build_id,
		.release = kernel->release,
		.id = manifest->id,
		.rollback_floor = manifest->rollback_floor,
	};

	return lp_applied_copy(out, &from, err);
}

int lp_applied_copy(struct lp_applied *out, const struct lp_applied *from, struct lppack_error *err)
{
	bool ok = true;

	*out = (struct lp_applied){ .kernel = from->kernel,
				    .rollback_floor = from->rollback_floor,
				    .applied_at = from->applied_at };
	out->release = lp_text_dup(from->release, &ok);
	if (!copy_module(&out->module, &from->module) || !ok || lp_release_copy(&out->id, &from->id, err) < 0 ||
	    lp_claims_copy(&out->claims, &from->claims, err) < 0) {
		lp_applied_free(out);
		return lp_fail_nomem(err);
	}
	return 0;
}
