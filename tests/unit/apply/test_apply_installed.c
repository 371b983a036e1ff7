/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What boots apply: the chosen release, the one below it when that is bad, and nothing else when the machine is. */
#include "support/store_machine.h"

#include "machine/boot_count.h"

#include <errno.h>

static const struct fake_patch next_patch = {
	.name = "lp_next", .functions = patched, .build_id = "0808080808080808080808080808080808080808", .replace = true
};

#define AUTO_REPORT LP_AUTO(cleanup_lppack_boot_report_free)
LP_DEFINE_CLEANUP(struct lppack_boot_report, lppack_boot_report_free)

static void install(struct shelf *s, const char *path)
{
	LP_AUTO_VALUE struct lppack_value *map = shelf_install_with(s, path, 0);

	expect_ok(map ? 0 : -1, &s->f->err);
}

/* The serials 6 (lp_old), 7 (lp_new) and 8 (lp_next) are installed, the last one is chosen. */
static void set_up(struct shelf *s, struct fixture *f)
{
	shelf_open(s, f);
	install(s, machine_bundle_of(f, "6.lpb", &old_patch, 6, KERNEL_ID, NULL));
	install(s, machine_bundle_of(f, "7.lpb", &new_patch, 7, KERNEL_ID, NULL));
	install(s, machine_bundle_of(f, "8.lpb", &next_patch, 8, KERNEL_ID, NULL));
}

/* The error is in the fixture's. */
static struct lppack_boot_report *apply(struct shelf *s, uint32_t flags, int *rc)
{
	LPPACK_OPTIONS(lppack_apply_options, how, .timeout_ns = 2 * FAKE_SECOND);
	LPPACK_OPTIONS(lppack_boot_options, options, .flags = flags, .apply = &how);
	struct lppack_boot_report *report = NULL;

	*rc = lppack_host_apply_installed(s->host, s->f->keyring, &options, &report, &s->f->err);
	return report;
}

static void assert_attempt(const struct lppack_boot_report *report, size_t i, uint64_t serial, const char *outcome,
			   int code)
{
	const struct lppack_attempt *attempt;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	assert_in_range(i, 0, report->n_attempts - 1);
	attempt = report->attempts[i];
	assert_int_equal(attempt->size, sizeof(*attempt));
	assert_int_equal(attempt->error->code, code);
	assert_int_equal(lppack_verified_serial(attempt->release), serial);
	assert_int_equal(attempt->receipt != NULL, outcome != NULL);
	if (!outcome)
		return;
	assert_non_null(attempt->plan);
	map = lppack_receipt_describe(attempt->receipt, NULL);
	assert_string_equal(text_of(map, "outcome"), outcome);
}

static void assert_target(struct shelf *s, uint64_t serial)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };

	lp_snapshot_read(&snapshot, s->host);
	assert_int_equal(lp_snapshot_target(&snapshot)->id.serial, serial);
}

static void the_chosen_one_is_applied(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	AUTO_REPORT struct lppack_boot_report *again = NULL;
	int rc;

	set_up(&s, *state);
	fake_kernel_expect_load(s.kernel, &next_patch);
	report = apply(&s, 0, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(report->size, sizeof(*report));
	assert_int_equal(report->n_attempts, 1);
	assert_attempt(report, 0, 8, "applied", 0);
	assert_int_equal(lppack_value_count(report->attempts[0]->skipped), 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(report->recovered, "found")), 0);
	assert_true(fake_kernel_is_active(s.kernel, "lp_next"));
	again = apply(&s, 0, &rc);
	expect_ok(rc, &s.f->err);
	assert_attempt(again, 0, 8, "already", 0);
	assert_int_equal(lppack_plan_is_noop(again->attempts[0]->plan), 1);
}

