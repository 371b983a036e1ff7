/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificate revocation lists. */
#ifndef LP_CRYPTO_CRL_H
#define LP_CRYPTO_CRL_H

#include "crypto/certificate.h"

#define LP_CRL_MAX (16u << 20) /* of a file; longer input is refused with LPPACK_E_LIMIT */

struct lp_crl;

/* One list, DER or PEM ("X509 CRL"), and nothing after it; complete and direct ones only. LPPACK_E_KEY. */
int lp_crl_parse(const void *bytes, size_t n, const char *name, struct lp_crl **out, struct lppack_error *err);
/* For messages, borrowed. */
const char *lp_crl_name(const struct lp_crl *crl);
/* Whether the certificate's key has signed it under the certificate's name. Serials are left aside: a key has one in
 * each of its certificates. */
bool lp_crl_is_of(const struct lp_crl *crl, const struct lp_certificate *issuer);
/* Whether it lists the certificate, by the name of its issuer and by its serial; whoever has signed it. */
bool lp_crl_revokes(const struct lp_crl *crl, const struct lp_certificate *certificate);
void lp_crl_free(struct lp_crl *crl);
LP_DEFINE_CLEANUP(struct lp_crl, lp_crl_free)

#endif
