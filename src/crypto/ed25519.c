/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw Ed25519 signatures. */
#include "crypto/ed25519.h"

#include "crypto/context.h"
#include "crypto/ed25519_point.h"
#include "crypto/openssl.h"

/* RFC 8410, 4: of the SubjectPublicKeyInfo, the last bytes are the key. */
#define RAW_SIZE 32

int lp_ed25519_sign(const struct lp_private_key *key, const void *message, size_t n,
		    uint8_t out[LP_ED25519_SIGNATURE_SIZE], struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = LP_ED25519_SIGNATURE_SIZE;

	if (key->public_key.algorithm != LP_KEY_ED25519)
		return lp_fail(err, LPPACK_E_KEY, "sign with its certificate instead",
			       "a key of type %s makes no Ed25519 signature",
			       lp_key_algorithm_names[key->public_key.algorithm]);
	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, out, &size, message, n) != 1 || size != LP_ED25519_SIGNATURE_SIZE)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "signing");
	return 0;
}

int lp_ed25519_verify(const struct lp_public_key *key, const void *message, size_t n, const uint8_t *signature,
		      const char *name, struct lppack_error *err)
{
	const uint8_t *raw = key->spki + LP_ED25519_SPKI_SIZE - RAW_SIZE;
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *pkey = NULL;
	LP_AUTO(cleanup_EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	OSSL_LIB_CTX *in = lp_openssl_context();

	if (in && key->algorithm == LP_KEY_ED25519)
		pkey = EVP_PKEY_new_raw_public_key_ex(in, "ED25519", NULL, raw, RAW_SIZE);
	if (!pkey || !ctx || EVP_DigestVerifyInit_ex(ctx, NULL, NULL, in, NULL, pkey, NULL) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "%s: the signature cannot be checked", name);
	if (!lp_ed25519_point_is_good(signature))
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, "fetch the file again from a source you trust",
			       "%s: the signature begins with no point that signs (RFC 8032, 5.1.3)", name);
	if (EVP_DigestVerify(ctx, signature, LP_ED25519_SIGNATURE_SIZE, message, n) != 1)
		return lp_fail_openssl(err, LPPACK_E_BAD_SIGNATURE, "fetch the file again from a source you trust",
				       "%s: the signature does not fit", name);
	return 0;
}
