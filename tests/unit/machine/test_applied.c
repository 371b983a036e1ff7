/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the record of what is applied. */
#include "support/fixture.h"

#include "machine/applied.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void fill(struct lp_applied *a)
{
	*a = (struct lp_applied){ .boot_id = strdup("11111111-2222-3333-4444-555555555555"),
				  .release = strdup("6.1.0-test"),
				  .module = strdup("livepatch_x"),
				  .id.stream = strdup("demo"),
				  .id.epoch = 1,
				  .id.serial = LP_NUMBER_MAX,
				  .id.version = strdup("2026.11 \"x\""),
				  .id.digest.bytes[3] = 9,
				  .applied_at = 1795262400 };
	assert_int_equal(lp_build_id_parse("00112233", &a->kernel), 0);
	assert_int_equal(lp_build_id_parse("aabbccdd", &a->module_build_id), 0);
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };
	LP_AUTO_APPLIED struct lp_applied b = { 0 };

	fill(&a);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_applied_read(f->dir, &b, &f->err), 1);
	assert_string_equal(b.boot_id, a.boot_id);
	assert_true(lp_build_id_equal(&b.kernel, &a.kernel));
	assert_true(lp_build_id_equal(&b.module_build_id, &a.module_build_id));
	assert_string_equal(b.release, a.release);
	assert_string_equal(b.module, a.module);
	assert_string_equal(b.id.stream, a.id.stream);
	assert_string_equal(b.id.version, a.id.version);
	assert_true(b.id.serial == a.id.serial && b.id.epoch == 1 && b.applied_at == a.applied_at);
	assert_true(lp_digest_equal(&a.id.digest, &b.id.digest));
}

static void a_later_record_replaces_it(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };
	LP_AUTO_APPLIED struct lp_applied b = { 0 };

	fill(&a);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	a.id.serial = 8;
	a.module_build_id.len = 0;
	free(a.boot_id);
	a.boot_id = NULL;
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_applied_read(f->dir, &b, &f->err), 1);
	assert_int_equal(b.id.serial, 8);
	assert_int_equal(b.module_build_id.len, 0);
	assert_string_equal(b.boot_id, "");
}

static void what_status_needs(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = fixture_verify(f, fixture_bundle(f, "b.lpb", 1), &bundle);
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_APPLIED struct lp_applied a = { 0 };
	LP_AUTO_APPLIED struct lp_applied b = { 0 };

	fill(&a);
	assert_int_equal(lp_text_list_add(&metadata.not_applicable, "CVE-1"), 0);
	expect_ok(lp_contents_fixes(lp_verified_contents(verified), &fixes, &f->err), &f->err);
	a.level = lp_applied_level(&fixes, &metadata, &f->err);
	expect_ok(a.level ? 0 : -1, &f->err);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_applied_read(f->dir, &b, &f->err), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(b.level, "not_applicable")), 1);
	assert_int_equal(lppack_value_kind(lppack_value_get(b.level, "fixes")), LPPACK_KIND_LIST);
}

static void forgetting(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };

	fill(&a);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	expect_ok(lp_applied_forget(f->dir, &f->err), &f->err);
	lp_applied_free(&a);
	assert_int_equal(lp_applied_read(f->dir, &a, &f->err), 0);
	/* But not by itself. */
	fill(&a);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(unlink(fixture_path(f, "var/lib/lppack/applied.yaml")), 0);
	lp_applied_free(&a);
	assert_int_equal(lp_applied_read(f->dir, &a, &f->err), -LPPACK_E_STATE);
	expect_error(&f->err, LPPACK_E_STATE, "missing");
}

static void no_record(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };

	assert_int_equal(lp_applied_read(f->dir, &a, &f->err), 0);
	expect_ok(0, &f->err);
}

static void damaged_records(void **state)
{
	static const char *const bad[] = { "", "format: 1\n", "format: 2\n", "[]\n", "\xff", "format: 1\nnovel: 2\n" };
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };

	fill(&a);
	expect_ok(lp_applied_write(f->dir, &a, &f->err), &f->err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lp_applied b;

		fixture_write_text(f, "var/lib/lppack/applied.yaml", bad[i]);
		assert_int_equal(lp_applied_read(f->dir, &b, &f->err), -LPPACK_E_STATE);
		expect_error(&f->err, LPPACK_E_STATE, "applied.yaml");
		assert_null(b.module);
	}
}

static void places_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_APPLIED struct lp_applied a = { 0 };

	fill(&a);
	fixture_write_text(f, "var", "a file");
	assert_int_equal(lp_applied_write(f->dir, &a, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/var");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(there_and_back),  fixture_test(a_later_record_replaces_it),    fixture_test(no_record),
		fixture_test(damaged_records), fixture_test(places_that_cannot_be_written),
		fixture_test(forgetting),      fixture_test(what_status_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
