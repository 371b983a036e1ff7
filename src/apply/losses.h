/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine would lose by a release: of what is active, and of what its boots apply. */
#ifndef LP_APPLY_LOSSES_H
#define LP_APPLY_LOSSES_H

#include "machine/loss.h"
#include "machine/snapshot.h"

/* Adds the fixes that the running kernel loses of what is active, as far as that was recorded. next: what would take its
 * place. fixes, digest: of that release. */
int lp_losses_find_active(const struct lp_snapshot *snapshot, const struct lp_coverage_facts *next,
			  const struct lp_fixes *fixes, const struct lp_digest *digest, struct lp_losses *out,
			  struct lppack_error *err);
/* Adds what the installed kernels and the running one lose once boots take the release: of what they take now, and of what
 * is active of the same stream. The snapshot's releases are open. */
int lp_losses_find_installed(const struct lp_snapshot *snapshot, struct lp_contents *contents, struct lp_losses *out,
			     struct lppack_error *err);

#endif
