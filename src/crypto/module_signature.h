/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel's own signature of a module says of its signer (not verified, for the kernel has the keys). */
#ifndef LP_CRYPTO_MODULE_SIGNATURE_H
#define LP_CRYPTO_MODULE_SIGNATURE_H

#include "base/error.h"

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

#endif
