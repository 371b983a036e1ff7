/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole files: reading with a bound, and what is asked of descriptors. */
#include "base/file.h"

#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How long a pipe may take to give what is read of it. */
#define SLOW_SECONDS 10

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

int lp_input_take_regular_fd(struct lp_input *in, int fd, const char *name, struct lppack_error *err)
{
	off_t size = lseek(fd, 0, SEEK_END);

	*in = (struct lp_input){ .fd = fd, .name = strdup(name), .size = (uint64_t)size };
	if (in->name && size >= 0)
		return 0;
	if (!in->name) {
		cleanup_close(&fd);
		in->fd = -1;
		return lp_fail_nomem(err);
	}
	return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", name);
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

static int64_t file_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec;
}

/* For a pipe that nobody has written to yet: no call waits for ever for what others write. */
static int await_bytes(int fd, const char *path, int64_t deadline, struct lppack_error *err)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int64_t left = deadline - file_now();

	if (left > 0 && (poll(&poller, 1, (int)left * 1000) > 0 || errno == EINTR))
		return 0;
	return lp_fail(err, LPPACK_E_IO, "name a file", "%s: nothing to read within %d seconds", path, SLOW_SECONDS);
}

int lp_fd_read(int fd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	int64_t deadline = file_now() + SLOW_SECONDS;
	uint8_t chunk[16384];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN) {
			int rc = await_bytes(fd, path, deadline, err);

			if (rc < 0)
				return rc;
			continue;
		}
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
	/* O_NONBLOCK: a FIFO in place of the file must not hang us. */
	LP_AUTO_CLOSE int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

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
	LP_AUTO_FREE char *quoted = lp_text_quote(path);
	struct stat st;

	if (!quoted)
		return lp_fail_nomem(err);
	if (fstat(fd, &st) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", path);
	/* Not chown: the owner may hold it open for writing. */
	if (!is_trusted_owner(st.st_uid))
		return lp_fail(
			err, LPPACK_E_UNSAFE_FILE,
			"look at what it says, then put a copy of your own in its place: install -m 644 COPY FILE",
			"%s: belongs to user %u, who can change it", path, (unsigned int)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return lp_hint(err,
			       lp_fail(err, LPPACK_E_UNSAFE_FILE, NULL, "%s: can be changed by %s (mode %04o)", path,
				       st.st_mode & S_IWOTH ? "everybody" : "its group",
				       (unsigned int)st.st_mode & 07777),
			       "look at what it says, then run: chmod go-w %s", quoted);
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
