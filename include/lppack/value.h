/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * A read-only tree of facts: what describe, status, plan and receipt calls return, and what --json prints.
 */
#ifndef LPPACK_VALUE_H
#define LPPACK_VALUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_value;

/**
 * The kinds of values.
 *
 * @since 0.1
 */
enum lppack_kind {
	LPPACK_KIND_NONE,   /**< of a NULL value */
	LPPACK_KIND_STRING, /**< UTF-8 without control characters */
	LPPACK_KIND_INT,    /**< 0 to 2^64-1 */
	LPPACK_KIND_BOOL,
	LPPACK_KIND_LIST,
	LPPACK_KIND_MAP,
};

/**
 * Says what a value is.
 *
 * Every accessor accepts NULL, so that paths can be chained. Returned strings and values are borrowed: they live as
 * long as the tree.
 *
 * @param value may be NULL
 * @return LPPACK_KIND_NONE for NULL
 * @since 0.1
 */
enum lppack_kind lppack_value_kind(const struct lppack_value *value);

/**
 * Looks a key of a map up.
 *
 * @param map may be NULL, or no map
 * @param key the key's name
 * @return the value, borrowed; NULL if there is none
 * @since 0.1
 */
const struct lppack_value *lppack_value_get(const struct lppack_value *map, const char *key);

/**
 * Counts the elements of a list or map.
 *
 * @param value may be NULL
 * @return their number; 0 for anything else
 * @since 0.1
 */
size_t lppack_value_count(const struct lppack_value *value);

/**
 * Iterates over a list or map.
 *
 * @param value may be NULL
 * @param i the index of an element
 * @param key receives a map's key, borrowed; may be NULL
 * @return the i-th element, borrowed; NULL past the end
 * @since 0.1
 */
const struct lppack_value *lppack_value_at(const struct lppack_value *value, size_t i, const char **key);

/**
 * Returns the text of a string, or of an int or a bool as written.
 *
 * @param value may be NULL
 * @return borrowed; NULL for anything else
 * @since 0.1
 */
const char *lppack_value_text(const struct lppack_value *value);

/**
 * Returns the number of an int.
 *
 * @param value may be NULL
 * @param otherwise what to return for anything else
 * @since 0.1
 */
uint64_t lppack_value_int(const struct lppack_value *value, uint64_t otherwise);

/**
 * Returns whether a value is true.
 *
 * @param value may be NULL
 * @return 1 for true, 0 for anything else
 * @since 0.1
 */
int lppack_value_bool(const struct lppack_value *value);

/**
 * Writes the tree as JSON: RFC 8259, UTF-8, two spaces of indentation, a final newline.
 *
 * @param value the tree
 * @return malloc'd; NULL without memory
 * @since 0.1
 */
char *lppack_value_to_json(const struct lppack_value *value);

/**
 * Frees a whole tree that a function returned to the caller, never a part of one.
 *
 * @param value may be NULL
 * @since 0.1
 */
void lppack_value_free(struct lppack_value *value);

#ifdef __cplusplus
}
#endif
#endif
