/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strict YAML subset (format-spec, "YAML"): parsing, the canonical way of writing, and reading by schema. */
#ifndef LP_FORMAT_YAML_H
#define LP_FORMAT_YAML_H

#include "base/facts.h"
#include "base/value.h"

#define LP_YAML_DEPTH 8
#define LP_YAML_KEY_MAX 64   /* bytes of a key */
#define LP_YAML_KEYS_MAX 256 /* keys of a map */

/*
 * Parses one document: UTF-8 without control characters; no anchors, aliases, tags, merge keys, duplicate keys, and at
 * most LP_YAML_DEPTH levels. Fails with `code`, naming file and line. The tree's root is a map.
 */
int lp_yaml_parse(const void *bytes, size_t n, const char *name, enum lppack_code code, struct lppack_value **out,
		  struct lppack_error *err);

/* Writes the tree in the one canonical way. */
void lp_yaml_emit(const struct lppack_value *tree, struct lp_buf *out);

/* Parses and refuses, as LPPACK_E_STRUCTURE, every byte that lp_yaml_emit() would write differently. */
int lp_yaml_parse_canonical(const void *bytes, size_t n, const char *name, struct lppack_value **out,
			    struct lppack_error *err);

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
/* A required list of klp_states {id, version}, added to the facts: any id that a module can have (metadata.c). */
void lp_doc_states(struct lp_doc *doc, const char *key, struct lp_module_facts *facts);
/* A required list of klp_objects as lp_objects_tree() makes it, added to the facts (metadata.c). */
void lp_doc_objects(struct lp_doc *doc, const char *key, struct lp_module_facts *facts);
void lp_doc_join(struct lp_doc *doc, const struct lp_doc *part);
/* Fails the document at a key (or at the whole map if key is NULL). */
void lp_doc_fail(struct lp_doc *doc, const char *key, const char *hint, const char *fmt, ...) LP_PRINTF(4, 5);

#endif
