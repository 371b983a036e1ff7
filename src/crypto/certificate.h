/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* X.509 certificates: reading them, and what one says by itself. */
#ifndef LP_CRYPTO_CERTIFICATE_H
#define LP_CRYPTO_CERTIFICATE_H

#include "crypto/private_key.h"

/* Parsers refuse longer input with LPPACK_E_LIMIT; readers of files use the same bounds. */
#define LP_CERTIFICATE_MAX 65536 /* of a file with one certificate or several, PEM or DER */
#define LP_CERTIFICATES_MAX 16   /* in one file or chain */

struct lp_certificate;

/* Texts are printable. */
struct lp_certificate_info {
	char subject[256]; /* "CN=Vendor signing 2026,O=Vendor" (RFC 2253), cut off where longer */
	char issuer[256];
	char common_name[256];        /* of the subject; empty: none */
	char issuer_common_name[256]; /* as struct lp_module_signature has it */
	char serial[65];              /* upper-case hex as OpenSSL and struct lp_module_signature print it */
	char key_id[129];             /* subject key identifier, lower-case hex, as kernel keyrings have it; or empty */
	int64_t not_before;           /* seconds since 1970 */
	int64_t not_after;            /* that very second is still valid */
	bool is_ca;                   /* basicConstraints says so: an anchor of chains */
};

/* One certificate, DER or PEM ("CERTIFICATE"), and nothing after it. LPPACK_E_KEY. Any kind of key, but see below. */
int lp_certificate_parse(const void *bytes, size_t n, const char *name, struct lp_certificate **out,
			 struct lppack_error *err);
/* A certificate of its own from DER, whole and in the one encoding it has. */
int lp_certificate_decode(const void *der, size_t n, const char *name, struct lp_certificate **out,
			  struct lppack_error *err);
void lp_certificate_free(struct lp_certificate *certificate);
LP_DEFINE_CLEANUP(struct lp_certificate, lp_certificate_free)

/* Borrowed. */
const struct lp_certificate_info *lp_certificate_get_info(const struct lp_certificate *certificate);
/* LPPACK_E_KEY if its key is of a kind or size that cannot sign bundles. */
int lp_certificate_public_key(const struct lp_certificate *certificate, struct lp_public_key *out,
			      struct lppack_error *err);
/* Whether the key is the certificate's: LPPACK_E_KEY otherwise. */
int lp_certificate_match(const struct lp_certificate *certificate, const struct lp_private_key *key,
			 struct lppack_error *err);
/* The same for what a module's signature names, from DER (crypto/module_signature.h, ops): issuer, serial, key id. */
int lp_certificate_ids(const void *der, size_t n, const char *name, struct lp_certificate_info *out,
		       struct lppack_error *err);

/* One to LP_CERTIFICATES_MAX certificates. Zeroed: none. */
struct lp_certificates {
	struct lp_certificate **items;
	size_t n;
};

/* Appends the certificates of a PEM file, or the one of a DER file. LPPACK_E_KEY if there is none. */
int lp_certificates_parse(const void *bytes, size_t n, const char *name, struct lp_certificates *out,
			  struct lppack_error *err);
void lp_certificates_free(struct lp_certificates *certificates);
#define LP_AUTO_CERTIFICATES LP_AUTO(lp_certificates_free)

/*
 * A file that makes a key trusted: a PEM "PUBLIC KEY", or one certificate in PEM. *certificate is NULL for a bare key.
 * A certificate with is_ca is an anchor of chains, any other stands for its own key. LPPACK_E_KEY.
 */
int lp_trusted_parse(const void *pem, size_t n, const char *name, struct lp_public_key *key,
		     struct lp_certificate **certificate, struct lppack_error *err);

#endif
