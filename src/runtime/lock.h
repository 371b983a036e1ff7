/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock that lets one call at a time change the kernel and what is remembered of it. */
#ifndef LP_RUNTIME_LOCK_H
#define LP_RUNTIME_LOCK_H

#include "runtime/caller.h"
#include "runtime/kernel_io.h"

/* Takes the host's apply lock (/run/lppack/lock, flock); LPPACK_E_BUSY naming the holder's pid if it is held.
 * Returns a descriptor whose closing releases the lock. A holder that died holds nothing. */
int lp_lock_take(struct lp_kernel_io *io, struct lppack_error *err);
/* The same, but waits as long as the caller's wait_ns says, unless it cancels. */
int lp_lock_wait(struct lp_kernel_io *io, const struct lp_caller *caller, struct lppack_error *err);
enum lp_lock_state {
	LP_LOCK_FREE,
	LP_LOCK_HELD,
	LP_LOCK_UNKNOWN, /* the file may not be opened: only root is told */
};

/* Whether another process holds the lock, without waiting for it; *pid is its, or 0. */
enum lp_lock_state lp_lock_read_state(struct lp_kernel_io *io, int *pid);

#endif
