/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying and extracting one module in one call. */
#include "base/export.h"
#include "bundle/entry.h"
#include "trust/verify.h"

LP_EXPORT int lppack_bundle_extract(const char *path, const struct lppack_keyring *keyring, const char *build_id,
				    const char *directory, uint32_t flags, char **written, struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *bundle = NULL;
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *verified = NULL;
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = NULL;
	int rc = lp_extract_flags_check(flags, err);

	if (written)
		*written = NULL;
	if (rc < 0)
		return rc;
	bundle = lppack_bundle_open(path, &own);
	verified = bundle ? lppack_bundle_verify(bundle, keyring, &own) : NULL;
	entry = verified ? lppack_verified_select(verified, build_id, &own) : NULL;
	return entry ? lppack_entry_extract(entry, directory, flags, written, err) : lp_error_move(err, &own);
}
