/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what a cell answers, what it cannot do, and callers of one that lies. */
#include "support/fixture.h"

#include "base/file.h"
#include "cell/cell.h"
#include "cell/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* What a cell does in a test. */
struct deed {
	int (*act)(struct deed *deed, struct lp_cell *cell); /* what the cell answers, or -errno */
	const char *path;
	int fd;
	unsigned int seed;
};

static struct lppack_value *answer(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
				   struct lppack_error *err)
{
	struct deed *deed = context;
	int rc = deed->act(deed, cell);

	if (rc >= 0)
		return lp_value_int((uint64_t)rc);
	errno = -rc;
	lp_fail_sys(err, LPPACK_E_MODULE, "try another", "%s: refused", request->name);
	return NULL;
}

static int run_deed(struct fixture *f, struct deed *deed, const int *keep, size_t n_keep)
{
	const struct lp_cell_service service = {
		.name = "it", .context = deed, .keep = keep, .n_keep = n_keep, .file_max = 100, .answer = answer
	};
	LP_AUTO_VALUE struct lppack_value *value = NULL;
	int rc = lp_cell_run(&service, &value, &f->err);

	return rc < 0 ? rc : (int)lppack_value_int(value, 0);
}

static int give_seven(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return 7;
}

static int give_error(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return -EILSEQ;
}

static void answers_and_errors(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .act = give_seven };

	assert_int_equal(run_deed(f, &deed, NULL, 0), 7);
	deed.act = give_error;
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_MODULE);
	assert_int_equal(f->err.sys_errno, EILSEQ);
	assert_string_equal(f->err.hint, "try another");
	expect_error(&f->err, LPPACK_E_MODULE, "it: refused: ");
}

static int open_file(struct deed *deed, struct lp_cell *cell)
{
	int fd = open(deed->path, O_RDONLY | O_CLOEXEC);

	(void)cell;
	return fd < 0 ? -errno : 1;
}

static int read_fd(struct deed *deed, struct lp_cell *cell)
{
	char c;
	ssize_t n = read(deed->fd, &c, 1);

	(void)cell;
	return n < 0 ? -errno : (int)n;
}

static void no_file_but_what_is_handed_over(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .act = open_file, .path = fixture_write_text(f, "a", "text") };
	LP_AUTO_CLOSE int fd = open(deed.path, O_RDONLY | O_CLOEXEC);

	if (!lppack_cell_confinement())
		skip();
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_MODULE);
	assert_int_equal(f->err.sys_errno, EACCES);
	lppack_error_clear(&f->err);
	deed.act = read_fd;
	deed.fd = fd;
	assert_int_equal(run_deed(f, &deed, &fd, 1), 1);
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_MODULE);
	assert_int_equal(f->err.sys_errno, EBADF);
	lppack_error_clear(&f->err);
}

static int make_socket(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int execute(struct deed *deed, struct lp_cell *cell)
{
	char *const argv[] = { "true", NULL };

	(void)deed;
	(void)cell;
	return execv("/bin/true", argv);
}

static int make_process(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return fork();
}

static int send_signal(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return kill(getppid(), SIGTERM);
}

static int remove_file(struct deed *deed, struct lp_cell *cell)
{
	(void)cell;
	return unlink(deed->path);
}

static int make_executable(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static void what_else_ends_it(void **state)
{
	int (*const deeds[])(struct deed *, struct lp_cell *) = { make_socket, execute,     make_process,
								  send_signal, remove_file, make_executable };
	struct fixture *f = *state;

	if (!(lppack_cell_confinement() & LPPACK_CONFINED_SECCOMP))
		skip();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		struct deed deed = { .act = deeds[i], .path = fixture_write_text(f, "a", "text") };

		assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_INTERNAL);
		expect_error(&f->err, LPPACK_E_INTERNAL, "it: the process that read it was ended by Bad system call");
		assert_true(fixture_exists(deed.path));
	}
}

static int crash(struct deed *deed, struct lp_cell *cell)
{
	volatile int *volatile at = (volatile int *)8;

	(void)deed;
	(void)cell;
	signal(SIGSEGV, SIG_DFL);
	*at = 1;
	return 0;
}

static int abort_now(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	(void)cell;
	_exit(3);
}

static void a_crash_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .act = abort_now };

	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_INTERNAL);
	expect_error(&f->err, LPPACK_E_INTERNAL, "it: the process that read it ended");
#if !defined(__SANITIZE_ADDRESS__)
	deed.act = crash;
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_INTERNAL);
	expect_error(&f->err, LPPACK_E_INTERNAL, NULL);
#else
	(void)crash;
#endif
}

static int write_much(struct deed *deed, struct lp_cell *cell)
{
	char bytes[200] = "";

	(void)cell;
	return lp_write_all(deed->fd, bytes, sizeof(bytes)) < 0 ? -errno : 1;
}

