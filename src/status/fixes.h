/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fixes are active, pending, held or available. */
#ifndef LP_STATUS_FIXES_H
#define LP_STATUS_FIXES_H

#include "status/status.h"

/* "fixes" and "reboot" of the answer, added to it. */
void lp_status_add_fixes(const struct lp_snapshot *snapshot, struct lppack_value **problems, struct lppack_value **map);
/* Adds what could not be read, once however many parts stand on it. */
void lp_status_add_problem(struct lppack_value **problems, const struct lppack_error *err);

#endif
