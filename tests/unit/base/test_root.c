/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that what lies below a root is never opened outside of it. */
#include "support/fixture.h"

#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_directory(struct fixture *f, const char *name)
{
	assert_int_equal(mkdir(fixture_path(f, name), 0755), 0);
}

static void make_link(struct fixture *f, const char *target, const char *name)
{
	assert_int_equal(symlink(target, fixture_path(f, name)), 0);
}

/* A machine below r/, and what is not of it beside it. */
static void make_tree(struct fixture *f)
{
	make_directory(f, "outside");
	fixture_write_text(f, "outside/x", "outside");
	make_directory(f, "r");
	make_directory(f, "r/etc");
	make_directory(f, "r/data");
	fixture_write_text(f, "r/data/x", "inside");
	fixture_write_text(f, "r/x", "at the root");
	make_link(f, "/data", "r/absolute");
	make_link(f, "../data", "r/etc/relative");
	make_link(f, "../../../../../../../../../../data", "r/etc/climbing");
	make_link(f, "../absolute/../etc/relative/./x", "r/etc/winding");
	make_link(f, fixture_path(f, "outside"), "r/out");
	make_link(f, "../outside", "r/beside");
	make_link(f, "/etc/circle", "r/etc/circle");
	make_link(f, "nowhere", "r/etc/dangling");
}

/* The text of the file, or what errno is. */
static const char *read_by(struct fixture *f, const char *path,
			   int (*open_by)(const char *root, const char *path, int flags, mode_t mode))
{
	LP_AUTO_CLOSE int fd = open_by(fixture_path(f, "r"), path, O_RDONLY | O_CLOEXEC, 0);
	char text[64] = "";

	if (fd < 0)
		return strerror(errno);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	return fixture_format(f, "%s", text);
}

static int walk(const char *root, const char *path, int flags, mode_t mode)
{
	LP_AUTO_CLOSE int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return lp_root_walk(fd, path, flags, mode);
}

/* Both ways, as the kernel's openat2(2) and as what stands in for it. */
static void expect_text(struct fixture *f, const char *path, const char *text)
{
	assert_string_equal(read_by(f, path, lp_root_open), text);
	assert_string_equal(read_by(f, path, walk), text);
}

static void links_stay_below_the_root(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	expect_text(f, "/data/x", "inside");
	expect_text(f, "//data/.//x", "inside");
	expect_text(f, "/absolute/x", "inside");
	expect_text(f, "/etc/relative/x", "inside");
	expect_text(f, "/etc/climbing/x", "inside");
	expect_text(f, "/etc/winding", "inside");
	expect_text(f, "/../../x", "at the root");
	expect_text(f, "/etc/../../x", "at the root");
	expect_text(f, "/out/x", strerror(ENOENT));
	expect_text(f, "/beside/x", strerror(ENOENT));
	expect_text(f, "/etc/circle", strerror(ELOOP));
	expect_text(f, "/etc/dangling", strerror(ENOENT));
	expect_text(f, "/data/x/y", strerror(ENOTDIR));
	expect_text(f, "/data/none", strerror(ENOENT));
}

static void new_files_stay_below_the_root(void **state)
{
	struct fixture *f = *state;

	make_tree(f);
	for (int i = 0; i < 2; i++) {
		const char *path = i ? "/etc/climbing/walked" : "/etc/climbing/opened";
		int fd = (i ? walk : lp_root_open)(fixture_path(f, "r"), path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
		assert_true((i ? walk : lp_root_open)(fixture_path(f, "r"), "/out/new", O_WRONLY | O_CREAT, 0600) < 0);
		assert_true((i ? walk : lp_root_open)(fixture_path(f, "r"), "/absolute", O_RDONLY | O_NOFOLLOW, 0) < 0);
		assert_int_equal(errno, ELOOP);
	}
	assert_true(fixture_exists(fixture_path(f, "r/data/opened")));
	assert_true(fixture_exists(fixture_path(f, "r/data/walked")));
	assert_int_equal(fixture_count(f, "outside"), 1);
}

/* Of the machine's own root everything is as open(2) has it. */
static void without_a_root(void **state)
{
	struct fixture *f = *state;
	int fd;

	make_tree(f);
	fd = lp_root_open("", fixture_path(f, "r/out/x"), O_RDONLY | O_CLOEXEC, 0);
	assert_true(fd >= 0);
	close(fd);
	assert_true(lp_root_open("", fixture_path(f, "r/absolute/x"), O_RDONLY | O_CLOEXEC, 0) < 0);
}

static void parents(void **state)
{
	struct fixture *f = *state;
	const char *name = NULL;
	struct stat st;
	int fd;

	make_tree(f);
	fd = lp_root_open_parent(fixture_path(f, "r"), "/etc/climbing/x", &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "x");
	assert_int_equal(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	close(fd);
	fd = lp_root_open_parent(fixture_path(f, "r"), "/out", &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "out");
	assert_int_equal(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(st.st_mode));
	close(fd);
	assert_true(lp_root_open_parent(fixture_path(f, "r"), "/out/x", &name) < 0);
}

/* A link to nothing is a place that cannot be reached, not one that is not there. */
static void absence(void **state)
{
	struct fixture *f = *state;
	const char *root = fixture_path(f, "r");

	make_tree(f);
	assert_true(lp_root_is_absent(root, "/none"));
	assert_true(lp_root_is_absent(root, "/none/below"));
	assert_true(lp_root_is_absent(root, "/absolute/none"));
	assert_true(lp_root_is_absent(fixture_path(f, "none"), "/etc"));
	assert_false(lp_root_is_absent(root, "/data/x"));
	assert_false(lp_root_is_absent(root, "/etc/dangling"));
	assert_false(lp_root_is_absent(root, "/etc/dangling/below"));
	assert_false(lp_root_is_absent(root, "/out/x"));
	assert_false(lp_root_is_absent(root, "/etc/circle"));
	assert_false(lp_root_is_absent(root, "/data/x/y"));
}

static void directories_that_decide(void **state)
{
	struct fixture *f = *state;
	const char *root = fixture_path(f, "r");
	bool missing = true;
	int fd;

	make_tree(f);
	fd = lp_directory_open_safe(root, "/absolute", &missing, &f->err);
	assert_true(fd >= 0);
	assert_false(missing);
	close(fd);
	assert_true(lp_directory_open_safe(root, "/none", &missing, &f->err) < 0);
	assert_true(missing);
	assert_int_equal(f->err.code, 0);
	assert_int_equal(lp_directory_open_safe(root, "/none", NULL, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "r/none: cannot be opened");
	assert_int_equal(lp_directory_open_safe(root, "/x", &missing, &f->err), -LPPACK_E_IO);
	assert_false(missing);
	expect_error(&f->err, LPPACK_E_IO, "r/x: cannot be opened: Not a directory");
	assert_int_equal(lp_directory_open_safe(root, "/out", &missing, &f->err), -LPPACK_E_IO);
	assert_false(missing);
	expect_error(&f->err, LPPACK_E_IO, "r/out: cannot be opened");
	assert_int_equal(chmod(fixture_path(f, "r/data"), 0770), 0);
	assert_int_equal(lp_directory_open_safe(root, "/absolute", &missing, &f->err), -LPPACK_E_UNSAFE_FILE);
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "can be changed by its group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(links_stay_below_the_root),
		fixture_test(new_files_stay_below_the_root),
		fixture_test(without_a_root),
		fixture_test(parents),
		fixture_test(absence),
		fixture_test(directories_that_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
