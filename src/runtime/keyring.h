/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the running kernel asks of a module's signature, and whose it takes. */
#ifndef LP_RUNTIME_KEYRING_H
#define LP_RUNTIME_KEYRING_H

#include "runtime/kernel_io.h"

enum lp_signature_policy {
	LP_SIGNATURE_OPTIONAL, /* a module without a good one loads, and taints the kernel */
	LP_SIGNATURE_ENFORCED, /* module.sig_enforce, which CONFIG_MODULE_SIG_FORCE sets too */
	LP_SIGNATURE_LOCKDOWN,
};

/* Lockdown goes before the parameter: it cannot be turned off. */
enum lp_signature_policy lp_keyring_signature_policy(const struct lp_kernel_io *io);

enum lp_key_verdict {
	LP_KEY_KNOWN,
	LP_KEY_NOT_FOUND, /* certainly: the kernel itself said that none of its keyrings has it */
	LP_KEY_PLATFORM,  /* only the firmware's keyring has it, which not every kernel asks for modules */
	LP_KEY_UNKNOWN,
};

/*
 * Whether the kernel has a key of this id to verify modules by: an asymmetric_key_id (include/keys/asymmetric-type.h).
 * Nothing is guessed from descriptions, which /proc/keys shows and which do not hold that id: the kernel is asked to
 * search as find_asymmetric_key() does.
 */
enum lp_key_verdict lp_keyring_find_key(struct lp_kernel_io *io, const void *id, size_t n);

#endif
