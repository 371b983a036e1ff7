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
	lppack_value_free(applied->level);
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
	if (applied->level)
		lp_value_add(&map, "level", lp_value_copy(applied->level));
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

static void decode_level(struct lp_doc *doc, struct lp_applied *out)
{
	static const char *const keys[] = { "fixes", "unfixable", "not_applicable", NULL };
	const struct lppack_value *given = lppack_value_get(doc->map, "level");
	struct lp_doc level;

	if (!given)
		return;
	level = lp_doc_map(doc, "level", false);
	lp_doc_keys(&level, keys);
	lp_doc_list(&level, "fixes", true);
	lp_doc_list(&level, "unfixable", true);
	lp_doc_list(&level, "not_applicable", true);
	lp_doc_join(doc, &level);
	if (doc->rc == 0)
		out->level = lp_value_copy(given);
	if (doc->rc == 0 && !out->level)
		doc->rc = lp_fail_nomem(doc->err);
}

int lp_applied_decode(struct lp_doc *doc, struct lp_applied *out)
{
	static const char *const keys[] = {
		"module",  "module_build_id", "builder",        "replace",    "objects", "states", "kernel",
		"release", LP_RELEASE_KEYS,   "rollback_floor", "applied_at", "level",   NULL
	};

	lp_doc_keys(doc, keys);
	decode_module(doc, &out->module);
	lp_doc_build_id(doc, "kernel", false, &out->kernel);
	lp_doc_text_dup(doc, "release", true, &out->release);
	lp_release_decode(doc, &out->id);
	lp_doc_int(doc, "rollback_floor", true, LP_NUMBER_MAX, &out->rollback_floor);
	lp_doc_time(doc, "applied_at", false, &out->applied_at);
	decode_level(doc, out);
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
	out->level = from->level ? lp_value_copy(from->level) : NULL;
	ok = ok && (out->level || !from->level);
	if (!copy_module(&out->module, &from->module) || !ok || lp_release_copy(&out->id, &from->id, err) < 0) {
		lp_applied_free(out);
		return lp_fail_nomem(err);
	}
	return 0;
}

/* Without summaries: they are long, and the bundle has them. */
static struct lppack_value *describe_fixes(const struct lp_fixes *fixes)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < fixes->n_fixes; i++) {
		const struct lp_fix *fix = &fixes->fixes[i];
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "id", fix->id);
		lp_value_add_text(&map, "severity", fix->severity);
		lp_value_add_texts(&map, "functions", fix->functions.items, fix->functions.n);
		lp_value_push(&list, map);
	}
	return list;
}

static struct lppack_value *describe_unfixable(const struct lp_fixes *fixes)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < fixes->n_unfixable; i++) {
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "id", fixes->unfixable[i].id);
		lp_value_add_text(&map, "reason", fixes->unfixable[i].reason);
		lp_value_push(&list, map);
	}
	return list;
}

struct lppack_value *lp_applied_level(const struct lp_fixes *fixes, const struct lp_metadata *metadata,
				      struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add(&map, "fixes", describe_fixes(fixes));
	lp_value_add(&map, "unfixable", describe_unfixable(fixes));
	lp_value_add_texts(&map, "not_applicable", metadata->not_applicable.items, metadata->not_applicable.n);
	if (!map)
		lp_fail_nomem(err);
	return map;
}
