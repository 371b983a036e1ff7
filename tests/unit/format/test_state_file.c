/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests state files: written whole, read back, refused when damaged. */
#include "support/fixture.h"

#include "format/yaml.h"
#include "format/state_file.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_PATH "var/lib/lppack/x.yaml"
#define INNER "var/lib/lppack/.kept/x.yaml"
#define OUTER "etc/lppack/kept/x.yaml"

static void write_number(struct fixture *f, uint64_t number)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "number", number);
	expect_ok(lp_state_file_write(f->dir, "x.yaml", map, &f->err), &f->err);
}

/* The number, or a negative code with f->err set; 1000 for nothing there. */
static int read_number(struct fixture *f)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc = lp_state_file_read(f->dir, "x.yaml", &tree, &f->err);

	if (rc <= 0)
		return rc < 0 ? rc : 1000;
	return (int)lppack_value_int(lppack_value_get(tree, "number"), 999);
}

static void written_and_read(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(read_number(f), 1000);
	umask(077);
	write_number(f, 5);
	umask(022);
	assert_int_equal(read_number(f), 5);
	write_number(f, 6);
	assert_int_equal(read_number(f), 6);
	assert_true(fixture_exists(fixture_path(f, INNER)));
	assert_true(fixture_exists(fixture_path(f, OUTER)));
	assert_int_equal(stat(fixture_path(f, FILE_PATH), &st), 0);
	assert_int_equal(st.st_mode & 07022, 0);
	/* Nothing else is left. */
	assert_int_equal(fixture_count(f, "var/lib/lppack"), 2);
}

static void removed_on_purpose(void **state)
{
	struct fixture *f = *state;

	expect_ok(lp_state_file_remove(f->dir, "x.yaml", &f->err), &f->err);
	write_number(f, 5);
	expect_ok(lp_state_file_remove(f->dir, "x.yaml", &f->err), &f->err);
	assert_int_equal(read_number(f), 1000);
	assert_false(fixture_exists(fixture_path(f, INNER)));
	assert_false(fixture_exists(fixture_path(f, OUTER)));
	expect_ok(lp_state_file_remove(f->dir, "x.yaml", &f->err), &f->err);
	write_number(f, 7);
	assert_int_equal(read_number(f), 7);
}

static void expect_missing(struct fixture *f)
{
	assert_int_equal(read_number(f), -LPPACK_E_STATE);
	assert_non_null(strstr(f->err.hint, "rm -f"));
	expect_error(&f->err, LPPACK_E_STATE, "x.yaml: is missing");
}

static void the_file_is_gone(void **state)
{
	struct fixture *f = *state;

	write_number(f, 5);
	assert_int_equal(unlink(fixture_path(f, FILE_PATH)), 0);
	expect_missing(f);
	assert_int_equal(unlink(fixture_path(f, OUTER)), 0);
	expect_missing(f);
	/* What the hint says begins anew. */
	assert_int_equal(unlink(fixture_path(f, INNER)), 0);
	assert_int_equal(read_number(f), 1000);
}

static void the_whole_directory_is_gone(void **state)
{
	struct fixture *f = *state;

	write_number(f, 5);
	assert_int_equal(unlink(fixture_path(f, FILE_PATH)), 0);
	assert_int_equal(unlink(fixture_path(f, INNER)), 0);
	assert_int_equal(rmdir(fixture_path(f, "var/lib/lppack/.kept")), 0);
	assert_int_equal(rmdir(fixture_path(f, "var/lib/lppack")), 0);
	expect_missing(f);
	assert_int_equal(rmdir(fixture_path(f, "var/lib")), 0);
	assert_int_equal(rmdir(fixture_path(f, "var")), 0);
	expect_missing(f);
}

/* A link to a disk that is not there is no machine without a memory. */
static void the_directory_is_a_link_to_nothing(void **state)
{
	static const char *const links[] = { "var/lib/lppack", "etc/lppack" };
	struct fixture *f = *state;

	write_number(f, 5);
	assert_int_equal(unlink(fixture_path(f, FILE_PATH)), 0);
	assert_int_equal(unlink(fixture_path(f, INNER)), 0);
	assert_int_equal(unlink(fixture_path(f, OUTER)), 0);
	assert_int_equal(read_number(f), 1000);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char *path = fixture_path(f, links[i]);

		assert_int_equal(rename(path, fixture_path(f, "aside")), 0);
		assert_int_equal(symlink("/data/lppack", path), 0);
		assert_true(read_number(f) < 0);
		expect_error(&f->err, i ? LPPACK_E_STATE : LPPACK_E_IO, links[i]);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(rename(fixture_path(f, "aside"), path), 0);
	}
}

