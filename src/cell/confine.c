/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Landlock by its system calls, seccomp by libseccomp, and limits. */
#include "config.h"

#include "cell/confine.h"

#include "base/export.h"

#include <lppack/inspect.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

/* Of memory: a kernel image of up to 2 GiB and what is read from it. */
#define MEMORY_MAX (UINT64_C(4) << 30)
#define SECONDS_MAX 300

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Kernel: uapi/linux/landlock.h, which the C library's headers need not have. */
#define LANDLOCK_VERSION_FLAG 1u

struct landlock_rules {
	uint64_t fs;
	uint64_t net;    /* since version 4 */
	uint64_t scoped; /* since version 6 */
};

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_restrict_self 446
#endif

static int landlock_version(void)
{
	return (int)syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
}

/* Handles every right that this kernel knows, and grants none. */
static int confine_files(void)
{
	static const unsigned int rights[] = { 0, 13, 14, 15, 15, 16 }; /* of files, by version */
	int version = landlock_version();
	struct landlock_rules rules = { 0 };
	size_t size = version >= 6 ? sizeof(rules) : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	int fd;
	int rc;

	if (version <= 0)
		return 0;
	rules.fs = (UINT64_C(1) << rights[version < 5 ? version : 5]) - 1;
	rules.net = 3;    /* binding and connecting TCP */
	rules.scoped = 3; /* abstract sockets and signals */
	fd = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return -1;
	rc = (int)syscall(__NR_landlock_restrict_self, fd, 0);
	close(fd);
	return rc;
}

#ifdef HAVE_SECCOMP
/* Reading what it was handed, answering, memory, and what libraries ask of the machine to do so (the C library's qsort()
 * for the memory, its malloc() for the processors, OpenSSL's random numbers whether they were forked); no name of a file
 * is among the arguments. */
static const int calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(socketcall),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getpid),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
#if SANITIZED
	/* What AddressSanitizer does beside, and what it needs to print a report. */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sched_yield),
	SCMP_SYS(gettid),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(tgkill),
#endif
};
/* Memory that is not executable is given. */
static const int memory_calls[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect) };
/* What libraries ask in passing and do without: tables of characters for an archive's names, settings. */
static const int refused_calls[] = { SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(openat2),  SCMP_SYS(access),
				     SCMP_SYS(faccessat),  SCMP_SYS(stat),   SCMP_SYS(lstat),    SCMP_SYS(fstat),
				     SCMP_SYS(newfstatat), SCMP_SYS(statx),  SCMP_SYS(readlink), SCMP_SYS(readlinkat),
				     SCMP_SYS(ioctl),      SCMP_SYS(fcntl),  SCMP_SYS(uname) };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int confine_add_calls(scmp_filter_ctx filter)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT(calls); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; rc == 0 && i < COUNT(memory_calls); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory_calls[i], 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0; rc == 0 && i < COUNT(refused_calls); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused_calls[i], 0);
	return rc;
}

static bool has_seccomp(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

/* Whatever is not listed ends the process. */
static int confine_calls(void)
{
	scmp_filter_ctx filter;
	int rc;

	if (!has_seccomp())
		return 0;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return -ENOMEM;
	rc = confine_add_calls(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
#else
static bool has_seccomp(void)
{
	return false;
}

static int confine_calls(void)
{
	return 0;
}
#endif

static bool is_kept(int fd, const int *keep, size_t n_keep)
{
	for (size_t i = 0; i < n_keep; i++)
		if (keep[i] == fd)
			return true;
	return fd == STDERR_FILENO && SANITIZED;
}

static int close_listed(const int *keep, size_t n_keep)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		int fd = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);

		if (fd >= 0 && fd != dirfd(dir) && !is_kept(fd, keep, n_keep))
			close(fd);
	}
	closedir(dir);
	return 0;
}

/* What a library prints on the standard descriptors must not get into a file that took their place. */
static int confine_descriptors(const int *keep, size_t n_keep)
{
	int null;

	if (close_listed(keep, n_keep) < 0)
		return -1;
	do
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null >= 0 && null <= STDERR_FILENO);
	if (null >= 0)
		close(null);
	return 0;
}

static int confine_limits(uint64_t file_max)
{
	const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_CPU, SECONDS_MAX },
		{ RLIMIT_FSIZE, (rlim_t)file_max },
		{ RLIMIT_DATA, SANITIZED || sizeof(size_t) < 8 ? RLIM_INFINITY : (rlim_t)MEMORY_MAX },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit now;

		if (getrlimit(limits[i].resource, &now) < 0)
			return -1;
		if (now.rlim_max < limits[i].limit)
			continue;
		now.rlim_cur = now.rlim_max = limits[i].limit;
		if (setrlimit(limits[i].resource, &now) < 0)
			return -1;
	}
	return 0;
}

/* What the program does about signals is not for this process. */
static void confine_signals(void)
{
	static const int signals[] = { SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGPIPE, SIGCHLD, SIGALRM,
				       SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGTSTP, SIGCONT };
	sigset_t none;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int lp_confine(const int *keep, size_t n_keep, uint64_t file_max, struct lppack_error *err)
{
	int rc;

	confine_signals();
	if (confine_descriptors(keep, n_keep) < 0 || confine_limits(file_max) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || confine_files() < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "the process that reads unsigned files cannot be confined");
	rc = confine_calls();
	if (rc == 0)
		return 0;
	errno = -rc;
	return lp_fail_sys(err, LPPACK_E_IO, NULL, "the process that reads unsigned files cannot be confined");
}

LP_EXPORT uint32_t lppack_cell_confinement(void)
{
	return (landlock_version() > 0 ? LPPACK_CONFINED_LANDLOCK : 0u) |
	       (has_seccomp() ? LPPACK_CONFINED_SECCOMP : 0u);
}
