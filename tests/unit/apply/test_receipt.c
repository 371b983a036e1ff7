/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Carrying plans out: what another call has done since they were made, and records that are damaged. */
#include "apply/receipt.h"
#include "support/apply_machine.h"

#include "apply/install.h"
#include "machine/store.h"

#include <fcntl.h>
#include <lppack/store.h>

#define NEXT_ID "0808080808080808080808080808080808080808"
#define ROOT(m) fake_kernel_root((m)->kernel)

static const struct fake_patch next_patch = { .name = "lp_next",
					      .functions = patched,
					      .build_id = NEXT_ID,
					      .replace = true,
					      .reverse_ns = 300 * FAKE_MS,
					      .vanish_ns = 4 * FAKE_MS,
					      .refcnt_ns = 2 * FAKE_MS };

static const struct lp_klp_state state_2 = { .id = 7, .version = 2 };

/* A machine for whose kernel there are the serials 6 (lp_old), 7 (lp_new) and 8 (lp_next); the bundle is 7. */
static void set_up(struct machine *m, struct fixture *f)
{
	machine_open(m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	machine_bundle_of(f, "6.lpb", &old_patch, 6, KERNEL_ID, NULL);
	machine_bundle_of(f, "8.lpb", &next_patch, 8, KERNEL_ID, NULL);
	m->options.flags &= ~(uint32_t)LPPACK_APPLY_TAKE_OVER;
}

/* What another process does: plans and applies that bundle. */
static void another_applies(struct machine *m, const char *bundle, const struct fake_patch *patch)
{
	LPPACK_OPTIONS(lppack_apply_options, options, .flags = LPPACK_APPLY_REPLACE);
	LP_AUTO_BUNDLE struct lppack_bundle *opened = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = fixture_verify(m->f, fixture_path(m->f, bundle), &opened);
	AUTO_PLAN struct lppack_plan *plan = lppack_plan_new(m->host, verified, &options, &m->f->err);
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	expect_ok(plan ? 0 : -1, &m->f->err);
	fake_kernel_expect_load(m->kernel, patch);
	receipt = lppack_plan_apply(plan, &m->f->err);
	expect_ok(receipt ? 0 : -1, &m->f->err);
	assert_true(fake_kernel_is_active(m->kernel, patch->name));
}

static void install(struct machine *m, const char *bundle)
{
	LP_AUTO_BUNDLE struct lppack_bundle *opened = lppack_bundle_open(fixture_path(m->f, bundle), &m->f->err);
	LP_AUTO_VALUE struct lppack_value *told =
		lp_store_install(m->host, opened, m->f->keyring, NULL, NULL, &m->f->err);

	expect_ok(told ? 0 : -1, &m->f->err);
}

static struct lppack_plan *plan_it(struct machine *m)
{
	struct lppack_plan *plan = machine_plan(m);

	expect_ok(plan ? 0 : -1, &m->f->err);
	return plan;
}

/* Nothing was to be done when it was planned; then a newer level came. */
static void is_no_downgrade_for_having_waited(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	another_applies(&m, "7.lpb", &new_patch);
	plan = plan_it(&m);
	assert_int_equal(lppack_plan_is_noop(plan), 1);
	another_applies(&m, "8.lpb", &next_patch);
	fake_kernel_expect_load(m.kernel, &new_patch);
	assert_null(lppack_plan_apply(plan, &f->err));
	assert_non_null(strstr(f->err.message, "has changed (it was lp_new, it is lp_next): "));
	assert_non_null(strstr(f->err.hint, "--allow-downgrade"));
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "7.lpb: serial 7");
	assert_true(fake_kernel_is_active(m.kernel, "lp_next"));
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 1);
}

static void asks_again_whether_it_may_replace(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	m.options.flags &= ~(uint32_t)LPPACK_APPLY_REPLACE;
	plan = plan_it(&m);
	another_applies(&m, "6.lpb", &old_patch);
	assert_null(lppack_plan_apply(plan, &f->err));
	assert_non_null(strstr(f->err.message, "it was nothing, it is lp_old"));
	expect_error(&f->err, LPPACK_E_ACTIVE, "active already: lp_old");
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
}

