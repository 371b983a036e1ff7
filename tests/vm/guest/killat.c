// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * killat N COMMAND...: runs the command and ends it with SIGKILL at its N-th point from its first flock(2) on, which is
 * when lppack takes its lock: nothing before that has an effect. A point is the next call that is seen after one that
 * may have changed something: what only reads passes unseen, as to be killed there leaves behind what the point before
 * does. Of the sleeps between looks at the kernel only every eighth counts. N 0: not at all. With -a every system call
 * is a point. Prints how many there were. Exit status: the command's; 137 if it was killed.
 */
#include "../../fault/supervise.c"

struct count {
	unsigned long target;
	unsigned long seen;
	bool all;
	bool locked;
	bool changed; /* since the last point */
	unsigned int sleeps;
};

static bool has_effect(struct count *count, const struct seccomp_data *call)
{
	if (call->nr == SYS_clock_nanosleep)
		return count->sleeps++ % 8 == 0;
	return supervise_may_change(call);
}

static int judge(void *context, const struct seccomp_data *call)
{
	struct count *count = context;
	bool is_point;

	count->locked |= call->nr == SYS_flock;
	is_point = count->locked && (count->changed || count->all);
	count->changed = has_effect(count, call) || (count->changed && !is_point);
	return is_point && ++count->seen == count->target ? SUPERVISE_KILL : SUPERVISE_PASS;
}

int main(int argc, char **argv)
{
	struct count count = { .changed = true };
	const struct supervise_unseen nothing = { .fd = -1 };
	struct supervised child;
	int status;

	if (argc > 1 && strcmp(argv[1], "-a") == 0) {
		count.all = true;
		argc--;
		argv++;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: killat [-a] N COMMAND...\n");
		return 2;
	}
	count.target = strtoul(argv[1], NULL, 10);
	supervise_start(&child, count.all ? &nothing : &supervise_reading, supervise_exec, argv + 2);
	status = supervise_all(&child, judge, &count);
	fprintf(stderr, "killat: %lu\n", count.seen);
	return status < 256 ? status : status - 256 + 128;
}
