/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What making and checking a CMS signature have in common. */
#ifndef LP_CRYPTO_CMS_PARTS_H
#define LP_CRYPTO_CMS_PARTS_H

#include "crypto/cms.h"
#include "crypto/openssl.h"

#define LP_CMS_SALT_MIN 32

/* RFC 4055, 3.1: hashAlgorithm and maskGenAlgorithm of RSASSA-PSS-params. */
#define LP_CMS_PSS_SIZE 47
extern const uint8_t lp_cms_pss_sha256[LP_CMS_PSS_SIZE];

/* D of the shape; NULL for a key that makes no CMS. */
const EVP_MD *lp_cms_digest(const struct lp_public_key *key);

/* The signer's issuer among the certificates that are not used, then the issuer's, and so on. Borrowed. LPPACK_E_KEY if
 * some are left over. */
int lp_cms_order(X509 *signer, const struct lp_certificates *from, const char *name, STACK_OF(X509) *out,
		 struct lppack_error *err);

/* The DER of the one value that signingCertificateV2 must have; its size, or -1. Free with OPENSSL_free(). */
int lp_cms_signing_certificate(const EVP_MD *digest, X509 *signer, STACK_OF(X509) *issuers, uint8_t **der);

#endif
