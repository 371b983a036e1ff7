/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Refusing policies that nothing could meet. */
#ifndef LP_TRUST_MEETABLE_H
#define LP_TRUST_MEETABLE_H

#include "trust/keyring.h"

/* keys: those that are at hand, the policy's own among them. A listed key that is not may be an authority, under which any
 * number of keys can sign. LPPACK_E_POLICY. */
int lp_policy_check_meetable(const struct lp_policy *policy, const struct lp_trusted *keys, size_t n,
			     struct lppack_error *err);

#endif
