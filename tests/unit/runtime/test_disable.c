/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests disabling and unloading a patch or a stack of them. */
#include "format/fixes.h"
#include "support/replace_machine.h"
#include "runtime/disable.h"
#include "runtime/load.h"
#include "runtime/reverse.h"

static const struct fake_patch foreign_patch = {
	.name = "kpatch_1",
	.functions = old_functions,
	.build_id = "0101010101010101010101010101010101010101",
	.reverse_ns = 100 * FAKE_MS,
	.vanish_ns = FAKE_MS,
	.refcnt_ns = FAKE_MS,
};

static int take_out(struct machine *m)
{
	int rc;

	lp_attempt_result_free(&m->result);
	lppack_error_clear(&m->err);
	rc = lp_disable_all(&m->host, &m->terms, &m->result, &m->err);
	assert_int_equal(rc, -m->err.code);
	return rc;
}

static void removes_what_is_enabled(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_DISABLED);
	assert_int_equal(m.result.n_superseded, 1);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	assert_log_has(&m, "unpatching complete");
	teardown(&m);
}

static void removes_a_stack_from_the_top(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, true, true, true);
	fake_kernel_add_patch(m.kernel, &foreign_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.n_superseded, 2);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_string_equal(m.result.superseded[1], "kpatch_1");
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	teardown(&m);
}

static void has_nothing_to_do(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_ALREADY);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	teardown(&m);
}

static void removes_what_an_earlier_call_left_loaded(void **state)
{
	struct fake_patch left = new_patch;
	struct machine m;
	int fd;

	(void)state;
	left.empty = true;
	setup(&m, &left);
	fd = lp_load_seal(module_bytes, sizeof(module_bytes), &m.err);
	assert_int_equal(fake_kernel_ops.finit_module(m.kernel, fd, "", 0), 0);
	close(fd);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 1);
	/* As long as it may be somebody else's. */
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.n_stale, 0);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 1);
	know(&m, &new_patch);
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_ALREADY);
	assert_int_equal(m.result.n_stale, 1);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	teardown(&m);
}

static void leaves_foreign_patches_alone(void **state)
{
	struct lp_build_id known;
	struct machine m;

	(void)state;
	assert_int_equal(lp_build_id_parse(old_patch.build_id, &known), 0);
	setup(&m, &new_patch);
	m.terms.take_over = false;
	m.terms.known = &known;
	m.terms.n_known = 1;
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_patch(m.kernel, &foreign_patch);
	assert_int_equal(take_out(&m), -LPPACK_E_FOREIGN);
	assert_non_null(strstr(m.err.message, "kpatch_1"));
	assert_null(strstr(m.err.message, "lp_fixes_6"));
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	m.terms.take_over = true;
	assert_int_equal(take_out(&m), 0);
	teardown(&m);
}

static void reverses_a_removal_that_stalls(void **state)
{
	struct fake_patch stuck = old_patch;
	struct machine m;

	(void)state;
	stuck.reverse_ns = 100 * FAKE_SECOND;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &stuck);
	fake_kernel_add_task(m.kernel, 31, 31, "sleeper", 1, 0, "[<0>] dropped+0x1/0x2\n");
	fake_kernel_add_task(m.kernel, 32, 32, "moved", 0, 0, NULL);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	/* Enabling it again ends at once where nobody has to move. */
	assert_int_equal(take_out(&m), -LPPACK_E_STALLED_LEFT);
	assert_int_equal(m.result.n_blockers, 1);
	assert_int_equal(m.result.blockers[0].tid, 31);
	assert_string_equal(m.result.blockers[0].function, "dropped");
	assert_int_equal(m.result.n_reverse_blockers, 1);
	assert_int_equal(m.result.reverse_blockers[0].tid, 32);
	teardown(&m);
}

static void ease(struct fake_kernel *kernel, void *context)
{
	(void)context;
	fake_kernel_set_reverse(kernel, "lp_fixes_6", 200 * FAKE_MS);
}

static void keeps_it_enabled_when_it_stalls(void **state)
{
	struct fake_patch stuck = old_patch;
	struct machine m;

	(void)state;
	stuck.reverse_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &stuck);
	fake_kernel_at(m.kernel, FAKE_SECOND, ease, NULL);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	assert_int_equal(take_out(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_non_null(strstr(m.err.message, "still in force"));
	teardown(&m);
}

static void ease_the_other(struct fake_kernel *kernel, void *context)
{
	(void)context;
	fake_kernel_set_reverse(kernel, "kpatch_1", 200 * FAKE_MS);
}

static void tries_again_after_a_stall(void **state)
{
	struct fake_patch stuck = foreign_patch;
	struct machine m;

	(void)state;
	stuck.reverse_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, true, true, true);
	fake_kernel_add_patch(m.kernel, &stuck);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, FAKE_SECOND, ease_the_other, NULL);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	m.terms.limits.retries = 2;
	m.terms.limits.retry_delay_ns = 2 * FAKE_SECOND;
	assert_int_equal(take_out(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_DISABLED);
	assert_int_equal(m.result.attempts, 2);
	/* What the first attempt had taken out of force is told with the rest. */
	assert_int_equal(m.result.n_superseded, 2);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_string_equal(m.result.superseded[1], "kpatch_1");
	assert_null(m.result.note);
	assert_false(m.result.partial);
	assert_int_equal(m.result.n_blockers, 0);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	teardown(&m);
}

