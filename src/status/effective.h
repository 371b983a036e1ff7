/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running kernel's name with the release that is active. */
#ifndef LP_STATUS_EFFECTIVE_H
#define LP_STATUS_EFFECTIVE_H

#include "machine/snapshot.h"

/* "6.1.0-56-amd64+lp.example.7", as a kernel that was built with the fixes might call itself; malloc'd, NULL without
 * memory. */
char *lp_status_format_effective(const struct lp_snapshot *snapshot);

#endif
