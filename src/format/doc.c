/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the maps of a document, key by key, with errors that name the place. */
#include "format/doc.h"

#include "shared/text.h"
#include "format/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lp_doc_fail(struct lp_doc *doc, const char *key, const char *hint, const char *fmt, ...)
{
	const struct lppack_value *at = key ? lppack_value_get(doc->map, key) : NULL;
	unsigned int line = at ? at->line : doc->map ? doc->map->line : 0;
	char what[512];
	va_list args;

	if (doc->rc < 0)
		return;
	if (!hint && doc->code == LPPACK_E_SPEC)
		hint = "lppack-spec(5) tells what each key takes";
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (line)
		doc->rc = lp_fail(doc->err, doc->code, hint, "%s:%u: %s", doc->name, line, what);
	else
		doc->rc = lp_fail(doc->err, doc->code, hint, "%s: %s", doc->name, what);
}

void lp_doc_keys(struct lp_doc *doc, const char *const *known)
{
	if (doc->rc < 0)
		return;
	for (size_t i = 0; i < lppack_value_count(doc->map); i++) {
		const char *key = NULL;
		const char *nearest;

		lppack_value_at(doc->map, i, &key);
		if (strncmp(key, "x-", 2) == 0 || lp_text_is_one_of(key, known))
			continue;
		nearest = lp_text_nearest(key, known);
		lp_doc_fail(doc, key, nearest ? NULL : "remove it, or begin its name with x-", "unknown key '%s'%s%s%s",
			    key, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
		return;
	}
}

/* The value of a key if it is there and of the kind. */
static const struct lppack_value *fetch(struct lp_doc *doc, const char *key, bool required, enum lppack_kind kind,
					const char *kind_name)
{
	const struct lppack_value *value = lppack_value_get(doc->map, key);

	if (doc->rc < 0)
		return NULL;
	if (!value) {
		if (required)
			lp_doc_fail(doc, NULL, "add it", "the key '%s' is missing", key);
		return NULL;
	}
	if (lppack_value_kind(value) != kind) {
		lp_doc_fail(doc, key, NULL, "'%s' must be %s", key, kind_name);
		return NULL;
	}
	return value;
}

void lp_doc_text(struct lp_doc *doc, const char *key, bool required, const char **out)
{
	const struct lppack_value *value = lppack_value_get(doc->map, key);

	/* In a spec an unquoted 2 or true is a text where a text is wanted; in a bundle the quotes are a MUST. */
	if (doc->rc == 0 && doc->code == LPPACK_E_SPEC && lppack_value_text(value)) {
		*out = lppack_value_text(value);
		return;
	}
	value = fetch(doc, key, required, LPPACK_KIND_STRING, "a text");
	if (value)
		*out = lppack_value_text(value);
}

void lp_doc_text_dup(struct lp_doc *doc, const char *key, bool required, char **out)
{
	const char *text = NULL;

	lp_doc_text(doc, key, required, &text);
	if (!text)
		return;
	*out = strdup(text);
	if (!*out)
		doc->rc = lp_fail_nomem(doc->err);
}

void lp_doc_int(struct lp_doc *doc, const char *key, bool required, uint64_t max, uint64_t *out)
{
	const struct lppack_value *value = fetch(doc, key, required, LPPACK_KIND_INT, "a whole number");

	if (!value)
		return;
	if (value->number > max)
		lp_doc_fail(doc, key, NULL, "'%s' must be at most %llu", key, (unsigned long long)max);
	else
		*out = value->number;
}

void lp_doc_bool(struct lp_doc *doc, const char *key, bool required, bool *out)
{
	const struct lppack_value *value = fetch(doc, key, required, LPPACK_KIND_BOOL, "true or false");

	if (value)
		*out = value->number;
}

void lp_doc_time(struct lp_doc *doc, const char *key, bool required, int64_t *out)
{
	const char *text = NULL;

	lp_doc_text(doc, key, required, &text);
	if (text && lp_time_parse(text, out) < 0)
		lp_doc_fail(doc, key, NULL, "'%s' must be a time in UTC like 2027-01-31T00:00:00Z", key);
}

void lp_doc_digest(struct lp_doc *doc, const char *key, struct lp_digest *out)
{
	const char *text = NULL;

	lp_doc_text(doc, key, true, &text);
	if (text && lp_hex_decode(text, out->bytes, sizeof(out->bytes)) != LP_DIGEST_SIZE)
		lp_doc_fail(doc, key, NULL, "'%s' must be a SHA-256 in lower-case hex", key);
}

void lp_doc_build_id(struct lp_doc *doc, const char *key, bool required, struct lp_build_id *out)
{
	const char *text = NULL;

	lp_doc_text(doc, key, required, &text);
	if (text && lp_build_id_parse(text, out) < 0)
		lp_doc_fail(doc, key, NULL, "'%s' must be a build ID: lower-case hex of 4 to 32 bytes", key);
}

void lp_doc_word(struct lp_doc *doc, const char *key, bool required, const char *const *words, unsigned int *out)
{
	const char *text = NULL;

	lp_doc_text(doc, key, required, &text);
	if (!text)
		return;
	for (unsigned int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return;
		}
	lp_doc_fail(doc, key, NULL, "'%s' has the unknown value '%s'", key, text);
}

struct lp_doc lp_doc_map(struct lp_doc *doc, const char *key, bool required)
{
	struct lp_doc part = *doc;

	part.map = fetch(doc, key, required, LPPACK_KIND_MAP, "a map");
	part.rc = doc->rc;
	return part;
}

const struct lppack_value *lp_doc_list(struct lp_doc *doc, const char *key, bool required)
{
	return fetch(doc, key, required, LPPACK_KIND_LIST, "a list");
}

struct lp_doc lp_doc_item(struct lp_doc *doc, const struct lppack_value *list, size_t i)
{
	struct lp_doc part = *doc;

	part.map = lppack_value_at(list, i, NULL);
	if (part.rc == 0 && lppack_value_kind(part.map) != LPPACK_KIND_MAP) {
		lp_doc_fail(&part, NULL, NULL, "an element of the list must be a map");
		part.map = NULL;
	}
	return part;
}

const char *lp_doc_text_item(struct lp_doc *doc, const struct lppack_value *list, size_t i)
{
	const struct lppack_value *item = lppack_value_at(list, i, NULL);

	if (doc->rc < 0)
		return NULL;
	if (lppack_value_kind(item) != LPPACK_KIND_STRING) {
		doc->rc = lp_fail(doc->err, doc->code, doc->code == LPPACK_E_SPEC ? "put it into quotes" : NULL,
				  "%s:%u: an element of the list must be a text", doc->name, item ? item->line : 0);
		return NULL;
	}
	return lppack_value_text(item);
}

void lp_doc_join(struct lp_doc *doc, const struct lp_doc *part)
{
	if (doc->rc == 0)
		doc->rc = part->rc;
}
