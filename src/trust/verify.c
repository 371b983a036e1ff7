/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step from an opened to a verified bundle, and what a verified one says. */
#include "trust/verify.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "bundle/describe.h"
#include "bundle/entry.h"
#include "bundle/fix.h"
#include "bundle/verify_all.h"
#include "trust/gaps.h"
#include "trust/judge.h"
#include "trust/keyring.h"
#include "trust/policy_memory.h"

#include <lppack/trust.h>

#include <string.h>
#include <time.h>

/* Only lppack_bundle_verify() makes one. */
struct lppack_verified {
	struct lp_ref ref;
	struct lppack_bundle *bundle; /* a reference: the reports borrow of its head */
	struct lp_contents *contents; /* a reference; NULL until keys that are trusted are behind the head */
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
	size_t n_reports;
	char *policy_root; /* of the keyring */
	struct lp_policy_memory policy;
	struct lppack_value *gaps;   /* lp_gaps_describe() */
	bool is_retired;             /* too few windows of its signers are open by now */
	bool is_checked;             /* every byte of the payload too */
	struct lp_fixes fixes;       /* once they are asked for */
	struct lppack_fix *each_fix; /* NULL: they are not read yet */
};

static struct lppack_verified *new_verified(struct lppack_bundle *bundle)
{
	struct lppack_verified *v = calloc(1, sizeof(*v));

	if (v)
		v->bundle = lp_bundle_ref(bundle);
	return v;
}

/*
 * The order of steps is the point: what every signature is over and whether it fits its own key; whether keys that are
 * trusted are behind it; only then the manifest is parsed; then the policy's verdict on what it says.
 */
static int verify_head(struct lppack_verified *v, struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
		       bool is_accepted, struct lp_ruling *ruling, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };
	struct lp_subject subject = { .name = bundle->in.name, .message = &message, .is_accepted = is_accepted };
	int rc = lp_signatures_check(bundle, v->reports, &v->n_reports, err);

	if (rc < 0)
		return rc;
	lp_pre_authentication(bundle->head.manifest.data, bundle->head.manifest.len, &message);
	if (!lp_buf_ok(&message))
		return lp_fail_nomem(err);
	rc = lp_keyring_judge(keyring, &subject, v->reports, v->n_reports, ruling, err);
	if (rc < 0)
		return rc;
	rc = lp_contents_open(bundle, &v->contents, err);
	if (rc < 0)
		return rc;
	subject.id = v->contents->manifest.id;
	rc = lp_policy_decide(keyring, &subject, v->reports, v->n_reports, ruling, err);
	v->is_retired = ruling->good_now < ruling->threshold;
	return rc;
}

/* What is done with the verified bundle later, without the ring. */
static int note_ring(struct lppack_verified *v, const struct lppack_keyring *keyring, struct lppack_error *err)
{
	const struct lp_policy *policy = &keyring->policy;
	bool ok = true;

	v->policy_root = lp_text_dup(keyring->policy_root, &ok);
	v->gaps = lp_value_list();
	lp_gaps_describe(keyring, &v->bundle, 1, &v->gaps);
	v->policy = (struct lp_policy_memory){ .version = policy->version,
					       .created = policy->created,
					       .digest = policy->digest };
	return ok && v->gaps ? 0 : lp_fail_nomem(err);
}

static struct lppack_verified *verify_bundle(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					     bool is_accepted, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *v = NULL;
	struct lp_ruling ruling = { 0 };
	int rc;

	/* Asked first: without keys it is the same whether a signature is damaged. */
	if (keyring->n == 0) {
		lp_fail(err, LPPACK_E_NO_KEYS, "name the vendor's public key with --keys", "%s: no key is trusted",
			bundle->in.name);
		return NULL;
	}
	v = new_verified(bundle);
	if (!v) {
		lp_fail_nomem(err);
		return NULL;
	}
	rc = verify_head(v, bundle, keyring, is_accepted, &ruling, err);
	if (rc == 0)
		rc = note_ring(v, keyring, err);
	if (rc == 0)
		rc = lp_contents_open_index(v->contents, false, err);
	lp_bundle_hint_journal(bundle, rc, err);
	return rc < 0 ? NULL : LP_TAKE(v);
}

