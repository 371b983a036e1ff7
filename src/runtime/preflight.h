/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be refused before anything is changed. */
#ifndef LP_RUNTIME_PREFLIGHT_H
#define LP_RUNTIME_PREFLIGHT_H

#include "runtime/attempt.h"

#define LP_HINT_TRANSITION "lppack status --watch follows it; try again when it has ended"

/* Everything that can be refused before a system call changes anything, each with its own code (docs: the table in
 * lppack/error.h): livepatch support, privilege, lockdown, modules_disabled, ftrace_enabled, transition running, a
 * forced one before, a module of that name loaded, release/arch of the kernel, active livepatches without `replace` or
 * foreign ones without `take_over`. Does not change anything; a module of that name that is only left over passes, as
 * lp_replace_run() removes it. stack: as read just before. *already is set if the very build is active. */
int lp_preflight_replace(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_module_facts *facts,
			 const struct lp_stack *stack, bool *already, struct lppack_error *err);

/* What of disabling all can be refused before anything changes; *already is set if no livepatch is active. */
int lp_preflight_disable(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_stack *stack,
			 bool *already, struct lppack_error *err);

#endif
