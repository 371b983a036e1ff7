/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading files, and writing them so that they appear whole or not at all. */
#include "support/fixture.h"

#include "base/file.h"
#include "base/output.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags);
int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
int __real_openat(int dirfd, const char *path, int flags, ...);
int __wrap_openat(int dirfd, const char *path, int flags, ...);

/* File systems like NFS and 9p. */
static bool no_tmpfile;
static bool no_flags;
static int fsync_errno;
static int create_errno;
static bool no_memory;

int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	if (no_flags && flags) {
		errno = EINVAL;
		return -1;
	}
	return __real_renameat2(from_dir, from, to_dir, to, flags);
}

int __wrap_fsync(int fd)
{
	if (fsync_errno) {
		errno = fsync_errno;
		return -1;
	}
	return __real_fsync(fd);
}

char *__wrap_strdup(const char *text)
{
	return no_memory ? NULL : __real_strdup(text);
}

int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	if (create_errno && mode) {
		errno = create_errno;
		return -1;
	}
	if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return __real_openat(dirfd, path, flags | O_LARGEFILE, mode);
}

/* Its name on 32-bit machines where off_t has 64 bits. */
int __wrap_openat64(int dirfd, const char *path, int flags, ...) __attribute__((alias("__wrap_openat")));

static int setup_without_tmpfile(void **state)
{
	no_tmpfile = true;
	return fixture_setup(state);
}

static int teardown_without_tmpfile(void **state)
{
	no_tmpfile = false;
	return fixture_teardown(state);
}

static int count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int write_output(struct fixture *f, const char *path, const char *text, bool exclusive)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	int rc = lp_output_open(&out, path, 0640, &f->err);

	if (rc == 0)
		rc = lp_output_write(&out, text, strlen(text), &f->err);
	return rc < 0 ? rc : lp_output_commit(&out, exclusive, &f->err);
}

static void assert_content(const char *path, const char *text)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	fixture_read(path, &bytes);
	assert_string_equal((char *)bytes.data, text);
}

static void ranges(void **state)
{
	(void)state;
	assert_true(lp_range_ok(0, 0, 0));
	assert_true(lp_range_ok(5, 5, 10));
	assert_true(lp_range_ok(10, 0, 10));
	assert_false(lp_range_ok(11, 0, 10));
	assert_false(lp_range_ok(5, 6, 10));
	assert_false(lp_range_ok(UINT64_MAX, 1, 10));
	assert_false(lp_range_ok(1, UINT64_MAX, 10));
	assert_false(lp_range_ok(UINT64_MAX - 1, 3, UINT64_MAX));
	assert_true(lp_range_ok(UINT64_MAX - 1, 1, UINT64_MAX));
}

