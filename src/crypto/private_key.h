/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys: made, read and written as PEM. */
#ifndef LP_CRYPTO_PRIVATE_KEY_H
#define LP_CRYPTO_PRIVATE_KEY_H

#include "crypto/public_key.h"

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

/* PKCS#8 PEM; passphrase: NULL for not encrypted, else n bytes (AES-256-CBC, PBKDF2). The caller wipes pem. */
int lp_private_key_format(const struct lp_private_key *key, const char *passphrase, size_t n, struct lp_buf *pem,
			  struct lppack_error *err);
/* Borrowed. */
const struct lp_public_key *lp_private_key_public(const struct lp_private_key *key);
void lp_private_key_free(struct lp_private_key *key);
LP_DEFINE_CLEANUP(struct lp_private_key, lp_private_key_free)

#endif
