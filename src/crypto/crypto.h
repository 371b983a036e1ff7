/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests, keys and raw signatures; certificate.h, cms.h and module_signature.h have the rest. OpenSSL stays behind
 * them. */
#ifndef LP_CRYPTO_H
#define LP_CRYPTO_H

#include "shared/buf.h"
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
	unsigned int bits; /* 256, 384, or of an RSA modulus */
	uint8_t spki[LP_SPKI_MAX]; /* DER; zeros after spki_size */
	size_t spki_size;
	struct lp_digest id;
};

bool lp_public_key_equal(const struct lp_public_key *a, const struct lp_public_key *b);

/* Asks for the passphrase or PIN of what (for messages): up to size bytes without a NUL into secret. Returns their
 * number, or a negative code with err set. */
struct lp_passphrase {
	int (*ask)(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);
	void *context;
};

struct lp_private_key;

/* type: one of the names below, or NULL for the first. LPPACK_E_USAGE if it is none of them. */
extern const char *const lp_private_key_types[]; /* ed25519, ecdsa-p256, ecdsa-p384, rsa-3072, rsa-4096, NULL */
int lp_private_key_generate(const char *type, struct lp_private_key **out, struct lppack_error *err);
/*
 * PEM: PKCS#8 or the traditional form, encrypted or not. name is for messages. passphrase is asked at most once, and
 * only if the key is encrypted; NULL: encrypted keys are refused. LPPACK_E_KEY says apart: no private key, an encrypted
 * one without passphrase, one that the passphrase does not open, and a kind or size that cannot sign bundles; what
 * ask() fails with is passed on.
 */
int lp_private_key_parse(const void *pem, size_t n, const char *name, const struct lp_passphrase *passphrase,
			 struct lp_private_key **out, struct lppack_error *err);
/* Whether a name is a URI of a key in a token ("pkcs11:", RFC 7512) and not of a file. */
bool lp_private_key_is_uri(const char *name);
/*
 * A key in a token, by OpenSSL's provider "pkcs11" if it can be loaded and else by its engine of that name. The PIN is
 * the URI's pin-value or the first line of the file in its pin-source, or is asked for, once (a token locks itself
 * after some wrong ones). A module-path in the URI is the PKCS#11 library to use; otherwise p11-kit's configuration
 * counts. LPPACK_E_KEY.
 */
int lp_private_key_open_uri(const char *uri, const struct lp_passphrase *passphrase, struct lp_private_key **out,
			    struct lppack_error *err);
/* PKCS#8 PEM; passphrase: NULL for not encrypted, else n bytes (AES-256-CBC, PBKDF2). The caller wipes pem. */
int lp_private_key_format(const struct lp_private_key *key, const char *passphrase, size_t n, struct lp_buf *pem,
			  struct lppack_error *err);
/* Borrowed. */
const struct lp_public_key *lp_private_key_public(const struct lp_private_key *key);
void lp_private_key_free(struct lp_private_key *key);
LP_DEFINE_CLEANUP(struct lp_private_key, lp_private_key_free)

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

/* LPPACK_E_KEY for a key of another kind. */
int lp_ed25519_sign(const struct lp_private_key *key, const void *message, size_t n,
		    uint8_t out[LP_ED25519_SIGNATURE_SIZE], struct lppack_error *err);
/* LPPACK_E_BAD_SIGNATURE if it does not fit; name is for the message. */
int lp_ed25519_verify(const struct lp_public_key *key, const void *message, size_t n, const uint8_t *signature,
		      const char *name, struct lppack_error *err);

#endif