LP_EXPORT struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle,
						       const struct lppack_keyring *keyring, struct lppack_error *err)
{
	return verify_bundle(bundle, keyring, false, err);
}

struct lppack_verified *lp_bundle_verify_accepted(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
						  struct lppack_error *err)
{
	return verify_bundle(bundle, keyring, true, err);
}

LP_EXPORT struct lppack_value *lppack_bundle_judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
						   struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *v = new_verified(bundle);
	LP_AUTO_VALUE struct lppack_value *gaps = lp_value_list();
	struct lppack_value *map = lp_value_map();
	struct lppack_error cause = LPPACK_ERROR_INIT;
	struct lp_ruling ruling = { 0 };

	if (v && map) {
		lp_bundle_hint_journal(bundle, verify_head(v, bundle, keyring, false, &ruling, &cause), &cause);
		lp_describe_ruling(&map, keyring, &ruling, v->reports, v->n_reports, &cause);
		lp_gaps_describe(keyring, &bundle, 1, &gaps);
		lp_value_add(&map, "warnings", LP_TAKE(gaps));
	}
	if (v && map)
		return map;
	lppack_value_free(map);
	lp_fail_nomem(err);
	return NULL;
}

struct lppack_verified *lp_verified_ref(struct lppack_verified *v)
{
	lp_ref_take(&v->ref);
	return v;
}

LP_EXPORT void lppack_verified_free(struct lppack_verified *v)
{
	if (!v || !lp_ref_drop(&v->ref))
		return;
	free(v->each_fix);
	free(v->policy_root);
	lppack_value_free(v->gaps);
	lp_fixes_free(&v->fixes);
	lp_contents_unref(v->contents);
	lppack_bundle_close(v->bundle);
	free(v);
}

struct lp_contents *lp_verified_contents(const struct lppack_verified *v)
{
	return v->contents;
}

const struct lp_signature_report *lp_verified_reports(const struct lppack_verified *v, size_t *n)
{
	*n = v->n_reports;
	return v->reports;
}

bool lp_verified_is_retired(const struct lppack_verified *v)
{
	return v->is_retired;
}

void lp_verified_warn(const struct lppack_verified *v, struct lppack_value **warnings)
{
	for (size_t i = 0; i < lppack_value_count(v->gaps); i++)
		lp_value_push(warnings, lp_value_copy(lppack_value_get(lppack_value_at(v->gaps, i, NULL), "text")));
}

int lp_verified_remember_policy(const struct lppack_verified *v, const char *root, struct lppack_error *err)
{
	if (!v->policy_root || strcmp(v->policy_root, root) != 0)
		return 0;
	return lp_policy_memory_see(root, &v->policy, (int64_t)time(NULL), err);
}

bool lp_verified_is_checked(const struct lppack_verified *v)
{
	return v->is_checked;
}

LP_EXPORT int lppack_verified_check_all(struct lppack_verified *v, const struct lppack_verify_options *given,
					struct lppack_error *err)
{
	struct lppack_verify_options options;
	int rc = LP_OPTIONS_TAKE(lppack_verify_options, progress, &options, given, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < v->n_reports; i++)
		if (v->reports[i].status == LP_SIGNATURE_UNSUPPORTED)
			return lp_fail(
				err, LPPACK_E_UNSUPPORTED, "use a newer lppack",
				"%s: " LP_MEMBER_SIGNATURES "%s.%s: the scheme '%s' is unknown, so this signature "
				"is not verified",
				v->bundle->in.name, v->reports[i].id, v->reports[i].scheme, v->reports[i].scheme);
	rc = lp_contents_verify_all(v->contents, &options, err);
	if (rc < 0)
		return rc;
	v->is_checked = true;
	return 0;
}

LP_EXPORT struct lppack_entry *lppack_verified_select(const struct lppack_verified *v, const char *build_id,
						      struct lppack_error *err)
{
	struct lp_build_id id;

	if (build_id && lp_build_id_parse(build_id, &id) == 0)
		return lp_entry_find(v->contents, &id, err);
	lp_fail(err, LPPACK_E_USAGE, "a build ID has 8 to 64 lower-case hex digits", "'%s' is not a build ID",
		build_id ? build_id : "");
	return NULL;
}

