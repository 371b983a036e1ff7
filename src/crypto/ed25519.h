/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw Ed25519 signatures. */
#ifndef LP_CRYPTO_ED25519_H
#define LP_CRYPTO_ED25519_H

#include "crypto/private_key.h"

#define LP_ED25519_SIGNATURE_SIZE 64

/* LPPACK_E_KEY for a key of another kind. */
int lp_ed25519_sign(const struct lp_private_key *key, const void *message, size_t n,
		    uint8_t out[LP_ED25519_SIGNATURE_SIZE], struct lppack_error *err);
/* LPPACK_E_BAD_SIGNATURE if it does not fit; name is for the message. */
int lp_ed25519_verify(const struct lp_public_key *key, const void *message, size_t n, const uint8_t *signature,
		      const char *name, struct lppack_error *err);

#endif
