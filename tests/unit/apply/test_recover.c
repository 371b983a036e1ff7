/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that an interrupted transaction is finished or undone by the next one. */
#include "support/apply_machine.h"

#include "machine/journal.h"
#include "apply/transition.h"
#include "runtime/load.h"
#include "runtime/lock.h"

#include <fcntl.h>

#define ROOT(m) fake_kernel_root((m)->kernel)

static const struct fake_patch stuck_patch = { .name = "lp_new",
					       .functions = patched,
					       .build_id = NEW_ID,
					       .replace = true,
					       .transition_ns = FAKE_NEVER,
					       .reverse_ns = 400 * FAKE_MS };

/* The journal of a call that was killed as it was to apply the bundle to what is in force, or to remove that. */
static void write_journal(struct machine *m, enum lp_verb verb, const char *boot_id)
{
	LP_AUTO_JOURNAL struct lp_journal call = { .verb = verb, .started_at = 1790000000, .replace = true };
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	AUTO_PLAN struct lppack_plan *plan = machine_plan(m);
	struct fixture *f = m->f;

	expect_ok(plan ? 0 : -1, &f->err);
	if (verb != LP_VERB_REMOVE)
		expect_ok(lp_applied_copy(&call.to, &plan->transaction.journal.to, &f->err), &f->err);
	call.boot_id = strdup(boot_id ? boot_id : "11111111-2222-3333-4444-555555555555");
	expect_ok(lp_stack_read(&m->host->io, &stack, &f->err), &f->err);
	expect_ok(lp_journal_set_from(&call, &stack, &f->err), &f->err);
	expect_ok(lp_journal_write(ROOT(m), &call, &f->err), &f->err);
}

/* A machine with a patch in force and the bundle to be applied, and the journal of a call that was killed at it. */
static void set_up_with(struct machine *m, struct fixture *f, enum lp_verb verb, const char *bundle,
			const struct fake_patch *old)
{
	machine_open(m, f, bundle);
	fake_kernel_add_patch(m->kernel, old);
	write_journal(m, verb, NULL);
}

/* lp_old is in force, and lp_new to be applied. */
static void set_up(struct machine *m, struct fixture *f, enum lp_verb verb, const char *boot_id)
{
	machine_open(m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m->kernel, &old_patch);
	write_journal(m, verb, boot_id);
}

/* Recovers and expects this action; afterwards nothing is left to recover. */
static void recovers(struct machine *m, const char *action, const char *note)
{
	LP_AUTO_VALUE struct lppack_value *report = machine_recover(m);
	LP_AUTO_VALUE struct lppack_value *again = NULL;

	expect_ok(report ? 0 : -1, &m->f->err);
	assert_true(lppack_value_bool(lppack_value_get(report, "found")));
	assert_string_equal(text_of(report, "action"), action);
	if (!strstr(text_of(report, "note"), note))
		fail_msg("%s", text_of(report, "note"));
	again = lppack_host_recover(m->host, NULL, &m->f->err);
	expect_ok(again ? 0 : -1, &m->f->err);
	assert_false(lppack_value_bool(lppack_value_get(again, "found")));
}

static void alone_enabled(struct machine *m, const char *name)
{
	assert_true(fake_kernel_is_active(m->kernel, name));
	assert_int_equal(fake_kernel_count_active(m->kernel), 1);
	assert_int_equal(fake_kernel_count_loaded(m->kernel), 1);
}

static void load(struct machine *m, const struct fake_patch *patch)
{
	int fd = lp_load_seal("x", 1, &m->f->err);

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
	report = lppack_host_recover(m.host, NULL, &f->err);
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
	alone_enabled(&m, "lp_old");
}

static void killed_before_the_load(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	recovers(&m, "cleared", "had not come to change anything");
	alone_enabled(&m, "lp_old");
}

static void killed_in_the_transition(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	recovers(&m, "finished", "its livepatch is in force");
	alone_enabled(&m, "lp_new");
	assert_int_equal(remembered_applied(ROOT(&m), &applied, &f->err), 1);
	assert_int_equal(applied.id.serial, 7);
}

/* What a module with callbacks patches is known to the proof as that of any other. */
static void killed_with_callbacks(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_STATE struct lp_state running = { 0 };

	set_up_with(&m, f, LP_VERB_APPLY, machine_bundle_with_callbacks(f, "b.lpb"), &old_patch);
	load(&m, &new_patch);
	recovers(&m, "finished", "its livepatch is in force");
	alone_enabled(&m, "lp_new");
	expect_ok(remembered_state(m.host, &running, &f->err), &f->err);
	assert_int_equal(running.applied.module.objects[0].callbacks, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH);
	assert_int_equal(running.applied.module.n_states, 1);
}

