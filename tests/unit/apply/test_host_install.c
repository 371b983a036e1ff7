/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Installing and applying in one call: what is a failure of which half. */
#include "support/store_machine.h"

#include <sys/stat.h>

#define AUTO_REPORT LP_AUTO(cleanup_lppack_install_report_free)
LP_DEFINE_CLEANUP(struct lppack_install_report, lppack_install_report_free)

/* The error is in the fixture's. */
static struct lppack_install_report *install(struct shelf *s, const char *path, uint32_t flags, int *rc)
{
	LPPACK_OPTIONS(lppack_apply_options, how, .timeout_ns = 2 * FAKE_SECOND);
	LPPACK_OPTIONS(lppack_install_options, options, .flags = flags, .apply = &how);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &s->f->err);
	struct lppack_install_report *report = NULL;

	*rc = lppack_host_install(s->host, bundle, s->f->keyring, &options, &report, &s->f->err);
	return report;
}

static void assert_outcome(const struct lppack_install_report *report, const char *outcome)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_receipt_describe(report->receipt, NULL);

	assert_non_null(report->plan);
	assert_string_equal(text_of(map, "outcome"), outcome);
}

static void with_apply(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *report = NULL;
	AUTO_REPORT struct lppack_install_report *again = NULL;
	char *path = machine_bundle(f, "7.lpb", KERNEL_ID, NULL);
	int rc;

	shelf_open(&s, f);
	fake_kernel_expect_load(s.kernel, &new_patch);
	report = install(&s, path, 0, &rc);
	expect_ok(rc, &f->err);
	assert_int_equal(report->size, sizeof(*report));
	assert_int_equal(report->not_applied, LPPACK_NOT_APPLIED_NO);
	assert_int_equal(report->error->code, 0);
	assert_outcome(report, "applied");
	assert_false(lppack_value_bool(lppack_value_get(report->installed, "already")));
	assert_non_null(report->recovered);
	assert_true(fake_kernel_is_active(s.kernel, "lp_new"));
	again = install(&s, path, 0, &rc);
	expect_ok(rc, &f->err);
	assert_outcome(again, "already");
	assert_true(lppack_value_bool(lppack_value_get(again->installed, "already")));
	assert_int_equal(shelf_boots(&s), 7);
}

/* It replaces, without being told to. */
static void a_newer_release(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *older = NULL;
	AUTO_REPORT struct lppack_install_report *newer = NULL;
	int rc;

	shelf_open(&s, f);
	fake_kernel_expect_load(s.kernel, &old_patch);
	older = install(&s, machine_bundle_of(f, "6.lpb", &old_patch, 6, KERNEL_ID, NULL), 0, &rc);
	expect_ok(rc, &f->err);
	fake_kernel_expect_load(s.kernel, &new_patch);
	newer = install(&s, machine_bundle(f, "7.lpb", KERNEL_ID, NULL), 0, &rc);
	expect_ok(rc, &f->err);
	assert_outcome(newer, "applied");
	assert_false(fake_kernel_is_loaded(s.kernel, "lp_old"));
}

static void without_apply(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *report = NULL;
	int rc;

	shelf_open(&s, f);
	report = install(&s, machine_bundle(f, "7.lpb", KERNEL_ID, NULL), LPPACK_INSTALL_NO_APPLY, &rc);
	expect_ok(rc, &f->err);
	assert_int_equal(report->not_applied, LPPACK_NOT_APPLIED_FLAG);
	assert_non_null(report->installed);
	assert_null(report->recovered);
	assert_null(report->plan);
	assert_null(report->receipt);
	assert_int_equal(fake_kernel_calls(s.kernel), 0);
	assert_int_equal(shelf_boots(&s), 7);
}

static void for_another_kernel(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *report = NULL;
	int rc;

	shelf_open(&s, f);
	report = install(&s, machine_bundle(f, "7.lpb", OTHER_KERNEL, NULL), 0, &rc);
	expect_ok(rc, &f->err);
	assert_int_equal(report->not_applied, LPPACK_NOT_APPLIED_NO_KERNEL);
	assert_int_equal(report->error->code, 0);
	assert_non_null(report->installed);
	assert_null(report->plan);
}

