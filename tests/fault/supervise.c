/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A child whose system calls wait for its parent, by seccomp_unotify(2). */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "supervise.c:%d: %s: %s\n", __LINE__, #condition, strerror(errno)); \
			abort(); \
		} \
	} while (0)

/* They have no effect that outlives the process, and no errno of theirs is plausible. */
static const int unseen[] = {
	SYS_brk,	   SYS_munmap,	    SYS_mprotect,  SYS_madvise,	      SYS_futex,	 SYS_rt_sigaction,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_exit,	    SYS_exit_group,   SYS_clock_gettime, SYS_getpid,
	SYS_gettid,	   SYS_sigaltstack, SYS_set_robust_list, SYS_rseq,    SYS_sched_yield,	 SYS_mmap,
};

static const int reading[] = {
	SYS_read,       SYS_pread64, SYS_readv,   SYS_lseek,      SYS_fstat,      SYS_statx,   SYS_faccessat,
	SYS_readlinkat, SYS_statfs,  SYS_fstatfs, SYS_getdents64, SYS_fcntl,      SYS_close,   SYS_uname,
	SYS_getrandom,  SYS_geteuid, SYS_getuid,  SYS_ioctl,      SYS_prlimit64,  SYS_sysinfo, SYS_keyctl,
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_stat
	SYS_stat,       SYS_lstat,   SYS_access,  SYS_readlink,   SYS_arch_prctl,
#endif
};

const struct supervise_unseen supervise_reading = { -1, reading, sizeof(reading) / sizeof(reading[0]) };

bool supervise_may_change(const struct seccomp_data *call)
{
	if (call->nr != SYS_openat && call->nr != SYS_openat2)
		return true;
	return (call->args[2] & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY;
}

#define UNSEEN	  (sizeof(unseen) / sizeof(unseen[0]))
#define MORE_MAX  32
#define PASS_SIZE 2

/* Two instructions: the call passes if what was loaded is this number. */
static void let_pass(struct sock_filter *at, int number)
{
	at[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 1);
	at[1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

static int install_filter(const struct supervise_unseen *more)
{
	struct sock_filter filter[PASS_SIZE * (UNSEEN + MORE_MAX) + 8];
	struct sock_fprog program = { 0, filter };
	unsigned short n = 0;

	MUST(more->n_calls <= MORE_MAX);
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < UNSEEN; i++, n += PASS_SIZE)
		let_pass(filter + n, unseen[i]);
	for (size_t i = 0; i < more->n_calls; i++, n += PASS_SIZE)
		let_pass(filter + n, more->calls[i]);
	/* The low half: both byte orders of the machines that this runs on are little. */
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]));
	let_pass(filter + n, more->fd);
	n += PASS_SIZE;
	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	program.len = n;
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The child's number of its listener comes through shared memory, the descriptor itself through its pidfd. */
static int fetch_listener(int pidfd, const volatile int *number)
{
	int fd;

	while (*number == 0)
		usleep(100);
	MUST(*number > 0);
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, *number, 0);
	MUST(fd >= 0);
	return fd;
}

/* Forks; s is set in the parent only. */
static void begin(struct supervised *s)
{
	fflush(stdout);
	s->listener = -1;
	s->pid = fork();
	MUST(s->pid >= 0);
	if (s->pid == 0)
		return;
	s->end = (int)syscall(SYS_pidfd_open, s->pid, 0);
	MUST(s->end >= 0);
}

void supervise_start(struct supervised *s, const struct supervise_unseen *more, int (*run)(void *context), void *context)
{
	volatile int *number = mmap(NULL, sizeof(*number), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	MUST(number != MAP_FAILED);
	begin(s);
	if (s->pid == 0) {
		*number = install_filter(more);
		_exit(run(context));
	}
	s->listener = fetch_listener(s->end, number);
	munmap((void *)number, sizeof(*number));
}

void supervise_freely(struct supervised *s, int (*run)(void *context), void *context)
{
	begin(s);
	if (s->pid == 0)
		_exit(run(context));
}

/* open_how.flags of openat2(2), which stand in the caller's memory; what cannot be read there may change anything. */
static uint64_t read_open_flags(pid_t pid, uint64_t address)
{
	uint64_t flags = O_CREAT;
	struct iovec to = { &flags, sizeof(flags) };
	struct iovec from = { (void *)(uintptr_t)address, sizeof(flags) };

	return process_vm_readv(pid, &to, 1, &from, 1, 0) == (ssize_t)sizeof(flags) ? flags : O_CREAT;
}

void supervise_answer(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call),
		      void *context)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp answer = { 0 };
	int verdict;

	/* The caller may have died meanwhile. */
	if (ioctl(s->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	if (call.data.nr == SYS_openat2)
		call.data.args[2] = read_open_flags((pid_t)call.pid, call.data.args[2]);
	verdict = judge(context, &call.data);
	if (verdict == SUPERVISE_KILL) {
		kill(s->pid, SIGKILL);
		return;
	}
	answer.id = call.id;
	answer.error = -verdict;
	answer.flags = verdict == SUPERVISE_PASS ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
	ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

int supervise_wait(struct supervised *s)
{
	int status;

	MUST(waitpid(s->pid, &status, 0) == s->pid);
	close(s->end);
	if (s->listener >= 0)
		close(s->listener);
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int supervise_all(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call), void *context)
{
	struct pollfd fds[2] = { { .fd = s->listener, .events = POLLIN }, { .fd = s->end, .events = POLLIN } };

	while (!fds[1].revents && poll(fds, 2, -1) > 0)
		if (fds[0].revents & POLLIN)
			supervise_answer(s, judge, context);
	return supervise_wait(s);
}

int supervise_exec(void *context)
{
	char **command = context;

	execvp(command[0], command);
	perror(command[0]);
	return 127;
}
