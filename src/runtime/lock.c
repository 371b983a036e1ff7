/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock file in /run. */
#include "runtime/lock.h"

#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define LOCK_DIR "run/lppack"
#define LOCK_FILE LOCK_DIR "/lock"

/* Whoever only asks for the state of the lock holds it for a moment. */
#define LOOK_NS (50 * LP_MS_NS)

static int fail_create(struct lp_kernel_io *io, const char *path, struct lppack_error *err)
{
	if (errno == EACCES || errno == EPERM)
		return lp_fail_sys(err, LPPACK_E_PRIVILEGE, "run this as root", "%s/%s: cannot be created", io->root,
				   path);
	return lp_fail_sys(err, LPPACK_E_IO, "make /run writable", "%s/%s: cannot be created", io->root, path);
}

static int make_directory(struct lp_kernel_io *io, const char *path, struct lppack_error *err)
{
	const char *name;
	LP_AUTO_CLOSE int parent = lp_below_open_parent(io->rootfd, path, &name);

	if (parent < 0 || (mkdirat(parent, name, 0755) < 0 && errno != EEXIST))
		return fail_create(io, path, err);
	return 0;
}

static int fail_held(struct lp_kernel_io *io, const char *hint, struct lppack_error *err)
{
	char holder[24];

	/* The holder takes the lock before it writes its pid, so the text can be empty for a moment. */
	if (lp_attr_read(io->rootfd, LOCK_FILE, holder, sizeof(holder)) <= 0)
		strcpy(holder, "unknown");
	return lp_fail(err, LPPACK_E_BUSY, hint, "%s/" LOCK_FILE ": held by another lppack, process %s", io->root,
		       holder);
}

static bool may_wait(struct lp_kernel_io *io, const struct lp_caller *caller, int64_t since_ns)
{
	int64_t elapsed = lp_kernel_io_now(io) - since_ns;

	if (elapsed < LOOK_NS)
		return true;
	lp_caller_progress(caller, "waiting", elapsed);
	if (lp_caller_has_cancelled(caller))
		return false;
	return caller->wait_ns < 0 || elapsed < caller->wait_ns;
}

/* Polled, so that a signal can end it and progress is told: flock() itself could only sleep. */
static int lock_poll(struct lp_kernel_io *io, int fd, const struct lp_caller *caller, const char *hint,
		     struct lppack_error *err)
{
	int64_t since_ns = lp_kernel_io_now(io);

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s/" LOCK_FILE ": cannot be locked", io->root);
		if (!may_wait(io, caller, since_ns))
			return fail_held(io, hint, err);
		lp_kernel_io_poll_sleep(io, since_ns);
	}
	return 0;
}

enum lp_lock_state lp_lock_read_state(struct lp_kernel_io *io, int *pid)
{
	LP_AUTO_CLOSE int fd = lp_below_open(io->rootfd, LOCK_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0);

	*pid = 0;
	if (fd < 0)
		return errno == ENOENT && lp_root_is_absent(io->root, "/" LOCK_FILE) ? LP_LOCK_FREE : LP_LOCK_UNKNOWN;
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return LP_LOCK_FREE;
	if (errno != EWOULDBLOCK)
		return LP_LOCK_UNKNOWN;
	*pid = lp_attr_int(io->rootfd, LOCK_FILE);
	*pid = *pid < 0 ? 0 : *pid;
	return LP_LOCK_HELD;
}

static int lock_take(struct lp_kernel_io *io, const struct lp_caller *caller, const char *hint,
		     struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = -1;
	char pid[24];
	int rc = make_directory(io, "run", err);
	int held;

	if (rc < 0)
		return rc;
	rc = make_directory(io, LOCK_DIR, err);
	if (rc < 0)
		return rc;
	/* 0600: whoever may open it, even for reading, could lock it and so keep root from applying. */
	fd = lp_below_open(io->rootfd, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		return fail_create(io, LOCK_FILE, err);
	rc = lock_poll(io, fd, caller, hint, err);
	if (rc < 0)
		return rc;
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	/* The pid is only for the message of the next one: without it the lock still holds. */
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, pid, strlen(pid), 0);
	held = fd;
	fd = -1;
	return held;
}

int lp_lock_take(struct lp_kernel_io *io, struct lppack_error *err)
{
	const struct lp_caller at_once = { 0 };

	return lock_take(io, &at_once, "try again when it has ended", err);
}

int lp_lock_wait(struct lp_kernel_io *io, const struct lp_caller *caller, struct lppack_error *err)
{
	return lock_take(io, caller, "try again when it has ended, or give --wait SECONDS", err);
}
