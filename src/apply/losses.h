/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine would lose by a release: of what is active, and of what its boots apply. */
#ifndef LP_APPLY_LOSSES_H
#define LP_APPLY_LOSSES_H

#include "machine/loss.h"
#include "machine/snapshot.h"

/* Which fixes the running kernel loses of what is active, as far as that was recorded. next: what would take its place, with its
 * claims. fixes: of the same release. */
int lp_losses_find_active(const struct lp_snapshot *snapshot, const struct lp_applied *next,
			  const struct lp_fixes *fixes, struct lp_losses *out, struct lppack_error *err);
/* What the installed kernels lose of what their boots apply. The snapshot's releases are open. */
int lp_losses_find_installed(const struct lp_snapshot *snapshot, struct lp_contents *next, struct lp_losses *out,
			     struct lppack_error *err);
/* Those that were not allowed before, of the very release: what is to be asked. */
int lp_losses_leave(const struct lp_losses *found, const struct lp_losses *allowed, struct lp_losses *out,
		    struct lppack_error *err);

#endif
