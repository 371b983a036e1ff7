/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests one patch taking the place of what is active. */
#include "format/fixes.h"
#include "support/replace_machine.h"
#include "runtime/unload.h"

static void replaces_the_stack(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_module(m.kernel, "nf_tables");
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	assert_int_equal(m.result.n_superseded, 1);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_int_equal(m.result.n_pending, 0);
	assert_int_equal(m.result.n_blockers, 0);
	assert_log_has(&m, "livepatch: 'lp_fixes_7': patching complete\n");
	assert_null(strstr((const char *)m.result.kernel_log.data, "long ago"));
	assert_null(strstr((const char *)m.result.kernel_log.data, "SUBSYSTEM"));
	teardown(&m);
}

static void measures_the_steps(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), 0);
	assert_in_range(m.result.load_ns, 10 * FAKE_MS, 11 * FAKE_MS);
	assert_in_range(m.result.transition_ns, 900 * FAKE_MS, 912 * FAKE_MS);
	assert_in_range(m.result.remove_ns, 1, 8 * FAKE_MS);
	assert_in_range(m.result.total_ns, 910 * FAKE_MS, 930 * FAKE_MS);
	teardown(&m);
}

/* A transition that is over inside finit_module costs no sleep but for what vanishes later. */
static void waits_for_nothing_when_nothing_is_to_wait_for(void **state)
{
	struct fake_patch quick = new_patch;
	struct machine m;

	(void)state;
	quick.transition_ns = 0;
	quick.load_ns = 0;
	setup(&m, &quick);
	assert_int_equal(run(&m), 0);
	assert_in_range(m.result.total_ns, 1, FAKE_MS / 5);
	assert_int_equal(m.result.n_superseded, 0);
	teardown(&m);
}

static void loads_a_sealed_copy_of_the_bytes(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(fake_kernel_loaded_bytes(m.kernel)->len, sizeof(module_bytes));
	assert_memory_equal(fake_kernel_loaded_bytes(m.kernel)->data, module_bytes, sizeof(module_bytes));
	assert_int_equal(fake_kernel_loaded_seals(m.kernel), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	teardown(&m);
}

static void applies_on_kernels_that_show_little(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, false, false, false);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_remove(m.kernel, "dev/kmsg");
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_int_equal(m.result.kernel_log.len, 0);
	assert_int_equal(m.result.n_pending, 1);
	teardown(&m);
}

static void replaces_several_and_foreign_patches(void **state)
{
	struct fake_patch foreign = old_patch;
	struct machine m;

	(void)state;
	foreign.name = "kpatch_other";
	foreign.replace = false;
	foreign.build_id = NULL;
	setup(&m, &new_patch);
	fake_kernel_show(m.kernel, true, true, true);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_patch(m.kernel, &foreign);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.n_superseded, 2);
	assert_string_equal(m.result.superseded[0], "lp_fixes_6");
	assert_string_equal(m.result.superseded[1], "kpatch_other");
	assert_int_equal(fake_kernel_count_active(m.kernel), 1);
	teardown(&m);
}

static void knows_the_name_with_hyphens(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	memcpy(m.facts.name, "lp-fixes-7", sizeof("lp-fixes-7"));
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	teardown(&m);
}

static void applies_once(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_ALREADY);
	assert_int_equal(fake_kernel_calls(m.kernel), 1);
	teardown(&m);
}

static void proves_what_is_enabled_already(void **state)
{
	struct lp_object *object;
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(run(&m), 0);
	object = lp_module_facts_add_object(&m.facts);
	object->name = strdup("nowhere");
	assert_int_equal(run(&m), -LPPACK_E_UNPROVEN);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_non_null(strstr(m.err.message, "nowhere"));
	teardown(&m);
}

/* What a call leaves that was killed before it could undo a module that replaces nothing. */
static void does_not_take_a_stack_of_two_for_done(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(run(&m), 0);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_ACTIVE);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
	assert_non_null(strstr(m.err.message, "lp_fixes_6"));
	teardown(&m);
}

static void applies_what_nobody_can_read(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	for (size_t i = 0; i < m.facts.n_objects; i++) {
		for (size_t j = 0; j < m.facts.objects[i].n_funcs; j++)
			free(m.facts.objects[i].funcs[j].name);
		free(m.facts.objects[i].funcs);
		free(m.facts.objects[i].name);
	}
	m.facts.n_objects = 0;
	m.facts.builder = LP_BUILDER_UNKNOWN;
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_int_equal(m.result.n_superseded, 1);
	teardown(&m);
}

