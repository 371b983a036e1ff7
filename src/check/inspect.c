/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack_module_inspect(): the report of all that a module's file contains, whatever kernel it is for. */
#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "inspect/anatomy.h"
#include "inspect/module_elf.h"
#include "crypto/digest.h"
#include "crypto/module_signature.h"
#include "cell/cell.h"
#include "bundle/findings.h"
#include "check/module_file.h"

#include <lppack/inspect.h>

#include <string.h>

/* In the cell: what it reads in the module. */
struct subject {
	struct lp_module_facts facts;
	struct lp_anatomy anatomy;
};

/* In the caller, and a copy in the cell. */
struct module_file {
	const char *path;
	struct lp_buf bytes;
	uint64_t size;
};

static void cleanup_subject(struct subject *s)
{
	lp_anatomy_free(&s->anatomy);
	lp_module_facts_free(&s->facts);
}

static void cleanup_module_file(struct module_file *file)
{
	lp_buf_free(&file->bytes);
}

static void describe_identity(struct lppack_value **map, const struct subject *s)
{
	static const char *const keys[] = { "license", "author", "description" };
	const struct lp_module_facts *f = &s->facts;

	lp_value_add_text(map, "name", f->name);
	lp_value_add_bool(map, "livepatch", f->is_livepatch);
	lp_value_add_text(map, "arch", f->arch);
	lp_value_add_text(map, "release", f->release);
	lp_value_add_text(map, "vermagic", f->vermagic);
	lp_value_add_text(map, "srcversion", f->srcversion);
	lp_value_add_build_id(map, "build_id", &f->build_id);
	lp_value_add_text(map, "depends", f->depends);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		lp_value_add_text(map, keys[i], lp_anatomy_modinfo(&s->anatomy, keys[i]));
	lp_value_add_bool(map, "intree", lp_anatomy_modinfo(&s->anatomy, "intree") != NULL);
	lp_value_add_text(map, "release_salt", s->anatomy.release_salt);
	lp_value_add_text(map, "compiler", s->anatomy.compiler);
}

static struct lppack_value *describe_replace(const struct subject *s)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "declared", lp_replace_names[s->facts.replace]);
	lp_value_add_text(&map, "verdict", lp_verdict_names[s->anatomy.verdict]);
	lp_value_add_text(&map, "reason", s->anatomy.reason);
	return map;
}

static struct lppack_value *describe_callbacks(unsigned int callbacks)
{
	struct lppack_value *list = lp_value_list();

	for (unsigned int i = 0; lp_callback_names[i]; i++)
		if (callbacks & 1u << i)
			lp_value_push(&list, lp_value_string(lp_callback_names[i]));
	return list;
}

/* *next counts the functions of all objects: the new code stands in the same order. */
static struct lppack_value *describe_object(const struct subject *s, const struct lp_object *object, size_t *next)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *functions = lp_value_list();

	for (size_t i = 0; i < object->n_funcs; i++, ++*next) {
		const struct lp_new_code *code = *next < s->anatomy.n_code ? &s->anatomy.code[*next] : NULL;
		struct lppack_value *function = lp_value_map();

		lp_value_add_text(&function, "name", object->funcs[i].name);
		lp_value_add_int(&function, "sympos", object->funcs[i].sympos);
		if (code && code->size)
			lp_value_add_int(&function, "size", code->size);
		lp_value_push(&functions, function);
	}
	lp_value_add_text(&map, "name", object->name);
	lp_value_add(&map, "callbacks", describe_callbacks(object->callbacks));
	lp_value_add(&map, "functions", functions);
	return map;
}

static void describe_klp_patch(struct lppack_value **map, const struct subject *s)
{
	struct lppack_value *objects = lp_value_list();
	struct lppack_value *states = lp_value_list();
	size_t next = 0;

	for (size_t i = 0; i < s->facts.n_objects; i++)
		lp_value_push(&objects, describe_object(s, &s->facts.objects[i], &next));
	for (size_t i = 0; i < s->facts.n_states; i++) {
		struct lppack_value *state = lp_value_map();

		lp_value_add_int(&state, "id", s->facts.states[i].id);
		lp_value_add_int(&state, "version", s->facts.states[i].version);
		lp_value_push(&states, state);
	}
	lp_value_add_text(map, "builder", lp_builder_names[s->facts.builder]);
	lp_value_add(map, "replace", describe_replace(s));
	lp_value_add(map, "objects", objects);
	lp_value_add(map, "states", states);
}

