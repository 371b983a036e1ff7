// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * killat N COMMAND...: runs the command and ends it with SIGKILL at its N-th system call from its first flock(2) on,
 * which is when lppack takes its lock: nothing before that has an effect. N 0: not at all. Prints how many there were.
 * Exit status: the command's; 137 if it was killed.
 */
#include "../../fault/supervise.c"

#include <poll.h>

static unsigned long target;
static unsigned long seen;

static int judge(void *context, int call)
{
	(void)context;
	if (seen == 0 && call != SYS_flock)
		return SUPERVISE_PASS;
	return ++seen == target ? SUPERVISE_KILL : SUPERVISE_PASS;
}

static int start(void *context)
{
	char **command = context;

	execvp(command[0], command);
	perror(command[0]);
	return 127;
}

int main(int argc, char **argv)
{
	struct supervised child;
	/* Before Linux 6.11 the listener hangs up only once the child is waited for: its end is seen by its pidfd. */
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: killat N COMMAND...\n");
		return 2;
	}
	target = strtoul(argv[1], NULL, 10);
	supervise_start(&child, -1, start, argv + 2);
	fds[0].fd = child.listener;
	fds[1].fd = (int)syscall(SYS_pidfd_open, child.pid, 0);
	while (!fds[1].revents && poll(fds, 2, -1) > 0)
		if (fds[0].revents & POLLIN)
			supervise_answer(&child, judge, NULL);
	status = supervise_wait(&child);
	fprintf(stderr, "killat: %lu\n", seen);
	return status < 256 ? status : status - 256 + 128;
}
