/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the way back from a swap that stalls, fails or is cancelled. */
#include "format/fixes.h"
#include "support/replace_machine.h"

static void reverses_a_stalled_transition(void **state)
{
	struct fake_patch stuck = new_patch;
	struct machine m;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	setup(&m, &stuck);
	m.terms.limits.timeout_ns = 5 * FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_task(m.kernel, 812, 815, "qemu (nbd)", 0, 0,
			     "[<0>] io_schedule+0x46/0x80\n[<0>] nft_do_chain+0x12/0x340 [nf_tables]\n");
	fake_kernel_add_task(m.kernel, 9, 9, "fine", 1, 0, NULL);
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	assert_int_equal(m.result.n_blockers, 1);
	assert_int_equal(m.result.n_superseded, 0);
	assert_non_null(strstr(m.err.message, "812/815 (qemu (nbd), state S) in nft_do_chain"));
	assert_non_null(strstr(m.err.message, "within 5 s"));
	assert_in_range(m.result.total_ns, 5400 * FAKE_MS, 5500 * FAKE_MS);
	teardown(&m);
}

static void leaves_what_cannot_be_reversed(void **state)
{
	struct fake_patch stuck = new_patch;
	struct machine m;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	stuck.reverse_ns = FAKE_NEVER;
	setup(&m, &stuck);
	m.terms.limits.timeout_ns = FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_STALLED_LEFT);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_true(fake_kernel_is_listed(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static int is_cancelled(void *context)
{
	return fake_kernel_now(context) > 2 * FAKE_SECOND;
}

static void reverses_when_cancelled(void **state)
{
	struct fake_patch stuck = new_patch;
	struct machine m;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	setup(&m, &stuck);
	m.terms.caller.cancelled = is_cancelled;
	m.terms.caller.context = m.kernel;
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_non_null(strstr(m.err.message, "interrupted"));
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_in_range(m.result.total_ns, FAKE_SECOND, 2 * FAKE_SECOND);
	teardown(&m);
}

static int pass_and_cancel(void *context)
{
	fake_kernel_pass(context, FAKE_SECOND);
	return 1;
}

/* A transition that ends while it is decided to reverse it is left alone. */
static void keeps_what_has_finished_before_the_reversal(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	m.terms.caller.cancelled = pass_and_cancel;
	m.terms.caller.context = m.kernel;
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	/* finit_module and delete_module, but no write. */
	assert_int_equal(fake_kernel_calls(m.kernel), 2);
	teardown(&m);
}

/* However near the end of the transition is to the deadline, one whole stack is in force and the result says which. */
static void tells_the_truth_at_the_deadline(void **state)
{
	unsigned int applied = 0;
	unsigned int reversed = 0;

	(void)state;
	for (int64_t late = -10 * FAKE_MS; late < 10 * FAKE_MS; late += FAKE_MS / 2) {
		struct fake_patch close_call = new_patch;
		struct machine m;

		close_call.transition_ns = 100 * FAKE_MS + late;
		close_call.reverse_ns = 30 * FAKE_MS;
		setup(&m, &close_call);
		m.terms.limits.timeout_ns = 100 * FAKE_MS;
		fake_kernel_add_patch(m.kernel, &old_patch);
		applied += run(&m) == 0;
		reversed += m.err.code == LPPACK_E_STALLED;
		assert_int_equal(m.result.outcome, m.err.code ? LP_ATTEMPT_REVERSED : LP_ATTEMPT_APPLIED);
		assert_true(fake_kernel_is_active(m.kernel, m.err.code ? "lp_fixes_6" : "lp_fixes_7"));
		assert_int_equal(fake_kernel_count_active(m.kernel), 1);
		teardown(&m);
	}
	assert_int_equal(applied + reversed, 40);
	assert_true(applied > 10);
	assert_true(reversed > 10);
}

#define TRANSITION "sys/kernel/livepatch/lp_fixes_7/transition"

/* A file that cannot be read for another reason than that it is not there. */
static void make_unreadable(struct fake_kernel *kernel, void *context)
{
	fake_kernel_remove(kernel, context);
	fake_kernel_write(kernel, "sys/kernel/livepatch/lp_fixes_7/transition/in-the-way", "");
}

static void make_readable(struct fake_kernel *kernel, void *context)
{
	fake_kernel_remove(kernel, context);
	fake_kernel_write(kernel, context, "1\n");
}

static void does_not_take_a_failed_read_for_the_end(void **state)
{
	struct fake_patch stuck = new_patch;
	struct machine m;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	setup(&m, &stuck);
	m.terms.limits.timeout_ns = 5 * FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, 4 * FAKE_SECOND, make_unreadable, (void *)TRANSITION);
	fake_kernel_at(m.kernel, 5500 * FAKE_MS, make_readable, (void *)TRANSITION);
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

/* A 0 that is written when the transition has ended disables the patch. */
static void writes_no_zero_blindly(void **state)
{
	struct fake_patch stuck = new_patch;
	struct machine m;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	setup(&m, &stuck);
	m.terms.limits.timeout_ns = 5 * FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, 4 * FAKE_SECOND, make_unreadable, (void *)TRANSITION);
	assert_int_equal(run(&m), -LPPACK_E_STALLED_LEFT);
	assert_non_null(strstr(m.err.message, "it could not be reversed: Is a directory"));
	/* The load alone. */
	assert_int_equal(fake_kernel_calls(m.kernel), 1);
	teardown(&m);
}

/* Nor is a killed call's transition taken for finished because it cannot be read at once. */
static void joins_a_transition_that_it_could_not_read(void **state)
{
	struct fake_patch moving = new_patch;
	struct machine m;

	(void)state;
	moving.transition_ns = 5 * FAKE_SECOND;
	setup(&m, &moving);
	fake_kernel_add_transition(m.kernel, &moving);
	make_unreadable(m.kernel, (void *)TRANSITION);
	fake_kernel_at(m.kernel, 20 * FAKE_MS, make_readable, (void *)TRANSITION);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_in_range(m.result.total_ns, 4 * FAKE_SECOND, 6 * FAKE_SECOND);
	teardown(&m);
}

/* Operations of a kernel whose transition ends between the last look and the write of 0. */
static int write_late(void *context, int dirfd, const char *path, const char *value)
{
	if (strcmp(value, "0") == 0)
		fake_kernel_pass(context, FAKE_SECOND);
	return fake_kernel_ops.write_attribute(context, dirfd, path, value);
}

static int64_t cancel_at;

/* Somebody presses Ctrl-C, and it stays pressed. */
static int cancel_late(void *context)
{
	struct machine *m = context;

	return m->host.ops->now_ns(m->host.context) >= cancel_at;
}

static void setup_late(struct machine *m, struct lp_kernel_ops *ops, const struct fake_patch *next, bool cancelled)
{
	setup(m, next);
	m->host.ops = ops;
	m->terms.limits.timeout_ns = 4500 * FAKE_MS;
	if (cancelled) {
		m->terms.limits.timeout_ns = 60 * FAKE_SECOND;
		m->terms.caller.cancelled = cancel_late;
		m->terms.caller.context = m;
		cancel_at = ops->now_ns(m->host.context) + 4500 * FAKE_MS;
	}
	fake_kernel_add_patch(m->kernel, &old_patch);
}

static struct fake_patch slow_patch(int64_t reverse_ns)
{
	struct fake_patch slow = new_patch;

	slow.transition_ns = 5 * FAKE_SECOND;
	slow.reverse_ns = reverse_ns;
	return slow;
}

static void assert_stays(struct machine *m, const char *note)
{
	assert_int_equal(m->err.code, 0);
	assert_int_equal(m->result.outcome, LP_ATTEMPT_APPLIED);
	assert_string_equal(m->result.note, note);
	assert_true(fake_kernel_is_active(m->kernel, "lp_fixes_7"));
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 1);
	assert_int_equal(m->result.n_superseded, 1);
	assert_string_equal(m->result.superseded[0], "lp_fixes_6");
}

