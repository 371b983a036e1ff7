/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the kernel's own signature of a module. */
#ifndef LP_CRYPTO_MODULE_SIGN_H
#define LP_CRYPTO_MODULE_SIGN_H

#include "crypto/certificate.h"

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

#endif
