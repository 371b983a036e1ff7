/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying what a release claims for a kernel, writing it down, and reading it again. */
#include "machine/claims.h"

#include "shared/text.h"
#include "base/value_add.h"

#include <string.h>

void lp_claims_free(struct lp_claims *claims)
{
	lp_fixes_free(&claims->fixes);
	lp_text_list_free(&claims->not_applicable);
	*claims = (struct lp_claims){ 0 };
}

static bool copy_texts(struct lp_text_list *to, const struct lp_text_list *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (lp_text_list_add(to, from->items[i]) < 0)
			return false;
	return true;
}

static bool copy_fix(struct lp_fixes *to, const struct lp_fix *from)
{
	struct lp_fix *fix = lp_fixes_add(to);
	bool ok = fix != NULL;

	if (!ok)
		return false;
	fix->id = lp_text_dup(from->id, &ok);
	fix->severity = lp_text_dup(from->severity, &ok);
	return ok && copy_texts(&fix->functions, &from->functions);
}

static bool copy_unfixable(struct lp_fixes *to, const struct lp_unfixable *from)
{
	struct lp_unfixable *unfixable = lp_fixes_add_unfixable(to);
	bool ok = unfixable != NULL;

	if (!ok)
		return false;
	unfixable->id = lp_text_dup(from->id, &ok);
	unfixable->reason = lp_text_dup(from->reason, &ok);
	return ok;
}

int lp_claims_set(struct lp_claims *out, const struct lp_fixes *fixes, const struct lp_text_list *not_applicable,
		  struct lppack_error *err)
{
	bool ok;

	*out = (struct lp_claims){ .is_known = true };
	ok = copy_texts(&out->not_applicable, not_applicable);
	for (size_t i = 0; ok && i < fixes->n_fixes; i++)
		ok = copy_fix(&out->fixes, &fixes->fixes[i]);
	for (size_t i = 0; ok && i < fixes->n_unfixable; i++)
		ok = copy_unfixable(&out->fixes, &fixes->unfixable[i]);
	if (ok)
		return 0;
	lp_claims_free(out);
	return lp_fail_nomem(err);
}

int lp_claims_read(struct lp_contents *contents, const struct lp_build_id *build_id, struct lp_claims *out,
		   struct lp_metadata *metadata, struct lppack_error *err)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_record record;
	int rc = lp_contents_find(contents, build_id, &record, NULL, &why);

	if (rc == -LPPACK_E_NO_KERNEL)
		return 0;
	if (rc < 0)
		return lp_error_move(err, &why);
	rc = lp_contents_fixes(contents, &fixes, err);
	if (rc < 0)
		return rc;
	rc = lp_contents_metadata(contents, &record, metadata, err);
	if (rc < 0)
		return rc;
	rc = lp_claims_set(out, &fixes, &metadata->not_applicable, err);
	if (rc < 0)
		lp_metadata_free(metadata);
	return rc < 0 ? rc : 1;
}

int lp_claims_copy(struct lp_claims *out, const struct lp_claims *from, struct lppack_error *err)
{
	if (from->is_known)
		return lp_claims_set(out, &from->fixes, &from->not_applicable, err);
	*out = (struct lp_claims){ 0 };
	return 0;
}

const struct lp_fix *lp_claims_find(const struct lp_claims *claims, const char *id)
{
	for (size_t i = 0; i < claims->fixes.n_fixes; i++)
		if (strcmp(claims->fixes.fixes[i].id, id) == 0)
			return &claims->fixes.fixes[i];
	return NULL;
}

bool lp_claims_excludes(const struct lp_claims *claims, const char *id)
{
	for (size_t i = 0; i < claims->not_applicable.n; i++)
		if (strcmp(claims->not_applicable.items[i], id) == 0)
			return true;
	return false;
}

struct lppack_value *lp_claims_encode(const struct lp_claims *claims)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *fixes = lp_value_list();
	struct lppack_value *unfixable = lp_value_list();

	for (size_t i = 0; i < claims->fixes.n_fixes; i++) {
		const struct lp_fix *fix = &claims->fixes.fixes[i];
		struct lppack_value *item = lp_value_map();

		lp_value_add_text(&item, "id", fix->id);
		lp_value_add_text(&item, "severity", fix->severity);
		lp_value_add_texts(&item, "functions", fix->functions.items, fix->functions.n);
		lp_value_push(&fixes, item);
	}
	for (size_t i = 0; i < claims->fixes.n_unfixable; i++) {
		struct lppack_value *item = lp_value_map();

		lp_value_add_text(&item, "id", claims->fixes.unfixable[i].id);
		lp_value_add_text(&item, "reason", claims->fixes.unfixable[i].reason);
		lp_value_push(&unfixable, item);
	}
	lp_value_add(&map, "fixes", fixes);
	lp_value_add(&map, "unfixable", unfixable);
	lp_value_add_texts(&map, "not_applicable", claims->not_applicable.items, claims->not_applicable.n);
	return map;
}

static void decode_texts(struct lp_doc *doc, const char *key, struct lp_text_list *out)
{
	const struct lppack_value *list = lp_doc_list(doc, key, true);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *text = lp_doc_text_item(doc, list, i);

		if (text && lp_text_list_add(out, text) < 0)
			doc->rc = lp_fail_nomem(doc->err);
	}
}

static void decode_fix(struct lp_doc *item, struct lp_fix *fix)
{
	static const char *const keys[] = { "id", "severity", "functions", NULL };

	lp_doc_keys(item, keys);
	lp_doc_text_dup(item, "id", true, &fix->id);
	lp_doc_text_dup(item, "severity", false, &fix->severity);
	decode_texts(item, "functions", &fix->functions);
}

static void decode_unfixable(struct lp_doc *item, struct lp_unfixable *unfixable)
{
	static const char *const keys[] = { "id", "reason", NULL };

	lp_doc_keys(item, keys);
	lp_doc_text_dup(item, "id", true, &unfixable->id);
	lp_doc_text_dup(item, "reason", true, &unfixable->reason);
}

void lp_claims_decode(struct lp_doc *doc, struct lp_claims *out)
{
	static const char *const keys[] = { "fixes", "unfixable", "not_applicable", NULL };
	const struct lppack_value *fixes;
	const struct lppack_value *unfixable;

	lp_doc_keys(doc, keys);
	fixes = lp_doc_list(doc, "fixes", true);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(fixes); i++) {
		struct lp_doc item = lp_doc_item(doc, fixes, i);
		struct lp_fix *fix = lp_fixes_add(&out->fixes);

		if (fix)
			decode_fix(&item, fix);
		lp_doc_join(doc, &item);
		if (!fix)
			doc->rc = lp_fail_nomem(doc->err);
	}
	unfixable = lp_doc_list(doc, "unfixable", true);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(unfixable); i++) {
		struct lp_doc item = lp_doc_item(doc, unfixable, i);
		struct lp_unfixable *one = lp_fixes_add_unfixable(&out->fixes);

		if (one)
			decode_unfixable(&item, one);
		lp_doc_join(doc, &item);
		if (!one)
			doc->rc = lp_fail_nomem(doc->err);
	}
	decode_texts(doc, "not_applicable", &out->not_applicable);
	out->is_known = doc->rc == 0;
}
