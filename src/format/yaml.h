/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strict YAML subset (format-spec, "YAML"): parsing, and the canonical way of writing. */
#ifndef LP_FORMAT_YAML_H
#define LP_FORMAT_YAML_H

#include "base/facts.h"
#include "base/value.h"
#include "format/format.h"

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

#endif
