/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disabling every livepatch. */
#ifndef LP_RUNTIME_DISABLE_H
#define LP_RUNTIME_DISABLE_H

#include "runtime/attempt.h"

/* Disables every active livepatch and removes its module. result, retries and errors as for lp_replace_run(); 0 with the
 * outcome ALREADY if none is active. */
int lp_disable_all(struct lp_kernel_io *io, const struct lp_terms *terms, struct lp_attempt_result *result,
		   struct lppack_error *err);

#endif
