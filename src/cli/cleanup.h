/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cleanup attributes for what the verbs hold: AUTO(type) on a pointer that is initialised at its declaration. */
#ifndef CLI_CLEANUP_H
#define CLI_CLEANUP_H

#include "shared/cleanup.h"

#include <lppack/lppack.h>

#define DEFINE_AUTO(name, type, fn) \
	static inline void auto_##name(type **p) \
	{ \
		fn(*p); \
	}

DEFINE_AUTO(value, struct lppack_value, lppack_value_free)
DEFINE_AUTO(signer, struct lppack_signer, lppack_signer_free)
DEFINE_AUTO(status, struct lppack_status, lppack_status_free)
DEFINE_AUTO(spec, struct lppack_spec, lppack_spec_free)
DEFINE_AUTO(entry, struct lppack_entry, lppack_entry_free)
DEFINE_AUTO(kernel, struct lppack_kernel, lppack_kernel_close)
DEFINE_AUTO(host, struct lppack_host, lppack_host_close)
DEFINE_AUTO(plan, struct lppack_plan, lppack_plan_free)
DEFINE_AUTO(receipt, struct lppack_receipt, lppack_receipt_free)

#define AUTO(name) LP_AUTO(auto_##name)

#endif
