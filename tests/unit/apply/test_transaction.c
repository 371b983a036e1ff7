/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests an apply or a removal from the lock to its receipt, over a fake kernel. */
#include "support/apply_machine.h"

#include "apply/transition.h"

#define ROOT(m) fake_kernel_root((m)->kernel)

static const struct fake_patch foreign_patch = { .name = "kpatch_1",
						 .functions = patched,
						 .build_id = "0101010101010101010101010101010101010101",
						 .reverse_ns = FAKE_NEVER };

static void ease(struct fake_kernel *kernel, void *context)
{
	fake_kernel_set_reverse(kernel, context, 200 * FAKE_MS);
}

/* A receipt's outcome; the error of the call is in the fixture's. */
static char *outcome_of(struct machine *m, const struct lppack_receipt *receipt)
{
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	assert_non_null(receipt);
	map = lppack_receipt_describe(receipt, NULL);
	return fixture_format(m->f, "%s", text_of(map, "outcome"));
}

static void remember(struct machine *m, struct lp_state *running, struct lp_applied *applied)
{
	expect_ok(remembered_state(m->host, running, &m->f->err), &m->f->err);
	assert_true(remembered_applied(ROOT(m), applied, &m->f->err) >= 0);
}

/* lp_new is in force, with a foreign livepatch of this name beside it that does not let itself be disabled. */
static void set_up(struct machine *m, struct fixture *f, struct fake_patch *foreign)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	machine_open(m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m->kernel, &new_patch);
	receipt = machine_apply(m);
	assert_string_equal(outcome_of(m, receipt), "applied");
	expect_ok(0, &f->err);
	fake_kernel_add_patch(m->kernel, foreign);
	fake_kernel_at(m->kernel, FAKE_SECOND, ease, (void *)foreign->name);
	m->options.timeout_ns = 3 * FAKE_SECOND;
}

/* The stack shows no order: by name, and the last goes first. */
static void a_removal_ends_half_done(void **state)
{
	struct fixture *f = *state;
	struct fake_patch foreign = foreign_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_STATE struct lp_state running = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	set_up(&m, f, &foreign);
	receipt = machine_remove(&m);
	assert_string_equal(outcome_of(&m, receipt), "left");
	expect_error(&f->err, LPPACK_E_STALLED, "after lp_new had been taken out of force: kpatch_1: ");
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_new"));
	assert_true(fake_kernel_is_active(m.kernel, "kpatch_1"));
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
	remember(&m, &running, &applied);
	assert_false(running.has_applied);
	assert_int_equal(running.n_modules, 0);
	assert_null(applied.module.name);
}

static void a_removal_that_left_its_own_forgets_nothing(void **state)
{
	struct fixture *f = *state;
	struct fake_patch foreign = foreign_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_STATE struct lp_state running = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	foreign.name = "z_kpatch_1";
	foreign.reverse_ns = 200 * FAKE_MS;
	set_up(&m, f, &foreign);
	fake_kernel_set_reverse(m.kernel, "lp_new", FAKE_NEVER);
	fake_kernel_at(m.kernel, 2 * FAKE_SECOND, ease, (void *)"lp_new");
	receipt = machine_remove(&m);
	assert_string_equal(outcome_of(&m, receipt), "left");
	expect_error(&f->err, LPPACK_E_STALLED, "after z_kpatch_1 had been taken out of force: lp_new: ");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	remember(&m, &running, &applied);
	assert_true(running.has_applied);
	assert_string_equal(applied.module.name, "lp_new");
}

/* The recovery of a removal that was killed half done remembers the same. */
static void a_removal_was_killed_half_done(void **state)
{
	struct fixture *f = *state;
	struct fake_patch foreign = foreign_patch;
	AUTO_MACHINE struct machine m;
	LP_AUTO_JOURNAL struct lp_journal call = { .verb = LP_VERB_REMOVE, .started_at = 1790000000 };
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_STATE struct lp_state running = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	set_up(&m, f, &foreign);
	call.boot_id = lp_kernel_io_read_boot_id(&m.host->io);
	expect_ok(lp_stack_read(&m.host->io, &stack, &f->err), &f->err);
	expect_ok(lp_journal_set_from(&call, &stack, &f->err), &f->err);
	expect_ok(lp_journal_write(ROOT(&m), &call, &f->err), &f->err);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	report = machine_recover(&m);
	expect_ok(report ? 0 : -1, &f->err);
	assert_non_null(strstr(text_of(report, "note"), "other livepatches are still in force"));
	remember(&m, &running, &applied);
	assert_false(running.has_applied);
	assert_null(applied.module.name);
}

