/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of facts as bytes, for a process that is not believed: what is decoded is bounded and printable. */
#ifndef LP_BASE_VALUE_CODE_H
#define LP_BASE_VALUE_CODE_H

#include "base/value.h"

/* Of the bytes of a tree, of its values and of their nesting. */
#define LP_VALUE_BYTES_MAX (64u << 20)
#define LP_VALUE_NODES_MAX (1u << 21)
#define LP_VALUE_DEPTH_MAX 32u

/* Appends the tree; out->failed without memory or past LP_VALUE_BYTES_MAX. */
void lp_value_encode(const struct lppack_value *value, struct lp_buf *out);
/*
 * Decodes exactly these bytes, whatever they are. Texts that are not clean UTF-8 are made printable. NULL:
 * LPPACK_E_LIMIT (one of the above is exceeded), LPPACK_E_INTERNAL (no encoded tree).
 */
struct lppack_value *lp_value_decode(const void *bytes, size_t n, struct lppack_error *err);

#endif
