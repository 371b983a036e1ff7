/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the differences of two bundles. */
#include "support/fixture.h"

#include "base/value.h"

#include <stdio.h>

/* A bundle of one kernel and what its module patches. */
struct opened {
	char *path;
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
};

static void opened_close(struct opened *o)
{
	lppack_verified_free(o->verified);
	lppack_bundle_close(o->bundle);
}

#define AUTO_OPENED LP_AUTO(opened_close)

static struct opened open_bundle(struct fixture *f, char *path)
{
	struct opened o = { .path = path };

	o.verified = fixture_verify(f, path, &o.bundle);
	return o;
}

/* A module that replaces the n first of aaa, bbb and ccc. */
static char *make_named(struct fixture *f, const char *name, size_t n, const char *module)
{
	static const struct elf_maker_func funcs[] = { { "aaa", 0 }, { "bbb", 1 }, { "ccc", 2 } };
	const struct elf_maker_object object = { .funcs = funcs, .n_funcs = n };
	const struct elf_maker_options options = { .name = module, .objects = &object, .n_objects = 1 };

	return fixture_module(f, name, &options);
}

static char *make_module(struct fixture *f, const char *name, size_t n)
{
	return make_named(f, name, n, "livepatch_test");
}

/* NAME.yaml of the stream web with these lines, and one kernel with the module. */
static struct lppack_spec *make_spec(struct fixture *f, const char *name, const char *lines, const char *module)
{
	char id[41];
	char *text = fixture_format(f, "stream: web\n%skernels:\n  - module: %s\n    build_id: \"%s\"\n", lines, module,
				    fixture_build_id(0, id));
	struct lppack_spec *spec =
		lppack_spec_read(fixture_write_text(f, fixture_format(f, "%s.yaml", name), text), NULL, &f->err);

	expect_ok(spec ? 0 : -1, &f->err);
	return spec;
}

static char *make_bundle(struct fixture *f, const char *name, const char *lines, const char *module)
{
	LP_AUTO_SPEC struct lppack_spec *spec = make_spec(f, name, lines, module);
	char *path = fixture_format(f, "%s/%s.lpb", f->dir, name);

	expect_ok(fixture_create(f, spec, path), &f->err);
	return path;
}

static const char *text_at(const struct lppack_value *map, const char *key)
{
	return lppack_value_text(lppack_value_get(map, key));
}

static void expect_change(const struct lppack_value *diff, size_t i, const char *change, const char *kind,
			  const char *id, bool violation)
{
	const struct lppack_value *c = lppack_value_at(lppack_value_get(diff, "changes"), i, NULL);

	assert_non_null(c);
	assert_string_equal(text_at(c, "change"), change);
	assert_string_equal(text_at(c, "kind"), kind);
	assert_string_equal(text_at(c, "id"), id);
	assert_int_equal(lppack_value_bool(lppack_value_get(c, "violation")), violation);
}

static void bundles_are_described(void **state)
{
	struct fixture *f = *state;
	AUTO_OPENED struct opened older =
		open_bundle(f, make_bundle(f, "old", "serial: 7\nepoch: 1\n", make_module(f, "two.ko", 2)));
	AUTO_OPENED struct opened newer =
		open_bundle(f, make_bundle(f, "new", "serial: 8\nepoch: 1\nrollback_floor: 8\nversion: \"8.0\"\n",
					   make_module(f, "three.ko", 3)));
	LP_AUTO_VALUE struct lppack_value *diff = lppack_verified_diff(older.verified, newer.verified, &f->err);
	const struct lppack_value *old = lppack_value_get(diff, "old");
	const struct lppack_value *new = lppack_value_get(diff, "new");
	const struct lppack_value *rollback = lppack_value_get(diff, "rollback");
	LP_AUTO_BUF struct lp_buf file = { 0 };
	LP_AUTO_BUF struct lp_buf module = { 0 };
	char id[41];

	expect_ok(diff ? 0 : -1, &f->err);
	fixture_read(newer.path, &file);
	fixture_read(fixture_path(f, "three.ko"), &module);
	assert_string_equal(text_at(old, "name"), older.path);
	assert_string_equal(text_at(old, "version"), "7");
	assert_string_equal(text_at(new, "stream"), "web");
	assert_string_equal(text_at(new, "version"), "8.0");
	assert_int_equal(lppack_value_int(lppack_value_get(new, "epoch"), 0), 1);
	assert_int_equal(lppack_value_int(lppack_value_get(new, "serial"), 0), 8);
	assert_int_equal(lppack_value_int(lppack_value_get(new, "kernels"), 0), 1);
	assert_int_equal(lppack_value_int(lppack_value_get(new, "size"), 0), file.len);
	assert_int_equal(lppack_value_int(lppack_value_get(new, "modules_size"), 0), module.len);
	assert_true(lppack_value_bool(lppack_value_get(diff, "cumulative")));
	assert_int_equal(lppack_value_count(lppack_value_get(diff, "changes")), 2);
	expect_change(diff, 0, "raised", "serial", "7 -> 8", false);
	expect_change(diff, 1, "gained", "function", "vmlinux:ccc,2", false);
	assert_int_equal(lppack_value_count(rollback), 1);
	rollback = lppack_value_at(rollback, 0, NULL);
	assert_string_equal(text_at(rollback, "build_id"), fixture_build_id(0, id));
	assert_string_equal(text_at(rollback, "verdict"), "one-way");
	assert_string_equal(text_at(rollback, "why"), "the bundle's rollback floor is serial 8");
	expect_ok(lppack_verified_check_supersedes(newer.verified, older.verified, &f->err), &f->err);
}

