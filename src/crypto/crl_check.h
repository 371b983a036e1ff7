/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What revocation lists say of a certificate of a chain. */
#ifndef LP_CRYPTO_CRL_CHECK_H
#define LP_CRYPTO_CRL_CHECK_H

#include "crypto/chain.h"

#include <openssl/types.h>

/* What the CRLs say of certificate, which issuer issued; sets verdict and text of report unless it may pass. */
void lp_crl_check(X509 *certificate, X509 *issuer, const struct lp_chain_rules *rules, struct lp_chain_report *report);

#endif
