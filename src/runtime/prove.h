/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proving by sysfs that a new livepatch, and no other, is active as its facts say. */
#ifndef LP_RUNTIME_PROVE_H
#define LP_RUNTIME_PROVE_H

#include "runtime/attempt.h"

enum lp_proof {
	LP_PROOF_HOLDS,
	LP_PROOF_SURVIVED,   /* an old patch is still active */
	LP_PROOF_NO_REPLACE, /* the kernel shows that the patch does not replace */
	LP_PROOF_FAILS,
};

/* Compares the live stack with the facts, patiently; fills result->pending. why: what does not hold. */
enum lp_proof lp_prove_replaced(struct lp_attempt *attempt, struct lp_buf *why);

#endif