static void a_loss_is_refused(void **state)
{
	struct fixture *f = *state;
	AUTO_OPENED struct opened older =
		open_bundle(f, make_bundle(f, "old", "serial: 7\n", make_module(f, "three.ko", 3)));
	AUTO_OPENED struct opened newer =
		open_bundle(f, make_bundle(f, "new", "serial: 8\n", make_module(f, "two.ko", 2)));
	LP_AUTO_VALUE struct lppack_value *diff = lppack_verified_diff(older.verified, newer.verified, &f->err);
	const struct lppack_value *rollback = lppack_value_at(lppack_value_get(diff, "rollback"), 0, NULL);

	expect_ok(diff ? 0 : -1, &f->err);
	assert_false(lppack_value_bool(lppack_value_get(diff, "cumulative")));
	expect_change(diff, 1, "lost", "function", "vmlinux:ccc,2", true);
	assert_string_equal(text_at(rollback, "verdict"), "reversible");
	assert_null(lppack_value_get(rollback, "why"));
	assert_int_equal(lppack_verified_check_supersedes(newer.verified, older.verified, &f->err),
			 -LPPACK_E_NOT_CUMULATIVE);
	expect_error(&f->err, LPPACK_E_NOT_CUMULATIVE, "function vmlinux:ccc,2 is lost for kernel 6.1.0-1-test");
	assert_int_equal(lppack_verified_check_supersedes(older.verified, newer.verified, &f->err),
			 -LPPACK_E_NOT_CUMULATIVE);
	expect_error(&f->err, LPPACK_E_NOT_CUMULATIVE, "serial 8 -> 7 is lower");
}

/* A bundle that is rightly signed, but was not made by a conforming writer. */
static void unordered_functions_are_the_same(void **state)
{
	struct fixture *f = *state;
	char *path = make_bundle(f, "old", "serial: 7\n", make_module(f, "three.ko", 3));
	LP_AUTO_FORGE struct forge forge = { 0 };
	AUTO_OPENED struct opened older = { 0 };
	AUTO_OPENED struct opened newer =
		open_bundle(f, make_bundle(f, "new", "serial: 8\n", fixture_path(f, "three.ko")));
	LP_AUTO_VALUE struct lppack_value *diff = NULL;

	forge_open(f, path, &forge);
	forge_replace(&forge.metadata[0], "aaa", "xxx");
	forge_replace(&forge.metadata[0], "ccc", "aaa");
	forge_replace(&forge.metadata[0], "xxx", "ccc");
	forge_replace(&forge.metadata[0], "sympos: 0", "sympos: 9");
	forge_replace(&forge.metadata[0], "sympos: 2", "sympos: 0");
	forge_replace(&forge.metadata[0], "sympos: 9", "sympos: 2");
	older = open_bundle(f, forge_seal(f, &forge, "forged.lpb"));
	diff = lppack_verified_diff(older.verified, newer.verified, &f->err);
	expect_ok(diff ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(diff, "changes")), 1);
	expect_change(diff, 0, "raised", "serial", "7 -> 8", false);
}

static void swap(void *a, void *b, size_t n)
{
	char room[sizeof(struct lp_record)];

	assert_true(n <= sizeof(room));
	memcpy(room, a, n);
	memcpy(a, b, n);
	memcpy(b, room, n);
}

