/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys that stay in a token. */
#ifndef LP_CRYPTO_PKCS11_H
#define LP_CRYPTO_PKCS11_H

#include "crypto/private_key.h"

/* Whether a name is a URI of a key in a token ("pkcs11:", RFC 7512) and not of a file. */
bool lp_private_key_is_uri(const char *name);
/*
 * A key in a token, by OpenSSL's provider "pkcs11" if it can be loaded and else by its engine of that name. The PIN is
 * the URI's pin-value or the first line of the file in its pin-source, or is asked for, once (a token locks itself
 * after some wrong ones). A module-path in the URI is the PKCS#11 library to use; otherwise p11-kit's configuration
 * counts. LPPACK_E_KEY.
 */
int lp_private_key_open_uri(const char *uri, const struct lp_passphrase *passphrase, struct lp_private_key **out,
			    struct lppack_error *err);

#endif
