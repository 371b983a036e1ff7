/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's own signature of a module: making it, and who made it (not verified, for the kernel has the keys). */
#ifndef LP_CRYPTO_MODULE_SIGNATURE_H
#define LP_CRYPTO_MODULE_SIGNATURE_H

#include "crypto/certificate.h"
#include "crypto/private_key.h"

/* Of one signer. Texts are printable and empty where the signature does not tell. */
struct lp_module_signature {
	char digest[64];     /* "sha256" */
	char algorithm[64];  /* of the signature: "rsaEncryption" */
	char issuer[256];    /* common name of the certificate's issuer */
	char serial[129];    /* of the certificate, upper-case hex as OpenSSL prints it */
	char key_id[129];    /* subject key identifier, lower-case hex */
	size_t n_signers;    /* the texts are of the first */
};

/* PKCS#7 SignedData in DER, as scripts/sign-file of the kernel makes it, and nothing after it. LPPACK_E_MODULE. */
int lp_module_signature_parse(const void *der, size_t n, const char *name, struct lp_module_signature *out,
			      struct lppack_error *err);

/*
 * What the kernel finds the key of the i-th signer by (its asymmetric_key_generate_id()), appended to out: the contents
 * of serial number and issuer, or the subject key identifier. False for bytes that are no such signature and past the
 * last.
 */
bool lp_module_signature_id(const void *der, size_t n, size_t i, struct lp_buf *out);

/* By which keys the kernel takes a module's signature: crypto/asymmetric_keys/x509_cert_parser.c. */
#define LP_MODULE_KEYS_HINT \
	"name an RSA key, or where the kernel has CONFIG_CRYPTO_ECDSA one of ECDSA P-384 or P-256, and its X.509 " \
	"certificate"

/*
 * Appends to out what scripts/sign-file of the kernel appends to a module: PKCS#7 without certificates and attributes,
 * that names the certificate by issuer and serial; struct module_signature; and the magic line. digest is "sha256",
 * "sha384" or "sha512". The module's own bytes are not copied. LPPACK_E_SIGNED if they end with a signature already,
 * LPPACK_E_KEY if the key is not the certificate's or cannot sign so, LPPACK_E_USAGE for another digest.
 */
int lp_module_sign(const void *module, size_t n, const struct lp_private_key *key,
		   const struct lp_certificate *certificate, const char *digest, struct lp_buf *out,
		   struct lppack_error *err);

enum lp_signature_match {
	LP_SIGNATURE_OTHER_KEY,
	LP_SIGNATURE_WRONG, /* by that key, but of other bytes */
	LP_SIGNATURE_RIGHT,
};

/* Whether such a signature over content is by the key of an X.509 certificate in DER (what is none is another key). The
 * certificate itself is trusted: it is the kernel's. */
enum lp_signature_match lp_module_signature_match(const void *der, size_t n, const void *certificate, size_t size,
						  const void *content, size_t content_size);

#endif