/* Another call put a foreign patch there. */
static void asks_again_whether_it_may_take_over(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	plan = plan_it(&m);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_null(lppack_plan_apply(plan, &f->err));
	expect_error(&f->err, LPPACK_E_FOREIGN, "not loaded by lppack: lp_old");
}

static void minds_a_hold_that_was_set_meanwhile(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_FREEZE);
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	plan = plan_it(&m);
	expect_ok(lppack_hold_set(m.host, &hold, &f->err), &f->err);
	assert_null(lppack_plan_apply(plan, &f->err));
	expect_error(&f->err, LPPACK_E_HELD, "demo serial 7 is kept away");
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
}

/* What came between is older: it is superseded, and told of as what the plan now replaces. */
static void goes_on_where_that_is_still_right(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *told = NULL;
	const struct lppack_value *replaces;

	set_up(&m, f);
	plan = plan_it(&m);
	another_applies(&m, "6.lpb", &old_patch);
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = lppack_plan_apply(plan, &f->err);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_old"));
	told = lppack_plan_describe(plan, &f->err);
	replaces = lppack_value_get(told, "replaces");
	assert_int_equal(lppack_value_count(replaces), 1);
	assert_string_equal(text_of(lppack_value_at(replaces, 0, NULL), "name"), "lp_old");
}

static void has_nothing_to_do_any_more(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	unsigned int calls;

	set_up(&m, f);
	plan = plan_it(&m);
	another_applies(&m, "7.lpb", &new_patch);
	calls = fake_kernel_calls(m.kernel);
	receipt = lppack_plan_apply(plan, &f->err);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_int_equal(receipt->result.outcome, LP_ATTEMPT_ALREADY);
	assert_int_equal(lppack_plan_is_noop(plan), 1);
	assert_int_equal(fake_kernel_calls(m.kernel), calls);
}

/* A boot: the clock has lost its battery, and what a freeze found in force was not installed. */
static void a_boot_is_not_held_from_what_was_installed(void **state)
{
	static const char memory[] = "format: 1\nlatest: \"2200-01-01T00:00:00Z\"\nstreams: []\ndowngrades: []\n";
	static const char holds[] = "format: 1\nholds:\n  - freeze: true\n    kept_stream: demo\n    kept_epoch: 0\n"
				    "    kept_serial: 8\n    set_at: \"2026-01-02T00:00:00Z\"\n";
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *told = NULL;
	const char *warning;

	set_up(&m, f);
	fake_kernel_write(m.kernel, "var/lib/lppack/freshness.yaml", memory);
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_CLOCK, "7.lpb");
	m.origin = LP_PLAN_INSTALLED;
	m.options.flags |= LPPACK_APPLY_ALLOW_DOWNGRADE;
	plan = plan_it(&m);
	told = lppack_plan_describe(plan, &f->err);
	warning = lppack_value_text(lppack_value_at(lppack_value_get(told, "warnings"), 0, NULL));
	assert_non_null(strstr(warning, "this machine's clock says"));
	fake_kernel_write(m.kernel, "var/lib/lppack/holds.yaml", holds);
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = lppack_plan_apply(plan, &f->err);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
}

/* Plans to go back from 7 to 6. */
static struct lppack_plan *plan_rollback(struct machine *m)
{
	install(m, "6.lpb");
	another_applies(m, "6.lpb", &old_patch);
	another_applies(m, "7.lpb", &new_patch);
	lppack_verified_free(m->verified);
	lppack_bundle_close(m->bundle);
	m->options.flags |= LPPACK_APPLY_ROLLBACK;
	expect_ok(lppack_host_open_release(m->host, m->f->keyring, NULL, &m->bundle, &m->verified, &m->f->err),
		  &m->f->err);
	return plan_it(m);
}

static void goes_back_only_from_where_it_was_planned(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	plan = plan_rollback(&m);
	another_applies(&m, "8.lpb", &next_patch);
	fake_kernel_expect_load(m.kernel, &old_patch);
	assert_null(lppack_plan_apply(plan, &f->err));
	expect_error(&f->err, LPPACK_E_BUSY, "since the level was chosen");
	assert_true(fake_kernel_is_active(m.kernel, "lp_next"));
}

