/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one stream that a machine follows: a kernel has one replace-mode stack, so another stream's release takes the place
 * of everything that this one fixes. */
#ifndef LP_MACHINE_FOLLOW_H
#define LP_MACHINE_FOLLOW_H

#include "machine/snapshot.h"

/* Whether a release may be accepted: LPPACK_E_OTHER_STREAM, LPPACK_E_SPEC where lppack.yaml cannot be read. name: the
 * bundle's file, for messages. may_switch: the operator says so, which lppack.yaml overrules. */
int lp_follow_check(const struct lp_snapshot *snapshot, const struct lp_release_id *id, const char *name,
		    bool may_switch, struct lppack_error *err);
/* From now on that stream, once the state is written. Whether that changes anything; on failure LPPACK_E_NO_MEMORY. */
int lp_follow_set(struct lp_state *state, const char *stream, struct lppack_error *err);

#endif
