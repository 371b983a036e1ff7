/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replacing the livepatch stack by one new module, as one transaction. */
#ifndef LP_RUNTIME_REPLACE_H
#define LP_RUNTIME_REPLACE_H

#include "runtime/attempt.h"

/* The transaction: preflight, load from a sealed memfd, watch, prove, remove the superseded, or undo. result is
 * filled as far as it went, also on failure; on every failure the old stack is active unless the code says
 * otherwise (STALLED_LEFT, UNPROVEN, LEFTOVER, NONE_LEFT). The caller holds the lock.
 *
 * Calling it again after a kill finishes what was begun: a transition to this very build is joined instead of loaded
 * again, and where this build is active already (outcome ALREADY, returns 0) the modules of patches that it replaced
 * are removed. */
int lp_replace_run(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_replace_job *job,
		   struct lp_attempt_result *result, struct lppack_error *err);

/* Finishes what a killed call began, and loads nothing: facts are those of its module. */
int lp_replace_finish(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_module_facts *facts,
		      const struct lp_recovery *recovery, struct lp_attempt_result *result, struct lppack_error *err);

#endif
