/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One livepatch in sysfs: reading and writing its flags. */
#include "runtime/patch.h"

#include "shared/text.h"

#include <errno.h>

/* What a failed access to a patch's directory says of it; ENODEV: it went between open and read. */
static bool is_absent(int sys_errno)
{
	return sys_errno == ENOENT || sys_errno == ENOTDIR || sys_errno == ENODEV;
}

static int read_flag(struct lp_kernel_io *io, const char *name, const char *attribute)
{
	char path[LP_PATH_ROOM];
	char text[24];
	uint64_t value;

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s/%s", name, attribute);
	if (lp_attr_read(io->rootfd, path, text, sizeof(text)) < 0)
		return is_absent(errno) ? LP_FLAG_ABSENT : LP_FLAG_UNKNOWN;
	return lp_text_to_u64(text, &value) < 0 || value > 1 ? LP_FLAG_UNKNOWN : (int)value;
}

int lp_patch_transition(struct lp_kernel_io *io, const char *name)
{
	return read_flag(io, name, "transition");
}

void lp_patch_status_read(struct lp_kernel_io *io, const char *name, struct lp_patch_status *status)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s", name);
	status->transition = lp_patch_transition(io, name);
	/* After transition: a reversed patch whose transition reads 0 is told from a finished one by this alone. */
	status->enabled = read_flag(io, name, "enabled");
	status->listed = status->enabled >= 0 || lp_kernel_io_has(io, path);
}

/* Kernels without the attribute (before 4.12) have no transition; one that cannot be read may run. */
static bool is_at_rest(const struct lp_patch_status *status)
{
	return status->transition == 0 || status->transition == LP_FLAG_ABSENT;
}

bool lp_patch_status_is_done(const struct lp_patch_status *status)
{
	return status->enabled == 1 && is_at_rest(status);
}

bool lp_patch_status_is_undone(const struct lp_patch_status *status)
{
	/* Its directory goes a moment later, or before 5.1 only with its module. */
	return !status->listed || (status->enabled == 0 && is_at_rest(status));
}

bool lp_patches_are_enabled(struct lp_kernel_io *io, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lp_patch_status status;

		lp_patch_status_read(io, names[i], &status);
		if (!status.listed || status.enabled == 0)
			return false;
	}
	return true;
}

int lp_patch_write(struct lp_kernel_io *io, const char *patch, const char *attribute, const char *value)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s/%s", patch, attribute);
	return io->ops->write_attribute(io->context, io->rootfd, path, value);
}
