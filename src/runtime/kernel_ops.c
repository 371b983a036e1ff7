/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls of the real kernel, and those that refuse for another root. */
#include "runtime/kernel_ops.h"

#include "shared/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int real_finit_module(void *context, int fd, const char *params, int flags)
{
	(void)context;
	return (int)syscall(SYS_finit_module, fd, params, flags);
}

static int real_delete_module(void *context, const char *name, unsigned int flags)
{
	(void)context;
	return (int)syscall(SYS_delete_module, name, flags);
}

static int real_write_attribute(void *context, int dirfd, const char *path, const char *value)
{
	LP_AUTO_CLOSE int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	ssize_t put;

	(void)context;
	if (fd < 0)
		return -1;
	/* One write: a second one would be a second command to sysfs. EINTR cannot come after an effect. */
	do
		put = write(fd, value, strlen(value));
	while (put < 0 && errno == EINTR);
	return put < 0 ? -1 : 0;
}

static int64_t real_now_ns(void *context)
{
	struct timespec now = { 0 };

	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * LP_SECOND_NS + now.tv_nsec;
}

/* A signal ends the sleep early, so that the caller is asked at once. */
static void real_sleep_ns(void *context, int64_t ns)
{
	struct timespec span = { .tv_sec = ns / LP_SECOND_NS, .tv_nsec = ns % LP_SECOND_NS };

	(void)context;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL);
}

static int real_search_key(void *context, int32_t keyring, const char *description)
{
	(void)context;
	return (int)syscall(SYS_keyctl, KEYCTL_SEARCH, keyring, "asymmetric", description, 0);
}

const struct lp_kernel_ops lp_real_ops = {
	.finit_module = real_finit_module,
	.delete_module = real_delete_module,
	.write_attribute = real_write_attribute,
	.now_ns = real_now_ns,
	.sleep_ns = real_sleep_ns,
	.search_key = real_search_key,
};

static int refuse_finit_module(void *context, int fd, const char *params, int flags)
{
	(void)context, (void)fd, (void)params, (void)flags;
	errno = ENOSYS;
	return -1;
}

static int refuse_delete_module(void *context, const char *name, unsigned int flags)
{
	(void)context, (void)name, (void)flags;
	errno = ENOSYS;
	return -1;
}

static int refuse_write_attribute(void *context, int dirfd, const char *path, const char *value)
{
	(void)context, (void)dirfd, (void)path, (void)value;
	errno = ENOSYS;
	return -1;
}

const struct lp_kernel_ops lp_refusing_ops = {
	.finit_module = refuse_finit_module,
	.delete_module = refuse_delete_module,
	.write_attribute = refuse_write_attribute,
	.now_ns = real_now_ns,
	.sleep_ns = real_sleep_ns,
};
