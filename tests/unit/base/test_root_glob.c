/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests patterns of file names below another root. */
#include "support/fixture.h"

#include "base/root_glob.h"

#include <sys/stat.h>

static size_t count(struct fixture *f, const char *root, const char *pattern)
{
	LP_AUTO_GLOB glob_t found = { 0 };

	expect_ok(lp_root_glob(root, pattern, &found, &f->err), &f->err);
	for (size_t i = 0; i < found.gl_pathc; i++)
		assert_memory_equal(found.gl_pathv[i], root, strlen(root));
	return found.gl_pathc;
}

/* The root is a name and no pattern, whatever characters it has. */
static void roots_are_literal(void **state)
{
	struct fixture *f = *state;
	char *plain = fixture_path(f, "ab");
	char *odd = fixture_path(f, "a*[b]?\\");

	assert_int_equal(mkdir(plain, 0755), 0);
	assert_int_equal(mkdir(odd, 0755), 0);
	fixture_write_text(f, "ab/one", "");
	fixture_write_text(f, "ab/two", "");
	fixture_write_text(f, "a*[b]?\\/three", "");
	assert_int_equal(count(f, plain, "/*"), 2);
	assert_int_equal(count(f, plain, "/t*"), 1);
	assert_int_equal(count(f, odd, "/*"), 1);
	assert_int_equal(count(f, odd, "/one"), 0);
	assert_int_equal(count(f, fixture_path(f, "none"), "/*"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { fixture_test(roots_are_literal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
