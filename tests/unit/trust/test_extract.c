/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests verifying and extracting one module in one call. */
#include "support/fixture.h"

#include <unistd.h>

static void one_call(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 3);
	char *directory = fixture_path(f, "keys");
	LP_AUTO_FREE char *written = NULL;
	LP_AUTO_BUF struct lp_buf module = { 0 };
	LP_AUTO_BUF struct lp_buf is = { 0 };
	char id[41];

	fixture_build_id(1, id);
	expect_ok(lppack_bundle_extract(path, f->keyring, id, directory, 0, &written, &f->err), &f->err);
	assert_string_equal(written, fixture_path(f, "keys/livepatch_1.ko"));
	fixture_read(fixture_path(f, "m1.ko"), &module);
	fixture_read(written, &is);
	assert_int_equal(is.len, module.len);
	assert_memory_equal(is.data, module.data, is.len);
	free(written);
	assert_int_equal(lppack_bundle_extract(path, f->keyring, id, directory, 0, &written, &f->err),
			 -LPPACK_E_EXISTS);
	assert_null(written);
	expect_error(&f->err, LPPACK_E_EXISTS, "livepatch_1.ko");
	expect_ok(lppack_bundle_extract(path, f->keyring, id, directory, LPPACK_EXTRACT_OVERWRITE, NULL, &f->err),
		  &f->err);
}

/* Whatever fails, nothing is written, and its code is returned without a struct for the error too. */
static void no_step_is_passed_over(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	char *directory = fixture_path(f, "keys");
	LP_AUTO(cleanup_lppack_keyring_free) struct lppack_keyring *empty = lppack_keyring_new(&f->err);
	size_t before = fixture_count(f, "keys");
	char id[41];

	fixture_build_id(0, id);
	assert_int_equal(lppack_bundle_extract(fixture_path(f, "absent"), f->keyring, id, directory, 0, NULL, NULL),
			 -LPPACK_E_IO);
	assert_int_equal(lppack_bundle_extract(path, empty, id, directory, 0, NULL, NULL), -LPPACK_E_NO_KEYS);
	assert_int_equal(lppack_bundle_extract(path, f->keyring, "00112233", directory, 0, NULL, NULL),
			 -LPPACK_E_NO_KERNEL);
	assert_int_equal(lppack_bundle_extract(path, f->keyring, id, directory, 2, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "unknown: 0x2");
	assert_int_equal(fixture_count(f, "keys"), before);
}

/* The code that is returned never comes from the caller's struct: that may be one that counts as NULL, or not cleared. */
static void any_struct_for_the_error(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	char *directory = fixture_path(f, "keys");
	struct lppack_error garbage = { .size = 5 };
	struct lppack_error stale = LPPACK_ERROR_INIT;
	char nothing;
	char *written = &nothing;

	assert_int_equal(lppack_bundle_extract(path, f->keyring, "00112233", directory, 0, &written, &garbage),
			 -LPPACK_E_NO_KERNEL);
	assert_null(written);
	assert_int_equal(garbage.code, 0);
	lp_fail(&stale, LPPACK_E_IO, NULL, "an earlier failure");
	written = &nothing;
	assert_int_equal(lppack_bundle_extract(path, f->keyring, "00112233", directory, 2, &written, &stale),
			 -LPPACK_E_USAGE);
	assert_null(written);
	assert_int_equal(lppack_bundle_extract(path, f->keyring, "00112233", directory, 0, &written, &stale),
			 -LPPACK_E_NO_KERNEL);
	expect_error(&stale, LPPACK_E_IO, "an earlier failure");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(one_call),
		fixture_test(no_step_is_passed_over),
		fixture_test(any_struct_for_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
