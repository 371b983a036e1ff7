/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring: trusted keys and certificates, revocation lists, and the policy that says what they are good for. */
#ifndef LP_TRUST_KEYRING_H
#define LP_TRUST_KEYRING_H

#include "crypto/certificate.h"
#include "crypto/crl.h"
#include "trust/policy.h"

#include <lppack/keys.h>

struct lp_trusted {
	struct lp_public_key key;
	char id[LPPACK_KEY_ID_SIZE];
	struct lp_certificate *certificate; /* NULL: a bare key */
	bool is_anchor;                     /* a CA: it vouches for other keys, and does not sign bundles itself */
	bool is_first;                      /* of the entries with this key */
	char *file;                         /* NULL: from the policy */
};

struct lppack_keyring {
	struct lp_trusted *keys;
	size_t n;
	struct lp_crl **crls;
	size_t n_crls;
	struct lp_policy policy;
	struct lp_gap *gaps; /* trust/gaps.h; none unless the ring is what is installed */
	size_t n_gaps;
	char *policy_root; /* below which the policy is the installed one; NULL: it is not, or there is none */
};

#define LP_CRL_DIRECTORY "/etc/lppack/crls.d"

/*
 * Takes the policy over (also on failure), adds the keys that it brings and, below root ("" or a prefix), the
 * revocation lists that it names.
 */
int lp_keyring_take_policy(struct lppack_keyring *keyring, struct lp_policy *policy, const char *root,
			   struct lppack_error *err);
/* The keys of both default directories below root ("" or a prefix), without policy; none is no error. */
int lp_keyring_add_directories(struct lppack_keyring *keyring, const char *root, struct lppack_error *err);
/* The policy that counts below root. Returns 1, or 0 with the defaults if there is none. */
int lp_policy_read_default(const char *root, struct lp_policy *out, struct lppack_error *err);
/* From any file that is safe. */
int lp_policy_read(const char *path, struct lp_policy *out, struct lppack_error *err);

/* root of the public API as a prefix: "" for NULL and "/". */
const char *lp_root_prefix(const char *root);

#endif
