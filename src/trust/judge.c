/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which signatures count by the keys and the policy of a keyring, and what that means for what is signed. */
#include "trust/judge.h"

#include "shared/text.h"
#include "format/format.h"
#include "format/release.h"
#include "format/text_list.h"
#include "crypto/chain.h"
#include "crypto/cms_verify.h"
#include "bundle/describe.h"
#include "trust/policy_memory.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

/* One judgment under way. */
struct judge {
	const struct lppack_keyring *ring;
	const struct lp_subject *subject;
	bool is_final; /* the document is known */
	int64_t now;
	const char *rule;
	struct lppack_error *err;
};

/* Says why a signature does not count. Returns 0, as this is no failure of the judgment. */
static int LP_PRINTF(5, 6) refuse(struct judge *judge, struct lp_signature_report *report,
				  enum lp_signature_status status, const char *rule, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(report->reason, sizeof(report->reason), fmt, args);
	va_end(args);
	lp_text_make_printable(report->reason);
	report->status = status;
	/* An unknown key tells least: what else is wrong is rather why. */
	if (!judge->rule || strcmp(judge->rule, "keys") == 0)
		judge->rule = rule;
	return 0;
}

/* Returns whether it did. */
static bool refuse_revoked(struct judge *judge, struct lp_signature_report *report, const char *id, const char *what)
{
	const struct lp_policy *policy = &judge->ring->policy;
	const struct lp_policy_revoked *revoked =
		lp_policy_find_revoked(policy->revoked_keys, policy->n_revoked_keys, id);

	if (revoked)
		refuse(judge, report, LP_SIGNATURE_REVOKED, "revoked_keys", "%s is revoked%s%s", what,
		       revoked->reason ? ": " : "", revoked->reason ? revoked->reason : "");
	return revoked != NULL;
}

/* Whether the ring trusts the key itself. With certificates for it, one of them must be valid when the subject was
 * made. */
static bool is_trusted_key(const struct judge *judge, struct lp_signature_report *report, bool *is_known)
{
	const char *id = report->id;
	bool is_trusted = false;

	*is_known = false;
	for (size_t i = 0; i < judge->ring->n; i++) {
		const struct lp_trusted *trusted = &judge->ring->keys[i];
		const struct lp_certificate_info *info;

		if (trusted->is_anchor || strcmp(trusted->id, id) != 0)
			continue;
		*is_known = true;
		if (!trusted->certificate || !judge->is_final)
			return true;
		info = lp_certificate_get_info(trusted->certificate);
		if (judge->subject->id.created < info->not_before || judge->subject->id.created > info->not_after)
			continue;
		if (judge->now <= info->not_after)
			return true;
		is_trusted = true;
	}
	report->is_retired = is_trusted;
	return is_trusted;
}

static int refuse_chain(struct judge *judge, struct lp_signature_report *report, const struct lp_chain_report *chain)
{
	enum lp_signature_status status = LP_SIGNATURE_CHAIN;

	if (chain->verdict == LP_CHAIN_REVOKED)
		status = LP_SIGNATURE_REVOKED;
	else if (chain->verdict == LP_CHAIN_EXPIRED || chain->verdict == LP_CHAIN_NOT_YET_VALID)
		status = LP_SIGNATURE_OUTSIDE_WINDOW;
	return refuse(judge, report, status, "certificates", "%s: %s", lp_chain_names[chain->verdict], chain->text);
}

/* A key that never counts vouches for none, wherever in the chain it stands. */
static void refuse_revoked_chain(struct judge *judge, struct lp_signature_report *report,
				 const struct lp_chain_report *chain)
{
	char id[LPPACK_KEY_ID_SIZE];

	for (size_t i = 1; i < chain->n_ids; i++) {
		lp_hex_encode(chain->ids[i].bytes, LP_DIGEST_SIZE, id);
		if (refuse_revoked(judge, report, id, "the authority that vouches for the key"))
			return;
	}
}

