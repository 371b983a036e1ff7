/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is around the one attempt: retries, the bound before the kernel's signals, empty modules and stale ones. */
#include "format/fixes.h"
#include "support/replace_machine.h"
#include "runtime/load.h"

static struct fake_patch stuck_patch(void)
{
	struct fake_patch stuck = new_patch;

	stuck.transition_ns = FAKE_NEVER;
	return stuck;
}

static void tries_again_after_a_stall(void **state)
{
	const struct fake_patch stuck = stuck_patch();
	struct machine m;

	(void)state;
	setup(&m, &stuck);
	fake_kernel_expect_load(m.kernel, &stuck);
	fake_kernel_expect_load(m.kernel, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.terms.limits.timeout_ns = FAKE_SECOND;
	m.terms.limits.retries = 5;
	m.terms.limits.retry_delay_ns = 3 * FAKE_SECOND;
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.attempts, 3);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_int_equal(m.result.n_blockers, 0);
	assert_true(m.result.total_ns > 8 * FAKE_SECOND);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 1);
	teardown(&m);
}

static void gives_up_after_the_last_retry(void **state)
{
	const struct fake_patch stuck = stuck_patch();
	struct machine m;

	(void)state;
	setup(&m, &stuck);
	fake_kernel_expect_load(m.kernel, &stuck);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_task(m.kernel, 7, 7, "sleeper", 0, 0, NULL);
	m.terms.limits.timeout_ns = FAKE_SECOND;
	m.terms.limits.retries = 1;
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.attempts, 2);
	assert_int_equal(m.result.n_blockers, 1);
	/* The default delay. */
	assert_true(m.result.total_ns > 7 * FAKE_SECOND);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	teardown(&m);
}

static void does_not_retry_a_refusal(void **state)
{
	struct fake_patch refused = new_patch;
	struct machine m;

	(void)state;
	refused.load_errno = EINVAL;
	setup(&m, &refused);
	m.terms.limits.retries = 3;
	assert_int_equal(run(&m), -LPPACK_E_REFUSED);
	assert_int_equal(m.result.attempts, 1);
	teardown(&m);
}

static int is_late(void *context)
{
	return fake_kernel_now(context) > 4 * FAKE_SECOND;
}

static void does_not_retry_when_cancelled(void **state)
{
	const struct fake_patch stuck = stuck_patch();
	struct machine m;

	(void)state;
	setup(&m, &stuck);
	m.terms.limits.timeout_ns = FAKE_SECOND;
	m.terms.limits.retries = 9;
	m.terms.limits.retry_delay_ns = 60 * FAKE_SECOND;
	m.terms.caller.cancelled = is_late;
	m.terms.caller.context = m.kernel;
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_int_equal(m.result.attempts, 1);
	assert_true(m.result.total_ns < 5 * FAKE_SECOND);
	teardown(&m);
}

/* kernel/livepatch/transition.c: the first fake signal comes with the 16th try, about 15 s after the load. */
static void reverses_before_the_first_signal(void **state)
{
	const struct fake_patch stuck = stuck_patch();
	struct machine m;

	(void)state;
	setup(&m, &stuck);
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.terms.limits.before_signal = true;
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_in_range(m.result.transition_ns, 12 * FAKE_SECOND, 14 * FAKE_SECOND);
	teardown(&m);
	setup(&m, &stuck);
	m.terms.limits.before_signal = true;
	m.terms.limits.timeout_ns = 2 * FAKE_SECOND;
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_in_range(m.result.transition_ns, 2 * FAKE_SECOND, 3 * FAKE_SECOND);
	teardown(&m);
}

static void tells_a_module_without_a_livepatch(void **state)
{
	struct fake_patch empty = new_patch;
	struct machine m;

	(void)state;
	empty.empty = true;
	setup(&m, &empty);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_NOT_LIVEPATCH);
	assert_non_null(strstr(m.err.message, "lp_fixes_7"));
	assert_non_null(strstr(m.err.message, "the module was removed"));
	assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void removes_stale_modules_before_the_load(void **state)
{
	struct fake_patch other = old_patch;
	struct fake_patch before = new_patch;
	struct fake_patch foreign = old_patch;
	struct machine m;
	int fd;

	(void)state;
	other.name = "lp_left";
	other.build_id = new_patch.build_id;
	other.empty = true;
	foreign.name = "kpatch_left";
	foreign.empty = true;
	/* A module of the very name, from an earlier call. */
	before.empty = true;
	setup(&m, &before);
	know(&m, &new_patch);
	fake_kernel_expect_load(m.kernel, &other);
	fake_kernel_expect_load(m.kernel, &foreign);
	fake_kernel_expect_load(m.kernel, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fd = lp_load_seal(module_bytes, sizeof(module_bytes), &m.err);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fake_kernel_ops.finit_module(m.kernel, fd, "", 0), 0);
	close(fd);
	assert_true(fake_kernel_is_loaded(m.kernel, "lp_left"));
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.n_stale, 2);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	/* Somebody else's is not ours to remove. */
	assert_true(fake_kernel_is_loaded(m.kernel, "kpatch_left"));
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 2);
	teardown(&m);
}

static int refuse_intent(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err)
{
	(void)context, (void)intent, (void)before;
	return lp_fail(err, LPPACK_E_NO_SPACE, NULL, "full");
}

static void changes_nothing_where_the_intent_cannot_be_recorded(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.terms.intend = refuse_intent;
	assert_int_equal(run(&m), -LPPACK_E_NO_SPACE);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tries_again_after_a_stall),
		cmocka_unit_test(gives_up_after_the_last_retry),
		cmocka_unit_test(does_not_retry_a_refusal),
		cmocka_unit_test(does_not_retry_when_cancelled),
		cmocka_unit_test(reverses_before_the_first_signal),
		cmocka_unit_test(tells_a_module_without_a_livepatch),
		cmocka_unit_test(removes_stale_modules_before_the_load),
		cmocka_unit_test(changes_nothing_where_the_intent_cannot_be_recorded),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
