/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding, encoding and checking fixes.yaml. */
#include "format/fixes.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/text_list.h"
#include "format/yaml.h"

#include <string.h>

const char *const lp_severity_names[] = { "low", "medium", "high", "critical", NULL };
const char *const lp_withdrawn_kinds[] = { "fix", "function", "kernel", "state", NULL };

struct lp_fix *lp_fixes_add(struct lp_fixes *fixes)
{
	return lp_array_add(&fixes->fixes, &fixes->n_fixes, sizeof(struct lp_fix));
}

struct lp_unfixable *lp_fixes_add_unfixable(struct lp_fixes *fixes)
{
	return lp_array_add(&fixes->unfixable, &fixes->n_unfixable, sizeof(struct lp_unfixable));
}

struct lp_withdrawn *lp_fixes_add_withdrawn(struct lp_fixes *fixes)
{
	return lp_array_add(&fixes->withdrawn, &fixes->n_withdrawn, sizeof(struct lp_withdrawn));
}

void lp_fixes_free(struct lp_fixes *fixes)
{
	for (size_t i = 0; i < fixes->n_fixes; i++) {
		struct lp_fix *fix = &fixes->fixes[i];

		free(fix->id);
		free(fix->summary);
		free(fix->severity);
		free(fix->cvss);
		lp_text_list_free(&fix->functions);
	}
	for (size_t i = 0; i < fixes->n_unfixable; i++) {
		free(fixes->unfixable[i].id);
		free(fixes->unfixable[i].reason);
	}
	for (size_t i = 0; i < fixes->n_withdrawn; i++) {
		free(fixes->withdrawn[i].kind);
		free(fixes->withdrawn[i].id);
		free(fixes->withdrawn[i].reason);
	}
	free(fixes->fixes);
	free(fixes->unfixable);
	free(fixes->withdrawn);
	*fixes = (struct lp_fixes){ 0 };
}

struct lppack_value *lp_fixes_tree(const struct lp_fixes *fixes)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();
	struct lppack_value *unfixable = lp_value_list();
	struct lppack_value *withdrawn = lp_value_list();

	for (size_t i = 0; i < fixes->n_fixes; i++) {
		const struct lp_fix *fix = &fixes->fixes[i];
		struct lppack_value *item = lp_value_map();

		lp_value_add_text(&item, "id", fix->id);
		lp_value_add_text(&item, "summary", fix->summary);
		lp_value_add_text(&item, "severity", fix->severity);
		lp_value_add_text(&item, "cvss", fix->cvss);
		lp_value_add_int(&item, "since", fix->since);
		lp_value_add_texts(&item, "functions", fix->functions.items, fix->functions.n);
		lp_value_push(&list, item);
	}
	for (size_t i = 0; i < fixes->n_unfixable; i++) {
		struct lppack_value *item = lp_value_map();

		lp_value_add_text(&item, "id", fixes->unfixable[i].id);
		lp_value_add_text(&item, "reason", fixes->unfixable[i].reason);
		lp_value_push(&unfixable, item);
	}
	for (size_t i = 0; i < fixes->n_withdrawn; i++) {
		struct lppack_value *item = lp_value_map();

		lp_value_add_text(&item, "kind", fixes->withdrawn[i].kind);
		lp_value_add_text(&item, "id", fixes->withdrawn[i].id);
		lp_value_add_text(&item, "reason", fixes->withdrawn[i].reason);
		lp_value_push(&withdrawn, item);
	}
	lp_value_add(&map, "fixes", list);
	lp_value_add(&map, "unfixable", unfixable);
	lp_value_add(&map, "withdrawn", withdrawn);
	return map;
}

int lp_fixes_encode(const struct lp_fixes *fixes, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_fixes_tree(fixes);

	if (!map)
		return lp_fail_nomem(err);
	lp_yaml_emit(map, out);
	if (!lp_buf_ok(out))
		return lp_fail_nomem(err);
	if (out->len > LP_FIXES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "shorten the summaries", "the list of fixes exceeds %u bytes",
			       LP_FIXES_MAX);
	return 0;
}

