/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/directory.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int make(const char *path, struct lppack_error *err)
{
	if (mkdir(path, 0755) == 0)
		/* The entry is on the disk once the directory that holds it is. */
		return lp_parent_sync(path, err);
	if (errno == EEXIST)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return lp_fail_sys(err, LPPACK_E_PRIVILEGE, "run this as root", "%s: cannot be made", path);
	return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be made", path);
}

int lp_directory_make(const char *root, const char *path, struct lppack_error *err)
{
	for (const char *end = path; *end;) {
		LP_AUTO_FREE char *part = NULL;
		int rc;

		end += 1 + strcspn(end + 1, "/");
		part = lp_text_format("%s%.*s", root, (int)(end - path), path);
		rc = part ? make(part, err) : lp_fail_nomem(err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
