/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public keys that bundles are signed with: their kinds, reading and writing them. */
#ifndef LP_CRYPTO_PUBLIC_KEY_H
#define LP_CRYPTO_PUBLIC_KEY_H

#include "shared/buf.h"
#include "base/error.h"
#include "base/facts.h"

#define LP_ED25519_SPKI_SIZE 44 /* RFC 8410: the DER of an Ed25519 SubjectPublicKeyInfo */
#define LP_RSA_MIN_BITS 3072
#define LP_RSA_MAX_BITS 8192
#define LP_SPKI_MAX 1100 /* an RSA key of LP_RSA_MAX_BITS with an exponent of up to 256 bits */

/* The kinds of keys that sign bundles. */
enum lp_key_algorithm {
	LP_KEY_ED25519,
	LP_KEY_ECDSA_P256,
	LP_KEY_ECDSA_P384,
	LP_KEY_RSA,
};

/* "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa", NULL. */
extern const char *const lp_key_algorithm_names[];

/* A plain value: copied by assignment, nothing to free. The id is the SHA-256 of the SubjectPublicKeyInfo; two keys are
 * the same if lp_public_key_equal() says so, whatever files or certificates they came from. */
struct lp_public_key {
	enum lp_key_algorithm algorithm;
	unsigned int bits;         /* 256, 384, or of an RSA modulus */
	uint8_t spki[LP_SPKI_MAX]; /* DER; zeros after spki_size */
	size_t spki_size;
	struct lp_digest id;
};

bool lp_public_key_equal(const struct lp_public_key *a, const struct lp_public_key *b);

/* One PEM "PUBLIC KEY" and nothing after it; for files that may hold a certificate instead: lp_trusted_parse(). */
int lp_public_key_parse(const void *pem, size_t n, const char *name, struct lp_public_key *out,
			struct lppack_error *err);
/* From the DER of a SubjectPublicKeyInfo in its one canonical form; LPPACK_E_KEY says why a key is refused. */
int lp_public_key_decode(const void *spki, size_t n, const char *name, struct lp_public_key *out,
			 struct lppack_error *err);
/* From the DER of exactly LP_ED25519_SPKI_SIZE bytes, without OpenSSL's decoders; LPPACK_E_KEY unless it is an Ed25519
 * key's. */
int lp_public_key_set(const uint8_t *spki, const char *name, struct lp_public_key *out, struct lppack_error *err);
int lp_public_key_format(const struct lp_public_key *key, struct lp_buf *pem, struct lppack_error *err);

#endif
