/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading specs from files. */
#include "support/fixture.h"

#include "pack/spec.h"

static struct lppack_spec *read_spec(struct fixture *f, const char *text)
{
	return lppack_spec_read(fixture_write_text(f, "s.yaml", text), NULL, &f->err);
}

static void assert_refused(struct fixture *f, const char *text, const char *words)
{
	LP_AUTO_SPEC struct lppack_spec *spec = read_spec(f, text);

	assert_null(spec);
	assert_non_null(strstr(f->err.message, "s.yaml"));
	expect_error(&f->err, LPPACK_E_SPEC, words);
}

#define HEAD "stream: demo\nserial: 7\n"
#define KERNELS "kernels:\n  - module: a.ko\n    kernel: vmlinuz\n"

static void everything(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = read_spec(
		f, HEAD "epoch: 2\nversion: 6\ncreated: 2026-11-21T12:00:00Z\nexpires: 2027-11-21T12:00:00Z\n"
			"rollback_floor: 3\n"
			"fixes:\n"
			"  - id: CVE-2\n"
			"    functions: [f, g]\n"
			"    not_for: ['6.1.0-*']\n"
			"  - {id: CVE-1, summary: s, severity: low, cvss: 7, since: 4}\n"
			"unfixable:\n  - {id: b, reason: r}\n  - {id: a, reason: r}\n"
			"withdrawn:\n  - {kind: kernel, id: '00112233', reason: r}\n  - {kind: fix, id: z, reason: r}\n"
			"  - {kind: fix, id: y, reason: r}\n"
			"kernels:\n  - module: a.ko\n    kernel: vmlinuz-{release}\n"
			"  - module: b.ko\n    build_id: \"00112233\"\nx-note: 5\n");

	expect_ok(spec ? 0 : -1, &f->err);
	assert_string_equal(spec->id.version, "6");
	assert_int_equal(spec->id.epoch, 2);
	assert_int_equal(spec->id.created, 1795262400);
	assert_int_equal(spec->rollback_floor, 3);
	assert_string_equal(spec->directory, f->dir);
	assert_int_equal(spec->n_fixes, 2);
	assert_string_equal(spec->fixes[0].fix.id, "CVE-1");
	assert_int_equal(spec->fixes[0].fix.since, 4);
	assert_string_equal(spec->fixes[0].fix.cvss, "7");
	assert_int_equal(spec->fixes[1].fix.since, 7);
	assert_int_equal(spec->fixes[1].fix.functions.n, 2);
	assert_string_equal(spec->unfixable[0].id, "a");
	assert_string_equal(spec->withdrawn[0].id, "y");
	assert_string_equal(spec->withdrawn[1].id, "z");
	assert_string_equal(spec->withdrawn[2].kind, "kernel");
	assert_int_equal(spec->n_kernels, 2);
	assert_string_equal(spec->kernels[0].kernel, "vmlinuz-{release}");
	assert_int_equal(spec->kernels[0].build_id.len, 0);
	assert_null(spec->kernels[1].kernel);
	assert_int_equal(spec->kernels[1].build_id.len, 4);
}

static void least(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = read_spec(f, HEAD KERNELS);

	expect_ok(spec ? 0 : -1, &f->err);
	assert_null(spec->id.version);
	assert_int_equal(spec->expires, 0);
}

static void refusals(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "", "empty");
	assert_refused(f, "serial: 7\n" KERNELS, "'stream' is missing");
	assert_refused(f, "stream: demo\n" KERNELS, "'serial' is missing");
	assert_refused(f, HEAD, "'kernels' is missing");
	assert_refused(f, HEAD "kernels: []\n", "'kernels' is empty");
	assert_refused(f, HEAD "kernels: x\n", ":3: 'kernels' must be a list");
	assert_refused(f, HEAD "kernels: [x]\n", "must be a map");
	assert_refused(f, HEAD "kernel: 1\n" KERNELS, ":3: unknown key 'kernel'; did you mean 'kernels'?");
	assert_refused(f, "stream: Demo\nserial: 7\n" KERNELS, ":1: 'stream' must be");
	assert_refused(f, "stream: demo\nserial: -7\n" KERNELS, ":2: 'serial' must be a whole number");
	assert_refused(f, "stream: demo\nserial: 9007199254740992\n" KERNELS, ":2: 'serial' must be at most");
	assert_refused(f, HEAD "version: ''\n" KERNELS, ":3: 'version' must have 1 to 511 bytes");
	assert_refused(f, HEAD "rollback_floor: 8\n" KERNELS, ":3: 'rollback_floor' must be at most 7");
	assert_refused(f, HEAD "created: yesterday\n" KERNELS, ":3: 'created' must be a time");
	assert_refused(f, HEAD "created: 2242-03-16T12:56:32Z\n" KERNELS, ":3: 'created' is after");
	assert_refused(f, HEAD "created: 2026-11-21T12:00:00Z\nexpires: 2026-11-21T12:00:00Z\n" KERNELS,
		       ":4: 'expires' is not after 'created'");
	/* It would not expire at all. */
	assert_refused(f, HEAD "expires: 1970-01-01T00:00:00Z\n" KERNELS, ":3: 'expires' is not after 'created'");
	assert_refused(f, HEAD "kernels:\n  - module: a.ko\n", ":4: give either 'kernel' or 'build_id'");
	assert_refused(f, HEAD "kernels:\n  - {module: a.ko, kernel: v, build_id: '00112233'}\n",
		       ":4: give either 'kernel' or 'build_id'");
	assert_refused(f, HEAD "kernels:\n  - {kernel: v}\n", "'module' is missing");
	assert_refused(f, HEAD "kernels:\n  - {module: a.ko, build_id: '0011'}\n", "'build_id' must be");
	assert_refused(f, HEAD "kernels:\n  - {modul: a.ko, kernel: v}\n", "did you mean 'module'");
}