/* A power cut between two steps: the file without one or both marks is whole, and the next write makes them. */
static void steps_that_were_cut(void **state)
{
	struct fixture *f = *state;

	write_number(f, 5);
	assert_int_equal(unlink(fixture_path(f, OUTER)), 0);
	assert_int_equal(read_number(f), 5);
	assert_int_equal(unlink(fixture_path(f, INNER)), 0);
	assert_int_equal(read_number(f), 5);
	write_number(f, 6);
	assert_true(fixture_exists(fixture_path(f, INNER)));
	assert_true(fixture_exists(fixture_path(f, OUTER)));
	/* A removal takes the marks first. */
	assert_int_equal(unlink(fixture_path(f, OUTER)), 0);
	assert_int_equal(unlink(fixture_path(f, INNER)), 0);
	assert_int_equal(read_number(f), 6);
	expect_ok(lp_state_file_remove(f->dir, "x.yaml", &f->err), &f->err);
	assert_int_equal(read_number(f), 1000);
}

static void write_five(struct fixture *f)
{
	write_number(f, 5);
}

static void write_six(struct fixture *f)
{
	write_number(f, 6);
}

static void remove_it(struct fixture *f)
{
	expect_ok(lp_state_file_remove(f->dir, "x.yaml", &f->err), &f->err);
}

/* Runs it in a child that is killed at its n-th stop at a system call. Returns whether it came to its end before. */
static bool run_cut(struct fixture *f, void (*step)(struct fixture *f), int n)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		step(f);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	while (WIFSTOPPED(status) && n-- > 0) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	if (WIFEXITED(status))
		return true;
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return false;
}

/* At each cut what was there before is read, or what was to be there; never an alarm. */
static int cut_everywhere(struct fixture *f, void (*prepare)(struct fixture *f), void (*step)(struct fixture *f),
			  int before, int after)
{
	bool done = false;
	int n = 0;

	while (!done) {
		int number;

		prepare(f);
		done = run_cut(f, step, n++);
		number = read_number(f);
		if (number != (done ? after : before) && number != after)
			fail_msg("cut %d: %d: %s", n - 1, number, f->err.message);
	}
	return n;
}

static void killed_anywhere(void **state)
{
	struct fixture *f = *state;

	assert_true(cut_everywhere(f, remove_it, write_five, 1000, 5) > 20);
	assert_true(cut_everywhere(f, write_five, write_six, 5, 6) > 20);
	assert_true(cut_everywhere(f, write_five, remove_it, 5, 1000) > 10);
}

static void damage(void **state)
{
	static const char *const contents[] = {
		"", "\n", "number: 5", "number", "number: 5\nnumber: 6\n", "- 1\n", "number: \x01\n", "number: &a 5\n"
	};
	struct fixture *f = *state;

	write_number(f, 5);
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		fixture_write_text(f, FILE_PATH, contents[i]);
		if (i == 2) { /* only the last line feed is missing: still what was written */
			assert_int_equal(read_number(f), 5);
			continue;
		}
		assert_int_equal(read_number(f), -LPPACK_E_STATE);
		assert_non_null(strstr(f->err.hint, "backup"));
		expect_error(&f->err, LPPACK_E_STATE, "var/lib/lppack/x.yaml");
	}
	assert_int_equal(unlink(fixture_path(f, FILE_PATH)), 0);
	assert_int_equal(mkdir(fixture_path(f, FILE_PATH), 0755), 0);
	assert_true(read_number(f) < 0);
	expect_error(&f->err, LPPACK_E_IO, "x.yaml");
}

static void written_by_others(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();

	write_number(f, 5);
	assert_int_equal(chmod(fixture_path(f, FILE_PATH), 0664), 0);
	assert_int_equal(read_number(f), -LPPACK_E_UNSAFE_FILE);
	assert_non_null(strstr(f->err.hint, "chmod go-w "));
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "x.yaml: can be changed by its group (mode 0664)");
	assert_int_equal(chmod(fixture_path(f, FILE_PATH), 0644), 0);
	assert_int_equal(chmod(fixture_path(f, "var/lib/lppack"), 0757), 0);
	assert_int_equal(read_number(f), -LPPACK_E_UNSAFE_FILE);
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "var/lib/lppack: can be changed by everybody");
	assert_int_equal(lp_state_file_write(f->dir, "x.yaml", map, &f->err), -LPPACK_E_UNSAFE_FILE);
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "var/lib/lppack");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(written_and_read),
		fixture_test(removed_on_purpose),
		fixture_test(the_file_is_gone),
		fixture_test(the_whole_directory_is_gone),
		fixture_test(the_directory_is_a_link_to_nothing),
		fixture_test(steps_that_were_cut),
		fixture_test(killed_anywhere),
		fixture_test(damage),
		fixture_test(written_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