/* Reads an id and requires it to ascend from the one before (NULL for the first). */
static void read_id(struct lp_doc *item, const char *before, char **out)
{
	lp_doc_text_dup(item, "id", true, out);
	if (item->rc < 0)
		return;
	if (!**out || strlen(*out) > LP_TEXT_MAX)
		lp_doc_fail(item, "id", NULL, "'id' must have 1 to %u bytes", LP_TEXT_MAX);
	else if (before && strcmp(before, *out) >= 0)
		lp_doc_fail(item, "id", NULL, "ids must ascend, each once: '%s'", *out);
}

/* OBJECT:FUNCTION or OBJECT:FUNCTION,POSITION */
static bool is_function_id(const char *id)
{
	const char *colon = strchr(id, ':');
	const char *comma = colon ? strchr(colon, ',') : NULL;
	uint64_t position = 2;

	if (!colon || colon == id || !colon[1] || comma == colon + 1)
		return false;
	return !comma || (lp_text_to_u64(comma + 1, &position) == 0 && position >= 2);
}

const char *lp_withdrawn_id_fault(const char *kind, const char *id)
{
	struct lp_build_id build_id;
	uint64_t number = 0;

	if (strcmp(kind, "function") == 0)
		return is_function_id(id) ? NULL : "OBJECT:FUNCTION, or OBJECT:FUNCTION,POSITION from position 2 on";
	if (strcmp(kind, "kernel") == 0)
		return lp_build_id_parse(id, &build_id) == 0 ? NULL : "a build ID of 8 to 64 lower-case hex digits";
	if (strcmp(kind, "state") == 0)
		return lp_text_to_u64(id, &number) == 0 ? NULL : "a decimal number";
	return NULL;
}

static void read_text(struct lp_doc *item, const char *key, bool required, size_t max, char **out)
{
	lp_doc_text_dup(item, key, required, out);
	if (item->rc == 0 && *out && (!**out || strlen(*out) > max))
		lp_doc_fail(item, key, NULL, "'%s' must have 1 to %zu bytes", key, max);
}

static void read_functions(struct lp_doc *item, struct lp_text_list *out)
{
	const struct lppack_value *list = lp_doc_list(item, "functions", true);

	for (size_t i = 0; item->rc == 0 && i < lppack_value_count(list); i++) {
		const char *name = lp_doc_text_item(item, list, i);

		if (name && (!*name || strlen(name) > LP_TEXT_MAX))
			lp_doc_fail(item, "functions", NULL, "'functions' must have names of 1 to %u bytes",
				    LP_TEXT_MAX);
		else if (name && lp_text_list_add(out, name) < 0)
			item->rc = lp_fail_nomem(item->err);
	}
}

static void read_fix(struct lp_doc *item, const char *before, struct lp_fix *fix)
{
	static const char *const keys[] = { "id", "summary", "severity", "cvss", "since", "functions", NULL };

	lp_doc_keys(item, keys);
	read_id(item, before, &fix->id);
	read_text(item, "summary", false, LP_SUMMARY_MAX, &fix->summary);
	read_text(item, "severity", false, LP_TEXT_MAX, &fix->severity);
	read_text(item, "cvss", false, LP_TEXT_MAX, &fix->cvss);
	lp_doc_int(item, "since", true, LP_NUMBER_MAX, &fix->since);
	if (item->rc == 0 && fix->severity && !lp_text_is_one_of(fix->severity, lp_severity_names))
		lp_doc_fail(item, "severity", NULL, "'severity' must be low, medium, high or critical");
	read_functions(item, &fix->functions);
}

static void read_unfixable(struct lp_doc *item, const char *before, struct lp_unfixable *unfixable)
{
	static const char *const keys[] = { "id", "reason", NULL };

	lp_doc_keys(item, keys);
	read_id(item, before, &unfixable->id);
	read_text(item, "reason", true, LP_SUMMARY_MAX, &unfixable->reason);
}

