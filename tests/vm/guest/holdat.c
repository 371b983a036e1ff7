// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * holdat END SCRIPT COMMAND...: runs the command, and each time it opens a file for writing whose name ends with END,
 * runs SCRIPT with the number of the time (1...) first, while the command waits. So what happens between two steps of a
 * program happens always. Exit status: the command's, or 128 + its signal.
 */
#include "../../fault/supervise.c"

#include <fcntl.h>

struct hold {
	const char *end;
	const char *script;
	pid_t pid;
	unsigned int times;
};

static void read_path(pid_t pid, uint64_t address, char *out, size_t room)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0);
	/* Short where the page ends. */
	got = pread(fd, out, room - 1, (off_t)address);
	MUST(got > 0);
	out[got] = '\0';
	close(fd);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text);

	return n >= strlen(end) && strcmp(text + n - strlen(end), end) == 0;
}

static void run_script(const struct hold *hold)
{
	char number[16];
	int status;
	pid_t pid = fork();

	MUST(pid >= 0);
	snprintf(number, sizeof(number), "%u", hold->times);
	if (pid == 0) {
		execlp(hold->script, hold->script, number, NULL);
		_exit(127);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	if (status)
		fprintf(stderr, "holdat: %s %s: wait status %d\n", hold->script, number, status);
}

static int judge(void *context, const struct seccomp_data *call)
{
	struct hold *hold = context;
	char path[4096];

	if ((call->nr != SYS_openat && call->nr != SYS_openat2) || !supervise_may_change(call))
		return SUPERVISE_PASS;
	read_path(hold->pid, call->args[1], path, sizeof(path));
	if (ends_with(path, hold->end)) {
		hold->times++;
		run_script(hold);
	}
	return SUPERVISE_PASS;
}

int main(int argc, char **argv)
{
	struct supervised child;
	struct hold hold;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: holdat END SCRIPT COMMAND...\n");
		return 2;
	}
	hold = (struct hold){ .end = argv[1], .script = argv[2] };
	supervise_start(&child, &supervise_reading, supervise_exec, argv + 3);
	hold.pid = child.pid;
	status = supervise_all(&child, judge, &hold);
	return status < 256 ? status : status - 256 + 128;
}
