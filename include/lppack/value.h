/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Read-only trees of facts: what functions that describe something return, and what \-\-json prints.
 *
 * Every accessor accepts NULL, so that calls can be nested without a check in between. What an accessor returns is
 * borrowed from the tree, and lives until lppack_value_free().
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
	LPPACK_KIND_NONE,   /**< no value: that of NULL */
	LPPACK_KIND_STRING, /**< UTF-8 without control characters: lppack_value_text() */
	LPPACK_KIND_INT,    /**< a number from 0 to 2^64-1: lppack_value_int() */
	LPPACK_KIND_BOOL,   /**< true or false: lppack_value_bool() */
	LPPACK_KIND_LIST,   /**< values in order: lppack_value_count(), lppack_value_at() */
	LPPACK_KIND_MAP,    /**< values with unique keys, in order: lppack_value_get(), lppack_value_at() */
};

/**
 * Says what a value is.
 *
 * @param value may be NULL
 * @return LPPACK_KIND_NONE for NULL
 * @since 0.1
 */
enum lppack_kind lppack_value_kind(const struct lppack_value *value);

/**
 * Finds the value of a key.
 *
 * @param map may be NULL, or no map
 * @param key the key
 * @return the value, borrowed; NULL: there is none
 * @since 0.1
 */
const struct lppack_value *lppack_value_get(const struct lppack_value *map, const char *key);

/**
 * Counts the elements of a list or map.
 *
 * @param value may be NULL
 * @return their number; 0 for other kinds
 * @since 0.1
 */
size_t lppack_value_count(const struct lppack_value *value);

/**
 * Goes through a list or map:
 *
 *     const struct lppack_value *element;
 *
 *     for (size_t i = 0; (element = lppack_value_at(list, i, NULL)); i++)
 *             puts(lppack_value_text(lppack_value_get(element, "id")));
 *
 * @param value may be NULL
 * @param i the index of an element, from 0 on
 * @param key receives the element's key, borrowed; NULL in a list and behind the last element. May be NULL
 * @return the i-th element, borrowed; NULL behind the last one, and for other kinds
 * @since 0.1
 */
const struct lppack_value *lppack_value_at(const struct lppack_value *value, size_t i, const char **key);

/**
 * Returns a string, or an int or a bool as a text.
 *
 * @param value may be NULL
 * @return the text, borrowed; NULL for other kinds
 * @since 0.1
 */
const char *lppack_value_text(const struct lppack_value *value);

/**
 * Returns the number of an int.
 *
 * @param value may be NULL
 * @param otherwise what to return for other kinds
 * @return the number
 * @since 0.1
 */
uint64_t lppack_value_int(const struct lppack_value *value, uint64_t otherwise);

/**
 * Returns whether a value is the bool true.
 *
 * @param value may be NULL
 * @return 1 for true; 0 for false and for other kinds
 * @since 0.1
 */
int lppack_value_bool(const struct lppack_value *value);

/**
 * Writes the tree as JSON: RFC 8259, UTF-8, two spaces of indentation, a final newline.
 *
 * @param value the tree
 * @return the text, to be freed with free(); NULL: out of memory
 * @since 0.1
 */
char *lppack_value_to_json(const struct lppack_value *value);

/**
 * Frees a whole tree that a function has returned; never a part of one.
 *
 * @param value may be NULL
 * @since 0.1
 */
void lppack_value_free(struct lppack_value *value);

#ifdef __cplusplus
}
#endif
#endif
