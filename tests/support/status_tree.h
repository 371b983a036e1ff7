/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine's status as the tree that --json prints, for tests that look at the keys. */
#ifndef LP_TEST_STATUS_TREE_H
#define LP_TEST_STATUS_TREE_H

#include "status/status.h"

/* To be freed with lppack_value_free(); NULL on failure. */
static inline struct lppack_value *describe_status(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_STATUS struct lppack_status *status = lppack_host_status(host, err);

	return status ? lppack_status_describe(status, err) : NULL;
}

#endif