/* The last kernel of a page and the first of the next one, which no single page and no fence tells. */
static void unordered_kernels_are_refused(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_FORGE struct forge forge = { 0 };
	AUTO_OPENED struct opened good = open_bundle(f, fixture_bundle(f, "good.lpb", 33));
	AUTO_OPENED struct opened bad = { 0 };

	forge_open(f, good.path, &forge);
	swap(&forge.records[31], &forge.records[32], sizeof(struct lp_record));
	swap(&forge.metadata[31], &forge.metadata[32], sizeof(struct lp_buf));
	swap(&forge.frames[31], &forge.frames[32], sizeof(struct lp_buf));
	bad = open_bundle(f, forge_seal(f, &forge, "bad.lpb"));
	assert_null(lppack_verified_diff(good.verified, bad.verified, &f->err));
	expect_error(&f->err, LPPACK_E_STRUCTURE, "bad.lpb: index: build IDs do not ascend");
	assert_null(lppack_verified_diff(bad.verified, good.verified, &f->err));
	expect_error(&f->err, LPPACK_E_STRUCTURE, "bad.lpb: index: build IDs do not ascend");
}

static void damage_is_found(void **state)
{
	struct fixture *f = *state;
	AUTO_OPENED struct opened good = open_bundle(f, fixture_bundle(f, "good.lpb", 3));
	AUTO_OPENED struct opened bad = open_bundle(f, fixture_bundle(f, "bad.lpb", 3));

	fixture_flip(bad.path, bad.bundle->head.payload_at + 520);
	assert_null(lppack_verified_diff(good.verified, bad.verified, &f->err));
	expect_error(&f->err, LPPACK_E_CORRUPT, "bad.lpb: fixes.yaml");
	assert_int_equal(lppack_verified_check_supersedes(bad.verified, good.verified, &f->err), -LPPACK_E_CORRUPT);
	expect_error(&f->err, LPPACK_E_CORRUPT, "bad.lpb: fixes.yaml");
}

static void modules_are_compared(void **state)
{
	struct fixture *f = *state;
	char *two = make_module(f, "two.ko", 2);
	char *three = make_module(f, "three.ko", 3);
	LP_AUTO_VALUE struct lppack_value *up = lppack_module_diff(two, three, &f->err);
	LP_AUTO_VALUE struct lppack_value *down = lppack_module_diff(three, two, &f->err);

	expect_ok(up && down ? 0 : -1, &f->err);
	assert_true(lppack_value_bool(lppack_value_get(up, "cumulative")));
	assert_int_equal(lppack_value_count(lppack_value_get(up, "changes")), 1);
	expect_change(up, 0, "gained", "function", "vmlinux:ccc,2", false);
	assert_false(lppack_value_bool(lppack_value_get(down, "cumulative")));
	expect_change(down, 0, "lost", "function", "vmlinux:ccc,2", true);
	assert_null(lppack_value_get(lppack_value_get(up, "old"), "stream"));
	assert_string_equal(text_at(lppack_value_get(up, "old"), "name"), two);
	assert_string_equal(text_at(lppack_value_get(up, "new"), "module"), "livepatch_test");
	assert_string_equal(text_at(lppack_value_get(up, "new"), "release"), "6.1.0-1-test");
	assert_string_equal(text_at(lppack_value_get(up, "new"), "replace"), "proved");
	assert_int_equal(lppack_value_count(lppack_value_get(up, "rollback")), 1);
}

static void what_is_no_module_is_refused(void **state)
{
	const struct elf_maker_options plain = { .not_livepatch = true };
	struct fixture *f = *state;
	char *good = make_module(f, "two.ko", 2);

	assert_null(lppack_module_diff(good, fixture_module(f, "plain.ko", &plain), &f->err));
	expect_error(&f->err, LPPACK_E_NOT_LIVEPATCH, "plain.ko: not a livepatch");
	assert_null(lppack_module_diff(fixture_write_text(f, "text", "text"), good, &f->err));
	expect_error(&f->err, LPPACK_E_MODULE, "text: ");
	assert_null(lppack_module_diff(fixture_path(f, "none"), good, &f->err));
	expect_error(&f->err, LPPACK_E_IO, "none: ");
}

static int create_superseding(struct fixture *f, const struct lppack_spec *spec, struct lppack_verified *older,
			      const char *output)
{
	LPPACK_OPTIONS(lppack_create_options, options, .threads = 1, .compression_level = 1, .created = FIXTURE_CREATED,
		       .supersedes = older);
	const struct lppack_signer *signers[] = { f->signer };

	return lppack_bundle_create(spec, signers, 1, output, &options, NULL, &f->err);
}

