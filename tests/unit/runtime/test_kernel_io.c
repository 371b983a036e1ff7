/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the facts of a running kernel. */
#include "support/fake_kernel.h"
#include "runtime/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <cmocka.h>

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lppack_error err;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

static void refuses_a_root_that_is_no_directory(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_io host;

	assert_int_equal(lp_kernel_io_open(&host, "/dev/null", NULL, NULL, &m->err), -LPPACK_E_IO);
	assert_non_null(strstr(m->err.message, "/dev/null"));
	lp_kernel_io_close(&host);
}

static void opens_the_real_root(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_io host;

	assert_int_equal(lp_kernel_io_open(&host, NULL, NULL, NULL, &m->err), 0);
	assert_string_equal(host.root, "");
	assert_ptr_equal(host.ops, &lp_real_ops);
	lp_kernel_io_close(&host);
	assert_int_equal(lp_kernel_io_open(&host, "/", NULL, NULL, &m->err), 0);
	assert_ptr_equal(host.ops, &lp_real_ops);
	lp_kernel_io_close(&host);
}

/* What a fake root says must never make this machine load a module. */
static void touches_no_kernel_for_another_root(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_io host;

	assert_int_equal(lp_kernel_io_open(&host, fake_kernel_root(m->kernel), NULL, NULL, &m->err), 0);
	assert_int_equal(host.ops->finit_module(host.context, -1, "", 0), -1);
	assert_int_equal(errno, ENOSYS);
	assert_int_equal(host.ops->delete_module(host.context, "x", O_NONBLOCK), -1);
	assert_int_equal(errno, ENOSYS);
	assert_int_equal(host.ops->write_attribute(host.context, host.rootfd, "dev/kmsg", "0"), -1);
	assert_int_equal(errno, ENOSYS);
	lp_kernel_io_close(&host);
}

static void writes_real_attributes(void **state)
{
	struct machine *m = *state;
	char text[8];

	fake_kernel_write(m->kernel, "attribute", "1\n");
	assert_int_equal(lp_real_ops.write_attribute(NULL, m->host.rootfd, "attribute", "0"), 0);
	lp_attr_read(m->host.rootfd, "attribute", text, sizeof(text));
	assert_int_equal(*text, '0');
	assert_int_equal(lp_real_ops.write_attribute(NULL, m->host.rootfd, "absent", "0"), -1);
	assert_int_equal(errno, ENOENT);
	assert_false(fake_kernel_has(m->kernel, "absent"));
}

static void has_a_clock(void **state)
{
	int64_t before = lp_real_ops.now_ns(NULL);

	(void)state;
	lp_real_ops.sleep_ns(NULL, LP_MS_NS);
	assert_true(lp_real_ops.now_ns(NULL) - before >= LP_MS_NS);
}

static void reads_the_notes(void **state)
{
	struct machine *m = *state;
	struct lp_buf notes = { 0 };

	assert_int_equal(lp_kernel_io_read_notes(&m->host, &notes, &m->err), -LPPACK_E_IO);
	assert_non_null(strstr(m->err.message, fake_kernel_root(m->kernel)));
	assert_non_null(strstr(m->err.message, "sys/kernel/notes"));
	assert_non_null(strstr(m->err.hint, "sysfs"));
	lppack_error_clear(&m->err);
	/* A note may end in the byte of a newline. */
	fake_kernel_set_build_id(m->kernel, "0000000a");
	assert_int_equal(lp_kernel_io_read_notes(&m->host, &notes, &m->err), 0);
	assert_int_equal(notes.len, 20);
	assert_int_equal(notes.data[19], 0x0a);
	lp_buf_free(&notes);
}

static void reads_the_names(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_facts facts;

	assert_int_equal(lp_kernel_io_read_names(&m->host, &facts, &m->err), 0);
	assert_string_equal(facts.release, "6.1.0-test");
	assert_string_equal(facts.version, "#1 SMP PREEMPT_DYNAMIC Test 6.1.0-1");
	assert_string_equal(facts.arch, "x86_64");
	assert_int_equal(facts.build_id.len, 0);
	lp_kernel_facts_free(&facts);
}

static void knows_the_arch_of_kernels_before_6_1(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_facts facts;

	fake_kernel_remove(m->kernel, "proc/sys/kernel/arch");
	assert_int_equal(lp_kernel_io_read_names(&m->host, &facts, &m->err), 0);
	assert_non_null(facts.arch);
	lp_kernel_facts_free(&facts);
}

