/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A child process whose system calls its parent sees before they are made, and lets pass, answers with an errno, or
 * ends with SIGKILL (seccomp_unotify(2)). Unlike ptrace it leaves the leak detector of the sanitizers working. Calls
 * that change nothing but the process itself pass unseen.
 */
#ifndef LP_TEST_SUPERVISE_H
#define LP_TEST_SUPERVISE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct supervised {
	pid_t pid;
	int end;      /* its pidfd: before Linux 6.11 a listener hangs up only once the child was waited for */
	int listener; /* -1: nothing of it is seen */
};

/* What else passes unseen: each look costs more than most calls do. */
struct supervise_unseen {
	int fd; /* calls on this descriptor; -1: none */
	const int *calls;
	size_t n_calls; /* up to 32 */
};

/* What neither changes anything that outlives the process nor lets time pass, as far as a call's number tells it. */
extern const struct supervise_unseen supervise_reading;

/* Whether that holds for a call that was seen nevertheless: openat(2) and openat2(2) that only read. */
bool supervise_may_change(const struct seccomp_data *call);

/* Forks; the child runs run(context) and ends with its value. */
void supervise_start(struct supervised *s, const struct supervise_unseen *more, int (*run)(void *context),
		     void *context);

/* The same without a look at any of its calls. */
void supervise_freely(struct supervised *s, int (*run)(void *context), void *context);

#define SUPERVISE_PASS 0
#define SUPERVISE_KILL (-1)

/* Answers one call, which the listener's poll() said is there: judge returns PASS, KILL or an errno. Of openat2(2) it is
 * shown the flags instead of the address of struct open_how, where openat(2) has them. */
void supervise_answer(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call),
		      void *context);

/* Answers all of them. The exit status, or 256 + the signal. */
int supervise_all(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call), void *context);

/* A run() whose context are a program and its arguments. */
int supervise_exec(void *context);

/* The exit status, or 256 + the signal. */
int supervise_wait(struct supervised *s);

#endif