/* The journal is cleared, but not what it knew: whose the livepatch is. */
static void killed_with_what_cannot_be_proved(void **state)
{
	static const char *const others[] = { "vmlinux/another,1", NULL };
	struct fixture *f = *state;
	struct fake_patch other = new_patch;
	AUTO_MACHINE struct machine m;
	LP_AUTO_STATE struct lp_state running = { 0 };

	other.functions = others;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &other);
	assert_null(machine_recover(&m));
	expect_error(&f->err, LPPACK_E_UNPROVEN, "function cmdline_proc_show of vmlinux is missing");
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
	expect_ok(remembered_state(m.host, &running, &f->err), &f->err);
	assert_int_equal(running.n_modules, 1);
	assert_false(running.has_applied);
}

/* Something refers to the old module for good. */
static void killed_with_an_old_module_that_stays(void **state)
{
	struct fixture *f = *state;
	struct fake_patch pinned = old_patch;
	AUTO_MACHINE struct machine m;
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	pinned.refcnt_ns = FAKE_NEVER;
	set_up_with(&m, f, LP_VERB_APPLY, machine_bundle(f, "b.lpb", KERNEL_ID, NULL), &pinned);
	load(&m, &new_patch);
	recovers(&m, "finished", "is in force; still loaded, because something refers to it: lp_old");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_int_equal(remembered_applied(ROOT(&m), &applied, &f->err), 1);
}

static void killed_in_a_removal_whose_module_stays(void **state)
{
	struct fixture *f = *state;
	struct fake_patch pinned = old_patch;
	AUTO_MACHINE struct machine m;
	LP_AUTO_STATE struct lp_state running = { 0 };

	pinned.refcnt_ns = FAKE_NEVER;
	set_up_with(&m, f, LP_VERB_REMOVE, machine_bundle(f, "b.lpb", KERNEL_ID, NULL), &pinned);
	running.has_applied = true;
	running.applied.module.name = strdup("lp_old");
	running.applied.release = strdup(RELEASE);
	running.applied.id.stream = strdup("demo");
	running.applied.id.version = strdup("6");
	running.applied.id.digest.bytes[0] = 6;
	expect_ok(lp_state_write(ROOT(&m), &running, &f->err), &f->err);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", false), 0);
	recovers(&m, "finished", "no livepatch is in force; still loaded, because something refers to it: lp_old");
	lp_state_free(&running);
	expect_ok(remembered_state(m.host, &running, &f->err), &f->err);
	assert_false(running.has_applied);
}

static void killed_in_a_reversal_whose_module_stays(void **state)
{
	struct fixture *f = *state;
	struct fake_patch pinned = stuck_patch;
	AUTO_MACHINE struct machine m;

	pinned.refcnt_ns = FAKE_NEVER;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &pinned);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	recovers(&m, "undone", "before still is; still loaded, because something refers to it: lp_new");
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
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
	alone_enabled(&m, "lp_new");
}

/* klp_complete_transition() disables what it replaces before transition reads 0. */
static void killed_as_the_old_ones_were_disabled(void **state)
{
	struct fixture *f = *state;
	struct fake_patch slow = new_patch;
	AUTO_MACHINE struct machine m;

	slow.transition_ns = FAKE_SECOND;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &slow);
	fake_kernel_write(m.kernel, "sys/kernel/livepatch/lp_old/enabled", "0\n");
	recovers(&m, "finished", "in force");
	alone_enabled(&m, "lp_new");
}

static void killed_in_a_transition_that_stalls(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	m.options.timeout_ns = 2 * FAKE_SECOND;
	recovers(&m, "undone", "what was in force before still is");
	alone_enabled(&m, "lp_old");
}

static void killed_in_the_reversal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	recovers(&m, "undone", "its reversal was finished");
	alone_enabled(&m, "lp_old");
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
	alone_enabled(&m, "lp_old");
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
	alone_enabled(&m, "lp_new");
}

static int is_cancelled(void *context)
{
	(void)context;
	return 1;
}

