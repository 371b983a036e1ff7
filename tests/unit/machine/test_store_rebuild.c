/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that the record of the installed releases can be made anew from their files. */
#include "support/store_machine.h"

#include <unistd.h>

#define STORE "var/lib/lppack/store.yaml"

static size_t count_installed(struct shelf *s)
{
	LP_AUTO_STORE struct lp_store store = { 0 };

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	return store.n;
}

static void boots_say_what_helps(struct shelf *s)
{
	assert_int_equal(shelf_boots(s), 0);
	assert_string_equal(s->f->err.hint, "install the bundle again");
	expect_error(&s->f->err, LPPACK_E_STATE, "store.yaml");
}

static void installing_again_finds_all_releases(void **state)
{
	static const char *const damages[] = { "", "format: 1\n", "format: 0\nlevels: []\n", "\t{", "- a\n", NULL };
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (unsigned int serial = 6; serial <= 8; serial++)
		shelf_install(&s, serial);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		LP_AUTO_VALUE struct lppack_value *report = NULL;
		const char *warning;

		if (damages[i])
			fake_kernel_write(s.kernel, STORE, damages[i]);
		else
			fake_kernel_remove(s.kernel, STORE);
		boots_say_what_helps(&s);
		report = shelf_install_with(&s, shelf_bundle(&s, 8, KERNEL_ID, ""), 0);
		expect_ok(report ? 0 : -1, &s.f->err);
		warning = lppack_value_text(lppack_value_at(lppack_value_get(report, "warnings"), 0, NULL));
		assert_non_null(strstr(warning, "store.yaml"));
		assert_non_null(strstr(warning, "with 3 levels whose files are there"));
		assert_int_equal(lppack_value_bool(lppack_value_get(report, "already")), 1);
		assert_int_equal(count_installed(&s), 3);
		assert_int_equal(shelf_boots(&s), 8);
	}
}

/* What cannot be read now is not thrown away at once. */
static void files_that_are_no_bundles_stay_out(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_FREE char *six = NULL;
	LP_AUTO_FREE char *seven = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 6);
	shelf_install(&s, 7);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	six = lp_store_path(shelf_root(&s), &lp_store_find_serial(&store, "demo", 6)->id.digest);
	seven = lp_store_path(shelf_root(&s), &lp_store_find_serial(&store, "demo", 7)->id.digest);
	assert_int_equal(truncate(six, 3000), 0);
	fake_kernel_write(s.kernel, "var/lib/lppack/bundles/ab.lpb", "half");
	fake_kernel_write(s.kernel, STORE, "\t{");
	shelf_install(&s, 8);
	assert_int_equal(count_installed(&s), 2);
	assert_true(fixture_exists(six));
	shelf_install(&s, 9);
	assert_int_equal(count_installed(&s), 3);
	assert_false(fixture_exists(six));
	assert_true(fixture_exists(seven));
}

/* A level under the name of another is none. */
static void names_are_not_believed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_STORE struct lp_store rebuilt = { 0 };
	LP_AUTO_FREE char *path = NULL;
	char *other;

	shelf_open(&s, *state);
	shelf_install(&s, 6);
	shelf_install(&s, 7);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	path = lp_store_path(shelf_root(&s), &lp_store_find_serial(&store, "demo", 6)->id.digest);
	other = fixture_format(s.f, "%.*s%064d.lpb", (int)(strrchr(path, '/') + 1 - path), path, 0);
	assert_int_equal(rename(path, other), 0);
	expect_ok(lp_store_rebuild(shelf_root(&s), &rebuilt, &s.f->err), &s.f->err);
	assert_int_equal(rebuilt.n, 1);
	assert_int_equal(rebuilt.releases[0].id.serial, 7);
	assert_int_equal(rebuilt.releases[0].size, store.releases[0].size);
}

static void nothing_was_installed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };

	shelf_open(&s, *state);
	expect_ok(lp_store_rebuild(shelf_root(&s), &store, &s.f->err), &s.f->err);
	assert_int_equal(store.n, 0);
}

/* Releases that nobody can look at are not gone. */
static void files_that_cannot_be_listed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	const char *bundles;

	shelf_open(&s, *state);
	shelf_install(&s, 6);
	bundles = fixture_format(s.f, "%s" LP_STORE_BUNDLES, shelf_root(&s));
	assert_int_equal(rename(bundles, fixture_format(s.f, "%s.away", bundles)), 0);
	assert_int_equal(symlink("/data/not/mounted", bundles), 0);
	assert_int_equal(lp_store_rebuild(shelf_root(&s), &store, &s.f->err), -LPPACK_E_IO);
	expect_error(&s.f->err, LPPACK_E_IO, "bundles: cannot be listed");
	assert_int_equal(unlink(bundles), 0);
	fake_kernel_write(s.kernel, bundles + strlen(shelf_root(&s)) + 1, "a file");
	assert_int_equal(lp_store_rebuild(shelf_root(&s), &store, &s.f->err), -LPPACK_E_IO);
	expect_error(&s.f->err, LPPACK_E_IO, "bundles: cannot be listed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(installing_again_finds_all_releases),
		fixture_test(files_that_are_no_bundles_stay_out),
		fixture_test(names_are_not_believed),
		fixture_test(nothing_was_installed),
		fixture_test(files_that_cannot_be_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
