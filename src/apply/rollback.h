/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether, and how, the way back is safe. */
#ifndef LP_APPLY_ROLLBACK_H
#define LP_APPLY_ROLLBACK_H

#include "machine/applied.h"

/* What to call going back from the level `newer` to what is in force: "reversible", "one-way" or "reboot"; *why is
 * malloc'd or NULL. NULL without memory. */
const char *lp_reversibility(const struct lp_applied *older, const struct lp_applied *newer, char **why,
			     struct lppack_error *err);

#endif
