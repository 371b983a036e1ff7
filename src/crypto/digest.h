/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256, of bytes and of pieces. */
#ifndef LP_CRYPTO_DIGEST_H
#define LP_CRYPTO_DIGEST_H

#include "base/error.h"
#include "base/facts.h"

int lp_sha256(const void *bytes, size_t n, struct lp_digest *out, struct lppack_error *err);

/* SHA-256 over pieces. */
struct lp_hash;
struct lp_hash *lp_hash_new(struct lppack_error *err);
int lp_hash_update(struct lp_hash *hash, const void *bytes, size_t n, struct lppack_error *err);
int lp_hash_final(struct lp_hash *hash, struct lp_digest *out, struct lppack_error *err);
void lp_hash_free(struct lp_hash *hash);

#endif
