/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests making directories. */
#include "support/fixture.h"

#include "base/directory.h"

#include <sys/stat.h>

static void making(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	for (int i = 0; i < 2; i++)
		expect_ok(lp_directory_make(f->dir, "/var/lib/lppack/deep", &f->err), &f->err);
	assert_int_equal(stat(fixture_path(f, "var/lib/lppack/deep"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(fixture_count(f, "var/lib/lppack"), 1);
}

static void a_file_in_the_way(void **state)
{
	struct fixture *f = *state;

	fixture_write_text(f, "var", "a file");
	assert_int_equal(lp_directory_make(f->dir, "/var/lib/lppack", &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "var/lib");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(making),
		fixture_test(a_file_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
