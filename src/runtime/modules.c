/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/runtime.h"

#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

/* kernel: TAINT_LIVEPATCH is a taint of the module too, shown as 'K' (kernel/panic.c, kernel/module/sysfs.c). */
static bool is_livepatch_module(int dirfd, const char *name)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/taint", name);
	LP_AUTO_BUF struct lp_buf taint = { 0 };

	return path && lp_file_read(dirfd, path, 256, &taint, NULL) == 0 && strchr((const char *)taint.data, 'K');
}

static void close_directory(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int lp_host_count_livepatch_modules(const struct lp_host *host)
{
	int fd = openat(host->rootfd, "sys/module", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	LP_AUTO(close_directory) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int n = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			n += is_livepatch_module(dirfd(dir), entry->d_name);
	return n;
}
