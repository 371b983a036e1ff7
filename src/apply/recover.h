/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finishing or undoing what a killed call began. */
#ifndef LP_APPLY_RECOVER_H
#define LP_APPLY_RECOVER_H

#include "runtime/attempt.h"
#include "machine/snapshot.h"

/* With the lock held: finishes or undoes what a killed call began. The snapshot is read with the lock held; if there was
 * something to recover, it is read anew. *report (may be NULL) as lppack_host_recover() returns it. terms: the caller's,
 * for time-outs, progress and cancelling. */
int lp_recover_locked(struct lp_snapshot *snapshot, const struct lp_terms *terms, bool quick,
		      struct lppack_value **report, struct lppack_error *err);

#endif
