/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, numbers and times of certificates as text, and the refusal that names one. */
#ifndef LP_CRYPTO_X509_TEXT_H
#define LP_CRYPTO_X509_TEXT_H

#include "crypto/chain.h"

#include <openssl/types.h>

/* Of certificates and signatures, as printable text; empty where there is none or it does not fit. */
void lp_x509_common_name(const X509_NAME *name, char *out, size_t size);
void lp_x509_serial(const ASN1_INTEGER *serial, char *out, size_t size);
void lp_x509_key_id(const ASN1_OCTET_STRING *id, char *out, size_t size);
/* RFC 2253. */
void lp_x509_name(const X509_NAME *name, char *out, size_t size);
/* Seconds since 1970; 0 or -1. */
int lp_x509_time(const ASN1_TIME *time, int64_t *seconds);

/* Sets verdict and text: "certificate 'CN=...': what". */
void lp_x509_refuse(struct lp_chain_report *report, enum lp_chain_verdict verdict, X509 *certificate, const char *fmt,
		    ...) LP_PRINTF(4, 5);

#endif
