/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what a plan says that an apply would do, and what stands against it. */
#include "apply/receipt.h"
#include "format/format.h"
#include "support/fake_kernel.h"
#include "support/fixture.h"
#include "support/apply_machine.h"
#include "support/status_tree.h"

#include "base/value.h"
#include "machine/applied.h"
#include "runtime/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static const struct lppack_value *at(const struct lppack_value *map, const char *key, size_t i)
{
	return lppack_value_at(lppack_value_get(map, key), i, NULL);
}

static void assert_outcome(const struct lppack_receipt *receipt, const char *outcome)
{
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	assert_non_null(receipt);
	map = lppack_receipt_describe(receipt, NULL);
	assert_string_equal(text_of(map, "outcome"), outcome);
	assert_string_equal(text_of(lppack_value_get(map, "kernel"), "build_id"), KERNEL_ID);
	assert_string_equal(text_of(lppack_value_get(map, "bundle"), "stream"), "demo");
	assert_string_equal(text_of(lppack_value_get(map, "module"), "name"), "lp_new");
}

/* What status says of the patch's bundle, or NULL; *status is the caller's. */
static const struct lppack_value *recorded(struct machine *m, struct lppack_value **status)
{
	lppack_value_free(*status);
	*status = describe_status(m->host, &m->f->err);
	expect_ok(*status ? 0 : -1, &m->f->err);
	return lppack_value_get(at(*status, "patches", 0), "bundle");
}

static void plans_tell_what_they_will_do(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	unsigned int calls;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	calls = fake_kernel_calls(m.kernel);
	plan = machine_plan(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	assert_int_equal(lppack_plan_is_noop(plan), 0);
	map = lppack_plan_describe(plan, &f->err);
	assert_string_equal(text_of(lppack_value_get(map, "kernel"), "release"), RELEASE);
	assert_string_equal(text_of(lppack_value_get(map, "module"), "build_id"), NEW_ID);
	assert_string_equal(text_of(lppack_value_get(map, "bundle"), "digest"), lppack_verified_digest(m.verified));
	assert_string_equal(text_of(at(map, "objects", 0), "name"), "vmlinux");
	assert_int_equal(lppack_value_count(lppack_value_get(map, "replaces")), 1);
	assert_string_equal(text_of(at(map, "replaces", 0), "name"), "lp_old");
	assert_string_equal(text_of(at(map, "replaces", 0), "build_id"), OLD_ID);
	assert_int_equal(lppack_value_count(lppack_value_get(map, "warnings")), 0);
	/* And do nothing yet. */
	assert_int_equal(fake_kernel_calls(m.kernel), calls);
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
	assert_false(fake_kernel_has(m.kernel, "var/lib/lppack"));
}

static void applied_recorded_and_shown(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	LP_AUTO_BUF struct lp_buf module = { 0 };
	const struct lppack_value *bundle;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(0, &f->err);
	assert_outcome(receipt, "applied");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_false(fake_kernel_is_loaded(m.kernel, "lp_old"));
	map = lppack_receipt_describe(receipt, &f->err);
	assert_string_equal(lppack_value_text(at(map, "superseded", 0)), "lp_old");
	assert_true(lppack_value_int(lppack_value_get(lppack_value_get(map, "durations_ns"), "transition"), 0) >=
		    (uint64_t)(800 * FAKE_MS));
	assert_null(lppack_value_get(map, "error"));
	/* What was loaded is what went into the bundle, byte by byte. */
	fixture_read(fixture_path(f, "lp_new.ko"), &module);
	assert_int_equal(fake_kernel_loaded_bytes(m.kernel)->len, module.len);
	assert_memory_equal(fake_kernel_loaded_bytes(m.kernel)->data, module.data, module.len);
	bundle = recorded(&m, &status);
	assert_string_equal(text_of(bundle, "stream"), "demo");
	assert_string_equal(text_of(bundle, "serial"), "7");
	assert_string_equal(text_of(bundle, "digest"), lppack_verified_digest(m.verified));
}

static void applying_again_does_nothing(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *first = NULL;
	AUTO_RECEIPT struct lppack_receipt *second = NULL;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	unsigned int calls;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	first = machine_apply(&m);
	assert_outcome(first, "applied");
	calls = fake_kernel_calls(m.kernel);
	m.options.flags &= ~(uint32_t)LPPACK_APPLY_REPLACE;
	plan = machine_plan(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	assert_int_equal(lppack_plan_is_noop(plan), 1);
	map = lppack_plan_describe(plan, &f->err);
	assert_int_equal(lppack_value_bool(lppack_value_get(map, "already")), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(map, "replaces")), 0);
	second = lppack_plan_apply(plan, &f->err);
	expect_ok(0, &f->err);
	assert_outcome(second, "already");
	assert_int_equal(fake_kernel_calls(m.kernel), calls);
}

/* A patch in force that nobody recorded is recorded by "already"; a record that is there stays untouched. */
static void already_records_only_what_is_not_recorded(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *first = NULL;
	AUTO_RECEIPT struct lppack_receipt *second = NULL;
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	struct stat before;
	struct stat after;
	char *path;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &new_patch);
	assert_null(recorded(&m, &status));
	first = machine_apply(&m);
	expect_ok(0, &f->err);
	assert_outcome(first, "already");
	assert_non_null(recorded(&m, &status));
	path = fixture_format(f, "%s/var/lib/lppack/state.yaml", fake_kernel_root(m.kernel));
	assert_int_equal(stat(path, &before), 0);
	second = machine_apply(&m);
	assert_outcome(second, "already");
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino == after.st_ino);
}

