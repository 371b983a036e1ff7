/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The highest version of a policy that this machine has used, which no lower one follows: /var/lib/lppack/trust.yaml.
 *
 * It is written under the machine's lock, by trust update and whenever a bundle that the installed policy let pass is
 * installed or applied. A bare look at a bundle (verify, show) asks it and writes nothing.
 */
#ifndef LP_TRUST_POLICY_MEMORY_H
#define LP_TRUST_POLICY_MEMORY_H

#include "trust/policy.h"

#define LP_POLICY_MEMORY_FILE "trust.yaml"
/* By how much a version may go up at once: who takes the highest one leaves no next one. */
#define LP_POLICY_STEP 1000u
/* Slack of clocks and time zones, which people set. */
#define LP_POLICY_CLOCK_SLACK 86400

struct lp_policy_memory {
	uint64_t version; /* 0: none */
	int64_t created;
	struct lp_digest digest; /* of the file */
};

/* Empty if no policy was ever used. What lp_state_file_read() fails with. root: "" or a prefix. */
int lp_policy_memory_read(const char *root, struct lp_policy_memory *out, struct lppack_error *err);
/* Whether the policy that is installed (version 0: none) may be that by what is remembered: LPPACK_E_STATE if it is
 * gone, DOWNGRADE, EQUIVOCATION, or LIMIT for a version far above. */
int lp_policy_memory_check(const struct lp_policy_memory *memory, const char *root, const struct lp_policy *policy,
			   struct lppack_error *err);
/* Remembers it if it is newer, durably, unless it is of the future. The caller holds the lock. */
int lp_policy_memory_see(const char *root, const struct lp_policy_memory *used, int64_t now, struct lppack_error *err);

/* Whether the policy was created after now, by more than the slack. */
bool lp_policy_is_of_future(int64_t created, int64_t now);

#endif