/* And what boots begin with stays what it is. */
static void a_bad_release_leaves_the_one_below(void **state)
{
	struct fake_patch refused = next_patch;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	int rc;

	refused.load_errno = ENOEXEC;
	set_up(&s, *state);
	fake_kernel_expect_load(s.kernel, &refused);
	fake_kernel_expect_load(s.kernel, &new_patch);
	report = apply(&s, 0, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(report->n_attempts, 2);
	assert_attempt(report, 0, 8, "nothing", LPPACK_E_REFUSED);
	assert_attempt(report, 1, 7, "applied", 0);
	assert_true(fake_kernel_is_active(s.kernel, "lp_new"));
	assert_target(&s, 8);
}

/* What the first one failed with is what is wrong; that none is left says nothing. */
static void bad_releases_only(void **state)
{
	struct fake_patch patches[] = { next_patch, new_patch, old_patch };
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	int rc;

	set_up(&s, *state);
	for (size_t i = 0; i < 3; i++) {
		patches[i].load_errno = ENOEXEC;
		fake_kernel_expect_load(s.kernel, &patches[i]);
	}
	report = apply(&s, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_REFUSED);
	assert_string_equal(s.f->err.message, report->attempts[0]->error->message);
	expect_error(&s.f->err, LPPACK_E_REFUSED, "lp_next");
	assert_int_equal(report->n_attempts, 4);
	assert_attempt(report, 0, 8, "nothing", LPPACK_E_REFUSED);
	assert_attempt(report, 1, 7, "nothing", LPPACK_E_REFUSED);
	assert_attempt(report, 2, 6, "nothing", LPPACK_E_REFUSED);
	assert_null(report->attempts[3]->release);
	assert_int_equal(report->attempts[3]->error->code, LPPACK_E_NO_RELEASE);
	assert_int_equal(fake_kernel_count_active(s.kernel), 0);
}

/* Tasks that stall, a lock that is held, or a kernel that takes no modules do no better with an older release. */
static void a_failure_of_the_machine_ends_it(void **state)
{
	struct fake_patch stalling = next_patch;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *stalled = NULL;
	AUTO_REPORT struct lppack_boot_report *busy = NULL;
	AUTO_REPORT struct lppack_boot_report *locked = NULL;
	int lock;
	int rc;

	stalling.transition_ns = FAKE_NEVER;
	set_up(&s, *state);
	fake_kernel_expect_load(s.kernel, &stalling);
	stalled = apply(&s, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_STALLED);
	expect_error(&s.f->err, LPPACK_E_STALLED, NULL);
	assert_int_equal(stalled->n_attempts, 1);
	assert_attempt(stalled, 0, 8, "reversed", LPPACK_E_STALLED);
	lock = lp_lock_take(&s.host->io, &s.f->err);
	busy = apply(&s, 0, &rc);
	close(lock);
	expect_error(&s.f->err, LPPACK_E_BUSY, NULL);
	assert_int_equal(busy->n_attempts, 1);
	assert_attempt(busy, 0, 8, NULL, LPPACK_E_BUSY);
	assert_non_null(busy->attempts[0]->plan);
	fake_kernel_write(s.kernel, "proc/sys/kernel/modules_disabled", "1\n");
	locked = apply(&s, 0, &rc);
	expect_error(&s.f->err, LPPACK_E_LOCKED, NULL);
	assert_int_equal(locked->n_attempts, 1);
	assert_attempt(locked, 0, 8, NULL, LPPACK_E_LOCKED);
	assert_null(locked->attempts[0]->plan);
}

static void what_is_passed_over_is_reported(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	const struct lppack_value *skipped;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	int rc;

	set_up(&s, *state);
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	fake_kernel_expect_load(s.kernel, &new_patch);
	report = apply(&s, 0, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(report->n_attempts, 1);
	assert_attempt(report, 0, 7, "applied", 0);
	skipped = report->attempts[0]->skipped;
	assert_int_equal(lppack_value_count(skipped), 1);
	assert_string_equal(text_of(lppack_value_at(skipped, 0, NULL), "name"), "HELD");
	assert_string_equal(text_of(lppack_value_at(skipped, 0, NULL), "serial"), "8");
	assert_target(&s, 8);
}

static void nothing_is_installed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	int rc;

	shelf_open(&s, *state);
	report = apply(&s, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_NO_RELEASE);
	expect_error(&s.f->err, LPPACK_E_NO_RELEASE, "no level is installed");
	assert_int_equal(report->n_attempts, 1);
	assert_null(report->attempts[0]->release);
	/* Neither the report nor the error has to be wanted. */
	assert_int_equal(lppack_host_apply_installed(s.host, s.f->keyring, NULL, NULL, NULL), -LPPACK_E_NO_RELEASE);
}

static void a_dry_run_changes_nothing(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	int rc;

	set_up(&s, *state);
	report = apply(&s, LPPACK_BOOT_DRY_RUN | LPPACK_BOOT_COUNT, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(report->n_attempts, 1);
	assert_attempt(report, 0, 8, NULL, 0);
	assert_non_null(report->attempts[0]->plan);
	assert_null(report->recovered);
	assert_int_equal(fake_kernel_calls(s.kernel), 0);
	assert_false(fake_kernel_has(s.kernel, "var/lib/lppack/boot.yaml"));
}

/* Only the boot's own apply is counted. */
static void boots_are_counted(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *asked = NULL;
	AUTO_REPORT struct lppack_boot_report *booted = NULL;
	int rc;

	set_up(&s, *state);
	shelf_reboot(&s, 1);
	fake_kernel_expect_load(s.kernel, &next_patch);
	asked = apply(&s, 0, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 0);
	booted = apply(&s, LPPACK_BOOT_COUNT, &rc);
	expect_ok(rc, &s.f->err);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 1);
}

/* A plan of it is described, and everything else freed, in any order. */
static void a_report_needs_nobody(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_boot_report *report = NULL;
	LP_AUTO_VALUE struct lppack_value *plan = NULL;
	int rc;

	set_up(&s, *state);
	fake_kernel_expect_load(s.kernel, &next_patch);
	report = apply(&s, 0, &rc);
	lppack_host_close(LP_TAKE(s.host));
	plan = lppack_plan_describe(report->attempts[0]->plan, NULL);
	assert_string_equal(text_of(lppack_value_get(plan, "bundle"), "serial"), "8");
	lppack_boot_report_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(the_chosen_one_is_applied),
		fixture_test(a_bad_release_leaves_the_one_below),
		fixture_test(bad_releases_only),
		fixture_test(a_failure_of_the_machine_ends_it),
		fixture_test(what_is_passed_over_is_reported),
		fixture_test(nothing_is_installed),
		fixture_test(a_dry_run_changes_nothing),
		fixture_test(boots_are_counted),
		fixture_test(a_report_needs_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