static void tells_what_went_before_the_stall(void **state)
{
	struct fake_patch stuck = foreign_patch;
	struct machine m;

	(void)state;
	stuck.reverse_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, true, true, true);
	fake_kernel_add_patch(m.kernel, &stuck);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, FAKE_SECOND, ease_the_other, NULL);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	assert_int_equal(take_out(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.attempts, 1);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_true(m.result.partial);
	assert_non_null(strstr(m.err.message, "after lp_fixes_6 had been taken out of force: kpatch_1: "));
	assert_true(fake_kernel_is_active(m.kernel, "kpatch_1"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	assert_int_equal(m.result.n_superseded, 1);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_non_null(strstr(m.result.note, "had been taken out of force before"));
	teardown(&m);
}

/* An earlier attempt got further than the last. */
static void tells_what_went_before_a_retry(void **state)
{
	struct fake_patch stuck = foreign_patch;
	struct machine m;

	(void)state;
	stuck.reverse_ns = 30 * FAKE_SECOND;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, true, true, true);
	fake_kernel_add_patch(m.kernel, &stuck);
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
	m.terms.limits.retries = 1;
	fake_kernel_at(m.kernel, 2 * FAKE_SECOND, ease_the_other, NULL);
	fake_kernel_fail(m.kernel, 5, EPERM);
	assert_int_equal(take_out(&m), -LPPACK_E_PRIVILEGE);
	assert_int_equal(m.result.attempts, 2);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_true(m.result.partial);
	assert_non_null(strstr(m.err.message, "after lp_fixes_6 had been taken out of force: kpatch_1: "));
	teardown(&m);
}

/* Operations of a kernel in which the disabling ends between the time-out and the 1 that is to turn it back. */
static int write_late(void *context, int dirfd, const char *path, const char *value)
{
	if (strcmp(value, "1") == 0)
		fake_kernel_pass(context, FAKE_SECOND);
	return fake_kernel_ops.write_attribute(context, dirfd, path, value);
}

static void removes_what_was_disabled_at_the_last_moment(void **state)
{
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct fake_patch slow = old_patch;
	struct machine m;

	(void)state;
	ops.write_attribute = write_late;
	slow.reverse_ns = 3500 * FAKE_MS;
	/* The kernel shows the disabled patch for a while, or not at all. */
	for (slow.vanish_ns = 0; slow.vanish_ns <= 4 * FAKE_SECOND; slow.vanish_ns += 2 * FAKE_SECOND) {
		setup(&m, &new_patch);
		m.host.ops = &ops;
		m.terms.limits.timeout_ns = 3 * FAKE_SECOND;
		fake_kernel_add_patch(m.kernel, &slow);
		assert_int_equal(take_out(&m), 0);
		assert_int_equal(m.result.outcome, LP_ATTEMPT_DISABLED);
		assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
		teardown(&m);
	}
}

static void tells_each_refusal_of_the_kernel(void **state)
{
	static const struct {
		int sys_errno;
		enum lppack_code code;
	} cases[] = {
		{ EBUSY, LPPACK_E_BUSY },     { EPERM, LPPACK_E_PRIVILEGE }, { EACCES, LPPACK_E_PRIVILEGE },
		{ EINVAL, LPPACK_E_REFUSED }, { ENOMEM, LPPACK_E_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct machine m;

		setup(&m, &new_patch);
		fake_kernel_add_patch(m.kernel, &old_patch);
		fake_kernel_fail(m.kernel, 1, cases[i].sys_errno);
		assert_int_equal(take_out(&m), -(int)cases[i].code);
		assert_null(strstr(m.err.message, strerror(EINVAL)));
		assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
		assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
		teardown(&m);
	}
}

static void tells_of_a_module_that_stays(void **state)
{
	struct fake_patch pinned = old_patch;
	struct machine m;

	(void)state;
	pinned.refcnt_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &pinned);
	assert_int_equal(take_out(&m), -LPPACK_E_LEFTOVER);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_DISABLED);
	assert_non_null(strstr(m.err.message, "lp_fixes_6"));
	teardown(&m);
}

static void waits_for_no_other_transition(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_transition(m.kernel, &new_patch);
	assert_int_equal(take_out(&m), -LPPACK_E_BUSY);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	teardown(&m);
}

static void finishes_a_reversal(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_fixes_6", false), 0);
	assert_int_equal(lp_reverse_finish(&m.host, &m.terms, "lp_fixes_6", &m.result, &m.err), 0);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removes_what_is_enabled),
		cmocka_unit_test(removes_a_stack_from_the_top),
		cmocka_unit_test(has_nothing_to_do),
		cmocka_unit_test(removes_what_an_earlier_call_left_loaded),
		cmocka_unit_test(leaves_foreign_patches_alone),
		cmocka_unit_test(reverses_a_removal_that_stalls),
		cmocka_unit_test(keeps_it_enabled_when_it_stalls),
		cmocka_unit_test(tries_again_after_a_stall),
		cmocka_unit_test(tells_what_went_before_the_stall),
		cmocka_unit_test(tells_what_went_before_a_retry),
		cmocka_unit_test(removes_what_was_disabled_at_the_last_moment),
		cmocka_unit_test(tells_each_refusal_of_the_kernel),
		cmocka_unit_test(tells_of_a_module_that_stays),
		cmocka_unit_test(waits_for_no_other_transition),
		cmocka_unit_test(finishes_a_reversal),
	};

	return cmocka_run_group_tests_name("removal", tests, NULL, NULL);
}