/* It had even enabled lp_new again when it was killed, or when that took too long: there is no way back, only on. */
static void killed_on_the_way_out_of_a_late_reversal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	unsigned int calls;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	fake_kernel_set_reverse(m.kernel, "lp_new", 30 * FAKE_SECOND);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", true), 0);
	calls = fake_kernel_calls(m.kernel);
	m.options.timeout_ns = 2 * FAKE_SECOND;
	m.wait.cancelled = is_cancelled;
	assert_null(machine_recover(&m));
	expect_error(&f->err, LPPACK_E_STALLED_LEFT, "lp_new");
	assert_int_equal(fake_kernel_calls(m.kernel), calls);
	fake_kernel_pass(m.kernel, 30 * FAKE_SECOND);
	recovers(&m, "finished", "its livepatch is in force");
	alone_enabled(&m, "lp_new");
}

/* The recovery of one call inside the next must not load the next one's module for it. */
static void loads_nothing_of_the_next_call(void **state)
{
	static const struct fake_patch third = {
		.name = "lp_third", .functions = patched, .build_id = "0303030303", .replace = true
	};
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_MACHINE struct machine next = { 0 };
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	next.verified = fixture_verify(f, machine_bundle_of(f, "c.lpb", &third, 8, KERNEL_ID, NULL), &next.bundle);
	plan = lppack_plan_new(m.host, next.verified, &m.options, &f->err);
	expect_ok(plan ? 0 : -1, &f->err);
	load(&m, &new_patch);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	fake_kernel_expect_load(m.kernel, &third);
	assert_null(lppack_plan_apply(plan, &f->err));
	expect_error(&f->err, LPPACK_E_NONE_LEFT, "lp_new");
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_third"));
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
}

static void killed_until_nothing_was_enabled(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	set_up_late(&m, f);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_null(machine_recover(&m));
	assert_int_equal(f->err.code, LPPACK_E_NONE_LEFT);
	assert_non_null(strstr(f->err.message, "no livepatch is in force"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_new"));
	lppack_error_clear(&f->err);
	/* It is told once, and the next apply mends it. */
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	expect_ok(-f->err.code, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
}

static void killed_before_the_second_load(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up_late(&m, f);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_int_equal(fake_kernel_ops.delete_module(m.kernel, "lp_new", O_NONBLOCK), 0);
	recovers(&m, "cleared", "neither its livepatch nor what was there before is in force");
	assert_int_equal(fake_kernel_count_active(m.kernel), 0);
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
	assert_int_equal(fake_kernel_count_active(m.kernel), 2);
	recovers(&m, "undone", "was undone");
	alone_enabled(&m, "lp_old");
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
	assert_null(machine_recover(&m));
	expect_error(&f->err, LPPACK_E_ACTIVE, "cannot be recovered from");
	assert_int_equal(fake_kernel_count_active(m.kernel), 3);
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
}

static void quick_recovery_waits_for_nothing(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *journal = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	report = machine_recover_quickly(&m);
	expect_ok(report ? 0 : -1, &f->err);
	assert_string_equal(text_of(report, "action"), "left");
	assert_int_equal(describe_journal(m.host, &journal, &f->err), 1);
	assert_string_equal(text_of(journal, "verb"), "apply");
	assert_string_equal(text_of(journal, "boot"), "this");
	assert_false(lppack_value_bool(lppack_value_get(journal, "running")));
}

/* Recovers as what only looks at the machine does; afterwards a call is unfinished or not. */
static void recovers_quickly(struct machine *m, const char *action, const char *note, bool unfinished)
{
	int64_t since_ns = fake_kernel_now(m->kernel);
	LP_AUTO_VALUE struct lppack_value *report = machine_recover_quickly(m);
	LP_AUTO_VALUE struct lppack_value *journal = NULL;

	expect_ok(report ? 0 : -1, &m->f->err);
	assert_string_equal(text_of(report, "action"), action);
	if (!strstr(text_of(report, "note"), note))
		fail_msg("%s", text_of(report, "note"));
	assert_in_range(fake_kernel_now(m->kernel) - since_ns, 0, FAKE_SECOND);
	assert_int_equal(describe_journal(m->host, &journal, &m->f->err), unfinished);
}

static void quickly_finishes_what_has_ended(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &new_patch);
	recovers_quickly(&m, "left", "its transition is still running: lppack recover waits for it", true);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	recovers_quickly(&m, "finished", "its livepatch is in force", false);
	alone_enabled(&m, "lp_new");
	assert_int_equal(remembered_applied(ROOT(&m), &applied, &f->err), 1);
	assert_int_equal(applied.id.serial, 7);
	/* As lppack recover does, it is kept; what was left is not. */
	list = lppack_history_describe(m.host, 0, &f->err);
	assert_int_equal(lppack_value_count(list), 1);
	assert_string_equal(text_of(lppack_value_at(list, 0, NULL), "verb"), "recover");
	assert_string_equal(text_of(lppack_value_at(list, 0, NULL), "outcome"), "finished");
}

static void quickly_undoes_what_has_ended(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	recovers_quickly(&m, "left", "its reversal is still running: lppack recover waits for it", true);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	recovers_quickly(&m, "undone", "its module was removed again", false);
	alone_enabled(&m, "lp_old");
}

static void quickly_ends_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", false), 0);
	recovers_quickly(&m, "left", "still being disabled: lppack recover waits for it", true);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	recovers_quickly(&m, "finished", "no livepatch is in force", false);
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
}

static void quickly_clears_an_earlier_boot(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, "99999999-2222-3333-4444-555555555555");
	recovers_quickly(&m, "cleared", "the machine has booted since", false);
	alone_enabled(&m, "lp_old");
}

