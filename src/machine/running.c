/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/running.h"

#include "base/value_add.h"
#include "shared/array.h"
#include "shared/text.h"
#include "machine/state.h"
#include "runtime/stack.h"

#include <string.h>

#define RUNNING_FORMAT 1
#define MODULES_MAX 4096u

void lp_loaded_free(struct lp_loaded *loaded)
{
	lp_module_facts_free(&loaded->module);
	free(loaded->release);
	lp_release_free(&loaded->id);
	*loaded = (struct lp_loaded){ 0 };
}

void lp_running_free(struct lp_running *running)
{
	free(running->boot_id);
	free(running->modules);
	lp_loaded_free(&running->active);
	*running = (struct lp_running){ 0 };
}

bool lp_boot_ids_match(const char *a, const char *b)
{
	return !a || !b || !*a || !*b || strcmp(a, b) == 0;
}

int lp_build_ids_add(struct lp_build_id **ids, size_t *n, const struct lp_build_id *id, struct lppack_error *err)
{
	struct lp_build_id *item = lp_array_add(ids, n, sizeof(*item));

	if (!item)
		return lp_fail_nomem(err);
	*item = *id;
	return 0;
}

struct lppack_value *lp_loaded_describe(const struct lp_loaded *loaded)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "module", loaded->module.name);
	lp_value_add_build_id(&map, "module_build_id", &loaded->module.build_id);
	lp_value_add_build_id(&map, "kernel", &loaded->kernel);
	lp_value_add_text(&map, "release", loaded->release);
	lp_release_encode(&map, &loaded->id);
	lp_value_add_int(&map, "rollback_floor", loaded->rollback_floor);
	return map;
}

struct lppack_value *lp_loaded_tree(const struct lp_loaded *loaded)
{
	struct lppack_value *map = lp_loaded_describe(loaded);

