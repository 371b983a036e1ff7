/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a certificate may sign bundles: its chain up to an anchor, and the revocation lists. */
#ifndef LP_CRYPTO_CHAIN_H
#define LP_CRYPTO_CHAIN_H

#include "crypto/certificate.h"
#include "crypto/crl.h"

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
	int64_t at;        /* certificates must be valid then: when the bundle says it was made */
	int64_t now;       /* CRLs must be valid then, because revocation counts whenever the bundle was made */
	bool require_crls; /* of every certificate's issuer, up to the anchor; otherwise those that are given count */
};

#define LP_CHAIN_MAX (LP_CERTIFICATES_MAX + 2) /* with the signer's certificate and the anchor */

struct lp_chain_report {
	enum lp_chain_verdict verdict;
	size_t anchor;                      /* index of the one that the chain ends in, when trusted */
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