static void finishes_a_removal_that_was_cut_off(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_fail(m.kernel, 2, EIO);
	assert_int_equal(run(&m), -LPPACK_E_LEFTOVER);
	assert_true(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	know(&m, &old_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_ALREADY);
	assert_int_equal(m.result.n_stale, 1);
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	teardown(&m);
}

static void joins_the_transition_that_a_killed_call_began(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_add_transition(m.kernel, &new_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_int_equal(m.result.n_superseded, 1);
	assert_int_equal(m.result.load_ns, 0);
	assert_int_equal(fake_kernel_count_active(m.kernel), 1);
	teardown(&m);
}

static void tries_a_removal_again(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_fail(m.kernel, 2, EAGAIN);
	assert_int_equal(run(&m), 0);
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	assert_int_equal(fake_kernel_calls(m.kernel), 3);
	teardown(&m);
}

static void waits_for_directories_and_references(void **state)
{
	struct fake_patch slow = old_patch;
	struct machine m;

	(void)state;
	slow.vanish_ns = 1500 * FAKE_MS;
	slow.refcnt_ns = 4 * FAKE_SECOND;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &slow);
	assert_int_equal(run(&m), 0);
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"));
	teardown(&m);
}

static void names_a_module_that_stays(void **state)
{
	struct fake_patch pinned = old_patch;
	struct machine m;

	(void)state;
	pinned.refcnt_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &pinned);
	assert_int_equal(run(&m), -LPPACK_E_LEFTOVER);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_int_equal(m.result.n_superseded, 0);
	assert_non_null(strstr(m.err.message, "lp_fixes_6"));
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	assert_in_range(m.result.remove_ns, 5 * FAKE_SECOND, 5100 * FAKE_MS);
	teardown(&m);
}

/* No longer in force, but its directory stays for longer than the proof waits. */
static void takes_a_lingering_directory_for_a_leftover(void **state)
{
	struct fake_patch lingering = old_patch;
	struct machine m;

	(void)state;
	lingering.vanish_ns = FAKE_NEVER;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &lingering);
	assert_int_equal(run(&m), -LPPACK_E_LEFTOVER);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_APPLIED);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void removes_only_stale_livepatch_modules(void **state)
{
	static const struct {
		const char *attribute;
		const char *text;
	} spared[] = {
		{ "sys/module/lp_fixes_6/taint", "OE\n" },
		{ "sys/module/lp_fixes_6/initstate", "coming\n" },
		{ "sys/module/lp_fixes_6/refcnt", "1\n" },
		{ "sys/kernel/livepatch/lp_fixes_6/enabled", "0\n" },
		{ "sys/module/lp_fixes_6/notes/.note.gnu.build-id", "" }, /* may be anybody's */
	};

	(void)state;
	for (size_t i = 0; i <= sizeof(spared) / sizeof(spared[0]); i++) {
		bool is_spared = i < sizeof(spared) / sizeof(spared[0]);
		char **names = NULL;
		size_t n = 0;
		struct machine m;

		setup(&m, &new_patch);
		know(&m, &old_patch);
		fake_kernel_add_module(m.kernel, "nf_tables");
		fake_kernel_add_patch(m.kernel, &old_patch);
		assert_int_equal(fake_kernel_enable(m.kernel, "lp_fixes_6", false), 0);
		fake_kernel_pass(m.kernel, FAKE_SECOND);
		if (is_spared)
			fake_kernel_write(m.kernel, spared[i].attribute, spared[i].text);
		assert_int_equal(lp_unload_stale(&m.host, &m.terms, &names, &n, &m.err), 0);
		assert_int_equal(n, !is_spared);
		assert_int_equal(fake_kernel_is_loaded(m.kernel, "lp_fixes_6"), is_spared);
		while (n)
			free(names[--n]);
		free(names);
		teardown(&m);
	}
}

static void leaves_everything_when_the_kernel_refuses(void **state)
{
	struct fake_patch refused = new_patch;
	struct machine m;

	(void)state;
	refused.load_errno = EINVAL;
	refused.log = "livepatch: Livepatch patch (lp_fixes_7) is not compatible with the already installed "
		      "livepatches.";
	setup(&m, &refused);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_INCOMPATIBLE);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_6"));
	assert_non_null(strstr(m.err.message, "not compatible with the already installed livepatches"));
	assert_log_has(&m, "not compatible");
	teardown(&m);
}

static void refuses_before_it_loads(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	m.terms.replace = false;
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_int_equal(run(&m), -LPPACK_E_ACTIVE);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_NOTHING);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	teardown(&m);
}

