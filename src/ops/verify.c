/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening bundles, and the step from an opened to a verified one. */
#include "ops/bundle.h"

#include "base/export.h"
#include "ops/keys.h"

static struct lppack_bundle *read_head(struct lppack_bundle *bundle, int rc, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *owned = bundle;

	if (rc == 0)
		rc = lp_head_read(&owned->in, &owned->head, err);
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

LP_EXPORT void lppack_bundle_close(struct lppack_bundle *bundle)
{
	if (!bundle)
		return;
	lp_head_free(&bundle->head);
	lp_input_close(&bundle->in);
	free(bundle);
}

LP_EXPORT uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle)
{
	return bundle->in.bytes;
}

LP_EXPORT struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle,
						       const struct lppack_keyring *keyring, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *v = NULL;
	int rc;

	if (keyring->n == 0) {
		lp_fail(err, LPPACK_E_NO_KEYS, "name the vendor's public key with --keys", "%s: no key is trusted",
			bundle->in.name);
		return NULL;
	}
	v = calloc(1, sizeof(*v));
	if (!v) {
		lp_fail_nomem(err);
		return NULL;
	}
	rc = lp_signatures_check(bundle, keyring, v->signers, &v->n_signers, err);
	if (rc == 0)
		rc = lp_contents_open(&v->contents, bundle, false, err);
	return rc < 0 ? NULL : LP_TAKE(v);
}

LP_EXPORT void lppack_verified_free(struct lppack_verified *v)
{
	if (v)
		lp_contents_close(&v->contents);
	free(v);
}

LP_EXPORT const char *lppack_verified_stream(const struct lppack_verified *v)
{
	return v->contents.manifest.stream;
}

LP_EXPORT uint64_t lppack_verified_serial(const struct lppack_verified *v)
{
	return v->contents.manifest.serial;
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