/* As in a chroot. Of another machine uname() tells nothing. */
static void knows_the_release_without_proc(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_facts facts;
	struct lp_kernel_io other;
	struct utsname uts;

	assert_int_equal(uname(&uts), 0);
	fake_kernel_remove(m->kernel, "proc/sys/kernel/osrelease");
	assert_int_equal(lp_kernel_io_read_names(&m->host, &facts, &m->err), 0);
	assert_string_equal(facts.release, uts.release);
	lp_kernel_facts_free(&facts);
	assert_int_equal(lp_kernel_io_open(&other, fake_kernel_root(m->kernel), NULL, NULL, &m->err), 0);
	assert_int_equal(lp_kernel_io_read_names(&other, &facts, &m->err), -LPPACK_E_IO);
	assert_non_null(strstr(m->err.message, "osrelease: cannot be read"));
	lp_kernel_facts_free(&facts);
	lp_kernel_io_close(&other);
}

static void reads_the_boot_id(void **state)
{
	struct machine *m = *state;
	char *id = lp_kernel_io_read_boot_id(&m->host);

	assert_string_equal(id, "11111111-2222-3333-4444-555555555555");
	free(id);
	fake_kernel_remove(m->kernel, "proc/sys/kernel/random/boot_id");
	assert_null(lp_kernel_io_read_boot_id(&m->host));
}

static void reads_attributes(void **state)
{
	struct machine *m = *state;
	char text[4];

	fake_kernel_write(m->kernel, "a", "42\n");
	assert_int_equal(lp_attr_int(m->host.rootfd, "a"), 42);
	fake_kernel_write(m->kernel, "a", "-1\n");
	assert_int_equal(lp_attr_int(m->host.rootfd, "a"), -1);
	fake_kernel_write(m->kernel, "a", "99999999999\n");
	assert_int_equal(lp_attr_int(m->host.rootfd, "a"), -1);
	fake_kernel_write(m->kernel, "a", "");
	assert_int_equal(lp_attr_int(m->host.rootfd, "a"), -1);
	fake_kernel_write(m->kernel, "a", "longer\n");
	assert_int_equal(lp_attr_read(m->host.rootfd, "a", text, sizeof(text)), 3);
	assert_string_equal(text, "lon");
	assert_int_equal(lp_attr_read(m->host.rootfd, "absent", text, sizeof(text)), -1);
	assert_string_equal(text, "");
}