/* What must hold after any run: the error says something, one whole stack is in force, and the result says which. */
static void assert_consistent(struct machine *m)
{
	bool old = fake_kernel_is_active(m->kernel, "lp_fixes_6");
	bool new = fake_kernel_is_active(m->kernel, "lp_fixes_7");

	assert_true(!m->err.code || *m->err.message);
	assert_true(!m->err.code || *m->err.hint);
	switch (m->result.outcome) {
	case LP_ATTEMPT_APPLIED:
		assert_true(new && !old);
		assert_true(!m->err.code || m->err.code == LPPACK_E_LEFTOVER);
		break;
	case LP_ATTEMPT_NOTHING:
	case LP_ATTEMPT_REVERSED:
		assert_true(old && !new);
		assert_true(m->err.code);
		assert_true(m->err.code != LPPACK_E_UNPROVEN && m->err.code != LPPACK_E_STALLED_LEFT);
		break;
	case LP_ATTEMPT_LEFT:
		assert_true(old || new);
		assert_true(m->err.code == LPPACK_E_UNPROVEN || m->err.code == LPPACK_E_STALLED_LEFT);
		break;
	default:
		fail();
	}
}

/* Every system call of a swap fails once, with several errors; the last round is without a failure. */
static void fail_each_call(const struct fake_patch *next, int64_t timeout_ns, unsigned int least_calls)
{
	static const int errors[] = { EIO, ENOMEM, EINVAL, EPERM, EBUSY, ENOENT, EINTR };

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		unsigned int made;
		unsigned int n = 0;

		do {
			struct machine m;

			setup(&m, next);
			m.terms.limits.timeout_ns = timeout_ns;
			fake_kernel_add_patch(m.kernel, &old_patch);
			fake_kernel_fail(m.kernel, ++n, errors[i]);
			run(&m);
			assert_consistent(&m);
			made = fake_kernel_calls(m.kernel);
			teardown(&m);
		} while (n <= made);
		assert_true(made >= least_calls);
	}
}

static void survives_any_failing_call(void **state)
{
	(void)state;
	fail_each_call(&new_patch, 0, 2);
}

static void survives_any_failing_call_of_a_reversal(void **state)
{
	struct fake_patch stuck = new_patch;

	(void)state;
	stuck.transition_ns = FAKE_NEVER;
	fail_each_call(&stuck, 100 * FAKE_MS, 3);
}

static void survives_any_failing_call_of_an_undo(void **state)
{
	struct fake_patch additive = new_patch;

	(void)state;
	additive.replace = false;
	fail_each_call(&additive, 3 * FAKE_SECOND, 3);
}

struct seen {
	unsigned int transition;
	unsigned int removal;
	int64_t last;
};

static void note_progress(void *context, const struct lppack_progress *now)
{
	struct seen *seen = context;

	seen->transition += strcmp(now->phase, "transition") == 0;
	seen->removal += strcmp(now->phase, "removal") == 0;
	if (strcmp(now->phase, "transition") == 0) {
		assert_true(now->elapsed_ns >= seen->last);
		assert_true(now->elapsed_ns - seen->last <= 21 * FAKE_MS);
		seen->last = now->elapsed_ns;
	}
}

static void reports_progress(void **state)
{
	struct seen seen = { 0 };
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	m.terms.caller.progress = note_progress;
	m.terms.caller.context = &seen;
	assert_int_equal(run(&m), 0);
	assert_true(seen.transition > 10);
	assert_int_equal(seen.removal, 1);
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_the_stack),
		cmocka_unit_test(measures_the_steps),
		cmocka_unit_test(waits_for_nothing_when_nothing_is_to_wait_for),
		cmocka_unit_test(loads_a_sealed_copy_of_the_bytes),
		cmocka_unit_test(applies_on_kernels_that_show_little),
		cmocka_unit_test(replaces_several_and_foreign_patches),
		cmocka_unit_test(knows_the_name_with_hyphens),
		cmocka_unit_test(applies_once),
		cmocka_unit_test(proves_what_is_enabled_already),
		cmocka_unit_test(does_not_take_a_stack_of_two_for_done),
		cmocka_unit_test(applies_what_nobody_can_read),
		cmocka_unit_test(finishes_a_removal_that_was_cut_off),
		cmocka_unit_test(joins_the_transition_that_a_killed_call_began),
		cmocka_unit_test(tries_a_removal_again),
		cmocka_unit_test(waits_for_directories_and_references),
		cmocka_unit_test(names_a_module_that_stays),
		cmocka_unit_test(takes_a_lingering_directory_for_a_leftover),
		cmocka_unit_test(removes_only_stale_livepatch_modules),
		cmocka_unit_test(leaves_everything_when_the_kernel_refuses),
		cmocka_unit_test(refuses_before_it_loads),
		cmocka_unit_test(survives_any_failing_call),
		cmocka_unit_test(survives_any_failing_call_of_a_reversal),
		cmocka_unit_test(survives_any_failing_call_of_an_undo),
		cmocka_unit_test(reports_progress),
	};

	return cmocka_run_group_tests_name("swap", tests, NULL, NULL);
}
