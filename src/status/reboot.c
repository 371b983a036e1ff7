/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answering whether a reboot is needed. */
#include "status/reboot.h"

#include "shared/buf.h"
#include "base/export.h"
#include "base/file.h"
#include "base/root.h"

#include <fcntl.h>
#include <string.h>

#define REQUESTED "/run/reboot-required"
#define PACKAGES_MAX (64u * 1024)

/* Debian's packages of kernels; a list that cannot be read may name anything. */
static bool are_kernels(const char *root)
{
	LP_AUTO_CLOSE int fd = lp_root_open(root, REQUESTED ".pkgs", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	LP_AUTO_BUF struct lp_buf text = { 0 };
	char *line;
	char *rest;

	if (fd < 0 || lp_fd_read(fd, REQUESTED ".pkgs", PACKAGES_MAX, &text, NULL) < 0 || text.len == 0)
		return false;
	lp_buf_append(&text, "", 1);
	if (!lp_buf_ok(&text))
		return false;
	for (line = strtok_r((char *)text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "linux-", 6) != 0)
			return false;
	return true;
}

void lp_status_read_requested(struct lppack_status *status)
{
	const char *root = status->host->io.root;

	status->requested = LP_REQUESTED_BY_NOBODY;
	if (!lp_root_is_absent(root, REQUESTED))
		status->requested = are_kernels(root) ? LP_REQUESTED_BY_KERNELS : LP_REQUESTED_BY_OTHERS;
}

LP_EXPORT enum lppack_reboot lppack_status_reboot(const struct lppack_status *status)
{
	if (status->n_reasons || status->requested == LP_REQUESTED_BY_OTHERS)
		return LPPACK_REBOOT_NEEDED;
	for (size_t i = 0; i < status->n_problems; i++)
		if (status->problems[i].code != LPPACK_E_PRIVILEGE)
			return LPPACK_REBOOT_UNKNOWN;
	if (!lppack_status_fixes_known(status))
		return LPPACK_REBOOT_UNKNOWN;
	if (status->requested == LP_REQUESTED_BY_NOBODY)
		return LPPACK_REBOOT_NOT_NEEDED;
	/* A newer kernel is installed. What it brings is active here only if a release is. */
	return status->snapshot.ours ? LPPACK_REBOOT_LIVEPATCHED : LPPACK_REBOOT_NEEDED;
}