/* lp_next with a state, which lp_old lacks: there is no way back from it. */
static void asks_again_whether_there_is_a_way_back(void **state)
{
	struct fixture *f = *state;
	struct elf_maker_options options = { .name = "lp_next", .release = RELEASE, .states = &state_2, .n_states = 1 };
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 8, &f->err);
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;

	set_up(&m, f);
	assert_int_equal(lp_build_id_parse(NEXT_ID, &options.build_id), 0);
	expect_ok(fixture_add_kernel(spec, fixture_module(f, "state.ko", &options), KERNEL_ID, &f->err), &f->err);
	expect_ok(fixture_create(f, spec, fixture_path(f, "state.lpb")), &f->err);
	plan = plan_rollback(&m);
	another_applies(&m, "state.lpb", &next_patch);
	fake_kernel_expect_load(m.kernel, &old_patch);
	assert_null(lppack_plan_apply(plan, &f->err));
	assert_non_null(strstr(f->err.message, "it was lp_new, it is lp_next"));
	expect_error(&f->err, LPPACK_E_ONE_WAY, "serial 6 cannot be gone back to: state 7 version 2");
	assert_true(fake_kernel_is_active(m.kernel, "lp_next"));
}

/* All names of a kernel take milliseconds to read: while nothing else comes into force, once is enough. */
static void reads_the_names_of_the_kernel_once(void **state)
{
	static const char has_it[] = "ffffffff81000000 T cmdline_proc_show\n";
	static const char lacks_it[] = "ffffffff81000000 T _text\n";
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	AUTO_PLAN struct lppack_plan *late = NULL;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	set_up(&m, f);
	m.options.flags |= LPPACK_APPLY_TAKE_OVER;
	fake_kernel_write(m.kernel, "proc/kallsyms", has_it);
	plan = plan_it(&m);
	late = plan_it(&m);
	fake_kernel_write(m.kernel, "proc/kallsyms", lacks_it);
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = lppack_plan_apply(plan, &f->err);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	fake_kernel_pass(m.kernel, FAKE_SECOND);
	assert_int_equal(fake_kernel_ops.delete_module(m.kernel, "lp_new", O_NONBLOCK), 0);
	fake_kernel_add_patch(m.kernel, &old_patch);
	assert_null(lppack_plan_apply(late, &f->err));
	expect_error(&f->err, LPPACK_E_UNLOADABLE, "cmdline_proc_show");
}

static bool is_target(struct machine *m, uint64_t serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	const struct lp_installed *level;

	expect_ok(lp_store_read(ROOT(m), &store, &m->f->err), &m->f->err);
	level = lp_store_find_serial(&store, "demo", serial);
	return level && remembered_target(ROOT(m), &level->id.digest);
}

/* Somebody wants this level: boots begin with it from now on, also if it is in force and recorded already. */
static void already_applied_is_what_boots_begin_with(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	AUTO_RECEIPT struct lppack_receipt *boot = NULL;

	set_up(&m, f);
	install(&m, "7.lpb");
	another_applies(&m, "7.lpb", &new_patch);
	install(&m, "8.lpb");
	assert_true(is_target(&m, 8));
	/* A boot that had to do with a lower level has chosen nothing. */
	m.origin = LP_PLAN_INSTALLED;
	boot = machine_apply(&m);
	expect_ok(boot ? 0 : -1, &f->err);
	assert_true(is_target(&m, 8));
	m.origin = LP_PLAN_GIVEN;
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_int_equal(receipt->result.outcome, LP_ATTEMPT_ALREADY);
	assert_true(is_target(&m, 7));
}

static void move(struct fake_kernel *kernel, const char *from, const char *to)
{
	LP_AUTO_FREE char *whole_from = lp_text_format("%s/%s", fake_kernel_root(kernel), from);
	LP_AUTO_FREE char *whole_to = lp_text_format("%s/%s", fake_kernel_root(kernel), to);

	if (fake_kernel_has(kernel, from))
		assert_int_equal(rename(whole_from, whole_to), 0);
}

static void block_the_record(struct fake_kernel *kernel, void *context)
{
	(void)context;
	move(kernel, "var/lib/lppack/state.yaml", "var/lib/lppack/aside");
	fake_kernel_write(kernel, "var/lib/lppack/state.yaml/in-the-way", "");
}