static void refused_fixes(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, HEAD "fixes:\n  - {id: a}\n  - {id: b}\n  - {id: a}\n" KERNELS, "the fix a stands twice");
	assert_refused(f, HEAD "fixes:\n  - {summary: a}\n" KERNELS, ":4: the key 'id' is missing");
	assert_refused(f, HEAD "fixes:\n  - {id: ''}\n" KERNELS, ":4: 'id' must have");
	assert_refused(f, HEAD "fixes:\n  - {id: a, severity: urgent}\n" KERNELS, "'severity' must be");
	assert_refused(f, HEAD "fixes:\n  - {id: a, since: 8}\n" KERNELS, "'since' must be at most 7");
	assert_refused(f, HEAD "unfixable:\n  - {id: a, reason: r}\n  - {id: a, reason: s}\n" KERNELS,
		       "a stands twice");
	assert_refused(f, HEAD "unfixable:\n  - {id: a}\n" KERNELS, "'reason' is missing");
	assert_refused(f, HEAD "withdrawn:\n  - {kind: module, id: a, reason: r}\n" KERNELS, "'kind' must be");
	assert_refused(
		f, HEAD "withdrawn:\n  - {kind: fix, id: a, reason: r}\n  - {kind: fix, id: a, reason: r}\n" KERNELS,
		"fix a stands twice");
}

static void refused_withdrawals(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, HEAD "withdrawn:\n  - {kind: function, id: seq_read, reason: r}\n" KERNELS,
		       ":4: the id of a withdrawn function must be OBJECT:FUNCTION");
	assert_refused(f, HEAD "withdrawn:\n  - {kind: function, id: 'vmlinux:f,1', reason: r}\n" KERNELS,
		       "from position 2 on: 'vmlinux:f,1'");
	assert_refused(f, HEAD "withdrawn:\n  - {kind: kernel, id: 6.1.0-1, reason: r}\n" KERNELS,
		       "the id of a withdrawn kernel must be a build ID");
	assert_refused(f, HEAD "withdrawn:\n  - {kind: state, id: one, reason: r}\n" KERNELS,
		       "the id of a withdrawn state must be a decimal number");
	assert_refused(f,
		       HEAD "fixes:\n  - {id: b}\n  - {id: a}\nwithdrawn:\n  - {kind: fix, id: a, reason: r}\n" KERNELS,
		       "the fix a is withdrawn, but stands under 'fixes' too");
	assert_refused(f, HEAD "fixes:\n  - {id: a, functions: ['']}\n" KERNELS,
		       "'functions' must have texts of 1 to 511");
}

static void files_that_are_no_specs(void **state)
{
	struct fixture *f = *state;

	assert_null(lppack_spec_read(fixture_path(f, "absent.yaml"), NULL, &f->err));
	expect_error(&f->err, LPPACK_E_IO, "absent.yaml: cannot be opened");
	assert_refused(f, "stream:\tdemo\n", "not clean UTF-8");
	assert_refused(f, "stream: [\n", "not YAML");
}

static void paths(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *given =
		lppack_spec_read(fixture_write_text(f, "s.yaml", HEAD KERNELS), "/elsewhere", &f->err);
	LP_AUTO_SPEC struct lppack_spec *plain = lppack_spec_new("demo", 1, &f->err);
	LP_AUTO_FREE char *relative = lp_spec_path(given, "a/b.ko");
	LP_AUTO_FREE char *absolute = lp_spec_path(given, "/b.ko");
	LP_AUTO_FREE char *here = lp_spec_path(plain, "b.ko");

	assert_string_equal(relative, "/elsewhere/a/b.ko");
	assert_string_equal(absolute, "/b.ko");
	assert_string_equal(here, "b.ko");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(everything),
		fixture_test(least),
		fixture_test(refusals),
		fixture_test(refused_fixes),
		fixture_test(refused_withdrawals),
		fixture_test(files_that_are_no_specs),
		fixture_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
