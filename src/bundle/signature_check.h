/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature members, checked against the keys that they name; whether a key is trusted is asked in trust/judge.h. */
#ifndef LP_BUNDLE_SIGNATURE_CHECK_H
#define LP_BUNDLE_SIGNATURE_CHECK_H

#include "format/format.h"
#include "bundle/bundle.h"

#include <lppack/keys.h>

enum lp_signature_status {
	LP_SIGNATURE_VALID, /* it fits its own key, and nobody has asked yet whether that key is trusted */
	LP_SIGNATURE_GOOD,  /* it counts */
	LP_SIGNATURE_UNKNOWN_KEY,
	LP_SIGNATURE_REVOKED,
	LP_SIGNATURE_OUTSIDE_WINDOW, /* the key is not for the time at which the bundle was created */
	LP_SIGNATURE_NOT_ALLOWED,    /* the key is not for this stream, or the scheme not wanted */
	LP_SIGNATURE_CHAIN,          /* the certificate leads to no trusted one, or is not for this purpose */
	LP_SIGNATURE_MALFORMED,      /* it does not fit its key, or is no signature */
	LP_SIGNATURE_UNSUPPORTED,    /* of a scheme that this lppack cannot check */
};

/* Names of the statuses in order, NULL-terminated: "valid", "good", "unknown-key", ... */
extern const char *const lp_signature_status_names[];

/*
 * What became of one signature member. lp_signatures_check() makes every report VALID, MALFORMED or UNSUPPORTED; who
 * judges trust changes VALID ones only, and says why in `reason`.
 */
struct lp_signature_report {
	char id[LPPACK_KEY_ID_SIZE]; /* of the key, proved by the signature unless MALFORMED or UNSUPPORTED */
	char scheme[16];
	enum lp_signature_status status;
	bool is_retired;   /* the window of its key, certificate or an authority above has ended by now */
	char reason[240];  /* one printable phrase; empty for GOOD */
	const void *bytes; /* the member's data, borrowed from the bundle's head: what a CMS tells of certificates */
	size_t size;
};

/*
 * Checks every signature of the head against its own key (format-spec, [S1] to [S3]) and fills all reports, also on
 * failure. The error is that of the first MALFORMED one: BAD_SIGNATURE or STRUCTURE. Trust is judged afterwards, by
 * lp_keyring_judge() and lp_policy_decide(), for which windows and streams need the manifest.
 */
int lp_signatures_check(const struct lppack_bundle *bundle, struct lp_signature_report reports[LP_SIGNATURES_MAX],
			size_t *n, struct lppack_error *err);
/* One signature member over a message (lp_pre_authentication()). LPPACK_E_BAD_SIGNATURE or STRUCTURE. */
int lp_signature_check(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
		       struct lp_signature_report *report, struct lppack_error *err);

#endif