/* As if the call had been killed just before it recorded what it did. */
static void is_cut_short(struct machine *m, struct lppack_receipt *receipt)
{
	assert_non_null(receipt);
	assert_non_null(strstr(m->f->err.message, "could not be recorded"));
	lppack_error_clear(&m->f->err);
	lppack_receipt_free(receipt);
	fake_kernel_remove(m->kernel, "var/lib/lppack/state.yaml");
	move(m->kernel, "var/lib/lppack/aside", "var/lib/lppack/state.yaml");
}

/* What the killed call meant boots to begin with comes before what is installed, not over it. */
static void installing_comes_after_what_was_cut_short(struct machine *m, int recorded)
{
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	LP_AUTO_VALUE struct lppack_value *left = NULL;

	install(m, "8.lpb");
	assert_true(is_target(m, 8));
	assert_int_equal(remembered_applied(ROOT(m), &applied, &m->f->err), recorded);
	left = lppack_host_recover(m->host, NULL, &m->f->err);
	expect_ok(left ? 0 : -1, &m->f->err);
	assert_int_equal(lppack_value_bool(lppack_value_get(left, "found")), 0);
	assert_true(is_target(m, 8));
}

static void installing_after_an_apply_that_was_killed(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f);
	install(&m, "7.lpb");
	fake_kernel_expect_load(m.kernel, &new_patch);
	fake_kernel_at(m.kernel, 500 * FAKE_MS, block_the_record, NULL);
	is_cut_short(&m, machine_apply(&m));
	installing_comes_after_what_was_cut_short(&m, 1);
}

static void installing_after_a_removal_that_was_killed(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f);
	install(&m, "7.lpb");
	another_applies(&m, "7.lpb", &new_patch);
	fake_kernel_at(m.kernel, 100 * FAKE_MS, block_the_record, NULL);
	is_cut_short(&m, machine_remove(&m));
	installing_comes_after_what_was_cut_short(&m, 0);
}