static struct lppack_value *describe_items(const struct lp_klp_items *items, const char *name, const char *number)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < items->n; i++) {
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "object", items->items[i].object);
		lp_value_add_text(&map, name, items->items[i].name);
		lp_value_add_int(&map, number, items->items[i].number);
		lp_value_push(&list, map);
	}
	return list;
}

static struct lppack_value *describe_klp(const struct lp_anatomy *a)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *jump_tables = lp_value_list();

	for (size_t i = 0; i < a->jump_tables.n; i++)
		lp_value_push(&jump_tables, lp_value_string(a->jump_tables.items[i].name));
	lp_value_add(&map, "relocations", describe_items(&a->relocations, "section", "entries"));
	lp_value_add(&map, "symbols", describe_items(&a->symbols, "name", "sympos"));
	lp_value_add(&map, "jump_tables", jump_tables);
	return map;
}

static void describe_links(struct lppack_value **map, const struct lp_anatomy *a)
{
	struct lppack_value *imports = lp_value_list();
	struct lppack_value *exports = lp_value_list();

	for (size_t i = 0; i < a->n_imports; i++) {
		struct lppack_value *import = lp_value_map();
		char crc[16];

		snprintf(crc, sizeof(crc), "%08x", a->imports[i].crc);
		lp_value_add_text(&import, "name", a->imports[i].name);
		lp_value_add_text(&import, "crc", a->imports[i].has_crc ? crc : NULL);
		lp_value_push(&imports, import);
	}
	for (size_t i = 0; i < a->n_exports; i++)
		lp_value_push(&exports, lp_value_string(a->exports[i]));
	lp_value_add(map, "klp", describe_klp(a));
	lp_value_add(map, "imports", imports);
	lp_value_add(map, "exports", exports);
	lp_value_add_bool(map, "shadow_variables", a->uses_shadow_variables);
}

static void add_if_known(struct lppack_value **map, const char *key, const char *text)
{
	lp_value_add_text(map, key, *text ? text : NULL);
}

/* CMS is for the caller, whose strict profile of DER stands before the library: not for the cell. */
static struct lppack_value *describe_signature(const struct module_file *file, size_t at)
{
	size_t size = file->bytes.len - at - LP_SIGNATURE_TRAILER_SIZE;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_module_signature signature = { 0 };
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "size", size);
	if (lp_module_signature_parse(file->bytes.data + at, size, file->path, &signature, &err) < 0) {
		lp_value_add_text(&map, "error", err.message);
		return map;
	}
	add_if_known(&map, "digest", signature.digest);
	add_if_known(&map, "algorithm", signature.algorithm);
	add_if_known(&map, "issuer", signature.issuer);
	add_if_known(&map, "serial", signature.serial);
	add_if_known(&map, "key_id", signature.key_id);
	lp_value_add_int(&map, "signers", signature.n_signers);
	return map;
}

static struct lppack_value *describe_hardening(const struct lp_anatomy *a)
{
	const struct lp_hardening *h = &a->hardening;
	const struct {
		const char *key;
		int64_t n;
	} sites[] = {
		{ "retpoline_sites", h->retpoline_sites },
		{ "return_sites", h->return_sites },
		{ "call_sites", h->call_sites },
		{ "ibt_endbr_seal", h->ibt_endbr_seal },
	};
	struct lppack_value *map = lp_value_map();

	lp_value_add_bool(&map, "retpoline", h->retpoline);
	lp_value_add_bool(&map, "ibt", h->has_ibt);
	lp_value_add_bool(&map, "shstk", h->has_shstk);
	lp_value_add_bool(&map, "bti", h->has_bti);
	lp_value_add_bool(&map, "pac", h->has_pac);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		if (sites[i].n >= 0)
			lp_value_add_int(&map, sites[i].key, (uint64_t)sites[i].n);
	return map;
}

static struct lppack_value *describe_part(const struct lp_memory_part *part)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "text", part->text);
	lp_value_add_int(&map, "rodata", part->rodata);
	lp_value_add_int(&map, "ro_after_init", part->ro_after_init);
	lp_value_add_int(&map, "data", part->data);
	lp_value_add_int(&map, "bss", part->bss);
	lp_value_add_int(&map, "pages", part->pages);
	return map;
}

