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
#include <sys/types.h>

struct supervised {
	pid_t pid;
	int listener;
};

/* Forks; the child runs run(context) and ends with its value. Calls on exempt_fd (-1: none) pass unseen. */
void supervise_start(struct supervised *s, int exempt_fd, int (*run)(void *context), void *context);

#define SUPERVISE_PASS 0
#define SUPERVISE_KILL (-1)

/* Answers one call, which the listener's poll() said is there: judge returns PASS, KILL or an errno. */
void supervise_answer(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call),
		      void *context);

/* Answers all of them. The exit status, or 256 + the signal. */
int supervise_all(struct supervised *s, int (*judge)(void *context, const struct seccomp_data *call), void *context);

/* A run() whose context are a program and its arguments. */
int supervise_exec(void *context);

/* The exit status, or 256 + the signal. */
int supervise_wait(struct supervised *s);

#endif
