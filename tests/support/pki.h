/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates and CRLs made in the test's own process. Everything asserts; times are seconds since 1970. */
#ifndef LP_TESTS_PKI_H
#define LP_TESTS_PKI_H

#include "crypto/certificate.h"
#include "crypto/crl.h"
#include "crypto/private_key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#define PKI_NOW 1800000000 /* what tests take for today; certificates are valid from a year before to a year after */
#define PKI_YEAR (365 * 86400)

struct pki {
	EVP_PKEY *key;
	X509 *x509;
	struct lp_certificate *certificate;
	struct lp_private_key *private_key; /* NULL for kinds that lppack refuses */
};

/* Zeroed fields mean the usual. */
struct pki_options {
	const char *name;           /* common name */
	const char *kind;           /* "P-256" (usual), "P-384", "P-521", "rsa:3072", "ed25519" and so on */
	const struct pki *issuer;   /* NULL: self-signed */
	const struct pki *same_key; /* as whose key it has */
	const char *constraints;    /* basicConstraints */
	const char *usage;          /* keyUsage */
	const char *extended;       /* extendedKeyUsage */
	bool critical;              /* has a critical extension that nobody knows */
	const char *digest;         /* "SHA256" */
	int64_t serial;
	int64_t from;
	int64_t to;
};

void pki_make(struct pki *out, const struct pki_options *options);
/* The usual CA and signer below it. */
void pki_make_ca(struct pki *out, const char *name, const struct pki *issuer);
void pki_make_signer(struct pki *out, const char *name, const char *kind, const struct pki *issuer);
void pki_free(struct pki *pki);

struct pki_crl_options {
	const struct pki *issuer;
	const struct pki *signer;  /* whose key signs it; NULL: the issuer's */
	const struct pki *revoked; /* NULL: none */
	const char *digest;
	const char *authority;          /* value of its authorityKeyIdentifier; NULL: the key's identifier alone */
	const char *critical_extension; /* value of an issuingDistributionPoint */
	int64_t from;
	int64_t to;
};

struct lp_crl *pki_make_crl(const struct pki_crl_options *options);
/* Its DER, for tests of the parser. Free with OPENSSL_free(). */
size_t pki_encode_crl(const struct pki_crl_options *options, uint8_t **der);

void pki_encode(const struct pki *pki, struct lp_buf *der);
void pki_encode_pem(const struct pki *pki, struct lp_buf *pem);
struct lp_private_key *pki_private_key(EVP_PKEY *key);

#endif
