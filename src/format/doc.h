/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a map of a document by its schema. */
#ifndef LP_FORMAT_DOC_H
#define LP_FORMAT_DOC_H

#include "shared/attribute.h"
#include "base/facts.h"
#include "base/value.h"
#include "format/format.h"

/*
 * Reading a map by its schema. The first failure is kept in rc and every later call does nothing, so that a whole
 * schema is read without looking and rc is returned at the end.
 */
struct lp_doc {
	const struct lppack_value *map;
	const char *name; /* of the file, for messages */
	enum lppack_code code;
	int rc;
	struct lppack_error *err;
};

/* Fails unless every key is one of the NULL-terminated list or begins with "x-"; names the nearest known key. */
void lp_doc_keys(struct lp_doc *doc, const char *const *known);
/* For optional ones *out stays as it is when the key is absent. Texts are borrowed. */
void lp_doc_text(struct lp_doc *doc, const char *key, bool required, const char **out);
void lp_doc_text_dup(struct lp_doc *doc, const char *key, bool required, char **out);
void lp_doc_int(struct lp_doc *doc, const char *key, bool required, uint64_t max, uint64_t *out);
void lp_doc_bool(struct lp_doc *doc, const char *key, bool required, bool *out);
void lp_doc_time(struct lp_doc *doc, const char *key, bool required, int64_t *out);
void lp_doc_digest(struct lp_doc *doc, const char *key, struct lp_digest *out);
void lp_doc_build_id(struct lp_doc *doc, const char *key, bool required, struct lp_build_id *out);
/* The index of the text in a NULL-terminated list of words. */
void lp_doc_word(struct lp_doc *doc, const char *key, bool required, const char *const *words, unsigned int *out);
/* A nested map as a document of its own (rc is not shared: add it with lp_doc_join). */
struct lp_doc lp_doc_map(struct lp_doc *doc, const char *key, bool required);
/* The list of a key, or NULL. */
const struct lppack_value *lp_doc_list(struct lp_doc *doc, const char *key, bool required);
/* An element of such a list, which must be a map. */
struct lp_doc lp_doc_item(struct lp_doc *doc, const struct lppack_value *list, size_t i);
/* An element of such a list, which must be a string. */
const char *lp_doc_text_item(struct lp_doc *doc, const struct lppack_value *list, size_t i);
void lp_doc_join(struct lp_doc *doc, const struct lp_doc *part);
/* Fails the document at a key (or at the whole map if key is NULL). */
void lp_doc_fail(struct lp_doc *doc, const char *key, const char *hint, const char *fmt, ...) LP_PRINTF(4, 5);

#endif