/* To undo it is a transition, which is for who can wait. */
static void a_liar_is_left_by_quick_recovery(void **state)
{
	struct fixture *f = *state;
	struct fake_patch liar = new_patch;
	AUTO_MACHINE struct machine m;

	liar.replace = false;
	liar.transition_ns = 0;
	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &liar);
	recovers_quickly(&m, "left", "it has replaced nothing: lppack recover takes it back", true);
	assert_int_equal(fake_kernel_count_active(m.kernel), 2);
}

/* A failure is for who asked for a recovery to hear. */
static void quick_recovery_swallows_no_failure(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up_late(&m, f);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	assert_null(machine_recover_quickly(&m));
	expect_error(&f->err, LPPACK_E_NONE_LEFT, "no livepatch is in force");
	recovers(&m, "cleared", "neither its livepatch nor what was there before is in force");
}

static void quick_recovery_needs_the_privilege(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	fake_kernel_write(m.kernel, "proc/self/status", "CapEff:\t0000000000000000\n");
	assert_null(machine_recover_quickly(&m));
	expect_error(&f->err, LPPACK_E_PRIVILEGE, "CAP_SYS_MODULE");
	assert_false(fake_kernel_has(m.kernel, "run/lppack"));
	expect_ok(lp_journal_clear(ROOT(&m), &f->err), &f->err);
	report = machine_recover_quickly(&m);
	expect_ok(report ? 0 : -1, &f->err);
}

/* Nothing of it is asked any more but what boots begin with. */
static void what_ran_in_an_earlier_boot(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_STATE struct lp_state written = { .boot_id = strdup("an-earlier-boot"),
						  .forced = true,
						  .has_target = true };
	LP_AUTO_STATE struct lp_state running = { 0 };

	set_up(&m, f, LP_VERB_APPLY, NULL);
	expect_ok(lp_state_write(ROOT(&m), &written, &f->err), &f->err);
	expect_ok(remembered_state(m.host, &running, &f->err), &f->err);
	assert_false(running.forced);
	assert_true(running.has_target);
	lp_state_free(&running);
	fake_kernel_write(m.kernel, "var/lib/lppack/state.yaml", "format: 1\napplied: unreadable\n");
	assert_int_equal(remembered_state(m.host, &running, &f->err), -LPPACK_E_STATE);
}

/* It would keep apply waiting, or monitoring. */
static void quick_recovery_is_short_of_patience(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	int64_t since_ns;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	load(&m, &stuck_patch);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	fake_kernel_pass(m.kernel, 5 * FAKE_SECOND);
	fake_kernel_write(m.kernel, "sys/module/lp_new/refcnt", "1\n");
	since_ns = fake_kernel_now(m.kernel);
	report = machine_recover_quickly(&m);
	expect_ok(report ? 0 : -1, &f->err);
	assert_non_null(strstr(text_of(report, "note"), "still loaded, because something refers to it: lp_new"));
	assert_in_range(fake_kernel_now(m.kernel) - since_ns, FAKE_SECOND, 2 * FAKE_SECOND);
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

/* The removal had stalled, and was being turned back. */
static void killed_in_the_reversal_of_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	fake_kernel_set_reverse(m.kernel, "lp_old", 30 * FAKE_SECOND);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", false), 0);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_old", true), 0);
	m.options.timeout_ns = FAKE_SECOND;
	assert_null(machine_recover(&m));
	expect_error(&f->err, LPPACK_E_STALLED_LEFT, "lp_old: enabling it again does not end");
	m.options.timeout_ns = 60 * FAKE_SECOND;
	recovers(&m, "undone", "the livepatch was put back into force");
	alone_enabled(&m, "lp_old");
}

