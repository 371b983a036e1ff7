/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One livepatch by its name: the state of its flags, and writing them. */
#ifndef LP_RUNTIME_PATCH_H
#define LP_RUNTIME_PATCH_H

#include "runtime/kernel_io.h"

/* One patch at one moment; flags are 1, 0 or one of these. */
#define LP_FLAG_ABSENT (-1)  /* the kernel does not tell, or the patch is gone */
#define LP_FLAG_UNKNOWN (-2) /* reading failed for another reason (EMFILE, ENOMEM, EIO): it may be either */

struct lp_patch_status {
	bool listed; /* or it cannot be told */
	int enabled;
	int transition;
};

int lp_patch_transition(struct lp_kernel_io *io, const char *name);
void lp_patch_status_read(struct lp_kernel_io *io, const char *name, struct lp_patch_status *status);
bool lp_patch_status_is_done(const struct lp_patch_status *status);
/* Also where the patch was never listed. */
bool lp_patch_status_is_undone(const struct lp_patch_status *status);

/* Whether every one of these is listed and not disabled. */
bool lp_patches_are_enabled(struct lp_kernel_io *io, char *const *names, size_t n);

/* Writes one of the patch's attributes; 0 or -1 with errno. */
int lp_patch_write(struct lp_kernel_io *io, const char *patch, const char *attribute, const char *value);

#endif