/* A transition that does not end keeps nobody from installing for the next boot, and its end does not change that. */
static void installing_beside_a_transition_that_stalls(void **state)
{
	struct fixture *f = *state;
	struct fake_patch stuck = new_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	int64_t since_ns;

	stuck.transition_ns = FAKE_NEVER;
	stuck.reverse_ns = FAKE_NEVER;
	set_up(&m, f);
	install(&m, "7.lpb");
	m.options.timeout_ns = FAKE_SECOND;
	fake_kernel_expect_load(m.kernel, &stuck);
	receipt = machine_apply(&m);
	expect_error(&f->err, LPPACK_E_STALLED_LEFT, "lp_new");
	since_ns = fake_kernel_now(m.kernel);
	install(&m, "8.lpb");
	assert_in_range(fake_kernel_now(m.kernel) - since_ns, 0, FAKE_SECOND);
	assert_true(is_target(&m, 8));
	fake_kernel_set_reverse(m.kernel, "lp_new", FAKE_SECOND);
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", true), 0);
	report = lppack_host_recover(m.host, NULL, &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	assert_string_equal(text_of(report, "action"), "finished");
	assert_true(is_target(&m, 8));
}

/* --take-over records what it was, also if the call does not come to its own receipt. */
static void a_recovery_records_what_was_taken_over(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *history = NULL;
	const struct lppack_value *foreign;

	set_up(&m, f);
	m.options.flags |= LPPACK_APPLY_TAKE_OVER;
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_expect_load(m.kernel, &new_patch);
	fake_kernel_at(m.kernel, 500 * FAKE_MS, block_the_record, NULL);
	is_cut_short(&m, machine_apply(&m));
	report = lppack_host_recover(m.host, NULL, &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	assert_string_equal(text_of(report, "action"), "finished");
	history = lppack_history_describe(m.host, 1, &f->err);
	foreign = lppack_value_get(lppack_value_at(history, 0, NULL), "took_over");
	assert_int_equal(lppack_value_count(foreign), 1);
	foreign = lppack_value_at(foreign, 0, NULL);
	assert_string_equal(text_of(foreign, "name"), "lp_old");
	assert_string_equal(text_of(foreign, "build_id"), OLD_ID);
	assert_string_equal(lppack_value_text(lppack_value_at(lppack_value_get(foreign, "functions"), 0, NULL)),
			    "vmlinux:cmdline_proc_show,1");
}

static const char *const damages[] = { "", "format: 1\n", "format: 0\n", "\t{", "- a\n" };
#define N_DAMAGES (sizeof(damages) / sizeof(damages[0]))

/* What lppack has loaded is not known any more: that has to be said, and then it goes on. */
static void a_damaged_state_can_be_discarded(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f);
	another_applies(&m, "6.lpb", &old_patch);
	for (size_t i = 0; i < N_DAMAGES; i++) {
		AUTO_PLAN struct lppack_plan *plan = NULL;

		m.options.flags |= LPPACK_APPLY_TAKE_OVER;
		fake_kernel_write(m.kernel, "var/lib/lppack/state.yaml", damages[i]);
		assert_null(machine_plan(&m));
		assert_non_null(strstr(f->err.hint, "lppack recover --discard"));
		expect_error(&f->err, LPPACK_E_STATE, "state.yaml");
		expect_ok(lppack_host_discard_journal(m.host, &f->err), &f->err);
		plan = plan_it(&m);
	}
}

static void a_damaged_state_is_discarded_before_a_removal(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	set_up(&m, f);
	another_applies(&m, "7.lpb", &new_patch);
	fake_kernel_write(m.kernel, "var/lib/lppack/state.yaml", "\t{");
	assert_null(machine_remove(&m));
	assert_non_null(strstr(f->err.hint, "lppack recover --discard"));
	expect_error(&f->err, LPPACK_E_STATE, "state.yaml");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	expect_ok(lppack_host_discard_journal(m.host, &f->err), &f->err);
	m.options.flags |= LPPACK_APPLY_TAKE_OVER;
	receipt = machine_remove(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_int_equal(remembered_applied(ROOT(&m), &applied, &f->err), 0);
}

/* Which level boots begin with cannot be noted; that neither undoes what is in force nor stops every later call. */
static void a_damaged_store_stops_nothing(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	set_up(&m, f);
	install(&m, "6.lpb");
	for (size_t i = 0; i < N_DAMAGES; i++) {
		AUTO_PLAN struct lppack_plan *plan = NULL;
		AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
		AUTO_RECEIPT struct lppack_receipt *removal = NULL;
		LP_AUTO_VALUE struct lppack_value *told = NULL;
		LP_AUTO_VALUE struct lppack_value *left = NULL;
		const char *warning;

		fake_kernel_write(m.kernel, "var/lib/lppack/store.yaml", damages[i]);
		plan = plan_it(&m);
		told = lppack_plan_describe(plan, &f->err);
		warning = lppack_value_text(lppack_value_at(lppack_value_get(told, "warnings"), 0, NULL));
		assert_non_null(strstr(warning, "store.yaml"));
		assert_non_null(strstr(warning, "before a bundle is installed again"));
		fake_kernel_expect_load(m.kernel, &new_patch);
		receipt = lppack_plan_apply(plan, &f->err);
		expect_ok(receipt ? 0 : -1, &f->err);
		left = lppack_host_recover(m.host, NULL, &f->err);
		assert_int_equal(lppack_value_bool(lppack_value_get(left, "found")), 0);
		removal = machine_remove(&m);
		expect_ok(removal ? 0 : -1, &f->err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(is_no_downgrade_for_having_waited),
		fixture_test(asks_again_whether_it_may_replace),
		fixture_test(asks_again_whether_it_may_take_over),
		fixture_test(minds_a_hold_that_was_set_meanwhile),
		fixture_test(goes_on_where_that_is_still_right),
		fixture_test(has_nothing_to_do_any_more),
		fixture_test(a_boot_is_not_held_from_what_was_installed),
		fixture_test(goes_back_only_from_where_it_was_planned),
		fixture_test(asks_again_whether_there_is_a_way_back),
		fixture_test(reads_the_names_of_the_kernel_once),
		fixture_test(already_applied_is_what_boots_begin_with),
		fixture_test(installing_after_an_apply_that_was_killed),
		fixture_test(installing_after_a_removal_that_was_killed),
		fixture_test(installing_beside_a_transition_that_stalls),
		fixture_test(a_recovery_records_what_was_taken_over),
		fixture_test(a_damaged_state_is_discarded_before_a_removal),
		fixture_test(a_damaged_state_can_be_discarded),
		fixture_test(a_damaged_store_stops_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