static void killed_before_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_REMOVE, NULL);
	recovers(&m, "cleared", "had not come to change anything");
	alone_enabled(&m, "lp_old");
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
	alone_enabled(&m, "lp_new");
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
}

static void refuses_a_damaged_journal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	fake_kernel_write(m.kernel, "var/lib/lppack/journal.yaml", "format: 1\nunfinished: perhaps\n");
	assert_null(lppack_host_recover(m.host, NULL, &f->err));
	assert_non_null(strstr(f->err.hint, "recover --discard"));
	expect_error(&f->err, LPPACK_E_STATE, "journal.yaml:2");
	assert_null(machine_apply(&m));
	expect_error(&f->err, LPPACK_E_STATE, NULL);
	expect_ok(lppack_host_discard_journal(m.host, &f->err), &f->err);
	assert_int_equal(describe_journal(m.host, NULL, &f->err), 0);
	alone_enabled(&m, "lp_old");
}

static void gives_way_to_a_call_that_lives(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *journal = NULL;
	LP_AUTO_CLOSE int lock = -1;

	set_up(&m, f, LP_VERB_APPLY, NULL);
	lock = lp_lock_take(&m.host->io, &f->err);
	assert_true(lock >= 0);
	assert_int_equal(describe_journal(m.host, &journal, &f->err), 1);
	assert_true(lppack_value_bool(lppack_value_get(journal, "running")));
	assert_null(lppack_host_recover(m.host, NULL, &f->err));
	expect_error(&f->err, LPPACK_E_BUSY, "held by another lppack");
}

/* The kernel does not tell whether a force that was about to be written was: later applies are refused. */
static void killed_at_a_force(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_JOURNAL struct lp_journal call = { 0 };

	set_up(&m, f, LP_VERB_APPLY, NULL);
	assert_int_equal(lp_journal_read(ROOT(&m), &call, &f->err), 1);
	call.phase = LP_INTENT_FORCE;
	expect_ok(lp_journal_write(ROOT(&m), &call, &f->err), &f->err);
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
		fixture_test(killed_with_callbacks),
		fixture_test(killed_with_what_cannot_be_proved),
		fixture_test(killed_with_an_old_module_that_stays),
		fixture_test(killed_in_a_removal_whose_module_stays),
		fixture_test(killed_in_a_reversal_whose_module_stays),
		fixture_test(killed_before_the_old_modules_were_removed),
		fixture_test(killed_as_the_old_ones_were_disabled),
		fixture_test(killed_in_a_transition_that_stalls),
		fixture_test(killed_in_the_reversal),
		fixture_test(killed_after_the_reversal),
		fixture_test(killed_in_a_reversal_that_came_too_late),
		fixture_test(killed_on_the_way_out_of_a_late_reversal),
		fixture_test(loads_nothing_of_the_next_call),
		fixture_test(killed_until_nothing_was_enabled),
		fixture_test(killed_before_the_second_load),
		fixture_test(killed_before_it_undid_a_liar),
		fixture_test(leaves_what_is_not_its_own),
		fixture_test(quick_recovery_waits_for_nothing),
		fixture_test(quickly_finishes_what_has_ended),
		fixture_test(quickly_undoes_what_has_ended),
		fixture_test(quickly_ends_a_removal),
		fixture_test(quickly_clears_an_earlier_boot),
		fixture_test(a_liar_is_left_by_quick_recovery),
		fixture_test(quick_recovery_swallows_no_failure),
		fixture_test(quick_recovery_needs_the_privilege),
		fixture_test(quick_recovery_is_short_of_patience),
		fixture_test(what_ran_in_an_earlier_boot),
		fixture_test(killed_in_a_removal),
		fixture_test(killed_after_a_removal),
		fixture_test(killed_in_the_reversal_of_a_removal),
		fixture_test(killed_before_a_removal),
		fixture_test(the_next_apply_recovers),
		fixture_test(refuses_a_damaged_journal),
		fixture_test(gives_way_to_a_call_that_lives),
		fixture_test(killed_at_a_force),
	};

	return cmocka_run_group_tests_name("recover", tests, NULL, NULL);
}