static void active_without_replace(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.options.flags &= ~(uint32_t)LPPACK_APPLY_REPLACE;
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_ACTIVE, "lp_old");
	assert_null(lppack_plan_new(m.host, m.verified, NULL, &f->err));
	expect_error(&f->err, LPPACK_E_ACTIVE, "lp_old");
	/* A caller that knows nothing behind the flags: what lies there is not looked at. */
	m.options.flags = LPPACK_APPLY_REPLACE;
	m.options.size = offsetof(struct lppack_apply_options, retries);
	memset((char *)&m.options + m.options.size, 0xa5, sizeof(m.options) - m.options.size);
	assert_null(lppack_plan_new(m.host, m.verified, &m.options, &f->err));
	expect_error(&f->err, LPPACK_E_FOREIGN, "lp_old");
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
}

static void nothing_for_this_kernel(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "b.lpb", "ffffffff", NULL));
	assert_null(machine_plan(&m));
	assert_non_null(strstr(f->err.message, RELEASE));
	expect_error(&f->err, LPPACK_E_NO_KERNEL, KERNEL_ID);
	assert_null(lppack_plan_new(m.host, m.verified, NULL, NULL));
}

static void a_damaged_module_is_not_planned(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	char *path = machine_bundle(f, "b.lpb", KERNEL_ID, NULL);

	machine_open(&m, f, path);
	fixture_flip(path, m.bundle->in.size - LP_END_OF_ARCHIVE - 700);
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_CORRUPT, "b.lpb");
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
}

static void kernels_that_cannot(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_remove(m.kernel, "sys/kernel/notes");
	assert_null(machine_plan(&m));
	expect_error(&f->err, f->err.code, "notes");
	fake_kernel_remove(m.kernel, "sys/kernel/livepatch");
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_NO_LIVEPATCH, NULL);
}

static void expired_bundles_are_warned_of(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, "2024-01-01T00:00:00Z"));
	plan = machine_plan(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	map = lppack_plan_describe(plan, &f->err);
	assert_non_null(strstr(lppack_value_text(at(map, "warnings", 0)), "2024-01-01"));
}

