/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding, encoding and checking a kernel's metadata. */
#include "format/metadata.h"

#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/text_list.h"
#include "format/yaml.h"

#include <string.h>

static const char maker_hint[] = "build the bundle again with lppack create";

void lp_metadata_free(struct lp_metadata *metadata)
{
	lp_module_facts_free(&metadata->facts);
	lp_text_list_free(&metadata->not_applicable);
	*metadata = (struct lp_metadata){ 0 };
}

static struct lppack_value *object_tree(const struct lp_object *object)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *callbacks = lp_value_list();
	struct lppack_value *functions = lp_value_list();

	for (unsigned int i = 0; lp_callback_names[i]; i++)
		if (object->callbacks & 1u << i)
			lp_value_push(&callbacks, lp_value_string(lp_callback_names[i]));
	for (size_t i = 0; i < object->n_funcs; i++) {
		struct lppack_value *function = lp_value_map();

		lp_value_add_text(&function, "name", object->funcs[i].name);
		lp_value_add_int(&function, "sympos", object->funcs[i].sympos);
		lp_value_push(&functions, function);
	}
	lp_value_add_text(&map, "name", object->name);
	lp_value_add(&map, "callbacks", callbacks);
	lp_value_add(&map, "functions", functions);
	return map;
}

struct lppack_value *lp_objects_tree(const struct lp_module_facts *facts)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < facts->n_objects; i++)
		lp_value_push(&list, object_tree(&facts->objects[i]));
	return list;
}

struct lppack_value *lp_states_tree(const struct lp_module_facts *facts)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < facts->n_states; i++) {
		struct lppack_value *state = lp_value_map();

		lp_value_add_int(&state, "id", facts->states[i].id);
		lp_value_add_int(&state, "version", facts->states[i].version);
		lp_value_push(&list, state);
	}
	return list;
}

static struct lppack_value *module_tree(const struct lp_metadata *m)
{
	const struct lp_module_facts *facts = &m->facts;
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "name", facts->name);
	lp_value_add_int(&map, "size", m->module_size);
	lp_value_add_digest(&map, "sha256", &m->module_sha256);
	lp_value_add_build_id(&map, "build_id", &facts->build_id);
	lp_value_add_text(&map, "srcversion", facts->srcversion);
	lp_value_add_text(&map, "depends", facts->depends);
	lp_value_add_text(&map, "builder", lp_builder_names[facts->builder]);
	lp_value_add_text(&map, "replace", lp_replace_names[facts->replace]);
	lp_value_add_bool(&map, "signed", facts->has_signature);
	return map;
}

struct lppack_value *lp_metadata_tree(const struct lp_metadata *m)
{
	struct lppack_value *map = lp_value_map();
	char hex[LP_BUILD_ID_TEXT];

	lp_value_add_text(&map, "build_id", lp_build_id_format(&m->build_id, hex));
	lp_value_add_text(&map, "release", m->facts.release);
	lp_value_add_text(&map, "arch", m->facts.arch);
	lp_value_add_text(&map, "vermagic", m->facts.vermagic);
	lp_value_add(&map, "module", module_tree(m));
	lp_value_add(&map, "objects", lp_objects_tree(&m->facts));
	lp_value_add(&map, "states", lp_states_tree(&m->facts));
	lp_value_add_texts(&map, "not_applicable", m->not_applicable.items, m->not_applicable.n);
	return map;
}

int lp_metadata_encode(const struct lp_metadata *metadata, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_metadata_tree(metadata);

	if (!map)
		return lp_fail_nomem(err);
	lp_yaml_emit(map, out);
	if (!lp_buf_ok(out))
		return lp_fail_nomem(err);
	if (out->len > LP_METADATA_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, NULL, "the metadata of module %s exceed %u bytes",
			       metadata->facts.name, LP_METADATA_MAX);
	return 0;
}

static void read_callbacks(struct lp_doc *doc, unsigned int *out)
{
	const struct lppack_value *list = lp_doc_list(doc, "callbacks", true);
	unsigned int next = 0;

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *name = lp_doc_text_item(doc, list, i);

		while (name && lp_callback_names[next] && strcmp(lp_callback_names[next], name) != 0)
			next++;
		if (!name || !lp_callback_names[next])
			lp_doc_fail(doc, "callbacks", NULL, "'callbacks' has an unknown, repeated or misplaced name");
		else
			*out |= 1u << next++;
	}
}

static void read_functions(struct lp_doc *doc, struct lp_object *object)
{
	static const char *const keys[] = { "name", "sympos", NULL };
	const struct lppack_value *list = lp_doc_list(doc, "functions", true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_func *func = lp_object_add_func(object);

		if (!func) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		lp_doc_text_dup(&item, "name", true, &func->name);
		lp_doc_int(&item, "sympos", true, UINT64_MAX, &func->sympos);
		lp_doc_join(doc, &item);
	}
}

void lp_doc_objects(struct lp_doc *doc, const char *key, struct lp_module_facts *facts)
{
	static const char *const keys[] = { "name", "callbacks", "functions", NULL };
	const struct lppack_value *list = lp_doc_list(doc, key, true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_object *object = lp_module_facts_add_object(facts);

		if (!object) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		lp_doc_text_dup(&item, "name", true, &object->name);
		read_callbacks(&item, &object->callbacks);
		read_functions(&item, object);
		lp_doc_join(doc, &item);
	}
}

