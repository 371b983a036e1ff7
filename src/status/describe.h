/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A status as a tree, for --json and for people. */
#ifndef LP_STATUS_DESCRIBE_H
#define LP_STATUS_DESCRIBE_H

#include "status/status.h"

/* Keys of lppack-status-json(5), in the order of enum lppack_fix_state. */
extern const char *const lp_fix_state_names[];

#endif