static void create_loses_nothing(void **state)
{
	static const char lost[] = "serial: 8\nfixes:\n  - id: CVE-2\n";
	static const char withdrawn[] = "serial: 8\nfixes:\n  - id: CVE-2\nwithdrawn:\n"
					"  - kind: function\n    id: vmlinux:ccc,2\n    reason: slow\n"
					"  - kind: fix\n    id: CVE-1\n    reason: wrong\n";
	struct fixture *f = *state;
	char *two = make_named(f, "two.ko", 2, "livepatch_8");
	AUTO_OPENED struct opened older = open_bundle(
		f, make_bundle(f, "old", "serial: 7\nfixes:\n  - id: CVE-1\n", make_module(f, "three.ko", 3)));
	LP_AUTO_SPEC struct lppack_spec *bad = make_spec(f, "bad", lost, two);
	LP_AUTO_SPEC struct lppack_spec *good = make_spec(f, "good", withdrawn, two);
	size_t files = fixture_count(f, ".");

	assert_int_equal(create_superseding(f, bad, older.verified, fixture_path(f, "new.lpb")),
			 -LPPACK_E_NOT_CUMULATIVE);
	expect_error(&f->err, LPPACK_E_NOT_CUMULATIVE, "new.lpb: does not supersede");
	assert_int_equal(fixture_count(f, "."), files);
	expect_ok(create_superseding(f, good, older.verified, fixture_path(f, "new.lpb")), &f->err);
	expect_ok(fixture_check(f, fixture_path(f, "new.lpb")), &f->err);
	assert_int_equal(fixture_count(f, "."), files + 1);
}

/* The kernel does not load a module over one of its name, unless it is the very one. */
static void create_takes_no_name_again(void **state)
{
	struct fixture *f = *state;
	AUTO_OPENED struct opened older =
		open_bundle(f, make_bundle(f, "old", "serial: 7\n", make_module(f, "two.ko", 2)));
	LP_AUTO_SPEC struct lppack_spec *bad = make_spec(f, "bad", "serial: 8\n", make_module(f, "three.ko", 3));
	LP_AUTO_SPEC struct lppack_spec *same = make_spec(f, "same", "serial: 8\n", fixture_path(f, "two.ko"));
	AUTO_OPENED struct opened newer =
		open_bundle(f, make_bundle(f, "new", "serial: 9\n", fixture_path(f, "three.ko")));
	LP_AUTO_VALUE struct lppack_value *diff = lppack_verified_diff(older.verified, newer.verified, &f->err);
	const struct lppack_value *finding = lppack_value_at(lppack_value_get(diff, "findings"), 0, NULL);

	assert_int_equal(create_superseding(f, bad, older.verified, fixture_path(f, "8.lpb")), -LPPACK_E_MODULE_NAME);
	expect_error(&f->err, LPPACK_E_MODULE_NAME, "it cannot be loaded over that");
	expect_ok(create_superseding(f, same, older.verified, fixture_path(f, "8.lpb")), &f->err);
	assert_string_equal(lppack_value_text(lppack_value_get(finding, "id")), "same-name");
	assert_string_equal(lppack_value_text(lppack_value_get(finding, "subject")), "livepatch_test");
}

/* Callers that were built before the option was there. */
static void create_reads_what_the_caller_knows(void **state)
{
	struct fixture *f = *state;
	AUTO_OPENED struct opened older =
		open_bundle(f, make_bundle(f, "old", "serial: 7\n", make_module(f, "three.ko", 3)));
	LP_AUTO_SPEC struct lppack_spec *spec = make_spec(f, "new", "serial: 1\n", fixture_path(f, "three.ko"));
	const struct lppack_create_options options = { .size = offsetof(struct lppack_create_options, supersedes),
						       .threads = 1,
						       .compression_level = 1,
						       .created = FIXTURE_CREATED,
						       .supersedes = older.verified };
	const struct lppack_signer *signers[] = { f->signer };

	expect_ok(lppack_bundle_create(spec, signers, 1, fixture_path(f, "new.lpb"), &options, NULL, &f->err), &f->err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(bundles_are_described),
		fixture_test(a_loss_is_refused),
		fixture_test(unordered_functions_are_the_same),
		fixture_test(unordered_kernels_are_refused),
		fixture_test(damage_is_found),
		fixture_test(modules_are_compared),
		fixture_test(what_is_no_module_is_refused),
		fixture_test(create_loses_nothing),
		fixture_test(create_takes_no_name_again),
		fixture_test(create_reads_what_the_caller_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
