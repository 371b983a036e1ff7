/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifying and extracting one module in one call. */
#include "base/export.h"
#include "bundle/entry.h"
#include "trust/verify.h"

LP_EXPORT int lppack_bundle_extract(const char *path, const struct lppack_keyring *keyring, const char *build_id,
				    const char *directory, unsigned int flags, char **written, struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	struct lppack_error *why = err ? err : &own;
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *bundle = NULL;
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *verified = NULL;
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = NULL;
	int rc = lp_extract_flags_check(flags, why);

	if (rc < 0)
		return rc;
	bundle = lppack_bundle_open(path, why);
	verified = bundle ? lppack_bundle_verify(bundle, keyring, why) : NULL;
	entry = verified ? lppack_verified_select(verified, build_id, why) : NULL;
	return entry ? lppack_entry_extract(entry, directory, flags, written, why) : -why->code;
}