/* The transition does not end: it is reversed, the old stack stays, and the receipt tells who was in the way. */
static void a_reversal_with_blockers(void **state)
{
	struct fixture *f = *state;
	struct fake_patch stalling = new_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	const struct lppack_value *blocker;

	stalling.transition_ns = FAKE_NEVER;
	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_expect_load(m.kernel, &stalling);
	fake_kernel_add_task(m.kernel, 4242, 4243, "slow \x1b[m)", 0, 0,
			     "[<0>] cmdline_proc_show+0x1/0x20\n[<0>] seq_read+0x2/0x30\n");
	m.options.timeout_ns = 2 * FAKE_SECOND;
	receipt = machine_apply(&m);
	assert_outcome(receipt, "reversed");
	assert_int_equal(f->err.code, LPPACK_E_STALLED);
	map = lppack_receipt_describe(receipt, NULL);
	expect_error(&f->err, LPPACK_E_STALLED, NULL);
	assert_int_equal(lppack_value_count(lppack_value_get(map, "blockers")), 1);
	blocker = at(map, "blockers", 0);
	assert_int_equal(lppack_value_int(lppack_value_get(blocker, "pid"), 0), 4242);
	assert_int_equal(lppack_value_int(lppack_value_get(blocker, "tid"), 0), 4243);
	assert_string_equal(text_of(blocker, "function"), "cmdline_proc_show");
	assert_null(strchr(text_of(blocker, "command"), '\x1b'));
	assert_string_equal(text_of(lppack_value_get(map, "error"), "name"), "STALLED");
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
	assert_false(fake_kernel_is_listed(m.kernel, "lp_new"));
	/* What did not come into force is not recorded. */
	assert_false(fake_kernel_has(m.kernel, "var/lib/lppack/state.yaml"));
}

static void the_kernel_refuses(void **state)
{
	struct fixture *f = *state;
	struct fake_patch refused = new_patch;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	refused.load_errno = ENOEXEC;
	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &refused);
	receipt = machine_apply(&m);
	assert_outcome(receipt, "nothing");
	assert_int_equal(receipt->error.code, f->err.code);
	expect_error(&f->err, LPPACK_E_REFUSED, NULL);
	assert_false(fake_kernel_has(m.kernel, "var/lib/lppack/state.yaml"));
}

/* What cannot be journalled is not done. */
static void a_journal_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_write(m.kernel, "var/lib/lppack/journal.yaml/in-the-way", "");
	fake_kernel_expect_load(m.kernel, &new_patch);
	assert_null(machine_apply(&m));
	assert_true(f->err.code != 0);
	lppack_error_clear(&f->err);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
}

static void block_the_record(struct fake_kernel *kernel, void *context)
{
	(void)context;
	fake_kernel_write(kernel, "var/lib/lppack/state.yaml/in-the-way", "");
}

/* The livepatch is in force; the journal stays, so that the next call records it. */
static void a_record_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *now = NULL;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	fake_kernel_at(m.kernel, 500 * FAKE_MS, block_the_record, NULL);
	receipt = machine_apply(&m);
	assert_outcome(receipt, "applied");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_non_null(strstr(f->err.message, "the livepatch is in force, but it could not be recorded"));
	lppack_error_clear(&f->err);
	fake_kernel_remove(m.kernel, "var/lib/lppack/state.yaml");
	report = lppack_host_recover(m.host, NULL, &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	assert_string_equal(text_of(report, "action"), "finished");
	assert_non_null(recorded(&m, &now));
}

/* Somebody loads the very module again after a reboot: the record says when it was really written. */
static void a_record_of_an_earlier_boot(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	AUTO_RECEIPT struct lppack_receipt *again = NULL;
	LP_AUTO_VALUE struct lppack_value *before = NULL;
	LP_AUTO_VALUE struct lppack_value *stale = NULL;
	LP_AUTO_VALUE struct lppack_value *after = NULL;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(0, &f->err);
	assert_null(lppack_value_get(recorded(&m, &before), "stale"));
	fake_kernel_write(m.kernel, "proc/sys/kernel/random/boot_id", "99999999-2222-3333-4444-555555555555\n");
	forget_boot_id(m.host);
	assert_true(lppack_value_bool(lppack_value_get(recorded(&m, &stale), "stale")));
	again = machine_apply(&m);
	assert_outcome(again, "already");
	assert_non_null(recorded(&m, &after));
	assert_null(lppack_value_get(recorded(&m, &after), "stale"));
}

/* A record is of the module that it names, not of whatever is in force now. */
static void a_stale_record_is_not_shown(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	struct fake_patch namesake = new_patch;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(0, &f->err);
	assert_non_null(recorded(&m, &status));
	/* Somebody disables it and loads another build under the same name. */
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_new", false), 0);
	fake_kernel_pass(m.kernel, FAKE_SECOND);
	assert_false(fake_kernel_is_listed(m.kernel, "lp_new"));
	namesake.build_id = OLD_ID;
	if (fake_kernel_is_loaded(m.kernel, "lp_new"))
		assert_int_equal(fake_kernel_ops.delete_module(m.kernel, "lp_new", O_NONBLOCK), 0);
	fake_kernel_add_patch(m.kernel, &namesake);
	assert_null(recorded(&m, &status));
}