static void locks_once(void **state)
{
	struct machine *m = *state;
	char text[64];
	struct stat st;
	int first = lp_lock_take(&m->host, &m->err);
	int again;

	assert_true(first >= 0);
	assert_int_equal(fstat(first, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(lp_lock_take(&m->host, &m->err), -LPPACK_E_BUSY);
	snprintf(text, sizeof(text), "process %ld", (long)getpid());
	assert_non_null(strstr(m->err.message, text));
	close(first);
	lppack_error_clear(&m->err);
	again = lp_lock_take(&m->host, &m->err);
	assert_true(again >= 0);
	close(again);
}

static void release(struct fake_kernel *kernel, void *context)
{
	(void)kernel;
	close(*(int *)context);
}

static void waits_for_the_lock(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_io host;
	struct lp_caller caller = { .wait_ns = 3 * FAKE_SECOND };
	int64_t started = fake_kernel_now(m->kernel);
	int first = lp_lock_take(&m->host, &m->err);
	int second;
	int pid;

	fake_kernel_open(m->kernel, &host);
	assert_int_equal(lp_lock_read_state(&host, &pid), LP_LOCK_HELD);
	assert_int_equal(pid, getpid());
	assert_int_equal(lp_lock_wait(&host, &caller, &m->err), -LPPACK_E_BUSY);
	assert_in_range(fake_kernel_now(m->kernel) - started, 3 * FAKE_SECOND, 4 * FAKE_SECOND);
	lppack_error_clear(&m->err);
	fake_kernel_at(m->kernel, FAKE_SECOND, release, &first);
	second = lp_lock_wait(&host, &caller, &m->err);
	assert_true(second >= 0);
	close(second);
	assert_int_equal(lp_lock_read_state(&host, &pid), LP_LOCK_FREE);
	lp_kernel_io_close(&host);
}

/* Whoever asks for its state holds it for a moment. */
static void is_not_turned_away_by_a_look(void **state)
{
	struct machine *m = *state;
	struct lp_kernel_io host;
	int look = lp_lock_take(&m->host, &m->err);
	int lock;

	fake_kernel_open(m->kernel, &host);
	fake_kernel_at(m->kernel, 20 * FAKE_MS, release, &look);
	lock = lp_lock_take(&host, &m->err);
	assert_true(lock >= 0);
	close(lock);
	lp_kernel_io_close(&host);
}

/* The kernel drops the lock of a process that dies; its pid in the file is no obstacle. */
static void notices_a_dead_holder(void **state)
{
	struct machine *m = *state;
	int pipes[2];
	char ready;
	pid_t pid;
	int lock;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (lp_lock_take(&m->host, NULL) < 0 || write(pipes[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	assert_int_equal(lp_lock_take(&m->host, &m->err), -LPPACK_E_BUSY);
	lppack_error_clear(&m->err);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	lock = lp_lock_take(&m->host, &m->err);
	assert_true(lock >= 0);
	close(lock);
	close(pipes[0]);
	close(pipes[1]);
}

static void does_not_follow_a_link_to_lock(void **state)
{
	struct machine *m = *state;
	int pid;

	fake_kernel_write(m->kernel, "victim", "precious");
	fake_kernel_write(m->kernel, "run/lppack/x", "");
	assert_int_equal(symlinkat("../../victim", m->host.rootfd, "run/lppack/lock"), 0);
	assert_int_equal(lp_lock_take(&m->host, &m->err), -LPPACK_E_IO);
	assert_non_null(strstr(m->err.message, "run/lppack/lock"));
	/* Nobody can tell who is at work there. */
	assert_int_equal(lp_lock_read_state(&m->host, &pid), LP_LOCK_UNKNOWN);
}

static void reports_a_lock_directory_that_cannot_be_made(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "run", "a file");
	assert_int_equal(lp_lock_take(&m->host, &m->err), -LPPACK_E_IO);
	assert_non_null(strstr(m->err.message, "run/lppack"));
}

/* Of an image, every link is a link of that image: none leads to a directory of the machine that looks at it. */
static void no_link_leads_out_of_the_root(void **state)
{
	struct machine *m = *state;
	char outside[] = "/tmp/lppack-outside-XXXXXX";
	char path[64];
	char text[16];
	FILE *file;
	int pid;

	assert_non_null(mkdtemp(outside));
	snprintf(path, sizeof(path), "%s/attribute", outside);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("7\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	fake_kernel_write(m->kernel, "inside/attribute", "1\n");
	assert_int_equal(symlinkat(outside, m->host.rootfd, "out"), 0);
	assert_int_equal(symlinkat("/inside", m->host.rootfd, "in"), 0);
	assert_int_equal(symlinkat(outside, m->host.rootfd, "run"), 0);
	assert_int_equal(lp_attr_int(m->host.rootfd, "in/attribute"), 1);
	assert_int_equal(lp_attr_read(m->host.rootfd, "out/attribute", text, sizeof(text)), -1);
	assert_true(lp_kernel_io_has(&m->host, "in/attribute"));
	assert_false(lp_kernel_io_has(&m->host, "out/attribute"));
	assert_null(lp_dir_open(m->host.rootfd, "out"));
	assert_int_equal(lp_lock_take(&m->host, &m->err), -LPPACK_E_IO);
	assert_int_equal(lp_lock_read_state(&m->host, &pid), LP_LOCK_UNKNOWN);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(outside), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_a_root_that_is_no_directory),
		TEST(opens_the_real_root),
		TEST(touches_no_kernel_for_another_root),
		TEST(writes_real_attributes),
		TEST(has_a_clock),
		TEST(reads_the_notes),
		TEST(reads_the_names),
		TEST(knows_the_arch_of_kernels_before_6_1),
		TEST(knows_the_release_without_proc),
		TEST(reads_the_boot_id),
		TEST(reads_attributes),
		TEST(locks_once),
		TEST(waits_for_the_lock),
		TEST(is_not_turned_away_by_a_look),
		TEST(notices_a_dead_holder),
		TEST(does_not_follow_a_link_to_lock),
		TEST(reports_a_lock_directory_that_cannot_be_made),
		TEST(no_link_leads_out_of_the_root),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