static void describe_memory(struct lppack_value **map, const struct lp_memory *m)
{
	struct lppack_value *memory = lp_value_map();

	lp_value_add_int(&memory, "page_size", m->page_size);
	lp_value_add(&memory, "core", describe_part(&m->core));
	lp_value_add(&memory, "init", describe_part(&m->init));
	lp_value_add_int(&memory, "percpu", m->percpu);
	lp_value_add(map, "memory", memory);
	lp_value_add_int(map, "debug_size", m->debug);
}

static struct lppack_value *describe_modinfo(const struct lp_anatomy *a)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < a->n_modinfo; i++) {
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "key", a->modinfo[i].key);
		lp_value_add_text(&map, "value", a->modinfo[i].value);
		lp_value_push(&list, map);
	}
	return list;
}

/* The parts between which the caller puts its own. */
static struct lppack_value *inspect_answer(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
					   struct lppack_error *err)
{
	const struct module_file *file = context;
	LP_AUTO(cleanup_subject) struct subject s = { 0 };
	struct lppack_value *identity = NULL;
	struct lppack_value *links = NULL;
	struct lppack_value *layout = NULL;
	struct lppack_value *answer = NULL;

	(void)cell;
	(void)request;
	if (lp_module_anatomize(file->bytes.data, file->bytes.len, file->path, &s.facts, &s.anatomy, err) < 0)
		return NULL;
	identity = lp_value_map();
	links = lp_value_map();
	layout = lp_value_map();
	answer = lp_value_map();
	describe_identity(&identity, &s);
	if (s.facts.is_livepatch)
		describe_klp_patch(&links, &s);
	describe_links(&links, &s.anatomy);
	lp_value_add(&layout, "hardening", describe_hardening(&s.anatomy));
	describe_memory(&layout, &s.anatomy.memory);
	lp_value_add(&layout, "modinfo", describe_modinfo(&s.anatomy));
	lp_value_add(&layout, "findings", lp_findings_list(&s.facts, &s.anatomy));
	lp_value_add(&answer, "identity", identity);
	lp_value_add(&answer, "links", links);
	lp_value_add(&answer, "layout", layout);
	return answer;
}

/* What the cell says under a key, without what is only the caller's to say. */
static void add_part(struct lppack_value **map, const struct lppack_value *answer, const char *key)
{
	static const char *const own[] = { "file_size", "size", "sha256", "signature", NULL };
	const struct lppack_value *part = lppack_value_get(answer, key);

	for (size_t i = 0; lppack_value_kind(part) == LPPACK_KIND_MAP && i < lppack_value_count(part); i++) {
		const char *name = NULL;
		const struct lppack_value *item = lppack_value_at(part, i, &name);

		if (!lp_text_is_one_of(name, own))
			lp_value_add(map, name, lp_value_copy(item));
	}
}

static struct lppack_value *inspect_assemble(const struct module_file *file, const struct lppack_value *answer,
					     struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();
	size_t at = file->bytes.len;
	bool has_signature = false;
	struct lp_digest digest;

	if (lp_sha256(file->bytes.data, file->bytes.len, &digest, err) < 0) {
		lppack_value_free(map);
		return NULL;
	}
	add_part(&map, answer, "identity");
	lp_value_add_int(&map, "file_size", file->size);
	lp_value_add_int(&map, "size", file->bytes.len);
	lp_value_add_digest(&map, "sha256", &digest);
	add_part(&map, answer, "links");
	if (lp_signature_split(file->bytes.data, &at, file->path, &has_signature, NULL) == 0 && has_signature)
		lp_value_add(&map, "signature", describe_signature(file, at));
	add_part(&map, answer, "layout");
	if (!map)
		lp_fail_nomem(err);
	return map;
}

LP_EXPORT struct lppack_value *lppack_module_inspect(const char *path, struct lppack_error *err)
{
	LP_AUTO(cleanup_module_file) struct module_file file = { .path = path };
	LP_AUTO_VALUE struct lppack_value *answer = NULL;

	if (lp_module_file_read(path, &file.bytes, &file.size, err) < 0)
		return NULL;
	if (lp_cell_run(&(struct lp_cell_service){ .name = path, .context = &file, .answer = inspect_answer }, &answer,
			err) < 0)
		return NULL;
	return inspect_assemble(&file, answer, err);
}
