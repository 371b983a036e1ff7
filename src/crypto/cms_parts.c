/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What making and checking a CMS signature have in common. */
#include "crypto/cms_parts.h"

#include "crypto/der.h"

#include <openssl/ess.h>
#include <openssl/x509v3.h>

LP_DEFINE_CLEANUP(ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free)

const uint8_t lp_cms_pss_sha256[] = { 0xa0,
				      15,
				      LP_DER_SEQUENCE,
				      13,
				      LP_CMS_OID(LP_CMS_HASH, 1),
				      5,
				      0,
				      0xa1,
				      28,
				      LP_DER_SEQUENCE,
				      26,
				      LP_CMS_OID(LP_CMS_PKCS, 1, 8),
				      LP_DER_SEQUENCE,
				      13,
				      LP_CMS_OID(LP_CMS_HASH, 1),
				      5,
				      0 };

const EVP_MD *lp_cms_digest(const struct lp_public_key *key)
{
	switch (key->algorithm) {
	case LP_KEY_ECDSA_P256:
	case LP_KEY_RSA:
		return EVP_sha256();
	case LP_KEY_ECDSA_P384:
		return EVP_sha384();
	default:
		return NULL;
	}
}

int lp_cms_order(X509 *signer, const struct lp_certificates *from, const char *name, STACK_OF(X509) * out,
		 struct lppack_error *err)
{
	bool used[LP_CERTIFICATES_MAX] = { false };
	X509 *at = signer;

	for (size_t i = 0; i < from->n;) {
		X509 *candidate = from->items[i]->x509;

		if (used[i] || X509_check_issued(candidate, at) != X509_V_OK) {
			i++;
			continue;
		}
		if (sk_X509_push(out, candidate) <= 0)
			return lp_fail_nomem(err);
		used[i] = true;
		at = candidate;
		i = 0;
	}
	if ((size_t)sk_X509_num(out) == from->n)
		return 0;
	return lp_fail(err, LPPACK_E_KEY, "keep the signer's certificate and its issuers only",
		       "%s: a certificate that is no issuer of the signer's", name);
}

int lp_cms_signing_certificate(const EVP_MD *digest, X509 *signer, STACK_OF(X509) * issuers, uint8_t **der)
{
	LP_AUTO(cleanup_ESS_SIGNING_CERT_V2_free)
	ESS_SIGNING_CERT_V2 *value = OSSL_ESS_signing_cert_v2_new_init(digest, signer, issuers, 1);

	*der = NULL;
	return value ? i2d_ESS_SIGNING_CERT_V2(value, der) : -1;
}
