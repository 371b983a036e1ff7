/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Joining a root directory and a path below it, so that no link leads out of the root. */
#include "base/root.h"

#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/openat2.h, which distributions with older headers lack. The number is one on all architectures. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define IN_ROOT_NO_MAGICLINKS (0x10 | 0x02)
#define LINKS_MAX 40 /* path_resolution(7) */
#define ATTEMPTS 64

struct how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/* A path on its way from the root to its end. */
struct walk {
	int root;
	int at; /* how far it has come, with O_PATH */
	char rest[PATH_MAX];
	unsigned int links;
};

static void walk_close(struct walk *walk)
{
	if (walk->at >= 0)
		close(walk->at);
}

static int walk_to(struct walk *walk, int fd)
{
	if (fd < 0)
		return -1;
	walk_close(walk);
	walk->at = fd;
	return 0;
}

/* Above the root is the root. */
static int walk_up(struct walk *walk)
{
	struct stat here;
	struct stat root;

	if (fstat(walk->at, &here) < 0 || fstat(walk->root, &root) < 0)
		return -1;
	if (here.st_dev == root.st_dev && here.st_ino == root.st_ino)
		return 0;
	return walk_to(walk, openat(walk->at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* The link's target goes before what is left of the path. */
static int walk_link(struct walk *walk, const char *target, const char *rest)
{
	char joined[PATH_MAX];

	if (++walk->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (snprintf(joined, sizeof(joined), "%s%s", target, rest) >= (int)sizeof(joined)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(walk->rest, joined, sizeof(joined));
	return *target == '/' ? walk_to(walk, fcntl(walk->root, F_DUPFD_CLOEXEC, 3)) : 0;
}

/* One part on: 0, or -1 with errno. The last part is opened with the flags into *fd. */
static int walk_step(struct walk *walk, int flags, mode_t mode, int *fd)
{
	const char *from = walk->rest + strspn(walk->rest, "/");
	size_t n = strcspn(from, "/");
	const char *rest = from + n;
	bool is_last = !rest[strspn(rest, "/")];
	char target[PATH_MAX];
	char name[NAME_MAX + 1];
	ssize_t size;

	if (n >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, from);
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		if (strcmp(name, "..") == 0 && walk_up(walk) < 0)
			return -1;
		memmove(walk->rest, rest, strlen(rest) + 1);
		*fd = is_last ? openat(walk->at, ".", flags, mode) : -1;
		return is_last && *fd < 0 ? -1 : 0;
	}
	size = is_last && flags & O_NOFOLLOW ? -1 : readlinkat(walk->at, name, target, sizeof(target) - 1);
	if (size >= 0) {
		target[size] = '\0';
		return walk_link(walk, target, rest);
	}
	if (is_last) {
		*fd = openat(walk->at, name, flags | O_NOFOLLOW, mode);
		return *fd < 0 ? -1 : 0;
	}
	memmove(walk->rest, rest, strlen(rest) + 1);
	return walk_to(walk, openat(walk->at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int lp_root_walk(int rootfd, const char *path, int flags, mode_t mode)
{
	LP_AUTO(walk_close) struct walk walk = { .root = rootfd, .at = fcntl(rootfd, F_DUPFD_CLOEXEC, 3) };
	int fd = -1;

	if (walk.at < 0)
		return -1;
	if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (fd < 0)
		if (walk_step(&walk, flags, mode, &fd) < 0)
			return -1;
	return fd;
}

int lp_below_open(int dirfd, const char *path, int flags, mode_t mode)
{
	const struct how how = { .flags = (uint64_t)flags,
				 .mode = flags & O_CREAT ? mode : 0,
				 .resolve = IN_ROOT_NO_MAGICLINKS };
	int fd = -1;

	/* EAGAIN: something else was renamed while ".." was followed. */
	errno = EAGAIN;
	for (int i = 0; fd < 0 && errno == EAGAIN && i < ATTEMPTS; i++)
		fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	/* EPERM is what filters of system calls say that do not know it. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = lp_root_walk(dirfd, path, flags, mode);
	return fd;
}

int lp_root_open(const char *root, const char *path, int flags, mode_t mode)
{
	int sys_errno;
	int rootfd;
	int fd;

	if (!*root)
		return open(path, flags, mode);
	rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return -1;
	fd = lp_below_open(rootfd, path, flags, mode);
	sys_errno = errno;
	close(rootfd);
	errno = sys_errno;
	return fd;
}

int lp_below_read(int dirfd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = lp_below_open(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   path);
	return lp_fd_read(fd, path, max, out, err);
}

/* The part of the path before its last one, *name. */
static int split(const char *path, char parent[PATH_MAX], const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	if (snprintf(parent, PATH_MAX, "%.*s", slash ? (int)(slash + 1 - path) : 1, slash ? path : ".") < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

int lp_root_open_parent(const char *root, const char *path, const char **name)
{
	char parent[PATH_MAX];

	return split(path, parent, name) < 0 ? -1 : lp_root_open(root, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

int lp_below_open_parent(int dirfd, const char *path, const char **name)
{
	char parent[PATH_MAX];

	return split(path, parent, name) < 0 ? -1 : lp_below_open(dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

static bool is_there(const char *root, const char *path, int flags)
{
	int fd = lp_root_open(root, path, O_PATH | O_CLOEXEC | flags, 0);

	if (fd < 0)
		return errno != ENOENT;
	close(fd);
	return true;
}

bool lp_root_is_absent(const char *root, const char *path)
{
	char part[PATH_MAX];

	/* The first part that is not found decides: a link of that name leads to nothing. */
	for (const char *end = path; *end;) {
		end += 1 + strcspn(end + 1, "/");
		if (snprintf(part, sizeof(part), "%.*s", (int)(end - path), path) >= (int)sizeof(part))
			return false;
		if (!is_there(root, part, 0))
			return !is_there(root, part, O_NOFOLLOW);
	}
	return false;
}

static int fail_open(const char *root, const char *path, const char *hint, struct lppack_error *err)
{
	int sys_errno = errno;
	bool leads_nowhere = *root && sys_errno == ENOENT && !lp_root_is_absent(root, path);

	errno = sys_errno;
	return lp_fail_sys(err, LPPACK_E_IO,
			   leads_nowhere ? "links below another root are followed as if it were /: make what they name "
					   "there" :
					   hint,
			   "%s%s: cannot be opened", root, path);
}

/* Whoever can rename one directory above decides what is below it; in a sticky one, only what is one's own. */
static int check_above(int dirfd, const char *name, struct lppack_error *err)
{
	LP_AUTO_CLOSE int at = openat(dirfd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat below;
	struct stat st;

	for (int rc = fstat(dirfd, &below); rc == 0 && at >= 0; below = st) {
		int up;

		rc = fstat(at, &st);
		if (rc < 0 || (st.st_dev == below.st_dev && st.st_ino == below.st_ino))
			return rc < 0 ? lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", name) : 0;
		if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
		    (st.st_mode & (S_IWGRP | S_IWOTH) && !(st.st_mode & S_ISVTX)))
			return lp_fail(
				err, LPPACK_E_UNSAFE_FILE,
				"every directory above belongs to root or to you, and is not writable by others: "
				"look with namei -l",
				"%s: a directory above it can be changed by %s (mode %04o, user %u)", name,
				st.st_mode & S_IWOTH ? "everybody" :
				st.st_mode & S_IWGRP ? "its group" :
						       "its owner",
				(unsigned int)st.st_mode & 07777, (unsigned int)st.st_uid);
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = up;
	}
	return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: the directories above it cannot be examined", name);
}

int lp_directory_open_safe(const char *root, const char *path, bool *missing, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	LP_AUTO_CLOSE int fd = lp_root_open(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int opened = fd;
	int rc;

	if (missing)
		*missing = false;
	if (fd < 0) {
		int sys_errno = errno;

		if (missing)
			*missing = sys_errno == ENOENT && lp_root_is_absent(root, path);
		errno = sys_errno;
		return fail_open(root, path, "make it a readable directory", missing && *missing ? NULL : err);
	}
	rc = name ? lp_fd_check_safe(fd, name, err) : lp_fail_nomem(err);
	if (rc == 0)
		rc = check_above(fd, name, err);
	if (rc < 0)
		return rc;
	fd = -1;
	return opened;
}

int lp_root_input_open(struct lp_input *in, const char *root, const char *path, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	/* O_NONBLOCK: a FIFO in place of the file must not hang us before the check of its type. */
	int fd = lp_root_open(root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);

	*in = (struct lp_input){ .fd = -1 };
	if (fd < 0)
		return fail_open(root, path, "check the path and its permissions", err);
	if (name)
		return lp_input_take_fd(in, fd, name, err);
	close(fd);
	return lp_fail_nomem(err);
}

int lp_root_read_safe(const char *root, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	/* O_NONBLOCK: a FIFO in place of the file must not hang us. */
	LP_AUTO_CLOSE int fd = lp_root_open(root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	LP_AUTO_FREE char *name = NULL;
	int rc;

	if (fd < 0)
		return fail_open(root, path, "check the path and its permissions", err);
	name = lp_text_format("%s%s", root, path);
	rc = name ? lp_fd_check_safe(fd, name, err) : lp_fail_nomem(err);
	return rc < 0 ? rc : lp_fd_read(fd, name, max, out, err);
}

int lp_root_unlink(const char *root, const char *path, struct lppack_error *err)
{
	const char *name;
	LP_AUTO_CLOSE int parent = lp_root_open_parent(root, path, &name);
	LP_AUTO_CLOSE int fd = -1;

	if (parent < 0 || unlinkat(parent, name, 0) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: cannot be removed", root, path);
	fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: its directory cannot be synced", root, path);
	return 0;
}
