/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program's functions print on standard output, as a text. */
#ifndef LP_TEST_CAPTURE_H
#define LP_TEST_CAPTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static int captured_stdout = -1;
static char captured[4096];

/* What is printed on stdout until end_capture() goes to a scratch file: TAP must not see it. */
static inline void begin_capture(void)
{
	char path[] = "/tmp/lppack-test-stdout.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	fflush(stdout);
	captured_stdout = dup(STDOUT_FILENO);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	close(fd);
}

static inline const char *end_capture(void)
{
	ssize_t n = 0;

	fflush(stdout);
	n = pread(STDOUT_FILENO, captured, sizeof(captured) - 1, 0);
	dup2(captured_stdout, STDOUT_FILENO);
	close(captured_stdout);
	captured[n > 0 ? n : 0] = '\0';
	return captured;
}

#endif
