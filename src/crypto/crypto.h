/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests, keys and signatures. OpenSSL stays behind this header. */
#ifndef LP_CRYPTO_H
#define LP_CRYPTO_H

#include "base/buf.h"
#include "base/facts.h"

int lp_sha256(const void *bytes, size_t n, struct lp_digest *out, struct lppack_error *err);

/* SHA-256 over pieces. */
struct lp_hash;
struct lp_hash *lp_hash_new(struct lppack_error *err);
int lp_hash_update(struct lp_hash *hash, const void *bytes, size_t n, struct lppack_error *err);
int lp_hash_final(struct lp_hash *hash, struct lp_digest *out, struct lppack_error *err);
void lp_hash_free(struct lp_hash *hash);

#define LP_ED25519_SPKI_SIZE 44 /* RFC 8410: the DER of an Ed25519 SubjectPublicKeyInfo */
#define LP_ED25519_SIGNATURE_SIZE 64

/* An Ed25519 public key; its id is the SHA-256 of its SubjectPublicKeyInfo. */
struct lp_public_key {
	uint8_t spki[LP_ED25519_SPKI_SIZE];
	struct lp_digest id;
};

struct lp_private_key;

int lp_private_key_generate(struct lp_private_key **out, struct lppack_error *err);
/* PEM, PKCS#8, not encrypted. name is for messages. LPPACK_E_KEY if it is anything else. */
int lp_private_key_parse(const void *pem, size_t n, const char *name, struct lp_private_key **out,
			 struct lppack_error *err);
int lp_private_key_format(const struct lp_private_key *key, struct lp_buf *pem, struct lppack_error *err);
const struct lp_public_key *lp_private_key_public(const struct lp_private_key *key);
void lp_private_key_free(struct lp_private_key *key);
LP_DEFINE_CLEANUP(struct lp_private_key, lp_private_key_free)

/* One PEM "PUBLIC KEY" and nothing after it. */
int lp_public_key_parse(const void *pem, size_t n, const char *name, struct lp_public_key *out,
			struct lppack_error *err);
/* From the DER of exactly LP_ED25519_SPKI_SIZE bytes; LPPACK_E_KEY unless it is an Ed25519 key's. */
int lp_public_key_set(const uint8_t *spki, const char *name, struct lp_public_key *out, struct lppack_error *err);
int lp_public_key_format(const struct lp_public_key *key, struct lp_buf *pem, struct lppack_error *err);

int lp_ed25519_sign(const struct lp_private_key *key, const void *message, size_t n,
		    uint8_t out[LP_ED25519_SIGNATURE_SIZE], struct lppack_error *err);
/* LPPACK_E_BAD_SIGNATURE if it does not fit; name is for the message. */
int lp_ed25519_verify(const struct lp_public_key *key, const void *message, size_t n, const uint8_t *signature,
		      const char *name, struct lppack_error *err);

#endif
