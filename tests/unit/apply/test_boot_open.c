/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that the release which a boot applies is found and opened, or refused. */
#include "support/store_machine.h"

#include "machine/boot_count.h"

static void nothing_is_installed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_NO_RELEASE, "no level is installed");
}

static void nothing_is_chosen(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(remember_target(shelf_root(&s), NULL, &s.f->err), &s.f->err);
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_NO_RELEASE, "lppack remove");
}

/* The level that was gone back to stays, though a newer one is there. */
static void the_chosen_one(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	assert_int_equal(shelf_boots(&s), 8);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	expect_ok(remember_target(shelf_root(&s), &lp_store_find_serial(&store, "demo", 7)->id.digest, &s.f->err),
		  &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
	shelf_install(&s, 9);
	assert_int_equal(shelf_boots(&s), 9);
}

static void the_kill_switch(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	fake_kernel_write(s.kernel, "proc/cmdline", "quiet lppack.apply=0 splash\n");
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_DISABLED, "lppack.apply=0");
}

static void a_hold_leaves_the_one_below(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = NULL;
	LP_AUTO_VALUE struct lppack_value *skipped = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	expect_ok(lp_store_open_installed(s.host, s.f->keyring, NULL, &bundle, &verified, &skipped, &s.f->err),
		  &s.f->err);
	assert_int_equal(lppack_verified_serial(verified), 7);
	assert_int_equal(lppack_value_count(skipped), 1);
	assert_string_equal(text_of(lppack_value_at(skipped, 0, NULL), "name"), "HELD");
	assert_string_equal(text_of(lppack_value_at(skipped, 0, NULL), "serial"), "8");
}

static void all_are_held(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 1);
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_HELD, "serial 7");
}

static void nothing_for_the_kernel(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	shelf_open(&s, *state);
	told = shelf_install_with(&s, shelf_bundle(&s, 7, OTHER_KERNEL, ""), 0);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_NO_KERNEL, KERNEL_ID);
}

static void a_boot_loop(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	const struct lp_installed *eight;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	eight = lp_store_find_serial(&store, "demo", 8);
	for (unsigned int boot = 1; boot <= 2; boot++) {
		shelf_reboot(&s, boot);
		assert_int_equal(shelf_boots(&s), 8);
		expect_ok(remember_boot(s.host, &eight->id.digest, &s.f->err), &s.f->err);
	}
	shelf_reboot(&s, 3);
	assert_int_equal(shelf_boots(&s), 7);
	/* A newer level is tried again. */
	shelf_install(&s, 9);
	assert_int_equal(shelf_boots(&s), 9);
}

static void describing(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	list = lppack_store_describe(s.host, &s.f->err);
	assert_int_equal(lppack_value_count(list), 2);
	assert_string_equal(text_of(lppack_value_at(list, 0, NULL), "serial"), "8");
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_at(list, 0, NULL), "target")), 1);
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_at(list, 1, NULL), "target")), 0);
	assert_true(fixture_exists(text_of(lppack_value_at(list, 1, NULL), "path")));
	fake_kernel_write(s.kernel, "var/lib/lppack/store.yaml", "x");
	assert_null(lppack_store_describe(s.host, &s.f->err));
	expect_error(&s.f->err, LPPACK_E_STATE, "store.yaml");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing_is_installed),
		fixture_test(nothing_is_chosen),
		fixture_test(the_chosen_one),
		fixture_test(the_kill_switch),
		fixture_test(a_hold_leaves_the_one_below),
		fixture_test(all_are_held),
		fixture_test(nothing_for_the_kernel),
		fixture_test(a_boot_loop),
		fixture_test(describing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
