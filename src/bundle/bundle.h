/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reading side's types, in the order in which trust grows. */
#ifndef LP_BUNDLE_BUNDLE_H
#define LP_BUNDLE_BUNDLE_H

#include "base/ref.h"
#include "format/head.h"
#include "format/index.h"
#include "bundle/module_cache.h"

#include <lppack/bundle.h>

struct lppack_bundle {
	struct lp_ref ref;
	struct lp_input in;
	struct lp_head head;
};

enum lp_signature_status {
	LP_SIGNATURE_VALID,          /* it fits its own key, and nobody has asked yet whether that key is trusted */
	LP_SIGNATURE_GOOD,           /* it counts */
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
	char reason[240];  /* one printable phrase; empty for GOOD */
	const void *bytes; /* the member's data, borrowed from the bundle's head: what a CMS tells of certificates */
	size_t size;
};

/* A bundle's manifest, layout and fence, and the reading of single parts, each compared with its digest. It says
 * nothing of trust: that is what struct lppack_verified adds. */
struct lp_contents {
	struct lppack_bundle *bundle; /* borrowed */
	struct lp_manifest manifest;
	char digest_text[LP_DIGEST_TEXT];
	struct lp_layout layout;
	struct lp_buf fence;
	struct lp_module_cache cache;
};

/* Only lppack_bundle_verify() makes one. */
struct lppack_verified {
	struct lp_ref ref;
	struct lppack_bundle *bundle; /* a reference: the contents and the reports borrow of it */
	struct lp_contents contents;
	struct lp_signature_report signers[LP_SIGNATURES_MAX];
	size_t n_signers;
};

struct lppack_entry {
	struct lppack_verified *verified; /* a reference */
	struct lp_record record;
	struct lp_metadata metadata;
	struct lp_buf module; /* proved bytes, once loaded */
};

/* Fails with LPPACK_E_CORRUPT unless the bytes have the digest. what: for the message. */
int lp_digest_expect(const struct lp_digest *expected, const void *bytes, size_t n, const char *file,
		     const char *what, struct lppack_error *err);

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

/* Parses the manifest; nothing is read. lp_contents_close() also on failure. */
int lp_contents_open(struct lp_contents *c, struct lppack_bundle *bundle, struct lppack_error *err);
/* Unless `lenient`, compares the whole head with the manifest; then reads the fence. */
int lp_contents_open_index(struct lp_contents *c, bool lenient, struct lppack_error *err);
void lp_contents_close(struct lp_contents *c);
/* The records of a page, compared with the fence and the manifest's limits; their number or a negative code. */
int lp_contents_page(struct lp_contents *c, uint64_t number, struct lp_record out[LP_INDEX_PER_PAGE],
		     struct lppack_error *err);
/* The record of a kernel; LPPACK_E_NO_KERNEL if the bundle has none. */
int lp_contents_find(struct lp_contents *c, const struct lp_build_id *id, struct lp_record *out,
		     struct lppack_error *err);
int lp_contents_record(struct lp_contents *c, uint64_t ordinal, struct lp_record *out, struct lppack_error *err);
int lp_contents_metadata(struct lp_contents *c, const struct lp_record *record, struct lp_metadata *out,
			 struct lppack_error *err);
int lp_contents_fixes(struct lp_contents *c, struct lp_fixes *out, struct lppack_error *err);
/* The plain bytes of a record's module: frame digest compared, decompressed against its (recursively read) base.
 * Only lp_module_prove() makes them worth anything. */
int lp_contents_plain(struct lp_contents *c, const struct lp_record *record, struct lp_buf *out,
		      struct lppack_error *err);
/* The module's bytes against its metadata: digest and facts. */
int lp_module_prove(const struct lp_contents *c, const struct lp_metadata *metadata, const struct lp_buf *module,
		    struct lppack_error *err);

/* One more reference, which lppack_bundle_close() or lppack_verified_free() gives back. */
struct lppack_bundle *lp_bundle_ref(struct lppack_bundle *bundle);
struct lppack_verified *lp_verified_ref(struct lppack_verified *verified);

LP_DEFINE_CLEANUP(struct lppack_bundle, lppack_bundle_close)
LP_DEFINE_CLEANUP(struct lppack_verified, lppack_verified_free)
LP_DEFINE_CLEANUP(struct lppack_entry, lppack_entry_free)

#endif