static int take_memory(struct deed *deed, struct lp_cell *cell)
{
	size_t n = (size_t)5 << 30;
	char *room = malloc(n);

	(void)deed;
	(void)cell;
	if (!room)
		return -ENOMEM;
	memset(room, 1, 1);
	free(room);
	return 0;
}

static void it_has_limits(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_CLOSE int fd = memfd_create("test", MFD_CLOEXEC);
	struct deed deed = { .act = write_much, .fd = fd };

	assert_int_equal(run_deed(f, &deed, &fd, 1), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "took more room than it may");
#if !defined(__SANITIZE_ADDRESS__)
	deed.act = take_memory;
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_MODULE);
	assert_int_equal(f->err.sys_errno, ENOMEM);
	lppack_error_clear(&f->err);
#else
	(void)take_memory;
#endif
}

/* Bytes of its own on the socket, then the end. */
static int lie(struct deed *deed, struct lp_cell *cell)
{
	static const uint32_t kinds[] = { 0, 1, 2, 3, 4, 5, 99 };
	uint32_t header[2];
	uint8_t bytes[64];
	size_t n;

	srand(deed->seed);
	header[0] = kinds[(unsigned int)rand() % 7];
	n = (unsigned int)rand() % sizeof(bytes);
	header[1] = rand() % 8 ? (uint32_t)n : UINT32_MAX;
	for (size_t i = 0; i < n; i++)
		bytes[i] = rand() % 2 ? (uint8_t)rand() : (uint8_t) "lmsib\1\0\0"[rand() % 8];
	lp_write_all(cell->socket, header, rand() % 8 ? sizeof(header) : 5);
	lp_write_all(cell->socket, bytes, n);
	_exit(0);
}

static int keep_silent(struct deed *deed, struct lp_cell *cell)
{
	(void)deed;
	close(cell->socket);
	cell->socket = -1;
	while (read(-1, NULL, 0) < 0)
		;
	return 0;
}

static void a_cell_that_lies(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 500; i++) {
		struct deed deed = { .act = lie, .seed = i };
		int rc = run_deed(f, &deed, NULL, 0);

		if (rc < 0)
			expect_error(&f->err, -rc, NULL);
	}
}

static void a_cell_that_does_not_end(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .act = keep_silent };

	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "it: the process that read it was ended");
}

static struct lppack_value *answer_fetched(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
					   struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	uint8_t bytes[4];
	int fd = lp_cell_fetch(cell, (uint64_t)atoi(request->name), err);

	(void)context;
	if (fd < 0 || lp_input_take_regular_fd(&in, fd, "fetched", err) < 0 || lp_input_read(&in, 0, bytes, 4, err) < 0)
		return NULL;
	return lp_value_int(bytes[0]);
}

static int fetch_one(void *context, uint64_t which, struct lppack_error *err)
{
	if (which == 1)
		return open(context, O_RDONLY | O_CLOEXEC);
	lp_fail(err, LPPACK_E_IO, "name another", "no file %d", (int)which);
	return -1;
}

static void files_are_fetched(void **state)
{
	struct fixture *f = *state;
	const struct lp_cell_service service = { .name = "it",
						 .context = fixture_write_text(f, "a", "text"),
						 .answer = answer_fetched,
						 .fetch = fetch_one };
	LP_AUTO_VALUE struct lppack_value *value = NULL;
	LP_AUTO_CELL struct lp_cell cell = { 0 };

	expect_ok(lp_cell_start(&cell, &service, &f->err), &f->err);
	assert_int_equal(lp_cell_ask(&cell, &(struct lp_cell_request){ "2", -1 }, &value, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "no file 2");
	/* The cell goes on after an error of its own. */
	expect_ok(lp_cell_ask(&cell, &(struct lp_cell_request){ "1", -1 }, &value, &f->err), &f->err);
	assert_int_equal(lppack_value_int(value, 0), 't');
}

static void a_program_that_ignores_its_children(void **state)
{
	struct fixture *f = *state;
	struct deed deed = { .act = give_seven };
	void (*before)(int) = signal(SIGCHLD, SIG_IGN);

	assert_int_equal(run_deed(f, &deed, NULL, 0), 7);
	deed.act = abort_now;
	assert_int_equal(run_deed(f, &deed, NULL, 0), -LPPACK_E_INTERNAL);
	expect_error(&f->err, LPPACK_E_INTERNAL, "ended");
	signal(SIGCHLD, before);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(answers_and_errors),
		fixture_test(no_file_but_what_is_handed_over),
		fixture_test(what_else_ends_it),
		fixture_test(a_crash_is_an_error),
		fixture_test(it_has_limits),
		fixture_test(a_cell_that_lies),
		fixture_test(a_cell_that_does_not_end),
		fixture_test(files_are_fetched),
		fixture_test(a_program_that_ignores_its_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
