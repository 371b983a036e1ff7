/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening bundles, and the step from an opened to a verified one. */
#include "bundle/bundle.h"

#include "base/export.h"
#include "trust/keyring.h"
#include "pack/sign.h"
#include "trust/judge.h"

#include <lppack/trust.h>

/* A head that is torn rather than forged: who gets an error of it is told the way back. */
static int hint_at_journal(const struct lppack_bundle *bundle, int rc, struct lppack_error *err)
{
	const char *name = bundle->in.name;
	LP_AUTO_FREE char *path = NULL;

	if (rc != -LPPACK_E_STRUCTURE && rc != -LPPACK_E_BAD_SIGNATURE && rc != -LPPACK_E_CORRUPT)
		return rc;
	path = realpath(name, NULL);
	if (!path || lp_sign_journal_exists(path, NULL) <= 0)
		return rc;
	return lp_hint(err, rc, "a change of its signatures was interrupted; complete it with: lppack sign --list %s",
		       name);
}

static struct lppack_bundle *read_head(struct lppack_bundle *bundle, int rc, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *owned = bundle;

	if (rc == 0)
		rc = hint_at_journal(owned, lp_head_read(&owned->in, &owned->head, err), err);
	return rc < 0 ? NULL : LP_TAKE(owned);
}

LP_EXPORT struct lppack_bundle *lppack_bundle_open(const char *path, struct lppack_error *err)
{
	struct lppack_bundle *bundle = calloc(1, sizeof(*bundle));

	if (!bundle) {
		lp_fail_nomem(err);
		return NULL;
	}
	return read_head(bundle, lp_input_open(&bundle->in, path, err), err);
}

LP_EXPORT struct lppack_bundle *lppack_bundle_open_fd(int fd, const char *name, struct lppack_error *err)
{
	struct lppack_bundle *bundle = calloc(1, sizeof(*bundle));

	if (!bundle) {
		close(fd);
		lp_fail_nomem(err);
		return NULL;
	}
	return read_head(bundle, lp_input_take_fd(&bundle->in, fd, name, err), err);
}

struct lppack_bundle *lp_bundle_ref(struct lppack_bundle *bundle)
{
	lp_ref_take(&bundle->ref);
	return bundle;
}

LP_EXPORT void lppack_bundle_close(struct lppack_bundle *bundle)
{
	if (!bundle || !lp_ref_drop(&bundle->ref))
		return;
	lp_head_free(&bundle->head);
	lp_input_close(&bundle->in);
	free(bundle);
}

LP_EXPORT uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle)
{
	return bundle->in.bytes;
}

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
static int judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring, struct lppack_verified *v,
		 struct lp_ruling *ruling, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };
	struct lp_subject subject = { .name = bundle->in.name, .message = &message };
	const struct lp_contents *c = &v->contents;
	int rc = lp_signatures_check(bundle, v->signers, &v->n_signers, err);

	if (rc < 0)
		return rc;
	lp_pre_authentication(bundle->head.manifest.data, bundle->head.manifest.len, &message);
	if (!lp_buf_ok(&message))
		return lp_fail_nomem(err);
	rc = lp_keyring_judge(keyring, &subject, v->signers, v->n_signers, ruling, err);
	if (rc == 0)
		rc = lp_contents_open(&v->contents, bundle, err);
	if (rc < 0)
		return rc;
	subject.id = c->manifest.id;
	return lp_policy_decide(keyring, &subject, v->signers, v->n_signers, ruling, err);
}

LP_EXPORT struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle,
						       const struct lppack_keyring *keyring, struct lppack_error *err)
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
	rc = judge(bundle, keyring, v, &ruling, err);
	if (rc == 0)
		rc = lp_contents_open_index(&v->contents, false, err);
	hint_at_journal(bundle, rc, err);
	return rc < 0 ? NULL : LP_TAKE(v);
}

LP_EXPORT struct lppack_value *lppack_bundle_judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
						   struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *v = new_verified(bundle);
	struct lppack_value *map = lp_value_map();
	struct lppack_error cause = LPPACK_ERROR_INIT;
	struct lp_ruling ruling = { 0 };

	if (v && map) {
		hint_at_journal(bundle, judge(bundle, keyring, v, &ruling, &cause), &cause);
		lp_describe_ruling(&map, keyring, &ruling, v->signers, v->n_signers, &cause);
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
	lp_contents_close(&v->contents);
	lppack_bundle_close(v->bundle);
	free(v);
}

LP_EXPORT const char *lppack_verified_stream(const struct lppack_verified *v)
{
	return v->contents.manifest.id.stream;
}

LP_EXPORT uint64_t lppack_verified_serial(const struct lppack_verified *v)
{
	return v->contents.manifest.id.serial;
}

LP_EXPORT uint64_t lppack_verified_kernels(const struct lppack_verified *v)
{
	return v->contents.manifest.kernels;
}

LP_EXPORT int64_t lppack_verified_expires(const struct lppack_verified *v)
{
	return v->contents.manifest.expires;
}

LP_EXPORT const char *lppack_verified_digest(const struct lppack_verified *v)
{
	return v->contents.digest_text;
}