/* A machine that cannot name its own kernel is not one for which the bundle has nothing. */
static void for_another_machine(void **state)
{
	struct fixture *f = *state;
	char *root = fixture_path(f, "image");
	LP_AUTO(cleanup_lppack_host_close) struct lppack_host *image = NULL;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	AUTO_REPORT struct lppack_install_report *report = NULL;

	assert_int_equal(mkdir(root, 0755), 0);
	image = lppack_host_open(root, &f->err);
	bundle = lppack_bundle_open(machine_bundle(f, "7.lpb", KERNEL_ID, NULL), &f->err);
	expect_ok(lppack_host_install(image, bundle, f->keyring, NULL, &report, &f->err), &f->err);
	assert_int_equal(report->not_applied, LPPACK_NOT_APPLIED_OTHER_MACHINE);
	assert_null(report->plan);
}

/* What becomes of the kernel undoes nothing of the installation. */
static void installed_but_not_applied(void **state)
{
	struct fixture *f = *state;
	struct fake_patch stalling = new_patch;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *stalled = NULL;
	AUTO_REPORT struct lppack_install_report *locked = NULL;
	char *path = machine_bundle(f, "7.lpb", KERNEL_ID, NULL);
	int rc;

	stalling.transition_ns = FAKE_NEVER;
	shelf_open(&s, f);
	fake_kernel_expect_load(s.kernel, &stalling);
	stalled = install(&s, path, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_STALLED);
	assert_int_equal(stalled->error->code, LPPACK_E_STALLED);
	expect_error(&f->err, LPPACK_E_STALLED, NULL);
	assert_int_equal(stalled->not_applied, LPPACK_NOT_APPLIED_NO);
	assert_outcome(stalled, "reversed");
	fake_kernel_write(s.kernel, "proc/sys/kernel/modules_disabled", "1\n");
	locked = install(&s, path, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_LOCKED);
	expect_error(&f->err, LPPACK_E_LOCKED, NULL);
	assert_non_null(locked->installed);
	assert_null(locked->plan);
	assert_null(locked->receipt);
	assert_int_equal(shelf_boots(&s), 7);
}

static void not_installed_is_not_applied(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *newer = NULL;
	AUTO_REPORT struct lppack_install_report *older = NULL;
	AUTO_REPORT struct lppack_install_report *allowed = NULL;
	char *path;
	int rc;

	shelf_open(&s, f);
	newer = install(&s, machine_bundle(f, "7.lpb", KERNEL_ID, NULL), LPPACK_INSTALL_NO_APPLY, &rc);
	expect_ok(rc, &f->err);
	path = machine_bundle_of(f, "6.lpb", &old_patch, 6, KERNEL_ID, NULL);
	older = install(&s, path, 0, &rc);
	assert_int_equal(rc, -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, NULL);
	assert_null(older);
	assert_int_equal(fake_kernel_calls(s.kernel), 0);
	/* The one flag is for both halves. */
	fake_kernel_expect_load(s.kernel, &old_patch);
	allowed = install(&s, path, LPPACK_INSTALL_ALLOW_DOWNGRADE, &rc);
	expect_ok(rc, &f->err);
	assert_outcome(allowed, "applied");
}

/* Applied is the copy that was verified: what becomes of the file meanwhile is nobody's concern. */
static void the_copy_is_applied(void **state)
{
	struct fixture *f = *state;
	AUTO_SHELF struct shelf s = { 0 };
	AUTO_REPORT struct lppack_install_report *report = NULL;
	char *path = machine_bundle(f, "7.lpb", KERNEL_ID, NULL);
	int rc;

	assert_int_equal(chmod(path, 0666), 0);
	shelf_open(&s, f);
	fake_kernel_expect_load(s.kernel, &new_patch);
	report = install(&s, path, 0, &rc);
	expect_ok(rc, &f->err);
	assert_outcome(report, "applied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(with_apply),
		fixture_test(a_newer_release),
		fixture_test(without_apply),
		fixture_test(for_another_kernel),
		fixture_test(for_another_machine),
		fixture_test(installed_but_not_applied),
		fixture_test(not_installed_is_not_applied),
		fixture_test(the_copy_is_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