LP_EXPORT int lppack_verified_entry_next(const struct lppack_verified *v, struct lppack_entry **entry,
					 struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	uint64_t ordinal = *entry ? (*entry)->ordinal + 1 : 0;

	lppack_entry_free(*entry);
	*entry = NULL;
	if (ordinal >= v->contents->manifest.kernels)
		return 0;
	*entry = lp_entry_at(v->contents, ordinal, &own);
	return *entry ? 1 : lp_error_move(err, &own);
}

static int read_fixes(struct lppack_verified *v, struct lppack_error *err)
{
	int rc = lp_contents_fixes(v->contents, &v->fixes, err);

	if (rc < 0)
		return rc;
	v->each_fix = calloc(v->fixes.n_fixes + 1, sizeof(*v->each_fix));
	if (!v->each_fix) {
		lp_fixes_free(&v->fixes);
		return lp_fail_nomem(err);
	}
	for (size_t i = 0; i < v->fixes.n_fixes; i++)
		v->each_fix[i].fix = &v->fixes.fixes[i];
	return 0;
}

LP_EXPORT int lppack_verified_fix_next(struct lppack_verified *v, const struct lppack_fix **fix,
				       struct lppack_error *err)
{
	const struct lppack_fix *last = *fix;
	int rc = v->each_fix ? 0 : read_fixes(v, err);

	*fix = NULL;
	if (rc < 0)
		return rc;
	last = last ? last + 1 : v->each_fix;
	if (last == v->each_fix + v->fixes.n_fixes)
		return 0;
	*fix = last;
	return 1;
}

LP_EXPORT struct lppack_value *lppack_verified_describe(const struct lppack_verified *v, uint32_t flags,
							struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	if (flags & ~(LPPACK_DESCRIBE_FIXES | LPPACK_DESCRIBE_KERNELS)) {
		lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of describing that are unknown: %#x", flags);
		return NULL;
	}
	map = lp_value_map();
	lp_value_add_bool(&map, "verified", true);
	lp_describe_contents(&map, v->contents);
	lp_value_add(&map, "signatures", lp_describe_signers(v->reports, v->n_reports));
	if ((flags & LPPACK_DESCRIBE_FIXES) && lp_describe_fixes(&map, v->contents, err) < 0)
		return NULL;
	if ((flags & LPPACK_DESCRIBE_KERNELS) && lp_describe_kernels(&map, v->contents, err) < 0)
		return NULL;
	if (!map)
		lp_fail_nomem(err);
	return LP_TAKE(map);
}

LP_EXPORT const char *lppack_verified_stream(const struct lppack_verified *v)
{
	return v->contents->manifest.id.stream;
}

LP_EXPORT uint64_t lppack_verified_epoch(const struct lppack_verified *v)
{
	return v->contents->manifest.id.epoch;
}

LP_EXPORT uint64_t lppack_verified_serial(const struct lppack_verified *v)
{
	return v->contents->manifest.id.serial;
}

LP_EXPORT uint64_t lppack_verified_kernels(const struct lppack_verified *v)
{
	return v->contents->manifest.kernels;
}

LP_EXPORT int64_t lppack_verified_expires(const struct lppack_verified *v)
{
	return v->contents->manifest.expires;
}

LP_EXPORT const char *lppack_verified_digest(const struct lppack_verified *v)
{
	return v->contents->digest_text;
}

LP_EXPORT const char *lppack_verified_version(const struct lppack_verified *v)
{
	return v->contents->manifest.id.version;
}

LP_EXPORT int64_t lppack_verified_created(const struct lppack_verified *v)
{
	return v->contents->manifest.id.created;
}

LP_EXPORT size_t lppack_verified_signatures(const struct lppack_verified *v)
{
	return v->n_reports;
}

LP_EXPORT const char *lppack_verified_signature_key(const struct lppack_verified *v, size_t i)
{
	return i < v->n_reports ? v->reports[i].id : NULL;
}

LP_EXPORT const char *lppack_verified_signature_scheme(const struct lppack_verified *v, size_t i)
{
	return i < v->n_reports ? v->reports[i].scheme : NULL;
}

LP_EXPORT int lppack_verified_signature_counts(const struct lppack_verified *v, size_t i)
{
	return i < v->n_reports && v->reports[i].status == LP_SIGNATURE_GOOD;
}