static void read_withdrawn(struct lp_doc *item, const struct lp_withdrawn *before, struct lp_withdrawn *withdrawn)
{
	static const char *const keys[] = { "kind", "id", "reason", NULL };
	const char *fault;
	bool same_kind;

	lp_doc_keys(item, keys);
	lp_doc_text_dup(item, "kind", true, &withdrawn->kind);
	if (item->rc < 0)
		return;
	if (!lp_text_is_one_of(withdrawn->kind, lp_withdrawn_kinds))
		lp_doc_fail(item, "kind", NULL, "'kind' must be fix, function, kernel or state");
	same_kind = before && strcmp(before->kind, withdrawn->kind) == 0;
	if (before && strcmp(before->kind, withdrawn->kind) > 0)
		lp_doc_fail(item, "kind", NULL, "kinds must ascend");
	read_id(item, same_kind ? before->id : NULL, &withdrawn->id);
	read_text(item, "reason", true, LP_SUMMARY_MAX, &withdrawn->reason);
	fault = item->rc == 0 ? lp_withdrawn_id_fault(withdrawn->kind, withdrawn->id) : NULL;
	if (fault)
		lp_doc_fail(item, "id", NULL, "the id of a withdrawn %s must be %s: '%s'", withdrawn->kind, fault,
			    withdrawn->id);
}

static int compare_fix_id(const void *id, const void *fix)
{
	return strcmp(id, ((const struct lp_fix *)fix)->id);
}

static void check_withdrawn_fixes(struct lp_doc *doc, const struct lp_fixes *fixes)
{
	for (size_t i = 0; doc->rc == 0 && fixes->n_fixes && i < fixes->n_withdrawn; i++) {
		const struct lp_withdrawn *one = &fixes->withdrawn[i];

		if (strcmp(one->kind, "fix") == 0 &&
		    bsearch(one->id, fixes->fixes, fixes->n_fixes, sizeof(*fixes->fixes), compare_fix_id))
			lp_doc_fail(doc, "withdrawn", NULL, "the fix %s is withdrawn, but stands under 'fixes' too",
				    one->id);
	}
}

static void read_lists(struct lp_doc *doc, struct lp_fixes *out)
{
	const struct lppack_value *list = lp_doc_list(doc, "fixes", true);
	const struct lppack_value *unfixable = lp_doc_list(doc, "unfixable", true);
	const struct lppack_value *withdrawn = lp_doc_list(doc, "withdrawn", true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_fix *fix = lp_fixes_add(out);

		if (!fix)
			item.rc = lp_fail_nomem(doc->err);
		else
			read_fix(&item, i ? out->fixes[i - 1].id : NULL, fix);
		lp_doc_join(doc, &item);
	}
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(unfixable); i++) {
		struct lp_doc item = lp_doc_item(doc, unfixable, i);
		struct lp_unfixable *one = lp_fixes_add_unfixable(out);

		if (!one)
			item.rc = lp_fail_nomem(doc->err);
		else
			read_unfixable(&item, i ? out->unfixable[i - 1].id : NULL, one);
		lp_doc_join(doc, &item);
	}
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(withdrawn); i++) {
		struct lp_doc item = lp_doc_item(doc, withdrawn, i);
		struct lp_withdrawn *one = lp_fixes_add_withdrawn(out);

		if (!one)
			item.rc = lp_fail_nomem(doc->err);
		else
			read_withdrawn(&item, i ? &out->withdrawn[i - 1] : NULL, one);
		lp_doc_join(doc, &item);
	}
}

int lp_fixes_decode(const void *bytes, size_t n, const char *name, struct lp_fixes *out, struct lppack_error *err)
{
	static const char *const keys[] = { "fixes", "unfixable", "withdrawn", NULL };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	struct lp_doc doc = { .name = name, .code = LPPACK_E_STRUCTURE, .err = err };

	doc.rc = lp_yaml_parse_canonical(bytes, n, name, &tree, err);
	if (doc.rc < 0)
		return doc.rc;
	doc.map = tree;
	lp_doc_keys(&doc, keys);
	read_lists(&doc, &fixes);
	check_withdrawn_fixes(&doc, &fixes);
	if (doc.rc < 0)
		return doc.rc;
	*out = fixes;
	fixes = (struct lp_fixes){ 0 };
	return 0;
}
