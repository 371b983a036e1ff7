/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached signatures by X.509 certificates (RFC 5652), in the one shape that leaves no byte open. */
#ifndef LP_CRYPTO_CMS_VERIFY_H
#define LP_CRYPTO_CMS_VERIFY_H

#include "crypto/certificate.h"

#define LP_CMS_MAX 16384 /* format-spec, "Limits": of a signature's member */

/*
 * The shape. A stranger's signature must be told from a damaged one without any trusted certificate, so every byte is
 * signed, or the only value possible beside what is signed:
 *
 *   ContentInfo { signedData, SignedData {
 *     version 1, digestAlgorithms { D }, { id-data, no eContent },
 *     certificates: the signer's and any of its issuers up to but without need of the root; no other choice, no CRLs,
 *     exactly one SignerInfo { version 1, issuerAndSerialNumber of the signer's certificate, D,
 *       signedAttrs: contentType, messageDigest, signingCertificateV2, and signingTime or not; each once, one value,
 *       A, signature; no unsignedAttrs } } }
 *
 * all of it DER (SETs sorted), nothing before or after. By the signer's key:
 *
 *   ECDSA P-256: D = SHA-256, A = ecdsa-with-SHA256        P-384: D = SHA-384, A = ecdsa-with-SHA384
 *   RSA of 3,072 to 8,192 bits: D = SHA-256, and A = rsaEncryption (PKCS#1 v1.5), or rsassaPss with SHA-256, MGF1 with
 *   SHA-256 and a salt of at least 32 bytes; every reader checks both, lppack makes PSS with a salt of 32
 *
 * D's parameters are absent (RFC 5754, 2); those of rsaEncryption, and of SHA-256 within rsassaPss's, are NULL (the
 * trailerField is left out: it has its default). signingCertificateV2 (RFC 5035) is what ties the
 * certificates to the signature: its ESSCertIDv2s are, in order, the signer's certificate and then each issuer that is
 * embedded; each is the digest D of the whole certificate, with issuer and serial. So no certificate can be
 * added, taken away or changed, even where nobody knows its issuer. contentType is id-data; messageDigest is D of the
 * message (format-spec, "Signatures"); signingTime is believed by nobody, the manifest's `created` counts.
 *
 * (One thing is left to chance: where (r, s) is an ECDSA signature, (r, n - s) is another of the same key and message.
 * It says the same, so nothing depends on which of them stands there; no change of one byte turns one into the other.)
 *
 * OpenSSL's command line makes it (RSA: sha256; P-384: -md sha384; -md must be given):
 *
 *   openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -signer CERT.pem -inkey KEY -in MESSAGE \
 *           [-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32]
 *
 * and checks it:
 *
 *   openssl cms -verify -binary -cades -inform DER -in SIGNATURE -content MESSAGE -CAfile ISSUERS.pem -purpose any
 *
 * (The first embeds the signer's certificate only: its issuers then come from the host, for the second with the root
 * from the file of -CAfile. lppack can embed them.)
 */

/* A signature that was found valid for the message by the key of its own certificate; whether that is trusted is
 * another question: lp_chain_check(). */
struct lp_cms {
	struct lp_public_key key; /* the signer's */
	struct lp_certificate *certificate;
	struct lp_certificates issuers; /* the other embedded ones, from the signer's issuer upward */
	const char *algorithm;          /* "ecdsa-sha256", "ecdsa-sha384", "rsa-pss-sha256", "rsa-pkcs1-sha256" */
};

/*
 * LPPACK_E_BAD_SIGNATURE if it has another shape or does not fit the message; name is for messages. Free *out with
 * lp_cms_free() also on failure.
 */
int lp_cms_verify(const void *der, size_t n, const void *message, size_t message_size, const char *name,
		  struct lp_cms *out, struct lppack_error *err);
void lp_cms_free(struct lp_cms *cms);
#define LP_AUTO_CMS LP_AUTO(lp_cms_free)

#endif
