/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways back: reversing a transition that does not end, and disabling what was loaded in vain. */
#ifndef LP_RUNTIME_REVERSE_H
#define LP_RUNTIME_REVERSE_H

#include "runtime/attempt.h"

/* Each of these puts what is true into result->outcome. */

/* Reverses a transition that did not end. 0 if it ended at the last moment after all, else an error is set. */
int lp_reverse_transition(struct lp_attempt *attempt, enum lp_watch_end why, struct lppack_error *err);
/* The transition was reversed by somebody else. Always an error. */
int lp_reverse_finished_by_other(struct lp_attempt *attempt, struct lppack_error *err);
/* Takes a finished patch back that replaced nothing. Always an error: code, because of why. */
int lp_reverse_applied(struct lp_attempt *attempt, enum lppack_code code, const char *why, struct lppack_error *err);
/* The module came up without a livepatch. Always an error. */
int lp_reverse_empty(struct lp_attempt *attempt, struct lppack_error *err);
/* Ends the transition by force, having said so to the journal; otherwise reverses it. 0 if it ended. */
int lp_reverse_unless_forced(struct lp_attempt *attempt, struct lppack_error *err);

/* Waits until the patch of this name is disabled and removes its module, if there are any: what a killed call was
 * undoing. 0, or LPPACK_E_STALLED_LEFT, LEFTOVER. */
int lp_reverse_finish(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name,
		      struct lp_attempt_result *result, struct lppack_error *err);

/* Enables the patch of this name again, which is being disabled, or enabled already: for a killed call whose reversal
 * came too late, so that what it replaced is gone. 0, or LPPACK_E_STALLED_LEFT, NONE_LEFT. */
int lp_reverse_take_back(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name,
			 struct lp_attempt_result *result, struct lppack_error *err);

/* Waits until the patch of this name, which is being enabled again, is active, or until somebody has disabled it.
 * 0, or LPPACK_E_STALLED_LEFT. */
int lp_reverse_await(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name, struct lppack_error *err);

#endif