static void input_reads_ranges(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	char bytes[8] = "";

	expect_ok(lp_input_open(&in, fixture_write_text(f, "file", "0123456789"), &f->err), &f->err);
	assert_int_equal(in.size, 10);
	expect_ok(lp_input_read(&in, 7, bytes, 3, &f->err), &f->err);
	assert_string_equal(bytes, "789");
	assert_int_equal(in.bytes, 3);
	expect_ok(lp_input_read(&in, 10, bytes, 0, &f->err), &f->err);
	assert_int_equal(lp_input_read(&in, 8, bytes, 3, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "file: ends at byte 10");
	assert_int_equal(lp_input_read(&in, UINT64_MAX, bytes, 2, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "file");
	assert_int_equal(lp_input_read(&in, INT64_MAX, bytes, 8, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "file");
	assert_int_equal(in.bytes, 3);
}

static void input_that_shrinks_meanwhile(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	char *path = fixture_write_text(f, "file", "0123456789");
	char bytes[10];

	expect_ok(lp_input_open(&in, path, &f->err), &f->err);
	assert_int_equal(truncate(path, 4), 0);
	assert_int_equal(lp_input_read(&in, 0, bytes, 10, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "became shorter");
}

static void input_wants_a_regular_file(void **state)
{
	struct fixture *f = *state;
	struct lp_input in;
	char *fifo = fixture_path(f, "fifo");

	assert_int_equal(lp_input_open(&in, fixture_path(f, "absent"), &f->err), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, ENOENT);
	expect_error(&f->err, LPPACK_E_IO, "absent: cannot be opened");
	lp_input_close(&in);
	assert_int_equal(lp_input_open(&in, f->dir, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "not a regular file");
	lp_input_close(&in);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(lp_input_open(&in, fifo, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "fifo: not a regular file");
	lp_input_close(&in);
	lp_input_close(&in);
}

static void input_takes_the_descriptor_over_whatever_happens(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_write_text(f, "file", "x");
	int before = count_descriptors();
	struct lp_input in;

	no_memory = true;
	assert_int_equal(lp_input_take_fd(&in, open(path, O_RDONLY | O_CLOEXEC), "file", &f->err), -LPPACK_E_NO_MEMORY);
	no_memory = false;
	lp_input_close(&in);
	expect_error(&f->err, LPPACK_E_NO_MEMORY, NULL);
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(lp_input_take_fd(&in, open(f->dir, O_RDONLY | O_CLOEXEC), "dir", &f->err), -LPPACK_E_IO);
	lp_input_close(&in);
	expect_error(&f->err, LPPACK_E_IO, "dir");
	assert_int_equal(count_descriptors(), before);
}

static void whole_files_are_bounded(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf exact = { 0 };
	LP_AUTO_BUF struct lp_buf empty = { 0 };
	LP_AUTO_BUF struct lp_buf more = { 0 };
	LP_AUTO_BUF struct lp_buf absent = { 0 };
	char *path = fixture_write_text(f, "file", "0123456789");

	expect_ok(lp_file_read(AT_FDCWD, path, 10, &exact, &f->err), &f->err);
	assert_string_equal((char *)exact.data, "0123456789");
	assert_int_equal(lp_file_read(AT_FDCWD, path, 9, &more, &f->err), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "file: larger than the limit of 9 bytes");
	expect_ok(lp_file_read(AT_FDCWD, fixture_write_text(f, "empty", ""), 9, &empty, &f->err), &f->err);
	assert_non_null(empty.data);
	assert_int_equal(lp_file_read(AT_FDCWD, f->dir, 9, &absent, &f->err), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, EISDIR);
	expect_error(&f->err, LPPACK_E_IO, f->dir);
}

static void output_appears_on_commit_only(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "out");
	struct lp_output out;
	struct stat st;

	expect_ok(lp_output_open(&out, path, 0640, &f->err), &f->err);
	expect_ok(lp_output_write(&out, "text", 4, &f->err), &f->err);
	assert_false(fixture_exists(path));
	expect_ok(lp_output_commit(&out, true, &f->err), &f->err);
	lp_output_close(&out);
	lp_output_close(&out);
	assert_content(path, "text");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	assert_int_equal(fixture_count(f, "."), 2);
}

static void output_that_is_dropped_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	int before = count_descriptors();
	struct lp_output out;

	expect_ok(lp_output_open(&out, fixture_path(f, "out"), 0640, &f->err), &f->err);
	/* Named only where a file cannot be without a name. */
	assert_int_equal(fixture_count(f, "."), no_tmpfile ? 2 : 1);
	lp_output_close(&out);
	assert_int_equal(fixture_count(f, "."), 1);
	assert_int_equal(count_descriptors(), before);
}

static void output_exclusive_or_not(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "out");

	for (int i = 0; i < 2; i++) {
		no_flags = i;
		expect_ok(write_output(f, path, "one", true), &f->err);
		assert_int_equal(write_output(f, path, "two", true), -LPPACK_E_EXISTS);
		assert_int_equal(f->err.sys_errno, 0);
		expect_error(&f->err, LPPACK_E_EXISTS, "out: exists already");
		assert_content(path, "one");
		expect_ok(write_output(f, path, "three", false), &f->err);
		assert_content(path, "three");
		assert_int_equal(fixture_count(f, "."), 2);
		assert_int_equal(unlink(path), 0);
	}
	no_flags = false;
}

/* What lppack names itself may be a link that somebody put there; what a user names may be the link of that user. */
static void output_never_follows_a_link(void **state)
{
	struct fixture *f = *state;
	char *target = fixture_write_text(f, "target", "kept");
	char *path = fixture_path(f, "out");
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	struct stat st;

	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(write_output(f, path, "new", false), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "out: exists and is a link");
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_content(target, "kept");
	expect_ok(lp_output_open_below(&out, f->dir, "/out", 0644, &f->err), &f->err);
	expect_ok(lp_output_write(&out, "new", 3, &f->err), &f->err);
	expect_ok(lp_output_commit(&out, false, &f->err), &f->err);
	assert_content(target, "kept");
	assert_content(path, "new");
}

/* Nor one that came while the file was written. */
static void output_looks_again_before_it_replaces(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "out");
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };

	expect_ok(lp_output_open(&out, path, 0644, &f->err), &f->err);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(lp_output_commit(&out, false, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "out: exists and is a link");
}

static void output_never_replaces_what_is_no_file(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(mkfifo(fixture_path(f, "fifo"), 0600), 0);
	assert_int_equal(write_output(f, fixture_path(f, "fifo"), "x", false), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "fifo: exists and is not a regular file");
	assert_int_equal(stat(fixture_path(f, "fifo"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(write_output(f, fixture_path(f, "keys"), "x", false), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "keys: names a directory");
	assert_int_equal(fixture_count(f, "."), 2);
}

static void output_into_unusable_places(void **state)
{
	struct fixture *f = *state;
	int before = count_descriptors();

	fixture_write_text(f, "plain", "");
	assert_int_equal(write_output(f, fixture_path(f, "absent/out"), "x", true), -LPPACK_E_IO);
	assert_non_null(strstr(f->err.hint, "directory"));
	expect_error(&f->err, LPPACK_E_IO, "/absent: cannot be opened");
	assert_int_equal(write_output(f, fixture_path(f, "plain/out"), "x", true), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, ENOTDIR);
	expect_error(&f->err, LPPACK_E_IO, "/plain");
	assert_int_equal(write_output(f, fixture_path(f, "keys/"), "x", true), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "names a directory");
	assert_int_equal(write_output(f, "/dev/null", "x", false), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "/dev/null");
	assert_int_equal(write_output(f, "/proc/self/out", "x", true), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/proc/self/out: cannot be created");
	assert_int_equal(fixture_count(f, "."), 2);
	assert_int_equal(count_descriptors(), before);
}

static void output_leaves_the_temporary_files_of_others(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100; i++) {
		char name[64];

		snprintf(name, sizeof(name), ".out.%ld.%d.tmp", (long)getpid(), i);
		fixture_write_text(f, name, "");
	}
	assert_int_equal(write_output(f, fixture_path(f, "out"), "x", false), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, EEXIST);
	expect_error(&f->err, LPPACK_E_IO, "out: cannot be");
	assert_int_equal(fixture_count(f, "."), 101);
}

static void output_on_a_full_disk(void **state)
{
	static const char big[5000];
	struct fixture *f = *state;
	const struct rlimit small = { 4096, RLIM_INFINITY };
	struct rlimit usual;
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	expect_ok(lp_output_open(&out, fixture_path(f, "out"), 0644, &f->err), &f->err);
	assert_int_equal(lp_output_write(&out, big, sizeof(big), &f->err), -LPPACK_E_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(f->err.sys_errno, EFBIG);
	expect_error(&f->err, LPPACK_E_IO, "out: cannot be written");
	lp_output_close(&out);
	assert_int_equal(fixture_count(f, "."), 1);
}

static void no_space_has_its_own_code(void **state)
{
	struct fixture *f = *state;

	fsync_errno = ENOSPC;
	assert_int_equal(write_output(f, fixture_path(f, "out"), "x", true), -LPPACK_E_NO_SPACE);
	assert_non_null(strstr(f->err.hint, "space"));
	expect_error(&f->err, LPPACK_E_NO_SPACE, "out: cannot be written: No space");
	fsync_errno = 0;
	create_errno = ENOSPC;
	assert_int_equal(write_output(f, fixture_path(f, "out"), "x", true), -LPPACK_E_NO_SPACE);
	create_errno = 0;
	assert_non_null(strstr(f->err.hint, "space"));
	expect_error(&f->err, LPPACK_E_NO_SPACE, "out: cannot be created: No space");
	fsync_errno = EIO;
	assert_int_equal(write_output(f, fixture_path(f, "out"), "x", true), -LPPACK_E_IO);
	fsync_errno = 0;
	expect_error(&f->err, LPPACK_E_IO, "out");
	assert_int_equal(fixture_count(f, "."), 1);
}

static void output_in_the_working_directory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chdir(f->dir), 0);
	expect_ok(write_output(f, "out", "here", true), &f->err);
	assert_content(fixture_path(f, "out"), "here");
	assert_int_equal(chdir("/"), 0);
}

static void expect_unsafe(struct fixture *f, const char *path, mode_t mode, const char *words)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(chmod(path, mode), 0);
	assert_int_equal(lp_root_read_safe("", path, 100, &bytes, &f->err), -LPPACK_E_UNSAFE_FILE);
	assert_int_equal(bytes.len, 0);
	assert_non_null(strstr(f->err.hint, fixture_format(f, "chmod go-w %s", path)));
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, words);
}

/* What is asked is the opened file, wherever its name leads. */
static void files_that_decide(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_write_text(f, "file", "text");
	char *link = fixture_path(f, "link");
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(symlink("file", link), 0);
	expect_unsafe(f, path, 0664, "file: can be changed by its group (mode 0664)");
	expect_unsafe(f, path, 0642, "file: can be changed by everybody (mode 0642)");
	assert_int_equal(lp_root_read_safe("", link, 100, &bytes, &f->err), -LPPACK_E_UNSAFE_FILE);
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "link: can be changed");
	assert_int_equal(chmod(path, 0444), 0);
	expect_ok(lp_root_read_safe("", link, 100, &bytes, &f->err), &f->err);
	assert_string_equal((char *)bytes.data, "text");
	assert_int_equal(lp_root_read_safe("", path, 3, &bytes, &f->err), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "file: larger than");
	assert_int_equal(lp_root_read_safe("", "/nowhere", 3, &bytes, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/nowhere: cannot be opened");
}

static void directories_that_decide(void **state)
{
	struct fixture *f = *state;
	bool missing = false;
	int fd = lp_directory_open_safe("", f->dir, &missing, &f->err);

	assert_true(fd >= 0);
	assert_false(missing);
	close(fd);
	assert_true(lp_directory_open_safe("", fixture_path(f, "none"), &missing, &f->err) < 0);
	assert_true(missing);
	assert_int_equal(f->err.code, 0);
	assert_int_equal(lp_directory_open_safe("", fixture_path(f, "none"), NULL, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "none: cannot be opened");
	assert_int_equal(lp_directory_open_safe("", fixture_write_text(f, "file", ""), &missing, &f->err),
			 -LPPACK_E_IO);
	assert_false(missing);
	expect_error(&f->err, LPPACK_E_IO, "file: cannot be opened: Not a directory");
	assert_int_equal(chmod(f->dir, 0770), 0);
	assert_int_equal(lp_directory_open_safe("", f->dir, &missing, &f->err), -LPPACK_E_UNSAFE_FILE);
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "can be changed by its group");
	expect_ok(lp_directory_sync(f->dir, &f->err), &f->err);
	expect_ok(lp_parent_sync(fixture_path(f, "file"), &f->err), &f->err);
	assert_int_equal(lp_directory_sync(fixture_path(f, "none"), &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "none: cannot be synced");
}

#define named_test(f) \
	{ \
#f "_without_tmpfile", f, setup_without_tmpfile, teardown_without_tmpfile, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		fixture_test(input_reads_ranges),
		fixture_test(input_that_shrinks_meanwhile),
		fixture_test(input_wants_a_regular_file),
		fixture_test(input_takes_the_descriptor_over_whatever_happens),
		fixture_test(whole_files_are_bounded),
		fixture_test(output_appears_on_commit_only),
		fixture_test(output_that_is_dropped_leaves_nothing),
		fixture_test(output_exclusive_or_not),
		fixture_test(output_looks_again_before_it_replaces),
		fixture_test(output_never_follows_a_link),
		fixture_test(output_never_replaces_what_is_no_file),
		fixture_test(output_into_unusable_places),
		fixture_test(output_leaves_the_temporary_files_of_others),
		fixture_test(output_on_a_full_disk),
		fixture_test(no_space_has_its_own_code),
		fixture_test(output_in_the_working_directory),
		fixture_test(files_that_decide),
		fixture_test(directories_that_decide),
		named_test(output_appears_on_commit_only),
		named_test(output_that_is_dropped_leaves_nothing),
		named_test(output_exclusive_or_not),
		named_test(output_never_follows_a_link),
		named_test(output_never_replaces_what_is_no_file),
		named_test(output_into_unusable_places),
		named_test(output_leaves_the_temporary_files_of_others),
		named_test(output_on_a_full_disk),
		named_test(no_space_has_its_own_code),
		named_test(output_in_the_working_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