static void one_at_a_time(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	int lock;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	plan = machine_plan(&m);
	lock = lp_lock_take(&m.host->io, &f->err);
	assert_true(lock >= 0);
	assert_null(lppack_plan_apply(plan, &f->err));
	expect_error(&f->err, LPPACK_E_BUSY, NULL);
	close(lock);
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
	lppack_plan_free(NULL);
	lppack_receipt_free(NULL);
}

static int cancel(void *context)
{
	return ++*(int *)context > 3;
}

static void cancelled(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	int asked = 0;

	machine_open(&m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	m.wait.cancelled = cancel;
	m.wait.context = &asked;
	receipt = machine_apply(&m);
	assert_outcome(receipt, "reversed");
	assert_true(f->err.code != 0);
	assert_int_equal(fake_kernel_count_active(m.kernel), 0);
}

/* The states of the active patch are asked as the kernel will ask them, and nothing is loaded for that. */
static void plans_ask_for_states(void **state)
{
	static const struct lp_klp_state active[] = { { 1, 2 }, { 5, 1 } };
	static const struct {
		struct lp_klp_state states[3];
		size_t n;
		const char *wrong;
	} cases[] = {
		{ { { 1, 2 }, { 5, 1 } }, 2, NULL },
		{ { { 1, 3 }, { 5, 9 }, { 7, 1 } }, 3, NULL },
		{ { { 1, 2 } }, 1, "lp_new: does not support state 5, which the active lp_old has in version 1" },
		{ { { 1, 1 }, { 5, 1 } },
		  2,
		  "lp_new: has an older version of state 1, which the active lp_old has in version 2" },
		{ { { 0, 0 } }, 0, "does not support state 1" },
	};
	struct fixture *f = *state;
	const struct elf_maker_options old = { .states = active, .n_states = 2 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct elf_maker_options new = { .states = cases[i].states, .n_states = cases[i].n };
		AUTO_MACHINE struct machine m;
		AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
		AUTO_PLAN struct lppack_plan *plan = NULL;
		unsigned int calls;

		machine_open(&m, f,
			     machine_bundle_with(f, fixture_format(f, "old%zu.lpb", i), &old_patch, 6, KERNEL_ID, NULL,
						 old));
		fake_kernel_expect_load(m.kernel, &old_patch);
		receipt = machine_apply(&m);
		expect_ok(receipt ? 0 : -1, &f->err);
		calls = fake_kernel_calls(m.kernel);
		lppack_verified_free(m.verified);
		lppack_bundle_close(m.bundle);
		m.verified = fixture_verify(
			f,
			machine_bundle_with(f, fixture_format(f, "new%zu.lpb", i), &new_patch, 7, KERNEL_ID, NULL, new),
			&m.bundle);
		plan = machine_plan(&m);
		if (!cases[i].wrong)
			expect_ok(plan ? 0 : -1, &f->err);
		else
			expect_error(&f->err, LPPACK_E_INCOMPATIBLE, cases[i].wrong);
		assert_int_equal(fake_kernel_calls(m.kernel), calls);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(plans_ask_for_states),
		fixture_test(plans_tell_what_they_will_do),
		fixture_test(applied_recorded_and_shown),
		fixture_test(applying_again_does_nothing),
		fixture_test(already_records_only_what_is_not_recorded),
		fixture_test(active_without_replace),
		fixture_test(nothing_for_this_kernel),
		fixture_test(a_damaged_module_is_not_planned),
		fixture_test(kernels_that_cannot),
		fixture_test(expired_bundles_are_warned_of),
		fixture_test(a_reversal_with_blockers),
		fixture_test(the_kernel_refuses),
		fixture_test(a_journal_that_cannot_be_written),
		fixture_test(a_record_that_cannot_be_written),
		fixture_test(a_record_of_an_earlier_boot),
		fixture_test(a_stale_record_is_not_shown),
		fixture_test(one_at_a_time),
		fixture_test(cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
