/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the installed releases a boot applies. */
#ifndef LP_APPLY_BOOT_OPEN_H
#define LP_APPLY_BOOT_OPEN_H

#include "machine/host.h"

/*
 * Opens and verifies the release that was chosen last (by an installation, an apply or a rollback) or, if that is
 * skipped, held or has nothing for the running kernel, the newest below it that may be applied. *bundle and *verified
 * are the caller's; *skipped (may be NULL) receives a list of maps, as struct lppack_attempt has it, also on failure.
 * below: a release that was opened before and that this kernel would not take: the one after it is wanted; else NULL.
 * LPPACK_E_NO_RELEASE if nothing is installed; LPPACK_E_DISABLED; otherwise why the first was passed over.
 */
int lp_store_open_installed(struct lppack_host *host, const struct lppack_keyring *keyring,
			    const struct lppack_verified *below, struct lppack_bundle **bundle,
			    struct lppack_verified **verified, struct lppack_value **skipped, struct lppack_error *err);

#endif
