/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What making and checking a CMS signature have in common. */
#ifndef LP_CRYPTO_CMS_PARTS_H
#define LP_CRYPTO_CMS_PARTS_H

#include "crypto/cms_verify.h"
#include "crypto/openssl.h"

/* Object identifiers as they are encoded, of RSA Laboratories and of NIST's digests. */
#define LP_CMS_OID(...) LP_DER_OID, sizeof((uint8_t[]){ __VA_ARGS__ }), __VA_ARGS__
#define LP_CMS_PKCS 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01
#define LP_CMS_HASH 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02

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