/* *chain: whose keys vouch for the key; of none while it is out of its time, which only the final judgment knows. */
static int check_chain(struct judge *judge, struct lp_signature_report *report, struct lp_chain_report *chain)
{
	const struct lppack_keyring *ring = judge->ring;
	LP_AUTO_FREE const struct lp_certificate **anchors = calloc(ring->n + 1, sizeof(*anchors));
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lp_chain_rules rules = { .anchors = anchors,
					.now = judge->now,
					.crls = (const struct lp_crl *const *)ring->crls,
					.n_crls = ring->n_crls,
					.require_crls = ring->policy.crl_required };
	int rc;

	if (!anchors)
		return lp_fail_nomem(judge->err);
	for (size_t i = 0; i < ring->n; i++)
		if (ring->keys[i].is_anchor)
			anchors[rules.n_anchors++] = ring->keys[i].certificate;
	if (rules.n_anchors == 0)
		return refuse(judge, report, LP_SIGNATURE_UNKNOWN_KEY, "keys",
			      "neither the key nor any certificate authority is trusted here");
	rc = lp_cms_verify(report->bytes, report->size, judge->subject->message->data, judge->subject->message->len,
			   judge->subject->name, &cms, judge->err);
	if (rc < 0)
		return rc;
	rules.at = judge->is_final ? judge->subject->id.created : lp_certificate_get_info(cms.certificate)->not_before;
	rc = lp_chain_check(cms.certificate, &cms.issuers, &rules, chain, judge->err);
	if (rc < 0)
		return rc;
	/* Before `created` is known, a chain that is only out of its time may still turn out well. */
	if (chain->verdict != LP_CHAIN_TRUSTED &&
	    (judge->is_final || (chain->verdict != LP_CHAIN_EXPIRED && chain->verdict != LP_CHAIN_NOT_YET_VALID)))
		return refuse_chain(judge, report, chain);
	report->is_retired = judge->now > lp_certificate_get_info(cms.certificate)->not_after;
	refuse_revoked_chain(judge, report, chain);
	return 0;
}

