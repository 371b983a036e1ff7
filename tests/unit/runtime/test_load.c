/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests loading a sealed copy of a module. */
#include "runtime/load.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void seals_the_bytes(void **state)
{
	static const char bytes[] = "verified";
	struct lppack_error err = LPPACK_ERROR_INIT;
	char text[sizeof(bytes) + 8];
	int fd = lp_load_seal(bytes, sizeof(bytes), &err);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), sizeof(bytes));
	assert_string_equal(text, bytes);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 100), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_the_bytes),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
