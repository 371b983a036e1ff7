/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this process may do: capabilities, user namespaces, a writable /sys. */
#include "runtime/privilege.h"

#include "base/root.h"

#include <stdlib.h>
#include <string.h>

#define CAP_SYS_MODULE 16 /* include/uapi/linux/capability.h */

/* The value behind "key:" at the start of a line of /proc/self/status, or NULL. */
static const char *find_status_line(const char *text, const char *key)
{
	const char *hit = strstr(text, key);

	return hit && (hit == text || hit[-1] == '\n') ? hit + strlen(key) : NULL;
}

/* Options of the mount that covers /sys/kernel/livepatch: the last one in the list that is at or above it (proc(5),
 * "mountinfo": the 5th word is the place, the 6th its options, the one after the type and source the file system's). */
static bool is_sysfs_read_only(const char *mounts)
{
	bool read_only = false;

	for (const char *line = mounts; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char place[64];
		char options[128];

		if (sscanf(line, "%*s %*s %*s %*s %63s %127s", place, options) != 2)
			continue;
		if (strcmp(place, "/sys") == 0 || strcmp(place, "/sys/kernel") == 0 ||
		    strcmp(place, "/" LP_LIVEPATCH_DIR) == 0)
			read_only = strcmp(options, "ro") == 0 || strncmp(options, "ro,", 3) == 0;
	}
	return read_only;
}

static int check_sysfs(struct lp_kernel_io *io, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf mounts = { 0 };

	if (lp_below_read(io->rootfd, "proc/self/mountinfo", 4 << 20, &mounts, NULL) < 0)
		return 0;
	if (!is_sysfs_read_only((const char *)mounts.data))
		return 0;
	return lp_fail(err, LPPACK_E_PRIVILEGE, "run this on the host, or remount it: mount -o remount,rw /sys",
		       "%s/sys is mounted read-only, as in containers: livepatches could not be disabled again",
		       io->root);
}

bool lp_privilege_has_capability(struct lp_kernel_io *io, unsigned int number)
{
	char text[8192];
	const char *effective;

	if (lp_attr_read(io->rootfd, "proc/self/status", text, sizeof(text)) <= 0)
		return true;
	effective = find_status_line(text, "CapEff:");
	return !effective || (strtoull(effective, NULL, 16) >> number & 1);
}

static int check_process(struct lp_kernel_io *io, struct lppack_error *err)
{
	char text[8192];
	unsigned long first;
	unsigned long mapped;

	if (!lp_privilege_has_capability(io, CAP_SYS_MODULE))
		return lp_fail(err, LPPACK_E_PRIVILEGE, "run this as root, on the host",
			       "this process lacks CAP_SYS_MODULE");
	/* In a user namespace the capability is held and worth nothing (user_namespaces(7)). */
	if (lp_attr_read(io->rootfd, "proc/self/uid_map", text, sizeof(text)) > 0 &&
	    sscanf(text, " %lu %*u %lu", &first, &mapped) == 2 && (first != 0 || mapped != 4294967295))
		return lp_fail(err, LPPACK_E_PRIVILEGE, "run this as root, on the host",
			       "this process is in a user namespace, where CAP_SYS_MODULE does not reach the kernel");
	return 0;
}

int lp_privilege_check(struct lp_kernel_io *io, struct lppack_error *err)
{
	int rc = check_process(io, err);

	return rc < 0 ? rc : check_sysfs(io, err);
}