static bool is_in(const struct lp_text_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static bool fits_any(const struct lp_text_list *globs, const char *stream)
{
	for (size_t i = 0; i < globs->n; i++)
		if (fnmatch(globs->items[i], stream, 0) == 0)
			return true;
	return globs->n == 0;
}

static int refuse_window(struct judge *judge, struct lp_signature_report *report, const struct lp_policy_key *key,
			 const char *who, bool is_early)
{
	char created[LP_TIME_TEXT];
	char bound[LP_TIME_TEXT];

	lp_time_format(judge->subject->id.created, created);
	lp_time_format(is_early ? key->not_before : key->not_after, bound);
	return refuse(judge, report, LP_SIGNATURE_OUTSIDE_WINDOW, is_early ? "not_before" : "not_after",
		      "%s is for what was created %s %s, this was on %s", who, is_early ? "from" : "until", bound,
		      created);
}

/* By one entry of the policy. who: whose it is. */
static int check_entry(struct judge *judge, struct lp_signature_report *report, const struct lp_policy_key *key,
		       const char *who)
{
	const struct lp_policy *policy = &judge->ring->policy;
	const struct lp_subject *subject = judge->subject;

	if (key->schemes.n && !is_in(&key->schemes, report->scheme))
		return refuse(judge, report, LP_SIGNATURE_NOT_ALLOWED, "schemes", "%s may not sign by the scheme %s",
			      who, report->scheme);
	if (subject->is_policy && policy->update_keys.n && !is_in(&policy->update_keys, key->id))
		return refuse(judge, report, LP_SIGNATURE_NOT_ALLOWED, "update", "%s may not sign policies", who);
	report->is_retired |= key->not_after && judge->now > key->not_after;
	if (!judge->is_final)
		return 0;
	if (key->not_before && subject->id.created < key->not_before)
		return refuse_window(judge, report, key, who, true);
	if (key->not_after && subject->id.created > key->not_after)
		return refuse_window(judge, report, key, who, false);
	if (!subject->is_policy && !fits_any(&key->streams, subject->id.stream))
		return refuse(judge, report, LP_SIGNATURE_NOT_ALLOWED, "streams",
			      "%s may not sign bundles of the stream '%s'", who, subject->id.stream);
	return 0;
}

/* By each entry for an authority that vouches for the key. Returns whether there is one. */
static bool check_authorities(struct judge *judge, struct lp_signature_report *report,
			      const struct lp_chain_report *chain)
{
	bool is_listed = false;

	for (size_t i = 1; i < chain->n_ids && report->status == LP_SIGNATURE_VALID; i++) {
		const struct lp_policy_key *key;
		char id[LPPACK_KEY_ID_SIZE];
		char who[64];

		lp_hex_encode(chain->ids[i].bytes, LP_DIGEST_SIZE, id);
		key = lp_policy_find_key(&judge->ring->policy, id);
		if (!key)
			continue;
		is_listed = true;
		snprintf(who, sizeof(who), "the authority %.16s... above the key", id);
		check_entry(judge, report, key, who);
	}
	return is_listed;
}

/*
 * The policy's entries for the key and for all that vouch for it: no authority vouches for more than it may sign
 * itself, and who signs may choose by which of its certificates the chain goes. chain: NULL for a key that is trusted
 * itself.
 */
static void check_listed(struct judge *judge, struct lp_signature_report *report, const struct lp_chain_report *chain)
{
	const struct lp_policy *policy = &judge->ring->policy;
	const struct lp_policy_key *key = lp_policy_find_key(policy, report->id);
	bool is_listed = key;

	if (!policy->has_keys)
		return;
	if (key)
		check_entry(judge, report, key, "the key");
	if (chain && report->status == LP_SIGNATURE_VALID)
		is_listed |= check_authorities(judge, report, chain);
	/* Which authorities they are, is not known while a chain is out of its time: the final judgment asks again. */
	if (!is_listed && !(chain && chain->n_ids == 0))
		refuse(judge, report, LP_SIGNATURE_NOT_ALLOWED, "keys", "the policy does not list the key");
}

static int judge_one(struct judge *judge, struct lp_signature_report *report)
{
	struct lp_chain_report chain = { 0 };
	bool has_chain = false;
	bool is_known;

	report->is_retired = false;
	if (refuse_revoked(judge, report, report->id, "the key"))
		return 0;
	if (!is_trusted_key(judge, report, &is_known)) {
		int rc;

		if (is_known)
			return refuse(judge, report, LP_SIGNATURE_OUTSIDE_WINDOW, "certificates",
				      "the key's certificate was not valid when this was created");
		if (strcmp(report->scheme, "cms") != 0)
			return refuse(judge, report, LP_SIGNATURE_UNKNOWN_KEY, "keys", "the key is not trusted here");
		has_chain = true;
		rc = check_chain(judge, report, &chain);
		if (rc < 0)
			return rc;
	}
	if (report->status == LP_SIGNATURE_VALID)
		check_listed(judge, report, has_chain ? &chain : NULL);
	if (report->status == LP_SIGNATURE_VALID && judge->is_final)
		report->status = LP_SIGNATURE_GOOD;
	return 0;
}

static bool counts(const struct lp_signature_report *report)
{
	return report->status == LP_SIGNATURE_VALID || report->status == LP_SIGNATURE_GOOD;
}

static bool counts_now(const struct lp_signature_report *report)
{
	return counts(report) && !report->is_retired;
}

/* Distinct keys, by the digest of their SubjectPublicKeyInfo, of which the policy may give one signer several. */
static size_t count_signers(const struct lp_policy *policy, const struct lp_signature_report *reports, size_t n,
			    bool (*is_counted)(const struct lp_signature_report *report))
{
	size_t signers = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_new = is_counted(&reports[i]);

		for (size_t j = 0; is_new && j < i; j++)
			is_new = !is_counted(&reports[j]) ||
				 !lp_policy_same_signer(policy, reports[j].id, reports[i].id);
		signers += is_new;
	}
	return signers;
}

static const struct lp_signature_report *find_status(const struct lp_signature_report *reports, size_t n,
						     enum lp_signature_status status)
{
	for (size_t i = 0; i < n; i++)
		if (reports[i].status == status)
			return &reports[i];
	return NULL;
}

/* The report that tells most of why nothing counts. */
static const struct lp_signature_report *find_cause(const struct lp_signature_report *reports, size_t n)
{
	static const enum lp_signature_status telling[] = { LP_SIGNATURE_REVOKED, LP_SIGNATURE_OUTSIDE_WINDOW,
							    LP_SIGNATURE_NOT_ALLOWED, LP_SIGNATURE_CHAIN,
							    LP_SIGNATURE_UNSUPPORTED };

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
		const struct lp_signature_report *found = find_status(reports, n, telling[i]);

		if (found)
			return found;
	}
	return NULL;
}