void lp_doc_states(struct lp_doc *doc, const char *key, struct lp_module_facts *facts)
{
	static const char *const keys[] = { "id", "version", NULL };
	const struct lppack_value *list = lp_doc_list(doc, key, true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_klp_state *state = lp_module_facts_add_state(facts);
		uint64_t version = 0;

		if (!state) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		lp_doc_int(&item, "id", true, UINT64_MAX, &state->id);
		lp_doc_int(&item, "version", true, UINT32_MAX, &version);
		state->version = (uint32_t)version;
		lp_doc_join(doc, &item);
	}
}

static void read_module(struct lp_doc *doc, struct lp_metadata *m)
{
	static const char *const keys[] = { "name",    "size",    "sha256",  "build_id", "srcversion",
					    "depends", "builder", "replace", "signed",   NULL };
	struct lp_doc module = lp_doc_map(doc, "module", true);
	unsigned int builder = 0;
	unsigned int replace = 0;

	lp_doc_keys(&module, keys);
	lp_doc_text_dup(&module, "name", true, &m->facts.name);
	lp_doc_int(&module, "size", true, LP_MODULE_MAX, &m->module_size);
	lp_doc_digest(&module, "sha256", &m->module_sha256);
	lp_doc_build_id(&module, "build_id", false, &m->facts.build_id);
	lp_doc_text_dup(&module, "srcversion", false, &m->facts.srcversion);
	lp_doc_text_dup(&module, "depends", false, &m->facts.depends);
	lp_doc_word(&module, "builder", true, lp_builder_names, &builder);
	lp_doc_word(&module, "replace", true, lp_replace_names, &replace);
	lp_doc_bool(&module, "signed", true, &m->facts.has_signature);
	if (module.rc == 0 && replace == LP_REPLACE_REFUTED)
		lp_doc_fail(&module, "replace", maker_hint,
			    "a module that is not in replace mode cannot be in a bundle");
	m->facts.builder = (enum lp_builder)builder;
	m->facts.replace = (enum lp_replace)replace;
	lp_doc_join(doc, &module);
}

static void read_not_applicable(struct lp_doc *doc, struct lp_text_list *out)
{
	const struct lppack_value *list = lp_doc_list(doc, "not_applicable", true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *id = lp_doc_text_item(doc, list, i);

		if (id && i > 0 && strcmp(out->items[i - 1], id) >= 0)
			lp_doc_fail(doc, "not_applicable", NULL, "ids must ascend, each once: '%s'", id);
		else if (id && lp_text_list_add(out, id) < 0)
			doc->rc = lp_fail_nomem(doc->err);
	}
}

static void read_kernel(struct lp_doc *doc, struct lp_metadata *m)
{
	static const char *const keys[] = { "build_id", "release", "arch",           "vermagic", "module",
					    "objects",  "states",  "not_applicable", NULL };
	size_t len;

	lp_doc_keys(doc, keys);
	lp_doc_build_id(doc, "build_id", true, &m->build_id);
	lp_doc_text_dup(doc, "release", true, &m->facts.release);
	lp_doc_text_dup(doc, "arch", true, &m->facts.arch);
	lp_doc_text_dup(doc, "vermagic", true, &m->facts.vermagic);
	if (doc->rc < 0)
		return;
	len = strlen(m->facts.release);
	if (strchr(m->facts.release, ' ') || strncmp(m->facts.vermagic, m->facts.release, len) != 0 ||
	    !strchr(" ", m->facts.vermagic[len]))
		lp_doc_fail(doc, "release", maker_hint, "'release' is not the first word of 'vermagic'");
}

int lp_metadata_decode(const void *bytes, size_t n, const char *name, struct lp_metadata *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_METADATA struct lp_metadata m = { .facts.is_livepatch = true };
	struct lp_doc doc = { .name = name, .code = LPPACK_E_STRUCTURE, .err = err };

	doc.rc = lp_yaml_parse_canonical(bytes, n, name, &tree, err);
	if (doc.rc < 0)
		return doc.rc;
	doc.map = tree;
	read_kernel(&doc, &m);
	read_module(&doc, &m);
	lp_doc_objects(&doc, "objects", &m.facts);
	lp_doc_states(&doc, "states", &m.facts);
	read_not_applicable(&doc, &m.not_applicable);
	if (doc.rc < 0)
		return doc.rc;
	*out = m;
	m = (struct lp_metadata){ 0 };
	return 0;
}

int lp_metadata_compare(const struct lp_module_facts *said, const struct lp_module_facts *is, const char *name,
			struct lppack_error *err)
{
	const struct lp_metadata a = { .facts = *said };
	const struct lp_metadata b = { .facts = *is };
	LP_AUTO_VALUE struct lppack_value *left = lp_metadata_tree(&a);
	LP_AUTO_VALUE struct lppack_value *right = lp_metadata_tree(&b);

	if (!left || !right)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < left->n && i < right->n; i++) {
		LP_AUTO_BUF struct lp_buf x = { 0 };
		LP_AUTO_BUF struct lp_buf y = { 0 };
		struct lppack_value one = { .kind = LPPACK_KIND_LIST, .items = &left->items[i], .n = 1 };
		struct lppack_value other = { .kind = LPPACK_KIND_LIST, .items = &right->items[i], .n = 1 };

		lp_yaml_emit(&one, &x);
		lp_yaml_emit(&other, &y);
		if (!lp_buf_ok(&x) || !lp_buf_ok(&y))
			return lp_fail_nomem(err);
		if (strcmp(left->keys[i], right->keys[i]) != 0 || x.len != y.len || memcmp(x.data, y.data, x.len) != 0)
			return lp_fail(err, LPPACK_E_FACTS, maker_hint,
				       "%s: the metadata's '%s' are not those of the module", name, left->keys[i]);
	}
	return 0;
}
