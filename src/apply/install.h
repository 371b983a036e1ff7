/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a bundle where boots find it. */
#ifndef LP_APPLY_INSTALL_H
#define LP_APPLY_INSTALL_H

#include <lppack/store.h>

/*
 * The half of lppack_host_install() that leaves the kernel alone: its apply and LPPACK_INSTALL_NO_APPLY do not count.
 * Returns the map of what was installed; *verified (may be NULL) receives the bundle that was verified, which is the
 * copy, the caller's.
 */
struct lppack_value *lp_store_install(struct lppack_host *host, struct lppack_bundle *bundle,
				      const struct lppack_keyring *keyring,
				      const struct lppack_install_options *options, struct lppack_verified **verified,
				      struct lppack_error *err);

#endif
