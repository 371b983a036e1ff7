/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A read-only tree of facts: what describe, status, plan and receipt calls return, and what --json prints. */
#ifndef LPPACK_VALUE_H
#define LPPACK_VALUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_value;

enum lppack_kind {
	LPPACK_KIND_NONE, /* of a NULL value */
	LPPACK_KIND_STRING,
	LPPACK_KIND_INT, /* 0 to 2^64-1 */
	LPPACK_KIND_BOOL,
	LPPACK_KIND_LIST,
	LPPACK_KIND_MAP,
};

/*
 * Every accessor accepts NULL, so that paths can be chained. Returned strings and values are borrowed: they live as
 * long as the tree. Strings are UTF-8 without control characters.
 */
enum lppack_kind lppack_value_kind(const struct lppack_value *value);

/* The value of a map's key, or NULL. */
const struct lppack_value *lppack_value_get(const struct lppack_value *map, const char *key);

/* Number of elements of a list or map; 0 for anything else. */
size_t lppack_value_count(const struct lppack_value *value);

/* The i-th element of a list or map, or NULL; *key (may be NULL) receives a map's key. */
const struct lppack_value *lppack_value_at(const struct lppack_value *value, size_t i, const char **key);

/* The text of a string, of an int or a bool as written; otherwise NULL. */
const char *lppack_value_text(const struct lppack_value *value);

/* The number of an int; otherwise `otherwise`. */
uint64_t lppack_value_int(const struct lppack_value *value, uint64_t otherwise);

/* 1 for true, 0 for anything else. */
int lppack_value_bool(const struct lppack_value *value);

/* The tree as JSON (RFC 8259, UTF-8, two spaces of indentation, final newline); malloc'd, NULL without memory. */
char *lppack_value_to_json(const struct lppack_value *value);

/* Frees a whole tree that a function returned to the caller (never a part of one). NULL is fine. */
void lppack_value_free(struct lppack_value *value);

#ifdef __cplusplus
}
#endif
#endif
