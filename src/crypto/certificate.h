/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* X.509 certificates, revocation lists, and whether a certificate may sign bundles. */
#ifndef LP_CRYPTO_CERTIFICATE_H
#define LP_CRYPTO_CERTIFICATE_H

#include "crypto/public_key.h"

/* Parsers refuse longer input with LPPACK_E_LIMIT; readers of files use the same bounds. */
#define LP_CERTIFICATE_MAX 65536 /* of a file with one certificate or several, PEM or DER */
#define LP_CERTIFICATES_MAX 16   /* in one file or chain */
#define LP_CRL_MAX (16u << 20)

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
void lp_certificate_free(struct lp_certificate *certificate);
LP_DEFINE_CLEANUP(struct lp_certificate, lp_certificate_free)

/* Borrowed. */
const struct lp_certificate_info *lp_certificate_get_info(const struct lp_certificate *certificate);
/* LPPACK_E_KEY if its key is of a kind or size that cannot sign bundles. */
int lp_certificate_public_key(const struct lp_certificate *certificate, struct lp_public_key *out,
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

struct lp_crl;

/* One list, DER or PEM ("X509 CRL"), and nothing after it; complete and direct ones only. LPPACK_E_KEY. */
int lp_crl_parse(const void *bytes, size_t n, const char *name, struct lp_crl **out, struct lppack_error *err);
void lp_crl_free(struct lp_crl *crl);
LP_DEFINE_CLEANUP(struct lp_crl, lp_crl_free)

/* Why a certificate may not sign, the first that was found. Names in lp_chain_names[] are for machines to read. */
enum lp_chain_verdict {
	LP_CHAIN_TRUSTED,        /* "trusted" */
	LP_CHAIN_UNKNOWN_ISSUER, /* "unknown-issuer": no way up to an anchor */
	LP_CHAIN_DAMAGED,        /* "damaged": a certificate's signature is not by its issuer */
	LP_CHAIN_EXPIRED,        /* "expired": at the given time */
	LP_CHAIN_NOT_YET_VALID,  /* "not-yet-valid": at the given time */
	LP_CHAIN_PURPOSE,        /* "wrong-purpose": its key usage, or a CA's, does not allow it */
	LP_CHAIN_PATH,           /* "path-length" */
	LP_CHAIN_WEAK,           /* "weak": a key or digest of the chain is too weak */
	LP_CHAIN_REVOKED,        /* "revoked": by a CRL of its issuer, whenever */
	LP_CHAIN_BAD_CRL,        /* "bad-crl": a CRL of an issuer is expired, not yet valid, or not signed by it */
	LP_CHAIN_NO_CRL,         /* "no-crl": required, and none there */
	LP_CHAIN_OTHER,          /* "invalid": name constraints, unknown critical extensions and the like */
};

extern const char *const lp_chain_names[];

/* What a chain is checked against. All borrowed. Nothing is fetched, and no default store counts. */
struct lp_chain_rules {
	const struct lp_certificate *const *anchors; /* any certificates; only the CAs among them issue */
	size_t n_anchors;
	const struct lp_certificate *const *extra; /* intermediates kept on the host: a help, never trusted */
	size_t n_extra;
	const struct lp_crl *const *crls;
	size_t n_crls;
	int64_t at;         /* certificates must be valid then: when the bundle says it was made */
	int64_t now;        /* CRLs must be valid then, because revocation counts whenever the bundle was made */
	bool require_crls;  /* of every certificate's issuer, up to the anchor; otherwise those that are given count */
};

#define LP_CHAIN_MAX (LP_CERTIFICATES_MAX + 2) /* with the signer's certificate and the anchor */

struct lp_chain_report {
	enum lp_chain_verdict verdict;
	size_t anchor;  /* index of the one that the chain ends in, when trusted */
	struct lp_digest ids[LP_CHAIN_MAX]; /* of all keys, the signer's first and the anchor's last, when trusted */
	size_t n_ids;
	char text[512]; /* which certificate and what, printable; empty when trusted */
};

/*
 * Whether the certificate, helped by others, leads to an anchor and may sign bundles: digitalSignature where it has a
 * key usage, codeSigning where it (or a CA below the anchor) has extended ones, and 128 bits of strength everywhere.
 * A verdict is no error: fails only for LPPACK_E_NO_MEMORY and the like.
 */
int lp_chain_check(const struct lp_certificate *certificate, const struct lp_certificates *others,
		   const struct lp_chain_rules *rules, struct lp_chain_report *report, struct lppack_error *err);

#endif