static int fail_none(const struct judge *judge, const struct lp_signature_report *reports, size_t n)
{
	const struct lp_signature_report *cause = find_cause(reports, n);
	const char *name = judge->subject->name;
	enum lppack_code code = find_status(reports, n, LP_SIGNATURE_REVOKED) ? LPPACK_E_REVOKED : LPPACK_E_UNTRUSTED;

	if (n == 0)
		return lp_fail(judge->err, LPPACK_E_UNTRUSTED,
			       judge->subject->is_policy ? "have it signed: lppack trust sign" :
							   "have it signed, or build it with: lppack create --key",
			       "%s: not signed", name);
	if (!cause)
		return lp_hint(judge->err,
			       lp_fail(judge->err, code, "", "%s: %s by a trusted key", name,
				       n == 1 ? "the signature is not" : "none of the signatures is"),
			       "if you trust key %s, put its .pub file into " LPPACK_KEYS_DIR_ADMIN
			       "/ or name it with --keys",
			       reports[0].id);
	return lp_fail(judge->err, code, "'lppack trust test' tells how each signature is judged",
		       "%s: no signature counts (rule %s): key %.16s...: %s", name, judge->rule ? judge->rule : "keys",
		       cause->id, cause->reason);
}

static int judge_all(struct judge *judge, struct lp_signature_report *reports, size_t n, struct lp_ruling *ruling)
{
	const struct lp_policy *policy = &judge->ring->policy;
	int rc = 0;

	*ruling = (struct lp_ruling){ .threshold = judge->subject->is_policy ? policy->update_threshold :
									       policy->threshold };
	if (judge->ring->n == 0) {
		ruling->rule = "keys";
		return lp_fail(judge->err, LPPACK_E_NO_KEYS, "name the vendor's public key with --keys",
			       "%s: no key is trusted", judge->subject->name);
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (reports[i].status == LP_SIGNATURE_VALID)
			rc = judge_one(judge, &reports[i]);
	ruling->noted = judge->rule;
	if (rc < 0)
		return rc;
	ruling->good = count_signers(policy, reports, n, counts);
	ruling->good_now = count_signers(policy, reports, n, counts_now);
	if (ruling->good >= ruling->threshold)
		return 0;
	ruling->rule = ruling->good ? "threshold" : judge->rule ? judge->rule : "keys";
	if (ruling->good == 0)
		return fail_none(judge, reports, n);
	return lp_fail(judge->err, LPPACK_E_THRESHOLD, "'lppack trust test' tells how each signature is judged",
		       "%s: %zu of %llu trusted keys that must sign it have done so (rule threshold of %s)",
		       judge->subject->name, ruling->good, (unsigned long long)ruling->threshold,
		       policy->name ? policy->name : "the default policy");
}

int lp_keyring_judge(const struct lppack_keyring *ring, const struct lp_subject *subject,
		     struct lp_signature_report *reports, size_t n, struct lp_ruling *ruling, struct lppack_error *err)
{
	struct judge judge = { .ring = ring, .subject = subject, .now = (int64_t)time(NULL), .err = err };

	return judge_all(&judge, reports, n, ruling);
}

static int check_schemes(const struct judge *judge, const struct lp_signature_report *reports, size_t n,
			 struct lp_ruling *ruling)
{
	const struct lp_text_list *required = &judge->ring->policy.required_schemes;

	for (size_t i = 0; i < required->n; i++) {
		bool found = false;

		for (size_t j = 0; j < n; j++)
			found |= reports[j].status == LP_SIGNATURE_GOOD &&
				 strcmp(reports[j].scheme, required->items[i]) == 0;
		if (found)
			continue;
		ruling->rule = "required_schemes";
		return lp_fail(judge->err, LPPACK_E_THRESHOLD, "ask the vendor for a bundle that is signed so too",
			       "%s: no signature of the scheme %s counts (rule required_schemes of %s)",
			       judge->subject->name, required->items[i], judge->ring->policy.name);
	}
	return 0;
}

/* Who withholds the next policy could keep a key alive that it revokes; and one of the future may be any future one. */
static int check_policy_times(const struct judge *judge, struct lp_ruling *ruling)
{
	const struct lp_policy *policy = &judge->ring->policy;
	bool is_over = policy->expires && judge->now >= policy->expires;
	char time[LP_TIME_TEXT];

	if (!is_over && !lp_policy_is_of_future(policy->created, judge->now))
		return 0;
	ruling->rule = is_over ? "expires" : "created";
	lp_time_format(is_over ? policy->expires : policy->created, time);
	if (is_over)
		return lp_fail(judge->err, LPPACK_E_EXPIRED, "install the next policy: lppack trust update FILE",
			       "%s: the policy expired on %s (rule expires of %s)", judge->subject->name, time,
			       policy->name);
	return lp_fail(judge->err, LPPACK_E_CLOCK,
		       "set the clock (timedatectl); if it is right, ask who made the policy why it is of the future",
		       "%s: this machine's clock is before %s, when the policy was created (rule created of %s)",
		       judge->subject->name, time, policy->name);
}

static int check_bundle(const struct judge *judge, struct lp_ruling *ruling)
{
	const struct lp_policy *policy = &judge->ring->policy;
	const struct lp_subject *s = judge->subject;
	const struct lp_policy_revoked *revoked;
	char digest[LP_DIGEST_TEXT];

	lp_hex_encode(s->id.digest.bytes, LP_DIGEST_SIZE, digest);
	revoked = lp_policy_find_revoked(policy->revoked_bundles, policy->n_revoked_bundles, digest);
	if (revoked) {
		ruling->rule = "revoked_bundles";
		return lp_fail(judge->err, LPPACK_E_REVOKED, "look for a newer bundle of the stream",
			       "%s: this bundle is revoked%s%s (rule revoked_bundles of %s)", s->name,
			       revoked->reason ? ": " : "", revoked->reason ? revoked->reason : "", policy->name);
	}
	for (size_t i = 0; i < policy->n_minimum; i++) {
		const struct lp_release_id *m = &policy->minimum[i];

		if (strcmp(m->stream, s->id.stream) != 0 || lp_release_compare(&s->id, m) >= 0)
			continue;
		ruling->rule = "minimum";
		return lp_fail(judge->err, LPPACK_E_DOWNGRADE, "look for a newer bundle of the stream",
			       "%s: serial %llu of epoch %llu is below serial %llu of epoch %llu (rule minimum of %s)",
			       s->name, (unsigned long long)s->id.serial, (unsigned long long)s->id.epoch,
			       (unsigned long long)m->serial, (unsigned long long)m->epoch, policy->name);
	}
	return 0;
}

int lp_policy_decide(const struct lppack_keyring *ring, const struct lp_subject *subject,
		     struct lp_signature_report *reports, size_t n, struct lp_ruling *ruling, struct lppack_error *err)
{
	struct judge judge = { .ring = ring,
			       .subject = subject,
			       .is_final = true,
			       .now = (int64_t)time(NULL),
			       .rule = ruling->noted,
			       .err = err };
	int rc = judge_all(&judge, reports, n, ruling);

	if (rc < 0 || subject->is_policy)
		return rc;
	rc = subject->is_accepted ? 0 : check_policy_times(&judge, ruling);
	if (rc < 0)
		return rc;
	rc = check_schemes(&judge, reports, n, ruling);
	return rc < 0 ? rc : check_bundle(&judge, ruling);
}

void lp_describe_ruling(struct lppack_value **map, const struct lppack_keyring *ring, const struct lp_ruling *ruling,
			const struct lp_signature_report *reports, size_t n, const struct lppack_error *cause)
{
	const char *name = lppack_error_name(cause->code);

	lp_value_add_bool(map, "trusted", !cause->code);
	lp_value_add_text(map, "verdict", name ? name : "OK");
	lp_value_add_text(map, "rule", cause->code ? ruling->rule : NULL);
	if (cause->code) {
		lp_value_add_text(map, "reason", cause->message);
		lp_value_add_text(map, "hint", cause->hint[0] ? cause->hint : NULL);
	}
	lp_value_add_int(map, "good", ruling->good);
	lp_value_add_int(map, "threshold", ruling->threshold);
	lp_value_add_text(map, "policy", ring->policy.name);
	lp_value_add(map, "signatures", lp_describe_signers(reports, n));
}
