/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the spec that a bundle is made from. */
#include "support/fixture.h"

#include "pack/spec.h"

#include <unistd.h>

static void made_by_calls(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 1, &f->err);

	expect_ok(fixture_add_kernel(spec, "a.ko", "00112233", &f->err), &f->err);
	expect_ok(fixture_add_kernel(spec, "b.ko", "/boot/vmlinuz", &f->err), &f->err);
	assert_null(spec->kernels[0].kernel);
	assert_int_equal(spec->kernels[0].build_id.len, 4);
	assert_string_equal(spec->kernels[1].kernel, "/boot/vmlinuz");
	assert_int_equal(spec->kernels[1].build_id.len, 0);
	/* A file that looks like a build ID is a file. */
	fixture_write_text(f, "cafecafe", "");
	assert_int_equal(chdir(f->dir), 0);
	expect_ok(fixture_add_kernel(spec, "c.ko", "cafecafe", &f->err), &f->err);
	assert_int_equal(chdir("/"), 0);
	assert_string_equal(spec->kernels[2].kernel, "cafecafe");
	expect_ok(lppack_spec_set_version(spec, "one", &f->err), &f->err);
	expect_ok(lppack_spec_set_version(spec, "two", &f->err), &f->err);
	assert_string_equal(spec->id.version, "two");
	assert_int_equal(lppack_spec_set_version(spec, "", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "version");
	assert_int_equal(lppack_spec_set_version(spec, "a\x1b[m", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "version");
	assert_string_equal(spec->id.version, "two");
}

static void expiry_by_call(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 1, &f->err);

	expect_ok(lppack_spec_set_expires(spec, "2026-11-21T12:00:00Z", &f->err), &f->err);
	assert_int_equal(lppack_spec_set_expires(spec, "2026-02-31T12:00:00Z", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "2026-02-31");
	assert_int_equal(lppack_spec_set_expires(spec, "1970-01-01T00:00:00Z", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "1970");
	assert_int_equal(spec->expires, 1795262400);
}

static void streams_that_are_none(void **state)
{
	struct fixture *f = *state;

	assert_null(lppack_spec_new(NULL, 1, &f->err));
	expect_error(&f->err, LPPACK_E_USAGE, NULL);
	assert_null(lppack_spec_new("a b\n", 1, &f->err));
	expect_error(&f->err, LPPACK_E_USAGE, "'a b?'");
	assert_null(lppack_spec_new("demo", UINT64_MAX, &f->err));
	expect_error(&f->err, LPPACK_E_USAGE, "18446744073709551615");
	lppack_spec_free(NULL);
}

static void add_fixes(struct fixture *f, struct lppack_spec *spec)
{
	static const char *const functions[] = { "f", "g", NULL };
	static const char *const not_for[] = { "6.1.0-0-*", NULL };
	LPPACK_OPTIONS(lppack_spec_fix, second, .id = "CVE-2", .functions = functions, .not_for = not_for);
	LPPACK_OPTIONS(lppack_spec_fix, first, .flags = LPPACK_SPEC_FIX_SINCE, .id = "CVE-1", .summary = "one \"line\"",
		       .severity = "low", .cvss = "7", .since = 4);

	expect_ok(lppack_spec_add_fix(spec, &second, &f->err), &f->err);
	expect_ok(lppack_spec_add_fix(spec, &first, &f->err), &f->err);
	first.id = "CVE-0";
	first.since = 0;
	expect_ok(lppack_spec_add_fix(spec, &first, &f->err), &f->err);
}

static struct lppack_spec *say_by_calls(struct fixture *f, const char *modules[2])
{
	struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);
	char id[41];

	expect_ok(lppack_spec_set_epoch(spec, 2, &f->err), &f->err);
	expect_ok(lppack_spec_set_version(spec, "6", &f->err), &f->err);
	expect_ok(lppack_spec_set_created(spec, "2026-11-21T12:00:00Z", &f->err), &f->err);
	expect_ok(lppack_spec_set_expires(spec, "2027-11-21T12:00:00Z", &f->err), &f->err);
	expect_ok(lppack_spec_set_rollback_floor(spec, 3, &f->err), &f->err);
	expect_ok(lppack_spec_set_require(spec, 0, &f->err), &f->err);
	add_fixes(f, spec);
	expect_ok(lppack_spec_add_unfixable(spec, "b", "r", &f->err), &f->err);
	expect_ok(lppack_spec_add_unfixable(spec, "a", "r", &f->err), &f->err);
	expect_ok(lppack_spec_add_withdrawn(spec, "kernel", "00112233", "r", &f->err), &f->err);
	expect_ok(lppack_spec_add_withdrawn(spec, "fix", "z", "r", &f->err), &f->err);
	expect_ok(lppack_spec_add_withdrawn(spec, "function", "vmlinux:f,2", "r", &f->err), &f->err);
	for (unsigned int i = 0; i < 2; i++)
		expect_ok(fixture_add_kernel(spec, modules[i], fixture_build_id(i, id), &f->err), &f->err);
	return spec;
}

static struct lppack_spec *say_by_file(struct fixture *f, const char *modules[2])
{
	char first[41], second[41];

	return lppack_spec_read(
		fixture_write_text(
			f, "s.yaml",
			fixture_format(
				f,
				"stream: demo\nserial: 7\nepoch: 2\nversion: 6\ncreated: 2026-11-21T12:00:00Z\n"
				"expires: 2027-11-21T12:00:00Z\nrollback_floor: 3\n"
				"fixes:\n"
				"  - {id: CVE-0, summary: one \"line\", severity: low, cvss: 7, since: 0}\n"
				"  - {id: CVE-1, summary: one \"line\", severity: low, cvss: 7, since: 4}\n"
				"  - {id: CVE-2, functions: [f, g], not_for: ['6.1.0-0-*']}\n"
				"unfixable:\n  - {id: a, reason: r}\n  - {id: b, reason: r}\n"
				"withdrawn:\n  - {kind: fix, id: z, reason: r}\n"
				"  - {kind: function, id: 'vmlinux:f,2', reason: r}\n"
				"  - {kind: kernel, id: '00112233', reason: r}\n"
				"require:\n  module_signature: false\n"
				"kernels:\n  - {module: '%s', build_id: '%s'}\n  - {module: '%s', build_id: '%s'}\n",
				modules[0], fixture_build_id(0, first), modules[1], fixture_build_id(1, second))),
		NULL, &f->err);
}

static void a_file_says_no_more_than_calls(void **state)
{
	struct fixture *f = *state;
	const char *modules[] = {
		fixture_module(f, "m0.ko", &(struct elf_maker_options){ .name = "m0", .release = "6.1.0-0-test" }),
		fixture_module(f, "m1.ko", &(struct elf_maker_options){ .name = "m1", .release = "6.1.0-1-test" }),
	};
	LP_AUTO_SPEC struct lppack_spec *calls = say_by_calls(f, modules);
	LP_AUTO_SPEC struct lppack_spec *file = say_by_file(f, modules);
	LP_AUTO_BUF struct lp_buf a = { 0 };
	LP_AUTO_BUF struct lp_buf b = { 0 };

	expect_ok(file ? 0 : -1, &f->err);
	expect_ok(fixture_create(f, calls, fixture_path(f, "calls.lpb")), &f->err);
	expect_ok(fixture_create(f, file, fixture_path(f, "file.lpb")), &f->err);
	fixture_read(fixture_path(f, "calls.lpb"), &a);
	fixture_read(fixture_path(f, "file.lpb"), &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_int_equal(fixture_check(f, fixture_path(f, "calls.lpb")), 0);
}

static void every_file_of_a_kernel(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);
	LPPACK_OPTIONS(lppack_spec_kernel, kernel, .module = "m", .kernel = "k", .kernel_dir = "d", .system_map = "s",
		       .symvers = "v", .config = "c", .modules = "t");

	expect_ok(lppack_spec_add_kernel(spec, &kernel, &f->err), &f->err);
	assert_string_equal(spec->kernels[0].kernel_dir, "d");
	assert_string_equal(spec->kernels[0].system_map, "s");
	assert_string_equal(spec->kernels[0].symvers, "v");
	assert_string_equal(spec->kernels[0].config, "c");
	assert_string_equal(spec->kernels[0].modules, "t");
	kernel.build_id = "00112233";
	assert_int_equal(lppack_spec_add_kernel(spec, &kernel, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "belongs to one kernel");
	kernel.kernel = NULL;
	kernel.build_id = "0011";
	assert_int_equal(lppack_spec_add_kernel(spec, &kernel, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "'0011' is not a build ID");
	assert_int_equal(spec->n_kernels, 1);
}

static void refuse_fix(struct fixture *f, struct lppack_spec *spec, const struct lppack_spec_fix *fix,
		       const char *words)
{
	size_t before = spec->n_fixes;

	assert_int_equal(lppack_spec_add_fix(spec, fix, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, words);
	assert_int_equal(spec->n_fixes, before);
}

static void fixes_that_are_none(void **state)
{
	static const char *const empty[] = { "", NULL };
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);
	LPPACK_OPTIONS(lppack_spec_fix, fix, .id = "z");

	expect_ok(lppack_spec_add_withdrawn(spec, "fix", "z", "r", &f->err), &f->err);
	refuse_fix(f, spec, &fix, "the fix z is withdrawn");
	fix.id = "a";
	expect_ok(lppack_spec_add_fix(spec, &fix, &f->err), &f->err);
	refuse_fix(f, spec, &fix, "the fix a stands twice");
	fix.id = "b";
	fix.severity = "urgent";
	refuse_fix(f, spec, &fix, "the severity of b");
	fix.severity = NULL;
	fix.flags = LPPACK_SPEC_FIX_SINCE;
	fix.since = 8;
	refuse_fix(f, spec, &fix, "a later serial");
	fix.since = 7;
	fix.flags = 1u << 31;
	refuse_fix(f, spec, &fix, "unknown: 0x80000000");
	fix.flags = 0;
	fix.functions = empty;
	refuse_fix(f, spec, &fix, "functions of a fix");
	fix.functions = NULL;
	fix.summary = "two\nlines";
	refuse_fix(f, spec, &fix, "summary of a fix");
}

static void other_refusals(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);

	assert_int_equal(lppack_spec_set_epoch(spec, UINT64_MAX, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "epoch");
	assert_int_equal(lppack_spec_set_rollback_floor(spec, 8, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "above the serial 7");
	assert_int_equal(lppack_spec_set_require(spec, 2, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "unknown: 0x2");
	expect_ok(lppack_spec_set_require(spec, LPPACK_REQUIRE_MODULE_SIGNATURE, &f->err), &f->err);
	assert_true(spec->require_module_signature);
	assert_int_equal(lppack_spec_set_created(spec, "2242-03-16T12:56:32Z", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "2242");
	expect_ok(lppack_spec_add_unfixable(spec, "a", "r", &f->err), &f->err);
	assert_int_equal(lppack_spec_add_unfixable(spec, "a", "s", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "a stands twice");
	assert_int_equal(lppack_spec_add_unfixable(spec, "b", "", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "the reason must have");
	assert_int_equal(lppack_spec_add_withdrawn(spec, "module", "a", "r", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "'module'");
	assert_int_equal(lppack_spec_add_withdrawn(spec, "state", "one", "r", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "a decimal number");
	expect_ok(lppack_spec_add_withdrawn(spec, "fix", "a", "r", &f->err), &f->err);
	assert_int_equal(lppack_spec_add_withdrawn(spec, "fix", "a", "r", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "fix a stands twice");
	assert_int_equal(spec->n_unfixable + spec->n_withdrawn, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(made_by_calls),          fixture_test(expiry_by_call),
		fixture_test(streams_that_are_none),  fixture_test(a_file_says_no_more_than_calls),
		fixture_test(every_file_of_a_kernel), fixture_test(fixes_that_are_none),
		fixture_test(other_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
