/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops_machine.h"

#include "ops/journal.h"
#include "ops/transition.h"
#include "runtime/private.h"

#include <fcntl.h>

#define ROOT(m) fake_kernel_root((m)->kernel)

static const struct fake_patch stuck_patch = { .name = "lp_new",
					       .functions = patched,
					       .build_id = NEW_ID,
					       .replace = true,
					       .transition_ns = FAKE_NEVER,
					       .reverse_ns = 400 * FAKE_MS };

/* A machine with lp_old in force and lp_new to be applied, and the journal of a call that was killed at it. */
static void set_up(struct machine *m, struct fixture *f, enum lp_verb verb, const char *boot_id)
{
	LP_AUTO_CALL struct lp_call call = { .verb = verb, .started_at = 1790000000, .replace = true };
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	AUTO_PLAN struct lppack_plan *plan = NULL;

	machine_open(m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m->kernel, &old_patch);
	plan = machine_plan(m);
	expect_ok(plan ? 0 : -1, &f->err);
	if (verb != LP_VERB_REMOVE)
		expect_ok(lp_loaded_clone(&call.to, &plan->transaction.journal.to, &f->err), &f->err);
	call.boot_id = strdup(boot_id ? boot_id : "11111111-2222-3333-4444-555555555555");
	expect_ok(lp_stack_read(&m->host->host, &stack, &f->err), &f->err);
	expect_ok(lp_call_set_from(&call, &stack, &f->err), &f->err);
	expect_ok(lp_call_write(ROOT(m), &call, &f->err), &f->err);
}

/* Recovers and expects this action; afterwards nothing is left to recover. */
static void recovers(struct machine *m, const char *action, const char *note)
{
	LP_AUTO_VALUE struct lppack_value *report = lppack_host_recover(m->host, &m->options, 0, &m->f->err);
	LP_AUTO_VALUE struct lppack_value *again = NULL;

	expect_ok(report ? 0 : -1, &m->f->err);
	assert_true(lppack_value_bool(lppack_value_get(report, "found")));
	assert_string_equal(text_of(report, "action"), action);
	if (!strstr(text_of(report, "note"), note))
		fail_msg("%s", text_of(report, "note"));
	again = lppack_host_recover(m->host, NULL, 0, &m->f->err);
	expect_ok(again ? 0 : -1, &m->f->err);
	assert_false(lppack_value_bool(lppack_value_get(again, "found")));
}

static void alone_in_force(struct machine *m, const char *name)
{
	assert_true(fake_kernel_in_force(m->kernel, name));
	assert_int_equal(fake_kernel_count_in_force(m->kernel), 1);
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 1);
}

static void load(struct machine *m, const struct fake_patch *patch)
{
	int fd = lp_module_seal("x", 1, &m->f->err);

	fake_kernel_expect_load(m->kernel, patch);
	assert_int_equal(fake_kernel_ops.finit_module(m->kernel, fd, "", 0), 0);
	close(fd);
}

static void nothing_to_recover(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	report = lppack_host_recover(m.host, NULL, 0, &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	assert_false(lppack_value_bool(lppack_value_get(report, "found")));
	/* Nor is anything made. */
	assert_false(fake_kernel_has(m.kernel, "run/lppack"));
	assert_false(fake_kernel_has(m.kernel, "var/lib/lppack"));
}

static void killed_in_an_earlier_boot(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, "99999999-2222-3333-4444-555555555555");
	recovers(&m, "cleared",
		 "the apply of lp_new (stream demo, serial 7) was cut short; the machine has booted since");
	alone_in_force(&m, "lp_old");
}

static void killed_before_the_load(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	recovers(&m, "cleared", "had not come to change anything");
	alone_in_force(&m, "lp_old");
}

static void killed_in_the_transition(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	recovers(&m, "finished", "its livepatch is in force");
	alone_in_force(&m, "lp_new");
	assert_int_equal(lp_applied_read(ROOT(&m), &applied, &f->err), 1);
	assert_int_equal(applied.serial, 7);
}

