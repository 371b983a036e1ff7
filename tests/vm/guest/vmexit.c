// SPDX-License-Identifier: LGPL-2.1-or-later
/* vmexit STATUS: ends the virtual machine through QEMU's isa-debug-exit. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

enum { DEBUG_EXIT_PORT = 0xf4, MAX_STATUS = 89 };

/* What still sits in the tty would be lost. */
static void drain(const char *tty)
{
	int fd = open(tty, O_WRONLY | O_NOCTTY);

	if (fd < 0)
		return;
	tcdrain(fd);
	close(fd);
}

int main(int argc, char **argv)
{
	int status = argc == 2 ? atoi(argv[1]) : MAX_STATUS;

	if (status < 0 || status > MAX_STATUS)
		status = MAX_STATUS;
	drain("/dev/ttyS1");
	drain("/dev/ttyS2");
	drain("/dev/ttyS0");
	if (ioperm(DEBUG_EXIT_PORT, 1, 1) < 0)
		return 1; /* kernel lockdown */
	/* QEMU exits with (value << 1) | 1; 0 would look like its own error. */
	outb((unsigned char)(status + 1), DEBUG_EXIT_PORT);
	return 1;
}
