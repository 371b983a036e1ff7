/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody ought to do something about. */
#ifndef LP_STATUS_CHECK_H
#define LP_STATUS_CHECK_H

#include "status/status.h"

/* "findings": what somebody ought to do something about, the gravest first. */
struct lppack_value *lp_status_findings(const struct lppack_value *status);

#endif
