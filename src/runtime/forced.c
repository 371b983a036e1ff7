/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include <string.h>

#define HINT_REBOOT "reboot: after a forced transition no task is known to be in a consistent state"

#define HINT_PINNED "end what uses it (lsmod, bpftool link), and try again; if there is nothing, " HINT_REBOOT

/* The kernel drops a replaced module's last reference a moment after its directory has gone. */
#define PATIENCE_NS LP_SECOND_NS

/* Another module that uses its symbols pins it as well, and that is no sign of force. */
static bool has_holders(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];
	LP_AUTO_DIR DIR *dir = NULL;

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/holders", name);
	dir = lp_dir_open(io->rootfd, path);
	return dir && lp_dir_next(dir);
}

static bool find_pinned(struct lp_kernel_io *io, char *out, size_t room)
{
	LP_AUTO_DIR DIR *modules = lp_dir_open(io->rootfd, LP_MODULE_DIR);
	const struct dirent *entry;

	while (modules && (entry = lp_dir_next(modules))) {
		if (lp_module_remnant(io, entry->d_name) != LP_REMNANT_PINNED || has_holders(io, entry->d_name))
			continue;
		snprintf(out, room, "%s", entry->d_name);
		return true;
	}
	return false;
}

bool lp_unload_find_pinned(struct lp_kernel_io *io, char *out, size_t room)
{
	int64_t since_ns = lp_host_now(io);

	while (find_pinned(io, out, room)) {
		if (lp_host_now(io) - since_ns >= PATIENCE_NS)
			return true;
		lp_host_poll_sleep(io, since_ns);
	}
	return false;
}

int lp_preflight_forced(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lppack_error *err)
{
	char name[256];

	if (request->forced)
		return lp_fail(err, LPPACK_E_FORCED, HINT_REBOOT, "a transition was forced in this boot: %s",
			       request->forced);
	if (lp_unload_find_pinned(io, name, sizeof(name)))
		return lp_fail(err, LPPACK_E_FORCED, HINT_PINNED, LP_PINNED_TEXT, name);
	return 0;
}
