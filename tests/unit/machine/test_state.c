/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the state file: what is applied, loaded and chosen for boots. */
#include "format/text_list.h"
#include "format/fixes.h"
#include "format/metadata.h"
#include "format/release.h"
#include "format/format.h"
#include "format/state_file.h"
#include "support/fixture.h"

#include "base/directory.h"
#include "machine/state.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void fill(struct lp_state *s)
{
	*s = (struct lp_state){ .boot_id = strdup("11111111-2222-3333-4444-555555555555"),
				.has_applied = true,
				.has_target = true,
				.target.bytes[1] = 4 };
	s->applied = (struct lp_applied){ .release = strdup("6.1.0-test"),
					  .module.name = strdup("livepatch_x"),
					  .id.stream = strdup("demo"),
					  .id.epoch = 1,
					  .id.serial = LP_NUMBER_MAX,
					  .id.version = strdup("2026.11 \"x\""),
					  .id.digest.bytes[3] = 9,
					  .applied_at = 1795262400 };
	assert_int_equal(lp_build_id_parse("00112233", &s->applied.kernel), 0);
	assert_int_equal(lp_build_id_parse("aabbccdd", &s->applied.module.build_id), 0);
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };
	LP_AUTO_STATE struct lp_state b = { 0 };

	fill(&a);
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_state_read(f->dir, &b, &f->err), 1);
	assert_string_equal(b.boot_id, a.boot_id);
	assert_true(b.has_applied && b.has_target && !b.forced);
	assert_true(lp_digest_equal(&a.target, &b.target));
	assert_true(lp_build_id_equal(&b.applied.kernel, &a.applied.kernel));
	assert_true(lp_build_id_equal(&b.applied.module.build_id, &a.applied.module.build_id));
	assert_string_equal(b.applied.release, a.applied.release);
	assert_string_equal(b.applied.module.name, a.applied.module.name);
	assert_string_equal(b.applied.id.version, a.applied.id.version);
	assert_true(lp_release_is_same(&b.applied.id, &a.applied.id));
	assert_true(b.applied.applied_at == a.applied.applied_at);
	assert_true(lp_digest_equal(&a.applied.id.digest, &b.applied.id.digest));
}

static void a_later_record_replaces_it(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };
	LP_AUTO_STATE struct lp_state b = { 0 };

	fill(&a);
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	a.applied.id.serial = 8;
	a.applied.module.build_id.len = 0;
	free(a.boot_id);
	a.boot_id = NULL;
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_state_read(f->dir, &b, &f->err), 1);
	assert_int_equal(b.applied.id.serial, 8);
	assert_int_equal(b.applied.module.build_id.len, 0);
	assert_string_equal(b.boot_id, "");
}

static void what_status_needs(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = fixture_verify(f, fixture_bundle(f, "b.lpb", 1), &bundle);
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_STATE struct lp_state a = { 0 };
	LP_AUTO_STATE struct lp_state b = { 0 };

	fill(&a);
	expect_ok(lp_contents_fixes(lp_verified_contents(verified), &fixes, &f->err), &f->err);
	assert_int_equal(lp_text_list_add(&metadata.not_applicable, "CVE-1"), 0);
	expect_ok(lp_claims_set(&a.applied.claims, &fixes, &metadata.not_applicable, &f->err), &f->err);
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(lp_state_read(f->dir, &b, &f->err), 1);
	assert_true(b.applied.claims.is_known);
	assert_int_equal(b.applied.claims.fixes.n_fixes, fixes.n_fixes);
	assert_int_equal(b.applied.claims.not_applicable.n, 1);
	assert_true(lp_claims_excludes(&b.applied.claims, "CVE-1"));
	assert_false(lp_claims_excludes(&b.applied.claims, "CVE-2"));
}

/* What an earlier boot applied, loaded and forced is no more; what boots begin with stays. */
static void another_boot(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };

	fill(&a);
	a.forced = true;
	expect_ok(lp_state_add_module(&a, &a.applied.module.build_id, &f->err), &f->err);
	assert_non_null(lp_state_active(&a, a.boot_id));
	assert_non_null(lp_state_active(&a, NULL));
	assert_null(lp_state_active(&a, "99999999-2222-3333-4444-555555555555"));
	expect_ok(lp_state_enter_boot(&a, "11111111-2222-3333-4444-555555555555", &f->err), &f->err);
	assert_true(a.forced && a.has_applied && a.n_modules == 1);
	expect_ok(lp_state_enter_boot(&a, "99999999-2222-3333-4444-555555555555", &f->err), &f->err);
	assert_false(a.forced || a.has_applied || a.n_modules);
	assert_true(a.has_target);
}

static void a_missing_file_is_damage(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };

	fill(&a);
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	assert_int_equal(unlink(fixture_path(f, "var/lib/lppack/state.yaml")), 0);
	lp_state_free(&a);
	assert_int_equal(lp_state_read(f->dir, &a, &f->err), -LPPACK_E_STATE);
	expect_error(&f->err, LPPACK_E_STATE, "missing");
}

/* Neither read nor removed. */
static void a_newer_format(void **state)
{
	static const char newer[] = "format: 2\nnovel: true\n";
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf after = { 0 };
	struct lp_state a;

	expect_ok(lp_directory_make(f->dir, LP_STATE_DIRECTORY, &f->err), &f->err);
	fixture_write_text(f, "var/lib/lppack/state.yaml", newer);
	assert_int_equal(lp_state_read(f->dir, &a, &f->err), -LPPACK_E_UNSUPPORTED);
	expect_error(&f->err, LPPACK_E_UNSUPPORTED, "state.yaml: is of format 2");
	assert_int_equal(lp_state_file_remove(f->dir, LP_STATE_FILE, &f->err), -LPPACK_E_UNSUPPORTED);
	expect_error(&f->err, LPPACK_E_UNSUPPORTED, "state.yaml: is of format 2");
	fixture_read(fixture_path(f, "var/lib/lppack/state.yaml"), &after);
	assert_string_equal((char *)after.data, newer);
}

static void no_record(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };

	assert_int_equal(lp_state_read(f->dir, &a, &f->err), 0);
	expect_ok(0, &f->err);
}

static void damaged_records(void **state)
{
	static const char *const bad[] = { "", "format: 1\n", "format: 0\n", "[]\n", "\xff", "format: 1\nnovel: 2\n" };
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };

	fill(&a);
	expect_ok(lp_state_write(f->dir, &a, &f->err), &f->err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lp_state b;

		fixture_write_text(f, "var/lib/lppack/state.yaml", bad[i]);
		assert_int_equal(lp_state_read(f->dir, &b, &f->err), -LPPACK_E_STATE);
		expect_error(&f->err, LPPACK_E_STATE, "state.yaml");
		assert_null(b.boot_id);
	}
}

static void places_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STATE struct lp_state a = { 0 };

	fill(&a);
	fixture_write_text(f, "var", "a file");
	assert_int_equal(lp_state_write(f->dir, &a, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/var");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(there_and_back),
		fixture_test(a_later_record_replaces_it),
		fixture_test(no_record),
		fixture_test(damaged_records),
		fixture_test(places_that_cannot_be_written),
		fixture_test(another_boot),
		fixture_test(a_missing_file_is_damage),
		fixture_test(a_newer_format),
		fixture_test(what_status_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
