/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judging signatures that fit their keys (lp_signatures_check()) by the keys and the policy of a ring. Two steps, as
 * the manifest may only be parsed once it is known to come from a trusted key:
 *
 *     lp_signatures_check -> lp_keyring_judge -> lp_contents_open (manifest) -> lp_policy_decide -> the rest of the
 *     head
 */
#ifndef LP_TRUST_JUDGE_H
#define LP_TRUST_JUDGE_H

#include "format/release.h"
#include "bundle/signature_check.h"
#include "trust/keyring.h"

/* What is signed. */
struct lp_subject {
	const char *name;             /* of the file, for messages */
	const struct lp_buf *message; /* what was signed: lp_pre_authentication() */
	bool is_policy;               /* judged by the rule for updates */
	bool is_accepted; /* once before, when it was installed: it is not asked whether the policy still counts */
	/* For lp_policy_decide() only: what can be known when the document was parsed. */
	struct lp_release_id id; /* borrowed; of a policy only `created` */
};

/* How it came out. */
struct lp_ruling {
	const char *rule;   /* the rule of lppack-policy(5) that refused; NULL while none did */
	const char *noted;  /* the rule that made a single signature not count, from the first step to the second */
	size_t good;        /* distinct keys whose signatures count */
	size_t good_now;    /* those of them whose windows are still open */
	uint64_t threshold; /* how many are needed */
};

/*
 * What can be said without the document: a VALID report whose key is unknown, revoked or without a chain becomes that.
 * Fails (NO_KEYS, UNTRUSTED, REVOKED, THRESHOLD) if the distinct keys that are left are fewer than the threshold.
 */
int lp_keyring_judge(const struct lppack_keyring *ring, const struct lp_subject *subject,
		     struct lp_signature_report *reports, size_t n, struct lp_ruling *ruling, struct lppack_error *err);
/*
 * The verdict, with the ruling of lp_keyring_judge(): windows, streams and schemes make the VALID reports GOOD or say
 * why not; then the policy's own times and the subject itself are looked at. UNTRUSTED, THRESHOLD, EXPIRED, CLOCK,
 * REVOKED, DOWNGRADE (below the policy's minimum).
 */
int lp_policy_decide(const struct lppack_keyring *ring, const struct lp_subject *subject,
		     struct lp_signature_report *reports, size_t n, struct lp_ruling *ruling, struct lppack_error *err);

/* Adds "trusted", "verdict", "rule", "reason", "hint", "good", "threshold", "policy", "signatures"
 * (<lppack/trust.h>). */
void lp_describe_ruling(struct lppack_value **map, const struct lppack_keyring *ring, const struct lp_ruling *ruling,
			const struct lp_signature_report *reports, size_t n, const struct lppack_error *cause);

#endif
