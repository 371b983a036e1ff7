/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fixes are active, pending, held or available, and whether only a reboot brings them. */
#ifndef LP_STATUS_FIXES_H
#define LP_STATUS_FIXES_H

#include "status/status.h"

/* Fills active, newest, fixes and reasons; what cannot be read is added to the problems. */
int lp_status_read_fixes(struct lppack_status *status, struct lppack_error *err);

#endif
