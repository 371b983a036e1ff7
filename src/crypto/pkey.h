/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys as OpenSSL has them: which of them sign bundles, and the keys of this folder made of them. */
#ifndef LP_CRYPTO_PKEY_H
#define LP_CRYPTO_PKEY_H

#include "crypto/private_key.h"

#include <openssl/types.h>

/* How the SubjectPublicKeyInfo of every Ed25519 key begins (RFC 8410). */
#define LP_ED25519_PREFIX_SIZE 12
extern const uint8_t lp_ed25519_spki_prefix[LP_ED25519_PREFIX_SIZE];

/* Takes pkey over, also on failure. */
int lp_private_key_take(EVP_PKEY *pkey, const char *name, struct lp_private_key **out, struct lppack_error *err);
int lp_public_key_from_pkey(EVP_PKEY *pkey, const char *name, struct lp_public_key *out, struct lppack_error *err);

#endif