static void turns_a_reversal_back_that_came_too_late(void **state)
{
	const struct fake_patch slow = slow_patch(400 * FAKE_MS);
	struct lp_kernel_ops ops = fake_kernel_ops;

	(void)state;
	ops.write_attribute = write_late;
	for (int cancelled = 0; cancelled < 2; cancelled++) {
		struct machine m;

		setup_late(&m, &ops, &slow, cancelled);
		run(&m);
		assert_stays(&m, cancelled ? "the interruption came as the transition ended; kept in force" :
					     "the time-out came as the transition ended; kept in force");
		teardown(&m);
	}
}

/* The same, and the disabling that the 0 has begun ends before the 1. */
static int write_both_late(void *context, int dirfd, const char *path, const char *value)
{
	fake_kernel_pass(context, FAKE_SECOND);
	return fake_kernel_ops.write_attribute(context, dirfd, path, value);
}

/* reverse_ns 0: the disabling ends inside the write. */
static void loads_again_what_a_late_reversal_has_disabled(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct fake_patch slow = slow_patch(i & 1 ? 0 : 400 * FAKE_MS);
		struct lp_kernel_ops ops = fake_kernel_ops;
		struct fake_patch again = new_patch;
		struct machine m;

		ops.write_attribute = write_both_late;
		/* Longer than the time-out, which is over. */
		again.transition_ns = 6 * FAKE_SECOND;
		setup_late(&m, &ops, &slow, i & 2);
		fake_kernel_expect_load(m.kernel, &again);
		run(&m);
		assert_stays(&m, i & 2 ? "the interruption came as the transition ended; loaded again" :
					 "the time-out came as the transition ended; loaded again");
		assert_memory_equal(fake_kernel_loaded_bytes(m.kernel)->data, module_bytes, sizeof(module_bytes));
		/* Two loads, 0 and 1, two removals. */
		assert_int_equal(fake_kernel_calls(m.kernel), 6);
		teardown(&m);
	}
}

