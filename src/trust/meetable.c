/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether anything could ever meet a policy: by the keys that it lists and what they are, never by what this build can
 * check. */
#include "trust/meetable.h"

#include "format/text_list.h"

#include <string.h>

struct meetable {
	const struct lp_policy *policy;
	const struct lp_trusted *keys;
	size_t n;
	const struct lp_text_list *ids; /* those that count; empty: all that are listed */
};

/* What the ring has of the id; an authority before a key. NULL: it is not at hand, and may be anything. */
static const struct lp_trusted *find_trusted(const struct meetable *m, const char *id)
{
	const struct lp_trusted *found = NULL;

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->keys[i].id, id) == 0 && (!found || m->keys[i].is_anchor))
			found = &m->keys[i];
	return found;
}

static bool lists(const struct lp_text_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return list->n == 0;
}

static bool can_sign_by(const struct meetable *m, const struct lp_policy_key *key, const char *scheme)
{
	const struct lp_trusted *trusted = find_trusted(m, key->id);
	bool is_ed25519 = trusted && !trusted->is_anchor && trusted->key.algorithm == LP_KEY_ED25519;

	if (!lists(&key->schemes, scheme))
		return false;
	return !trusted || is_ed25519 == (strcmp(scheme, "ed25519") == 0);
}

static bool can_count(const struct meetable *m, const struct lp_policy_key *key)
{
	return !lp_policy_find_revoked(m->policy->revoked_keys, m->policy->n_revoked_keys, key->id) &&
	       lists(m->ids, key->id) && (can_sign_by(m, key, "ed25519") || can_sign_by(m, key, "cms"));
}

/* Any number of keys can stand below one. */
static bool can_be_authority(const struct meetable *m, const struct lp_policy_key *key)
{
	const struct lp_trusted *trusted = find_trusted(m, key->id);

	return (!trusted || trusted->is_anchor) && !key->public_key && can_sign_by(m, key, "cms");
}

/* The keys of one signer stand one after the other. */
static uint64_t count_signers(const struct meetable *m)
{
	uint64_t signers = 0;
	size_t last = SIZE_MAX;

	for (size_t i = 0; i < m->policy->n_keys; i++) {
		const struct lp_policy_key *key = &m->policy->keys[i];

		if (!can_count(m, key))
			continue;
		if (can_be_authority(m, key))
			return UINT64_MAX;
		signers += key->signer != last;
		last = key->signer;
	}
	return signers;
}

static int check_scheme(const struct meetable *m, const char *scheme, struct lppack_error *err)
{
	for (size_t i = 0; i < m->policy->n_keys; i++)
		if (can_count(m, &m->policy->keys[i]) && can_sign_by(m, &m->policy->keys[i], scheme))
			return 0;
	return lp_fail(err, LPPACK_E_POLICY, "list a key that signs so, or leave the scheme out",
		       "%s: 'required_schemes' has %s, by which no key that is listed can sign: nothing could meet it",
		       m->policy->name, scheme);
}

static int check_threshold(const struct meetable *m, uint64_t threshold, const char *what, struct lppack_error *err)
{
	uint64_t signers = count_signers(m);

	if (signers >= threshold)
		return 0;
	return lp_fail(err, LPPACK_E_POLICY, "the keys of one entry count once, and those that are revoked do not",
		       "%s: %s is %llu, but %llu of the signers that are listed can count: nothing could meet it",
		       m->policy->name, what, (unsigned long long)threshold, (unsigned long long)signers);
}

int lp_policy_check_meetable(const struct lp_policy *policy, const struct lp_trusted *keys, size_t n,
			     struct lppack_error *err)
{
	static const struct lp_text_list all = { 0 };
	struct meetable m = { .policy = policy, .keys = keys, .n = n, .ids = &all };
	int rc;

	if (!policy->has_keys)
		return 0;
	rc = check_threshold(&m, policy->threshold, "'threshold'", err);
	for (size_t i = 0; rc == 0 && i < policy->required_schemes.n; i++)
		rc = check_scheme(&m, policy->required_schemes.items[i], err);
	if (rc < 0)
		return rc;
	m.ids = &policy->update_keys;
	return check_threshold(&m, policy->update_threshold, "the threshold of 'update'", err);
}
