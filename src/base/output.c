/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output files, which appear whole or not at all. */
#include "base/output.h"

#include "shared/text.h"
#include "base/file.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What to do about an output that cannot be made. */
static const char *output_hint(int sys_errno)
{
	switch (sys_errno) {
	case ENOENT:
		return "create the directory first";
	case ENOTDIR:
		return "choose another path: this is no directory";
	case ENAMETOOLONG:
		return "choose a shorter name";
	case EROFS:
		return "write to another file system";
	default:
		return "check the directory's permissions";
	}
}

/* Never over a directory, a device or a pipe, as root could rename /dev/null away; nor over a link, for the file that is
 * meant is where it leads. */
static int check_target(const struct lp_output *out, struct lppack_error *err)
{
	struct stat st;

	if (fstatat(out->dirfd, out->target, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ?
			       0 :
			       lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s: cannot be created", out->path);
	if (S_ISREG(st.st_mode) || (S_ISLNK(st.st_mode) && out->takes_links))
		return 0;
	if (S_ISLNK(st.st_mode))
		return lp_fail(err, LPPACK_E_USAGE, "name the file that it leads to", "%s: exists and is a link",
			       out->path);
	return lp_fail(err, LPPACK_E_USAGE, "name a file", "%s: %s", out->path,
		       S_ISDIR(st.st_mode) ? "names a directory" : "exists and is not a regular file");
}

static int open_directory_of(struct lp_output *out, const char *root, const char *path, struct lppack_error *err)
{
	const char *slash = strrchr(path, '/');
	LP_AUTO_FREE char *dir = slash == path ? strdup("/") :
				 slash         ? strndup(path, (size_t)(slash - path)) :
						 strdup(".");

	out->target = strdup(slash ? slash + 1 : path);
	if (!dir || !out->target)
		return lp_fail_nomem(err);
	if (!*out->target)
		return lp_fail(err, LPPACK_E_USAGE, "name a file", "%s: names a directory", out->path);
	out->dirfd = lp_root_open(root, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (out->dirfd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s%s: cannot be opened", root, dir);
	return check_target(out, err);
}

/* Tries temporary names beside the target with make(out) until one is free. 0, or -1 with errno and no name. */
static int find_name(struct lp_output *out, int (*make)(struct lp_output *out))
{
	int rc = -1;

	errno = EEXIST;
	for (unsigned int attempt = 0; rc < 0 && errno == EEXIST && attempt < 100; attempt++) {
		free(out->temp);
		out->temp = lp_text_format(".%s.%ld.%u.tmp", out->target, (long)getpid(), attempt);
		rc = out->temp ? make(out) : -1;
	}
	/* A file of that name is somebody else's: not to be removed. free(3) of glibc before 2.33 may change errno. */
	if (rc < 0) {
		int sys_errno = errno;

		free(out->temp);
		out->temp = NULL;
		errno = sys_errno;
	}
	return rc;
}

static int create_named(struct lp_output *out)
{
	out->fd = openat(out->dirfd, out->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, out->mode);
	return out->fd < 0 ? -1 : 0;
}

/* linkat(2): how a file that was opened without a name gets one. */
static int link_unnamed(struct lp_output *out, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", out->fd);
	return linkat(AT_FDCWD, path, out->dirfd, name, AT_SYMLINK_FOLLOW);
}

static int link_temp(struct lp_output *out)
{
	return link_unnamed(out, out->temp);
}

/* Without a name nothing is left behind even by a kill or a power cut. Not every file system can do that. */
static int create_unnamed(struct lp_output *out)
{
	if (access("/proc/self/fd", X_OK) < 0)
		return -1;
	out->fd = openat(out->dirfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, out->mode);
	return out->fd < 0 ? -1 : 0;
}

static int output_open(struct lp_output *out, const char *root, const char *path, struct lppack_error *err)
{
	int rc;

	out->path = *root ? lp_text_format("%s%s", root, path) : strdup(path);
	if (!out->path)
		return lp_fail_nomem(err);
	rc = open_directory_of(out, root, path, err);
	if (rc < 0 || create_unnamed(out) == 0 || find_name(out, create_named) == 0)
		return rc;
	return lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s: cannot be created", out->path);
}

int lp_output_open_below(struct lp_output *out, const char *root, const char *path, mode_t mode,
			 struct lppack_error *err)
{
	*out = (struct lp_output){ .fd = -1, .dirfd = -1, .mode = mode, .takes_links = true };
	return output_open(out, root, path, err);
}

int lp_output_open(struct lp_output *out, const char *path, mode_t mode, struct lppack_error *err)
{
	*out = (struct lp_output){ .fd = -1, .dirfd = -1, .mode = mode };
	return output_open(out, "", path, err);
}

int lp_output_write(struct lp_output *out, const void *bytes, size_t n, struct lppack_error *err)
{
	if (lp_write_all(out->fd, bytes, n) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be written", out->path);
	return 0;
}

static int put_in_place(struct lp_output *out, bool exclusive)
{
	int rc;

	if (!out->temp && exclusive)
		return link_unnamed(out, out->target);
	if (!out->temp && find_name(out, link_temp) < 0)
		return -1;
	rc = renameat2(out->dirfd, out->temp, out->dirfd, out->target, exclusive ? RENAME_NOREPLACE : 0);
	/* NFS, 9p and others know no RENAME_NOREPLACE; a hard link does not replace a file either. */
	if (rc < 0 && exclusive && errno == EINVAL) {
		rc = linkat(out->dirfd, out->temp, out->dirfd, out->target, 0);
		if (rc == 0)
			rc = unlinkat(out->dirfd, out->temp, 0);
	}
	return rc;
}

int lp_output_commit(struct lp_output *out, bool exclusive, struct lppack_error *err)
{
	int rc;

	if (fsync(out->fd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be written", out->path);
	/* Making the file may have taken long. */
	rc = exclusive ? 0 : check_target(out, err);
	if (rc < 0)
		return rc;
	rc = put_in_place(out, exclusive);
	if (rc < 0 && errno == EEXIST && exclusive)
		return lp_fail(err, LPPACK_E_EXISTS, "choose another name, or remove it first", "%s: exists already",
			       out->path);
	if (rc < 0)
		return lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s: cannot be put in place", out->path);
	free(out->temp);
	out->temp = NULL;
	if (fsync(out->dirfd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: its directory cannot be synced", out->path);
	return 0;
}

void lp_output_close(struct lp_output *out)
{
	if (out->path && out->fd >= 0)
		close(out->fd);
	if (out->temp && out->dirfd >= 0)
		unlinkat(out->dirfd, out->temp, 0);
	if (out->path && out->dirfd >= 0)
		close(out->dirfd);
	free(out->path);
	free(out->target);
	free(out->temp);
	*out = (struct lp_output){ .fd = -1, .dirfd = -1 };
}
