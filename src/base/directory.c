/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making directories so that they are there after a power cut, and listing them. */
#include "base/directory.h"

#include "shared/cleanup.h"
#include "shared/text.h"
#include "base/file.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make(const char *root, const char *path, struct lppack_error *err)
{
	const char *name;
	LP_AUTO_CLOSE int parent = lp_root_open_parent(root, path, &name);
	LP_AUTO_CLOSE int fd = -1;

	if (parent >= 0 && mkdirat(parent, name, 0755) == 0) {
		/* Whatever the umask is: others read what is in it. */
		if (fchmodat(parent, name, 0755, 0) < 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: its mode cannot be set", root, path);
		/* The entry is on the disk once the directory that holds it is. */
		fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) < 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: its directory cannot be synced", root, path);
		return 0;
	}
	if (parent >= 0 && errno == EEXIST)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return lp_fail_sys(err, LPPACK_E_PRIVILEGE, "run this as root", "%s%s: cannot be made", root, path);
	return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: cannot be made", root, path);
}

int lp_directory_list(int fd, int (*filter)(const struct dirent *entry), struct lp_directory_names *out)
{
	out->n = scandirat(fd, ".", &out->items, filter, alphasort);
	return out->n < 0 ? -1 : 0;
}

void lp_directory_names_free(struct lp_directory_names *names)
{
	for (int i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

int lp_directory_make(const char *root, const char *path, struct lppack_error *err)
{
	for (const char *end = path; *end;) {
		LP_AUTO_FREE char *part = NULL;
		int rc;

		end += 1 + strcspn(end + 1, "/");
		part = strndup(path, (size_t)(end - path));
		rc = part ? make(root, part, err) : lp_fail_nomem(err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
