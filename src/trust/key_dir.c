/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a directory of keys or of revocation lists count, and what masks one. */
#include "trust/key_dir.h"

#include "shared/text.h"
#include "base/file.h"
#include "base/root.h"
#include "crypto/certificate.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* /dev/null: the one file that cannot be there by accident, as an empty one can after a crash. */
static bool is_mask(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* /dev/null need not be there below another machine's root. */
static bool is_link_to_null(const char *root, const char *path)
{
	static const char null[] = "/dev/null";
	const char *name;
	LP_AUTO_CLOSE int parent = lp_root_open_parent(root, path, &name);
	char target[sizeof(null) + 1];
	ssize_t n = parent < 0 ? -1 : readlinkat(parent, name, target, sizeof(target));

	return n == (ssize_t)strlen(null) && memcmp(target, null, (size_t)n) == 0;
}

int lp_key_file_read(const char *root, const char *path, struct lp_buf *pem, bool *masked, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	LP_AUTO_CLOSE int fd = -1;
	int rc;

	if (!name)
		return lp_fail_nomem(err);
	*masked = is_link_to_null(root, path);
	if (*masked)
		return 0;
	/* O_NONBLOCK: a FIFO in place of the file must not hang us. */
	fd = lp_root_open(root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   name);
	*masked = is_mask(fd);
	if (*masked)
		return 0;
	rc = lp_fd_check_safe(fd, name, err);
	return rc < 0 ? rc : lp_fd_read(fd, name, LP_CERTIFICATE_MAX, pem, err);
}

static bool has_suffix(const char *name, const char *const *suffixes)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot && lp_text_is_one_of(dot, suffixes);
}

bool lp_key_file_is_named(const char *name)
{
	static const char *const suffixes[] = { ".pem", ".pub", NULL };

	return has_suffix(name, suffixes);
}

bool lp_crl_file_is_named(const char *name)
{
	static const char *const suffixes[] = { ".pem", ".crl", NULL };

	return has_suffix(name, suffixes);
}
