/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys of tokens by OpenSSL's deprecated ENGINE interface, which no other file uses. */
#ifndef LP_CRYPTO_ENGINE_H
#define LP_CRYPTO_ENGINE_H

#include "crypto/openssl.h"

/* The private key of a URI that says nothing of modules and PINs; module: path of a PKCS#11 library, or NULL. NULL on
 * failure, with OpenSSL's errors queued; *missing is set if there is no such engine. */
EVP_PKEY *lp_engine_load_key(const char *uri, const char *module, struct lp_asking *asking, bool *missing);

#endif
