/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building trees of facts, and reading them strictly. */
#ifndef LP_BASE_VALUE_H
#define LP_BASE_VALUE_H

#include "shared/buf.h"
#include "base/error.h"

#include <lppack/value.h>

#include <stdbool.h>

struct lppack_value {
	enum lppack_kind kind;
	bool plain;        /* a string that was written without quotes (YAML) */
	unsigned int line; /* where it stands in its file, 1-based; 0: nowhere */
	char *text;        /* STRING, INT, BOOL */
	uint64_t number;   /* INT */
	char **keys;       /* MAP */
	struct lppack_value **items;
	size_t n;
};

LP_DEFINE_CLEANUP(struct lppack_value, lppack_value_free)
#define LP_AUTO_VALUE LP_AUTO(cleanup_lppack_value_free)

/* NULL without memory. */
struct lppack_value *lp_value_map(void);
struct lppack_value *lp_value_list(void);
struct lppack_value *lp_value_string(const char *text);
struct lppack_value *lp_value_int(uint64_t number);
struct lppack_value *lp_value_bool(bool b);
/* A deep copy. */
struct lppack_value *lp_value_copy(const struct lppack_value *value);

/*
 * Adding takes the item over, also on failure, and passes the parent through; a NULL parent or item yields NULL after
 * freeing what is left. So a tree can be built without looking and tested once: the parent is NULL when memory was out.
 */
void lp_value_add(struct lppack_value **map, const char *key, struct lppack_value *item);
void lp_value_push(struct lppack_value **list, struct lppack_value *item);
/* Moves the items of a map to the end of another and frees it; a NULL `from` makes *to NULL, as with lp_value_add(). */
void lp_value_merge(struct lppack_value **to, struct lppack_value *from);
/* Shorthands; a NULL text adds nothing. */
void lp_value_add_text(struct lppack_value **map, const char *key, const char *text);
void lp_value_add_int(struct lppack_value **map, const char *key, uint64_t number);
void lp_value_add_bool(struct lppack_value **map, const char *key, bool b);

#endif