	lp_value_add_text(&map, "builder", lp_builder_names[loaded->module.builder]);
	lp_value_add_text(&map, "replace", lp_replace_names[loaded->module.replace]);
	lp_value_add(&map, "objects", lp_objects_tree(&loaded->module));
	lp_value_add(&map, "states", lp_states_tree(&loaded->module));
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

int lp_loaded_decode(struct lp_doc *doc, struct lp_loaded *out)
{
	static const char *const keys[] = { "module", "module_build_id", "builder", "replace", "objects", "states",
					    "kernel", "release", LP_RELEASE_KEYS, "rollback_floor", NULL };

	lp_doc_keys(doc, keys);
	decode_module(doc, &out->module);
	lp_doc_build_id(doc, "kernel", false, &out->kernel);
	lp_doc_text_dup(doc, "release", true, &out->release);
	lp_release_decode(doc, &out->id);
	lp_doc_int(doc, "rollback_floor", true, LP_NUMBER_MAX, &out->rollback_floor);
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

static bool copy_facts(struct lp_module_facts *to, const struct lp_module_facts *from)
{
	bool ok = true;

	*to = (struct lp_module_facts){ .build_id = from->build_id, .builder = from->builder,
					.replace = from->replace, .is_livepatch = true };
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

int lp_loaded_copy(struct lp_loaded *out, const struct lp_manifest *manifest, const struct lp_module_facts *facts,
		   const struct lp_kernel_facts *kernel, struct lppack_error *err)
{
	const struct lp_loaded from = {
		.module = *facts,
		.kernel = kernel->build_id,
		.release = kernel->release,
		.id = manifest->id,
		.rollback_floor = manifest->rollback_floor,
	};

	return lp_loaded_clone(out, &from, err);
}

int lp_loaded_clone(struct lp_loaded *out, const struct lp_loaded *from, struct lppack_error *err)
{
	bool ok = true;

	*out = (struct lp_loaded){ .kernel = from->kernel, .rollback_floor = from->rollback_floor };
	out->release = lp_text_dup(from->release, &ok);
	if (!copy_facts(&out->module, &from->module) || !ok || lp_release_copy(&out->id, &from->id, err) < 0) {
		lp_loaded_free(out);
		return lp_fail_nomem(err);
	}
	return 0;
}

static void decode_modules(struct lp_doc *doc, struct lp_running *out)
{
	const struct lppack_value *list = lp_doc_list(doc, "modules", true);

	if (lppack_value_count(list) > MODULES_MAX)
		lp_doc_fail(doc, "modules", NULL, "'modules' has more than %u elements", MODULES_MAX);
	for (size_t i = 0; i < lppack_value_count(list) && doc->rc == 0; i++) {
		const char *text = lp_doc_text_item(doc, list, i);
		struct lp_build_id id = { .len = 0 };

		if (doc->rc == 0 && lp_build_id_parse(text, &id) < 0)
			lp_doc_fail(doc, "modules", NULL, "'%s' is no build ID", text);
		if (doc->rc == 0)
			doc->rc = lp_build_ids_add(&out->modules, &out->n_modules, &id, doc->err);
	}
}

static int decode(const struct lppack_value *tree, const char *path, struct lp_running *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "boot_id", "forced", "modules", "active", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	struct lp_doc active;
	uint64_t format = 0;

	lp_doc_keys(&doc, keys);
	lp_doc_int(&doc, "format", true, RUNNING_FORMAT, &format);
	lp_doc_text_dup(&doc, "boot_id", true, &out->boot_id);
	lp_doc_bool(&doc, "forced", true, &out->forced);
	decode_modules(&doc, out);
	active = lp_doc_map(&doc, "active", false);
	if (doc.rc == 0 && active.map) {
		lp_loaded_decode(&active, &out->active);
		lp_doc_join(&doc, &active);
		out->has_active = doc.rc == 0;
	}
	return doc.rc;
}

int lp_running_read(struct lppack_host *host, struct lp_running *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_RUNNING_FILE, host->io.root);
	LP_AUTO_FREE char *boot_id = lp_host_boot_id(&host->io);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_running){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(host->io.root, LP_RUNNING_FILE, &tree, err);
	/* Of an earlier boot nothing is asked, not even that it can be decoded. */
	if (rc > 0 && lp_boot_ids_match(lppack_value_text(lppack_value_get(tree, "boot_id")), boot_id))
		rc = decode(tree, path, out, err);
	if (rc < 0)
		lp_running_free(out);
	if (rc == -LPPACK_E_STATE)
		lp_hint(err, rc, "look at what is in force (lppack status), then: lppack recover --discard");
	return rc < 0 ? rc : 0;
}

/* What is not listed any more need not be known: nobody can ask whose it is. */
static void forget_gone(struct lppack_host *host, struct lp_running *running)
{
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	size_t kept = 0;

	if (lp_stack_read(&host->io, &stack, NULL) < 0)
		return;
	for (size_t i = 0; i < running->n_modules; i++) {
		bool listed = running->has_active &&
			      lp_build_id_equal(&running->modules[i], &running->active.module.build_id);

		for (size_t j = 0; j < stack.n && !listed; j++)
			listed = lp_build_id_equal(&running->modules[i], &stack.patches[j].build_id);
		if (listed)
			running->modules[kept++] = running->modules[i];
	}
	running->n_modules = kept;
}

int lp_running_write(struct lppack_host *host, struct lp_running *running, struct lppack_error *err)
{
	LP_AUTO_FREE char *boot_id = lp_host_boot_id(&host->io);
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *modules = lp_value_list();
	char text[LP_BUILD_ID_TEXT];

	forget_gone(host, running);
	for (size_t i = 0; i < running->n_modules; i++)
		lp_value_push(&modules, lp_value_string(lp_build_id_format(&running->modules[i], text)));
	lp_value_add_int(&map, "format", RUNNING_FORMAT);
	lp_value_add_text(&map, "boot_id", boot_id ? boot_id : "");
	lp_value_add_bool(&map, "forced", running->forced);
	lp_value_add(&map, "modules", modules);
	if (running->has_active)
		lp_value_add(&map, "active", lp_loaded_tree(&running->active));
	return map ? lp_state_file_write(host->io.root, LP_RUNNING_FILE, map, err) : lp_fail_nomem(err);
}