/* lppack's own livepatch, although it cannot be proved, is not foreign to the next call. */
static void what_cannot_be_proved_is_known(void **state)
{
	static const char *const others[] = { "vmlinux/another,1", NULL };
	static const struct fake_patch third = {
		.name = "lp_third", .functions = patched, .build_id = "0303030303", .replace = true
	};
	struct fixture *f = *state;
	struct fake_patch lying = new_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	AUTO_RECEIPT struct lppack_receipt *next = NULL;

	lying.functions = others;
	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &lying);
	m.options.flags &= ~(uint32_t)LPPACK_APPLY_TAKE_OVER;
	receipt = machine_apply(&m);
	assert_string_equal(outcome_of(&m, receipt), "left");
	expect_error(&f->err, LPPACK_E_UNPROVEN, "lp_new");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
	lppack_verified_free(m.verified);
	lppack_bundle_close(m.bundle);
	m.verified = fixture_verify(f, machine_bundle_of(f, "c.lpb", &third, 8, KERNEL_ID, NULL), &m.bundle);
	fake_kernel_expect_load(m.kernel, &third);
	next = machine_apply(&m);
	expect_ok(-f->err.code, &f->err);
	assert_string_equal(outcome_of(&m, next), "applied");
	assert_true(fake_kernel_is_active(m.kernel, "lp_third"));
}

/* A module that a reversed call could not remove is lppack's, and goes with the next call; somebody else's stays. */
static void what_a_reversal_left_loaded_goes_later(void **state)
{
	struct fixture *f = *state;
	struct fake_patch stuck = new_patch;
	struct fake_patch foreign = foreign_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	AUTO_RECEIPT struct lppack_receipt *next = NULL;

	foreign.reverse_ns = 0;
	stuck.transition_ns = FAKE_NEVER;
	stuck.refcnt_ns = 20 * FAKE_SECOND;
	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	m.options.timeout_ns = FAKE_SECOND;
	fake_kernel_add_patch(m.kernel, &foreign);
	assert_int_equal(fake_kernel_enable(m.kernel, foreign.name, false), 0);
	fake_kernel_pass(m.kernel, FAKE_SECOND);
	fake_kernel_expect_load(m.kernel, &stuck);
	receipt = machine_apply(&m);
	assert_string_equal(outcome_of(&m, receipt), "reversed");
	expect_error(&f->err, LPPACK_E_STALLED, "its module is still loaded");
	fake_kernel_pass(m.kernel, 30 * FAKE_SECOND);
	fake_kernel_expect_load(m.kernel, &new_patch);
	next = machine_apply(&m);
	expect_ok(-f->err.code, &f->err);
	assert_string_equal(outcome_of(&m, next), "applied");
	assert_true(fake_kernel_is_loaded(m.kernel, foreign.name));
}

/* What --take-over replaced is told by the recovery as the receipt would have. */
static void what_was_taken_over_is_reported_after_a_kill(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	struct lp_terms *terms;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	plan = machine_plan(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	terms = &plan->terms;
	expect_ok(lp_transaction_begin(&plan->transaction, LP_VERB_APPLY, &f->err), &f->err);
	expect_ok(lp_stack_read(&m.host->io, &stack, &f->err), &f->err);
	expect_ok(terms->intend(terms->intend_context, LP_INTENT_LOAD, &stack, &f->err), &f->err);
	report = machine_recover(&m);
	expect_ok(report ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(report, "took_over")), 1);
	assert_string_equal(text_of(lppack_value_at(lppack_value_get(report, "took_over"), 0, NULL), "name"), "lp_old");
}

/* Opened again, as under the lock, it fails: what it knew before is not asked any more. */
static void what_was_known_goes_with_a_failure(void **state)
{
	struct fixture *f = *state;
	struct fake_patch foreign = foreign_patch;
	AUTO_MACHINE struct machine m;
	struct lp_transaction t = { 0 };
	struct lp_terms terms = { 0 };

	set_up(&m, f, &foreign);
	lp_snapshot_read(&t.snapshot, m.host);
	expect_ok(lp_transaction_open(&t, &terms, &f->err), &f->err);
	assert_true(terms.n_known > 0);
	fake_kernel_write(m.kernel, "var/lib/lppack/state.yaml", "format: 1\nactive: unreadable\n");
	lp_snapshot_free(&t.snapshot);
	lp_snapshot_read(&t.snapshot, m.host);
	assert_int_equal(lp_transaction_open(&t, &terms, &f->err), -LPPACK_E_STATE);
	assert_null(terms.known);
	assert_int_equal(terms.n_known, 0);
	lp_transaction_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(a_removal_ends_half_done),
		fixture_test(a_removal_that_left_its_own_forgets_nothing),
		fixture_test(a_removal_was_killed_half_done),
		fixture_test(what_cannot_be_proved_is_known),
		fixture_test(what_a_reversal_left_loaded_goes_later),
		fixture_test(what_was_known_goes_with_a_failure),
		fixture_test(what_was_taken_over_is_reported_after_a_kill),
	};

	return cmocka_run_group_tests_name("transaction", tests, NULL, NULL);
}
