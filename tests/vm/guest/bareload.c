// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Loads a livepatch module the barest way, as a yardstick:
 *   bareload [--no-wait] [--timeout SECONDS] MODULE.ko
 *     finit_module, then poll until the transition is over;
 *     prints "finit_ns=N total_ns=N"; status 1 if the kernel refuses
 *     (prints "errno=NAME"), 3 if the time ran out (the transition goes on).
 *   bareload --unload [--timeout SECONDS] NAME
 *     disables the patch if it is listed (or reverses its transition), waits,
 *     and removes the module; prints "total_ns=N".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NS = 100000, STATUS_REFUSED = 1, STATUS_USAGE = 2, STATUS_TIMEOUT = 3 };

static double timeout_s = 60;

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
}

static int is_late(long long start)
{
	return now_ns() - start > (long long)(timeout_s * 1e9);
}

static int refused(const char *what)
{
	printf("errno=%s\n", strerrorname_np(errno));
	fprintf(stderr, "bareload: %s: %s\n", what, strerror(errno));
	return STATUS_REFUSED;
}

static void module_name(const char *file, char *name, size_t size)
{
	const char *base = strrchr(file, '/');
	char *c;

	snprintf(name, size, "%s", base ? base + 1 : file);
	c = strstr(name, ".ko");
	if (c)
		*c = '\0';
	for (c = name; *c; c++)
		if (*c == '-')
			*c = '_';
}

/* Returns the first character of the attribute, 0 if it is not there. */
static int read_attribute(const char *name, const char *attribute)
{
	char path[256], c = 0;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/%s", name, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, &c, 1) != 1)
		c = 0;
	close(fd);
	return c;
}

static int load(const char *file, int wait)
{
	char name[64];
	long long start, loaded;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return refused(file);
	module_name(file, name, sizeof(name));
	start = now_ns();
	if (syscall(SYS_finit_module, fd, "", 0) < 0)
		return refused(file);
	loaded = now_ns();
	while (wait && read_attribute(name, "transition") == '1') {
		if (is_late(start)) {
			fprintf(stderr, "bareload: %s: still in transition\n", name);
			return STATUS_TIMEOUT;
		}
		nap();
	}
	printf("finit_ns=%lld total_ns=%lld\n", loaded - start, now_ns() - start);
	return 0;
}

static int disable(const char *name)
{
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/enabled", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* a replaced patch is listed no longer */
	n = write(fd, "0", 1);
	close(fd);
	return n == 1 ? 0 : -1;
}

static int unload(const char *file)
{
	char name[64];
	long long start = now_ns();

	module_name(file, name, sizeof(name));
	if (read_attribute(name, "enabled") == '1' && disable(name) < 0)
		return refused(name);
	while (read_attribute(name, "enabled")) {
		if (is_late(start))
			return STATUS_TIMEOUT;
		nap();
	}
	/* the reference is dropped a little after the directory goes */
	while (syscall(SYS_delete_module, name, O_NONBLOCK) < 0) {
		if ((errno != EAGAIN && errno != EWOULDBLOCK) || is_late(start))
			return refused(name);
		nap();
	}
	printf("total_ns=%lld\n", now_ns() - start);
	return 0;
}

int main(int argc, char **argv)
{
	int i, wait = 1, removing = 0;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--no-wait"))
			wait = 0;
		else if (!strcmp(argv[i], "--unload"))
			removing = 1;
		else if (!strcmp(argv[i], "--timeout") && i + 1 < argc)
			timeout_s = atof(argv[++i]);
		else
			break;
	}
	if (i != argc - 1) {
		fprintf(stderr, "usage: bareload [--no-wait | --unload] [--timeout SECONDS] MODULE\n");
		return STATUS_USAGE;
	}
	return removing ? unload(argv[i]) : load(argv[i], wait);
}
