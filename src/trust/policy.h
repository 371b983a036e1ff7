/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trust policy (lppack-policy(5)): what a keyring's keys may sign, how many are needed, and what is revoked. */
#ifndef LP_TRUST_POLICY_H
#define LP_TRUST_POLICY_H

#include "format/format.h"
#include "format/release.h"
#include "format/text_list.h"

#include <lppack/keys.h>

#define LP_POLICY_NAME "policy.yaml"
#define LP_POLICY_ADMIN "/etc/lppack/" LP_POLICY_NAME
#define LP_POLICY_VENDOR "/usr/lib/lppack/" LP_POLICY_NAME
#define LP_POLICY_MAX 262144u
/* What a policy's signatures are made over, by the same encoding as a manifest's. */
#define LP_POLICY_MEDIA_TYPE "application/vnd.lppack.policy.v1"

struct lp_policy_key {
	char id[LPPACK_KEY_ID_SIZE];
	size_t signer;               /* the number of the first key of its entry: the keys of one count once */
	char *name;                  /* for people; NULL */
	char *public_key;            /* SubjectPublicKeyInfo, base64; NULL: it is in a directory of keys */
	struct lp_text_list streams; /* globs; empty: every stream */
	struct lp_text_list schemes; /* empty: every scheme */
	int64_t not_before;          /* 0: open */
	int64_t not_after;           /* 0: open; the last second that counts */
};

struct lp_policy_revoked {
	char id[LPPACK_KEY_ID_SIZE]; /* of a key, or a manifest's digest */
	char *reason;                /* NULL */
};

/* Without a file: version 0, threshold 1, every key of the ring, nothing revoked. */
struct lp_policy {
	char *name; /* of the file; NULL without one */
	uint64_t version;
	struct lp_digest digest; /* of the file */
	int64_t created;
	int64_t expires;    /* 0: never */
	uint64_t threshold; /* of distinct signers; at least 1 */
	bool has_keys;      /* only those in `keys` count */
	struct lp_policy_key *keys;
	size_t n_keys;
	struct lp_text_list required_schemes; /* a good signature of each */
	struct lp_policy_revoked *revoked_keys;
	size_t n_revoked_keys;
	struct lp_policy_revoked *revoked_bundles;
	size_t n_revoked_bundles;
	struct lp_release_id *minimum; /* of each stream, the oldest that may come */
	size_t n_minimum;
	uint64_t update_threshold;       /* of the keys that sign the next policy */
	struct lp_text_list update_keys; /* ids; empty: the keys that may sign bundles */
	char *crl_directory;             /* NULL: none */
	bool crl_required;
};

void lp_policy_init(struct lp_policy *policy);
void lp_policy_free(struct lp_policy *policy);
/* Strict: an unknown key, or anything that is not as lppack-policy(5) says, is LPPACK_E_POLICY. */
int lp_policy_parse(const void *bytes, size_t n, const char *name, struct lp_policy *out, struct lppack_error *err);

const struct lp_policy_key *lp_policy_find_key(const struct lp_policy *policy, const char *id);
/* Whether one signer has both keys: they are the same, or of one entry. */
bool lp_policy_same_signer(const struct lp_policy *policy, const char *a, const char *b);
/* The entry that revokes, or NULL. */
const struct lp_policy_revoked *lp_policy_find_revoked(const struct lp_policy_revoked *list, size_t n, const char *id);

#define LP_AUTO_POLICY LP_AUTO(lp_policy_free)

#endif
