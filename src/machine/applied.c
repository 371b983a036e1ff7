/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/applied.h"

#include "base/value_add.h"
#include "bundle/bundle.h"
#include "shared/text.h"
#include "format/format.h"
#include "format/yaml.h"
#include "machine/state.h"

#define RECORD_FORMAT 1
#define RECORD_HINT "apply the bundle again: it is recorded anew"

void lp_applied_free(struct lp_applied *applied)
{
	free(applied->boot_id);
	free(applied->release);
	free(applied->module);
	lp_release_free(&applied->id);
	lppack_value_free(applied->level);
	*applied = (struct lp_applied){ 0 };
}

static struct lppack_value *record_tree(const struct lp_applied *a)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "format", RECORD_FORMAT);
	lp_value_add_text(&map, "boot_id", a->boot_id ? a->boot_id : "");
	lp_value_add_build_id(&map, "kernel", &a->kernel);
	lp_value_add_text(&map, "release", a->release);
	lp_value_add_text(&map, "module", a->module);
	lp_value_add_build_id(&map, "module_build_id", &a->module_build_id);
	lp_release_encode(&map, &a->id);
	lp_value_add_time(&map, "applied_at", a->applied_at);
	if (a->level)
		lp_value_add(&map, "level", lp_value_copy(a->level));
	return map;
}

int lp_applied_write(const char *root, const struct lp_applied *applied, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = record_tree(applied);

	return map ? lp_state_file_write(root, LP_RECORD_FILE, map, err) : lp_fail_nomem(err);
}

int lp_applied_forget(const char *root, struct lppack_error *err)
{
	return lp_state_file_remove(root, LP_RECORD_FILE, err);
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

static int decode(const struct lppack_value *tree, const char *path, struct lp_applied *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "boot_id", "kernel", "release", "module", "module_build_id",
					    LP_RELEASE_KEYS, "applied_at", "level", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	uint64_t format = 0;

	lp_doc_keys(&doc, keys);
	lp_doc_int(&doc, "format", true, RECORD_FORMAT, &format);
	lp_doc_text_dup(&doc, "boot_id", true, &out->boot_id);
	lp_doc_build_id(&doc, "kernel", true, &out->kernel);
	lp_doc_text_dup(&doc, "release", true, &out->release);
	lp_doc_text_dup(&doc, "module", true, &out->module);
	lp_doc_build_id(&doc, "module_build_id", false, &out->module_build_id);
	lp_release_decode(&doc, &out->id);
	lp_doc_time(&doc, "applied_at", true, &out->applied_at);
	decode_level(&doc, out);
	return doc.rc;
}

int lp_applied_read(const char *root, struct lp_applied *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_RECORD_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_applied){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_RECORD_FILE, &tree, err);
	if (rc > 0) {
		rc = decode(tree, path, out, err);
		rc = rc < 0 ? rc : 1;
	}
	if (rc < 0)
		lp_applied_free(out);
	return rc == -LPPACK_E_STATE ? lp_hint(err, rc, RECORD_HINT) : rc;
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