static void killed_before_the_old_modules_were_removed(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 2);
	recovers(&m, "finished", "in force");
	alone_in_force(&m, "lp_new");
}

static void killed_in_a_transition_that_stalls(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	m.options.timeout_ns = 2 * FAKE_SECOND;
	recovers(&m, "undone", "what was in force before still is");
	alone_in_force(&m, "lp_old");
}

static void killed_in_the_reversal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	recovers(&m, "undone", "its reversal was finished");
	alone_in_force(&m, "lp_old");
}

static void killed_after_the_reversal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	recovers(&m, "undone", "its module was removed again");
	alone_in_force(&m, "lp_old");
}

/* The transition had ended when the killed call reversed it: lp_old is gone, and lp_new is being disabled. */
static void set_up_late(struct machine *m, struct fixture *f)
{
	set_up(m, f, LP_VERB_APPLY, NULL);
	load(m, &new_patch);
	fake_kernel_pass(m->kernel, 5 * FAKE_SECOND);
	assert_int_equal(fake_kernel_enable(m->kernel, "lp_new", false), 0);
}

static void killed_in_a_reversal_that_came_too_late(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up_late(&m, f);
	recovers(&m, "finished", "its livepatch is in force");
	alone_in_force(&m, "lp_new");
}

static void killed_until_nothing_was_in_force(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	set_up_late(&m, f);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_null(lppack_host_recover(m.host, &m.options, 0, &f->err));
	assert_int_equal(f->err.code, LPPACK_E_NONE_LEFT);
	assert_non_null(strstr(f->err.message, "no livepatch is in force"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_new"));
	lppack_error_clear(&f->err);
	/* It is told once, and the next apply mends it. */
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	expect_ok(-f->err.code, &f->err);
	assert_true(fake_kernel_in_force(m.kernel, "lp_new"));
}

static void killed_before_the_second_load(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up_late(&m, f);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_int_equal(fake_kernel_ops.delete_module(m.kernel, "lp_new", O_NONBLOCK), 0);
	recovers(&m, "cleared", "neither its livepatch nor what was there before is in force");
	assert_int_equal(fake_kernel_count_in_force(m.kernel), 0);
}

/* A module that replaces nothing was loaded, and its call killed before it could undo it. */
static void killed_before_it_undid_a_liar(void **state)
{
	struct fixture *f = *state;
	struct fake_patch liar = new_patch;
	AUTO_MACHINE struct machine m;

	liar.replace = false;
	liar.transition_ns = 0;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &liar);
	assert_int_equal(fake_kernel_count_in_force(m.kernel), 2);
	recovers(&m, "undone", "was undone");
	alone_in_force(&m, "lp_old");
}

/* Somebody has stacked a third one since: which of them must go is not ours to guess. It is told once. */
static void leaves_what_is_not_its_own(void **state)
{
	static const struct fake_patch third = { .name = "lp_third", .build_id = "0303030303", .transition_ns = 0 };
	struct fixture *f = *state;
	struct fake_patch liar = new_patch;
	AUTO_MACHINE struct machine m;

	liar.replace = false;
	liar.transition_ns = 0;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &liar);
	load(&m, &third);
	assert_null(lppack_host_recover(m.host, &m.options, 0, &f->err));
	expect_error(&f->err, LPPACK_E_ACTIVE, "cannot be recovered from");
	assert_int_equal(fake_kernel_count_in_force(m.kernel), 3);
	assert_int_equal(lp_journal_describe(m.host, NULL, &f->err), 0);
}

static void quick_recovery_waits_for_nothing(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *journal = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	report = lppack_host_recover(m.host, &m.options, 1, &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	assert_string_equal(text_of(report, "action"), "left");
	assert_int_equal(lp_journal_describe(m.host, &journal, &f->err), 1);
	assert_string_equal(text_of(journal, "verb"), "apply");
	assert_string_equal(text_of(journal, "boot"), "this");
	assert_false(lppack_value_bool(lppack_value_get(journal, "running")));
}

static void killed_in_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", false), 0);
	recovers(&m, "finished", "the remove was cut short; it was finished, and no livepatch is in force");
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
}

