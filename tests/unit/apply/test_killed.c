/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lppack killed at its system calls. A child applies a bundle to the fake kernel, which lives in shared memory and in
 * files, and is killed by SIGKILL at its N-th system call; then this process looks at what is left, as the next call
 * does.
 */
#include "fault/supervise.h"
#include "support/apply_machine.h"

#include "apply/transition.h"

#include <errno.h>
#include <signal.h>

/* Calls that only read leave what the one before left, but the kernel goes on meanwhile: every so many of them. */
#define OPENED_PASSED 10

struct attempt {
	struct machine *m;
	int (*act)(struct machine *m);
};

static int apply(struct machine *m)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = machine_apply(m);

	return receipt && !m->f->err.code ? 0 : 1;
}

static int take_out(struct machine *m)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = machine_remove(m);

	return receipt && !m->f->err.code ? 0 : 1;
}

/* A run of it: where it is killed, and what is known of its calls so far. */
struct run {
	const struct attempt *attempt;
	unsigned int at;
	unsigned int places;
	unsigned int opened;
};

static int attempt_it(void *context)
{
	const struct attempt *attempt = context;

	return attempt->act(attempt->m);
}

/* Counts the calls that are places to be killed at. What the fake kernel does is none of lppack's. */
static int judge(void *context, const struct seccomp_data *call)
{
	struct run *run = context;

	if (fake_kernel_is_busy(run->attempt->m->kernel))
		return SUPERVISE_PASS;
	if (!supervise_may_change(call) && ++run->opened % OPENED_PASSED)
		return SUPERVISE_PASS;
	return ++run->places == run->at ? SUPERVISE_KILL : SUPERVISE_PASS;
}

/* Runs the attempt in a child and kills it at the n-th place; false if it ended before, successfully. */
static bool kill_at(struct attempt *attempt, unsigned int n)
{
	struct run run = { .attempt = attempt, .at = n };
	struct supervised child;
	int status;

	supervise_start(&child, &supervise_reading, attempt_it, attempt);
	status = supervise_all(&child, judge, &run);
	if (status == 256 + SIGKILL)
		return true;
	assert_int_equal(status, 0);
	return false;
}

static void look_again(struct machine *m)
{
	lppack_error_clear(&m->f->err);
	lppack_host_close(m->host);
	m->host = lp_host_new(fake_kernel_root(m->kernel), &fake_kernel_ops, m->kernel, &m->f->err);
	expect_ok(m->host ? 0 : -1, &m->f->err);
}

static void recover(struct machine *m)
{
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	look_again(m);
	report = machine_recover(m);
	expect_ok(report ? 0 : -1, &m->f->err);
}

static void check_one(struct machine *m)
{
	assert_int_equal(fake_kernel_count_active(m->kernel), 1);
	assert_true(fake_kernel_is_active(m->kernel, "lp_old") || fake_kernel_is_active(m->kernel, "lp_new"));
}

static unsigned int kill_everywhere(struct fixture *f, const char *bundle, int (*act)(struct machine *m),
				    void (*check)(struct machine *m))
{
	for (unsigned int n = 1;; n++) {
		AUTO_MACHINE struct machine m;
		struct attempt attempt = { .m = &m, .act = act };

		machine_open(&m, f, bundle);
		fake_kernel_add_patch(m.kernel, &old_patch);
		/* The one that the killed call may load, and the one of the call after it. */
		fake_kernel_expect_load(m.kernel, &new_patch);
		fake_kernel_expect_load(m.kernel, &new_patch);
		if (!kill_at(&attempt, n))
			return n - 1;
		recover(&m);
		check(&m);
	}
}

static void check_apply(struct machine *m)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *journal = NULL;

	check_one(m);
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 1);
	/* The same call again ends where it should have. */
	receipt = machine_apply(m);
	expect_ok(receipt ? 0 : -1, &m->f->err);
	assert_true(fake_kernel_is_active(m->kernel, "lp_new"));
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 1);
	assert_int_equal(describe_journal(m->host, &journal, &m->f->err), 0);
}

static void apply_killed_everywhere(void **state)
{
	struct fixture *f = *state;
	unsigned int places = kill_everywhere(f, machine_bundle_with_callbacks(f, "b.lpb"), apply, check_apply);

	print_message("# an apply was killed at %u places\n", places);
	assert_true(places > 50);
}

static void check_removal(struct machine *m)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	assert_true(fake_kernel_count_loaded(m->kernel) <= 1);
	if (fake_kernel_count_loaded(m->kernel))
		assert_true(fake_kernel_is_active(m->kernel, "lp_old"));
	receipt = machine_remove(m);
	assert_true(receipt || m->f->err.code == LPPACK_E_ALREADY);
	lppack_error_clear(&m->f->err);
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 0);
}

static void removal_killed_everywhere(void **state)
{
	struct fixture *f = *state;
	unsigned int places = kill_everywhere(f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL), take_out, check_removal);

	print_message("# a removal was killed at %u places\n", places);
	assert_true(places > 20);
}

/* Each of the kernel's calls made to fail with each errno that it can fail with. */
static void every_call_fails(void **state)
{
	static const int errnos[] = { EPERM,   ENOENT,       EINTR,  EIO,    ENOEXEC,  EAGAIN,  ENOMEM,
				      EACCES,  EFAULT,       EBUSY,  EEXIST, EINVAL,   ETXTBSY, ENOSPC,
				      EBADMSG, EKEYREJECTED, ENOKEY, ENOPKG, EOVERFLOW };
	struct fixture *f = *state;
	char *bundle = machine_bundle(f, "b.lpb", KERNEL_ID, NULL);

	for (unsigned int n = 1; n <= 3; n++)
		for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
			AUTO_MACHINE struct machine m;
			AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

			machine_open(&m, f, bundle);
			fake_kernel_add_patch(m.kernel, &old_patch);
			fake_kernel_expect_load(m.kernel, &new_patch);
			fake_kernel_fail(m.kernel, n, errnos[i]);
			receipt = machine_apply(&m);
			assert_non_null(receipt);
			assert_int_equal(fake_kernel_count_active(m.kernel), 1);
			/* The first call is the load, the second the removal of the old module. */
			assert_true(fake_kernel_is_active(m.kernel, n == 1 ? "lp_old" : "lp_new"));
			assert_true(n > 1 || f->err.code);
			assert_true(!f->err.code || *f->err.message);
			lppack_error_clear(&f->err);
			assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(apply_killed_everywhere),
		fixture_test(removal_killed_everywhere),
		fixture_test(every_call_fails),
	};

	/* Hundreds of machines, each synced to the disk: memory is as good. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	return cmocka_run_group_tests_name("killed", tests, NULL, NULL);
}
