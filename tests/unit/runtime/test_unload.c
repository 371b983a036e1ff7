/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests when a stalled transition is forced, and what is remembered of that. */
#include "format/fixes.h"
#include "support/replace_machine.h"

/* What the journal was told, and whether it refuses. */
struct intents {
	unsigned int loads;
	unsigned int forces;
	bool refuses_force;
};

static int intend(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err)
{
	struct intents *intents = context;

	assert_non_null(before);
	intents->loads += intent == LP_INTENT_LOAD;
	intents->forces += intent == LP_INTENT_FORCE;
	if (intent == LP_INTENT_FORCE && intents->refuses_force)
		return lp_fail(err, LPPACK_E_NO_SPACE, NULL, "the disk is full");
	return 0;
}

static void set_up_stalled(struct machine *m, struct intents *intents)
{
	struct fake_patch stuck = new_patch;

	stuck.transition_ns = FAKE_NEVER;
	setup(m, &stuck);
	m->terms.limits.force = true;
	m->terms.limits.timeout_ns = 2 * FAKE_SECOND;
	m->terms.intend = intend;
	m->terms.intend_context = intents;
	fake_kernel_add_patch(m->kernel, &old_patch);
	fake_kernel_add_task(m->kernel, 812, 812, "stuck", 0, 0, NULL);
}

static void ends_a_stalled_transition_by_force(void **state)
{
	struct intents intents = { 0 };
	struct machine m;

	(void)state;
	set_up_stalled(&m, &intents);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_true(m.result.forced);
	assert_int_equal(m.result.n_blockers, 1);
	assert_int_equal(intents.loads, 1);
	assert_int_equal(intents.forces, 1);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	/* Pinned until the next boot: nobody waits for it. */
	assert_true(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	assert_int_equal(m.result.n_superseded, 0);
	assert_true(m.result.total_ns < 3 * FAKE_SECOND);
	assert_true(lp_kmsg_shows_force(&m.host));
	teardown(&m);
}

static void does_not_force_what_ends_by_itself(void **state)
{
	struct intents intents = { 0 };
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	m.terms.limits.force = true;
	m.terms.intend = intend;
	m.terms.intend_context = &intents;
	assert_int_equal(run(&m), 0);
	assert_false(m.result.forced);
	assert_int_equal(intents.forces, 0);
	assert_false(lp_kmsg_shows_force(&m.host));
	teardown(&m);
}

static void does_not_force_what_it_cannot_remember(void **state)
{
	struct intents intents = { .refuses_force = true };
	struct machine m;

	(void)state;
	set_up_stalled(&m, &intents);
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_non_null(strstr(m.err.message, "not forced (the disk is full)"));
	assert_int_equal(m.result.outcome, LP_ATTEMPT_REVERSED);
	assert_false(m.result.forced);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	teardown(&m);
}

static void reverses_where_force_fails(void **state)
{
	struct intents intents = { 0 };
	struct machine m;

	(void)state;
	set_up_stalled(&m, &intents);
	/* finit_module, then the write to force. */
	fake_kernel_fail(m.kernel, 2, EACCES);
	assert_int_equal(run(&m), -LPPACK_E_STALLED);
	assert_false(m.result.forced);
	assert_int_equal(m.result.n_blockers, 1);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void refuses_after_a_force_that_is_remembered(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	m.terms.forced = "the kernel log tells of it";
	assert_int_equal(run(&m), -LPPACK_E_FORCED);
	assert_non_null(strstr(m.err.message, "the kernel log tells of it"));
	assert_non_null(strstr(m.err.hint, "reboot"));
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	teardown(&m);
}

static void add_pinned(struct machine *m)
{
	fake_kernel_write(m->kernel, "sys/module/lp_gone/taint", "OEK\n");
	fake_kernel_write(m->kernel, "sys/module/lp_gone/initstate", "live\n");
	fake_kernel_write(m->kernel, "sys/module/lp_gone/refcnt", "1\n");
}

static void refuses_beside_a_module_that_stays_pinned(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	add_pinned(&m);
	assert_int_equal(run(&m), -LPPACK_E_FORCED);
	/* The kernel does not tell a forced module from one that is used: both are named, and both ways out. */
	assert_non_null(strstr(m.err.message, "lp_gone"));
	assert_non_null(strstr(m.err.message, "a transition was forced in this boot, or something else still uses it"));
	assert_non_null(strstr(m.err.hint, "end what uses it"));
	assert_non_null(strstr(m.err.hint, "reboot"));
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	assert_true(m.result.total_ns >= FAKE_SECOND);
	lppack_error_clear(&m.err);
	fake_kernel_write(m.kernel, "sys/module/lp_gone/refcnt", "0\n");
	assert_int_equal(run(&m), 0);
	teardown(&m);
}

static void takes_a_module_in_use_for_no_force(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	add_pinned(&m);
	fake_kernel_write(m.kernel, "sys/module/lp_gone/holders/lp_user/refcnt", "0\n");
	assert_int_equal(run(&m), 0);
	teardown(&m);
}

static void unpin(struct fake_kernel *kernel, void *context)
{
	(void)context;
	fake_kernel_write(kernel, "sys/module/lp_gone/refcnt", "0\n");
}

static void waits_for_a_reference_that_is_about_to_go(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	add_pinned(&m);
	fake_kernel_at(m.kernel, 300 * FAKE_MS, unpin, NULL);
	assert_int_equal(run(&m), 0);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_a_stalled_transition_by_force),
		cmocka_unit_test(does_not_force_what_ends_by_itself),
		cmocka_unit_test(does_not_force_what_it_cannot_remember),
		cmocka_unit_test(reverses_where_force_fails),
		cmocka_unit_test(refuses_after_a_force_that_is_remembered),
		cmocka_unit_test(refuses_beside_a_module_that_stays_pinned),
		cmocka_unit_test(takes_a_module_in_use_for_no_force),
		cmocka_unit_test(waits_for_a_reference_that_is_about_to_go),
	};

	return cmocka_run_group_tests_name("forced", tests, NULL, NULL);
}
