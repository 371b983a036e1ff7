/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding facts to a tree under a key, in the one spelling that they have. */
#ifndef LP_BASE_VALUE_ADD_H
#define LP_BASE_VALUE_ADD_H

#include "base/facts.h"
#include "base/value.h"

/* A build ID (nothing if it is empty) or a digest in hex, a time, a list of texts. */
void lp_value_add_build_id(struct lppack_value **map, const char *key, const struct lp_build_id *id);
void lp_value_add_digest(struct lppack_value **map, const char *key, const struct lp_digest *digest);
void lp_value_add_time(struct lppack_value **map, const char *key, int64_t seconds);
void lp_value_add_texts(struct lppack_value **map, const char *key, char *const *texts, size_t n);

#endif
