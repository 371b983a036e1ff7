/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole files: reading with a bound, writing so that they appear whole or not at all. */
#include "base/file.h"

#include "base/root.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int lp_input_take_fd(struct lp_input *in, int fd, const char *name, struct lppack_error *err)
{
	struct stat st;

	*in = (struct lp_input){ .fd = fd, .name = strdup(name) };
	if (!in->name) {
		cleanup_close(&fd);
		in->fd = -1;
		return lp_fail_nomem(err);
	}
	if (fstat(fd, &st) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", name);
	if (!S_ISREG(st.st_mode))
		return lp_fail(err, LPPACK_E_IO, "name a regular file", "%s: not a regular file", name);
	in->size = (uint64_t)st.st_size;
	return 0;
}

int lp_input_open(struct lp_input *in, const char *path, struct lppack_error *err)
{
	/* O_NONBLOCK: a FIFO in place of the file must not hang us before the check of its type. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*in = (struct lp_input){ .fd = -1 };
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   path);
	return lp_input_take_fd(in, fd, path, err);
}

void lp_input_close(struct lp_input *in)
{
	if (in->name && in->fd >= 0)
		close(in->fd);
	free(in->name);
	*in = (struct lp_input){ .fd = -1 };
}

int lp_input_read(struct lp_input *in, uint64_t offset, void *out, size_t n, struct lppack_error *err)
{
	uint8_t *to = out;

	if (!lp_range_ok(offset, n, in->size))
		return lp_fail(err, LPPACK_E_TRUNCATED, "fetch the file again",
			       "%s: ends at byte %llu, but bytes %llu to %llu are needed", in->name,
			       (unsigned long long)in->size, (unsigned long long)offset,
			       (unsigned long long)(offset + n));
	while (n > 0) {
		ssize_t got = pread(in->fd, to, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be read", in->name);
		if (got == 0)
			return lp_fail(err, LPPACK_E_TRUNCATED, NULL, "%s: became shorter while it was read", in->name);
		to += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
		in->bytes += (uint64_t)got;
	}
	return 0;
}

int lp_fd_read(int fd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	uint8_t chunk[16384];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lp_fail_sys(err, LPPACK_E_IO, errno == EISDIR ? "name a file" : NULL,
					   "%s: cannot be read", path);
		if (out->len + (size_t)got > max)
			return lp_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
				       "%s: larger than the limit of %zu bytes", path, max);
		lp_buf_append(out, chunk, (size_t)got);
	}
	lp_buf_append(out, "", 0);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}

int lp_file_read(int dirfd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   path);
	return lp_fd_read(fd, path, max, out, err);
}

static bool is_trusted_owner(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

int lp_fd_check_safe(int fd, const char *path, struct lppack_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", path);
	if (!is_trusted_owner(st.st_uid))
		return lp_hint(err,
			       lp_fail(err, LPPACK_E_UNSAFE_FILE, NULL, "%s: belongs to user %u, who can change it",
				       path, (unsigned int)st.st_uid),
			       "look at what it says, then run: chown root:root '%s'", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return lp_hint(err,
			       lp_fail(err, LPPACK_E_UNSAFE_FILE, NULL, "%s: can be changed by %s (mode %04o)", path,
				       st.st_mode & S_IWOTH ? "everybody" : "its group",
				       (unsigned int)st.st_mode & 07777),
			       "look at what it says, then run: chmod go-w '%s'", path);
	return 0;
}

int lp_directory_sync(const char *path, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be synced", path);
	return 0;
}

int lp_parent_sync(const char *path, struct lppack_error *err)
{
	const char *slash = strrchr(path, '/');
	LP_AUTO_FREE char *parent = slash == path ? strdup("/") :
				    slash	  ? strndup(path, (size_t)(slash - path)) :
						    strdup(".");

	return parent ? lp_directory_sync(parent, err) : lp_fail_nomem(err);
}

int lp_write_all(int fd, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n > 0) {
		ssize_t put = write(fd, from, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		from += put;
		n -= (size_t)put;
	}
	return 0;
}

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

/* Never over a directory, a device or a pipe: root could rename /dev/null away. */
static int check_target(const struct lp_output *out, struct lppack_error *err)
{
	struct stat st;

	if (fstatat(out->dirfd, out->target, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s: cannot be created",
							 out->path);
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "name a file", "%s: %s", out->path,
		       S_ISDIR(st.st_mode) ? "names a directory" : "exists and is not a regular file");
}

static int open_directory_of(struct lp_output *out, const char *root, const char *path, struct lppack_error *err)
{
	const char *slash = strrchr(path, '/');
	LP_AUTO_FREE char *dir = slash == path ? strdup("/") :
				 slash	       ? strndup(path, (size_t)(slash - path)) :
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

int lp_output_open_below(struct lp_output *out, const char *root, const char *path, mode_t mode,
			 struct lppack_error *err)
{
	int rc;

	*out = (struct lp_output){ .fd = -1, .dirfd = -1, .mode = mode };
	out->path = *root ? lp_text_format("%s%s", root, path) : strdup(path);
	if (!out->path)
		return lp_fail_nomem(err);
	rc = open_directory_of(out, root, path, err);
	if (rc < 0 || create_unnamed(out) == 0 || find_name(out, create_named) == 0)
		return rc;
	return lp_fail_sys(err, LPPACK_E_IO, output_hint(errno), "%s: cannot be created", out->path);
}

int lp_output_open(struct lp_output *out, const char *path, mode_t mode, struct lppack_error *err)
{
	return lp_output_open_below(out, "", path, mode, err);
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
