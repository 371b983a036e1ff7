/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps what a /proc file said before the patch.
 *
 * The variables behind /proc/cmdline and /proc/version are not exported to
 * modules. A fix for production reaches them with livepatch relocations
 * (Documentation/livepatch/module-elf-format.rst); these samples, which an
 * ordinary module build must be able to make, read the file once instead.
 */
#ifndef LPPACK_CAPTURE_H
#define LPPACK_CAPTURE_H

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/string.h>

/* Every suffix that a sample or test patch adds begins like this. */
#define LPPACK_MARK " lppack_"

/*
 * Fills @buf with the first line of @path. An older level may be in force
 * while a newer one is loaded, so its suffix is cut off.
 */
static int lppack_capture(const char *path, char *buf, size_t size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t len;
	char *end;

	if (IS_ERR(file))
		return PTR_ERR(file);
	len = kernel_read(file, buf, size - 1, &pos);
	filp_close(file, NULL);
	if (len < 0)
		return len;

	buf[len] = '\0';
	*strchrnul(buf, '\n') = '\0';
	end = strstr(buf, LPPACK_MARK);
	if (end)
		*end = '\0';
	return 0;
}

#endif
