/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256, of bytes and of pieces. */
#include "crypto/digest.h"

#include "crypto/context.h"
#include "crypto/openssl.h"

#include <openssl/evp.h>

struct lp_hash {
	EVP_MD_CTX *ctx;
};

int lp_sha256(const void *bytes, size_t n, struct lp_digest *out, struct lppack_error *err)
{
	if (!lp_openssl_sha256() || EVP_Digest(bytes, n, out->bytes, NULL, lp_openssl_sha256(), NULL) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "SHA-256");
	return 0;
}

struct lp_hash *lp_hash_new(struct lppack_error *err)
{
	struct lp_hash *hash = calloc(1, sizeof(*hash));

	if (hash)
		hash->ctx = EVP_MD_CTX_new();
	if (!hash || !hash->ctx || !lp_openssl_sha256() ||
	    EVP_DigestInit_ex(hash->ctx, lp_openssl_sha256(), NULL) != 1) {
		lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "SHA-256");
		lp_hash_free(hash);
		return NULL;
	}
	return hash;
}

int lp_hash_update(struct lp_hash *hash, const void *bytes, size_t n, struct lppack_error *err)
{
	if (EVP_DigestUpdate(hash->ctx, bytes, n) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "SHA-256");
	return 0;
}

int lp_hash_final(struct lp_hash *hash, struct lp_digest *out, struct lppack_error *err)
{
	if (EVP_DigestFinal_ex(hash->ctx, out->bytes, NULL) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "SHA-256");
	return 0;
}

void lp_hash_free(struct lp_hash *hash)
{
	if (hash)
		EVP_MD_CTX_free(hash->ctx);
	free(hash);
}
