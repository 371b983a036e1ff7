/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests patterns of file names below another root. */
#include "support/fixture.h"

#include "base/root_glob.h"

#include <sys/stat.h>
#include <unistd.h>

static size_t count(struct fixture *f, const char *root, const char *pattern)
{
	LP_AUTO_ROOT_PATHS struct lp_root_paths found = { 0 };

	expect_ok(lp_root_glob(root, pattern, &found, &f->err), &f->err);
	for (size_t i = 0; i < found.n; i++)
		assert_int_equal(found.items[i][0], '/');
	return found.n;
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

static void make_directory(struct fixture *f, const char *name)
{
	assert_int_equal(mkdir(fixture_path(f, name), 0755), 0);
}

/* Links are followed below the root only; a link that is found itself is found, wherever it leads. */
static void links_stay_below_the_root(void **state)
{
	struct fixture *f = *state;
	const char *root = fixture_path(f, "r");

	make_directory(f, "outside");
	fixture_write_text(f, "outside/x-1", "");
	make_directory(f, "r");
	make_directory(f, "r/data");
	make_directory(f, "r/data/d");
	fixture_write_text(f, "r/data/x-1", "");
	fixture_write_text(f, "r/data/x-2", "");
	fixture_write_text(f, "r/data/.x-3", "");
	fixture_write_text(f, "r/data/d/x-4", "");
	assert_int_equal(symlink("/data", fixture_path(f, "r/absolute")), 0);
	assert_int_equal(symlink(fixture_path(f, "outside"), fixture_path(f, "r/out")), 0);
	assert_int_equal(symlink("../../outside", fixture_path(f, "r/data/beside")), 0);
	assert_int_equal(symlink("nowhere", fixture_path(f, "r/data/x-5")), 0);
	assert_int_equal(count(f, root, "/data/x-*"), 3);
	assert_int_equal(count(f, root, "/data/*"), 5);
	assert_int_equal(count(f, root, "/data/*/x-*"), 1);
	assert_int_equal(count(f, root, "/absolute/x-*"), 3);
	assert_int_equal(count(f, root, "/absolute/d/x-4"), 1);
	assert_int_equal(count(f, root, "/data/x-5"), 1);
	assert_int_equal(count(f, root, "/data/x-6"), 0);
	assert_int_equal(count(f, root, "/data/x-1/*"), 0);
	assert_int_equal(count(f, root, "/out/x-*"), 0);
	assert_int_equal(count(f, root, "/*/x-1"), 2);
	assert_int_equal(count(f, root, "/data/beside/*"), 0);
	assert_int_equal(count(f, "", fixture_format(f, "%s/out/x-*", root)), 1);
}

static void sorted(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_ROOT_PATHS struct lp_root_paths found = { 0 };

	fixture_write_text(f, "c", "");
	fixture_write_text(f, "a", "");
	fixture_write_text(f, "b", "");
	expect_ok(lp_root_glob(f->dir, "/?", &found, &f->err), &f->err);
	assert_int_equal(found.n, 3);
	assert_string_equal(found.items[0], "/a");
	assert_string_equal(found.items[2], "/c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(roots_are_literal),
		fixture_test(links_stay_below_the_root),
		fixture_test(sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
