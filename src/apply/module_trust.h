/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the running kernel will take a module's own signature. */
#ifndef LP_APPLY_MODULE_TRUST_H
#define LP_APPLY_MODULE_TRUST_H

#include "base/value.h"
#include "runtime/kernel_io.h"

/*
 * Before the module is loaded: what the kernel insists on, whether it has the key. *out becomes a map for the plan:
 *   enforced  "lockdown" or "module.sig_enforce", if the kernel insists on a signature
 *   signed    bool
 *   key       of a signed module: "known", "not-found", "platform" or "unknown" (runtime/keyring.h)
 *   signer    {issuer, serial or key_id, digest, algorithm}
 * and warnings are added to the list. LPPACK_E_LOCKED if the kernel insists and certainly has no such key; what cannot
 * be told is left to the kernel.
 */
int lp_module_trust_check(struct lp_kernel_io *io, const void *bytes, size_t n, const char *name,
			  struct lppack_value **out, struct lppack_value **warnings, struct lppack_error *err);

#endif