/* A 1 that is interrupted is written again, because the disabling goes on. */
static void writes_the_one_until_it_succeeds(void **state)
{
	const struct fake_patch slow = slow_patch(400 * FAKE_MS);
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct machine m;

	(void)state;
	ops.write_attribute = write_late;
	setup_late(&m, &ops, &slow, false);
	fake_kernel_fail(m.kernel, 3, EINTR);
	run(&m);
	assert_stays(&m, "the time-out came as the transition ended; kept in force");
	teardown(&m);
}

static void admits_that_nothing_is_left_enabled(void **state)
{
	const struct fake_patch slow = slow_patch(0);
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct machine m;

	(void)state;
	ops.write_attribute = write_late;
	setup_late(&m, &ops, &slow, false);
	assert_int_equal(run(&m), -LPPACK_E_NONE_LEFT);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_int_equal(fake_kernel_count_active(m.kernel), 0);
	assert_non_null(strstr(m.err.message, "no livepatch is in force: lp_fixes_7: "));
	assert_non_null(strstr(m.err.hint, "without any livepatch"));
	teardown(&m);
}

static void names_the_module_that_cannot_be_loaded_again(void **state)
{
	struct fake_patch slow = slow_patch(0);
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct machine m;

	(void)state;
	slow.refcnt_ns = FAKE_NEVER;
	ops.write_attribute = write_late;
	setup_late(&m, &ops, &slow, false);
	assert_int_equal(run(&m), -LPPACK_E_NONE_LEFT);
	assert_non_null(strstr(m.err.message, "cannot be removed"));
	assert_true(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

/* Nothing is in force that it could go back to. */
static void leaves_a_second_transition_running(void **state)
{
	const struct fake_patch slow = slow_patch(0);
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct fake_patch again = new_patch;
	struct machine m;

	(void)state;
	again.transition_ns = 60 * FAKE_SECOND;
	ops.write_attribute = write_late;
	setup_late(&m, &ops, &slow, false);
	fake_kernel_expect_load(m.kernel, &again);
	assert_int_equal(run(&m), -LPPACK_E_STALLED_LEFT);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	fake_kernel_pass(m.kernel, 60 * FAKE_SECOND);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void reverse_as_somebody_else(struct fake_kernel *kernel, void *context)
{
	assert_int_equal(fake_kernel_enable(kernel, context, false), 0);
}

static void cleans_up_after_a_reversal_by_somebody_else(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, 500 * FAKE_MS, reverse_as_somebody_else, (void *)"lp_fixes_7");
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_non_null(strstr(m.err.message, "somebody else"));
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void undoes_a_patch_that_replaces_nothing(void **state)
{
	struct fake_patch additive = new_patch;
	struct machine m;

	(void)state;
	additive.replace = false;
	setup(&m, &additive);
	fake_kernel_show(m.kernel, true, false, false);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_NOT_REPLACED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	assert_non_null(strstr(m.err.message, "lp_fixes_6 is still in force"));
	teardown(&m);
}

static void cannot_undo_a_patch_that_stays(void **state)
{
	struct fake_patch additive = new_patch;
	struct machine m;

	(void)state;
	additive.replace = false;
	additive.reverse_ns = FAKE_NEVER;
	setup(&m, &additive);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_UNPROVEN);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	teardown(&m);
}

static void undoes_a_patch_shown_as_not_replacing(void **state)
{
	struct fake_patch additive = new_patch;
	struct machine m;

	(void)state;
	additive.replace = false;
	setup(&m, &additive);
	assert_int_equal(run(&m), -LPPACK_E_NOT_REPLACE);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_int_equal(fake_kernel_count_active(m.kernel), 0);
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reverses_a_stalled_transition),
		cmocka_unit_test(leaves_what_cannot_be_reversed),
		cmocka_unit_test(reverses_when_cancelled),
		cmocka_unit_test(keeps_what_has_finished_before_the_reversal),
		cmocka_unit_test(tells_the_truth_at_the_deadline),
		cmocka_unit_test(does_not_take_a_failed_read_for_the_end),
		cmocka_unit_test(writes_no_zero_blindly),
		cmocka_unit_test(joins_a_transition_that_it_could_not_read),
		cmocka_unit_test(turns_a_reversal_back_that_came_too_late),
		cmocka_unit_test(loads_again_what_a_late_reversal_has_disabled),
		cmocka_unit_test(writes_the_one_until_it_succeeds),
		cmocka_unit_test(admits_that_nothing_is_left_enabled),
		cmocka_unit_test(names_the_module_that_cannot_be_loaded_again),
		cmocka_unit_test(leaves_a_second_transition_running),
		cmocka_unit_test(cleans_up_after_a_reversal_by_somebody_else),
		cmocka_unit_test(undoes_a_patch_that_replaces_nothing),
		cmocka_unit_test(cannot_undo_a_patch_that_stays),
		cmocka_unit_test(undoes_a_patch_shown_as_not_replacing),
	};

	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