static void killed_after_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", false), 0);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	recovers(&m, "finished", "no livepatch is in force");
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
}

static void killed_before_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	recovers(&m, "cleared", "had not come to change anything");
	alone_in_force(&m, "lp_old");
}

static void the_next_apply_recovers(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	receipt = machine_apply(&m);
	map = lppack_receipt_describe(receipt, &f->err);
	expect_ok(0, &f->err);
	assert_string_equal(text_of(map, "outcome"), "already");
	alone_in_force(&m, "lp_new");
	assert_int_equal(lp_journal_describe(m.host, NULL, &f->err), 0);
}

static void refuses_a_damaged_journal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	fake_kernel_write(m.kernel, "var/lib/lppack/journal.yaml", "format: 1\nunfinished: perhaps\n");
	assert_null(lppack_host_recover(m.host, NULL, 0, &f->err));
	assert_non_null(strstr(f->err.hint, "recover --discard"));
	expect_error(&f->err, LPPACK_E_STATE, "journal.yaml:2");
	assert_null(machine_apply(&m));
	expect_error(&f->err, LPPACK_E_STATE, NULL);
	expect_ok(lppack_host_discard_journal(m.host, &f->err), &f->err);
	assert_int_equal(lp_journal_describe(m.host, NULL, &f->err), 0);
	alone_in_force(&m, "lp_old");
}

static void gives_way_to_a_call_that_lives(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *journal = NULL;
	LP_AUTO_CLOSE int lock = -1;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	lock = lp_host_lock(&m.host->host, &f->err);
	assert_true(lock >= 0);
	assert_int_equal(lp_journal_describe(m.host, &journal, &f->err), 1);
	assert_true(lppack_value_bool(lppack_value_get(journal, "running")));
	assert_null(lppack_host_recover(m.host, NULL, 0, &f->err));
	expect_error(&f->err, LPPACK_E_BUSY, "held by another lppack");
}

/* The kernel does not tell whether a force that was about to be written was: later applies are refused. */
static void killed_at_a_force(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_CALL struct lp_call call = { 0 };

	set_up(&m, f, LP_VERB_APPLY, NULL);
	assert_int_equal(lp_call_read(ROOT(&m), &call, &f->err), 1);
	call.phase = LP_INTENT_FORCE;
	expect_ok(lp_call_write(ROOT(&m), &call, &f->err), &f->err);
	load(&m, &new_patch);
	recovers(&m, "finished", "in force");
	fake_kernel_expect_load(m.kernel, &old_patch);
	lppack_verified_free(m.verified);
	lppack_bundle_close(m.bundle);
	m.verified = fixture_verify(f, machine_bundle_of(f, "old.lpb", &old_patch, 8, KERNEL_ID, NULL), &m.bundle);
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_FORCED, "a transition was forced in this boot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing_to_recover),
		fixture_test(killed_in_an_earlier_boot),
		fixture_test(killed_before_the_load),
		fixture_test(killed_in_the_transition),
		fixture_test(killed_before_the_old_modules_were_removed),
		fixture_test(killed_in_a_transition_that_stalls),
		fixture_test(killed_in_the_reversal),
		fixture_test(killed_after_the_reversal),
		fixture_test(killed_in_a_reversal_that_came_too_late),
		fixture_test(killed_until_nothing_was_in_force),
		fixture_test(killed_before_the_second_load),
		fixture_test(killed_before_it_undid_a_liar),
		fixture_test(leaves_what_is_not_its_own),
		fixture_test(quick_recovery_waits_for_nothing),
		fixture_test(killed_in_a_removal),
		fixture_test(killed_after_a_removal),
		fixture_test(killed_before_a_removal),
		fixture_test(the_next_apply_recovers),
		fixture_test(refuses_a_damaged_journal),
		fixture_test(gives_way_to_a_call_that_lives),
		fixture_test(killed_at_a_force),
	};

	return cmocka_run_group_tests_name("recover", tests, NULL, NULL);
}
