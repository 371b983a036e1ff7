/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of OpenSSL in which everything is digested, decoded and verified: a library context of its own, with the
 * default provider, which is built in. No configuration file and nothing of the environment decides in it. Signing and
 * tokens stay in OpenSSL's default context, where the user's configuration is wanted. OpenSSL reads that at the first
 * name of an algorithm that it looks up, in whichever context: a program keeps it out by lppack_openssl_isolate().
 */
#ifndef LP_CRYPTO_CONTEXT_H
#define LP_CRYPTO_CONTEXT_H

#include "base/error.h"

#include <openssl/types.h>

/* OpenSSL reads no configuration by itself any more in this process. */
void lp_openssl_isolate(void);
/* Reads it now, once, for the default context, if it was kept out: before private keys are opened or made. */
void lp_openssl_configure(void);

/* NULL: it cannot be made. OpenSSL would take that for the default context, so whoever calls checks it. */
OSSL_LIB_CTX *lp_openssl_context(void);
/* The digest of that context; NULL: it cannot be had. */
const EVP_MD *lp_openssl_sha256(void);
const EVP_MD *lp_openssl_sha384(void);

/* From DER, of that context; *at goes behind it. NULL, with OpenSSL's error. */
X509 *lp_x509_decode(const uint8_t **at, size_t n);
X509_CRL *lp_x509_crl_decode(const uint8_t **at, size_t n);

#endif
