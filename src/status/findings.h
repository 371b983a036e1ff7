/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What needs attention. */
#ifndef LP_STATUS_FINDINGS_H
#define LP_STATUS_FINDINGS_H

#include "status/status.h"

/* Fills findings from everything else, the gravest first. LPPACK_E_NO_MEMORY. */
int lp_status_find(struct lppack_status *status, struct lppack_error *err);

#endif
