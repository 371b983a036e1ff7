/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the signatures that crypto/cms_verify.h describes. */
#ifndef LP_CRYPTO_CMS_SIGN_H
#define LP_CRYPTO_CMS_SIGN_H

#include "crypto/certificate.h"

/*
 * Signs with the key and its certificate; chain (may be NULL or empty) are issuers to embed, in any order: those that
 * are none of this certificate's are LPPACK_E_KEY, as is a key that is not the certificate's or cannot sign so
 * (Ed25519: OpenSSL 3.0 has no CMS for it). LPPACK_E_LIMIT above LP_CMS_MAX. What it makes has passed lp_cms_verify().
 */
int lp_cms_sign(const struct lp_private_key *key, const struct lp_certificate *certificate,
		const struct lp_certificates *chain, const void *message, size_t n, struct lp_buf *out,
		struct lppack_error *err);

#endif
