/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the tree that describes a bundle. */
#include "format/format.h"
#include "support/fixture.h"

#include "base/value.h"
#include "format/tar.h"

#include <unistd.h>

static const char *text_of(const struct lppack_value *map, const char *key)
{
	return lppack_value_text(lppack_value_get(map, key));
}

static void a_verified_bundle(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 33);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	LP_AUTO_VALUE struct lppack_value *brief = lppack_verified_describe(v, LPPACK_DESCRIBE_FIXES, &f->err);
	LP_AUTO_VALUE struct lppack_value *full =
		lppack_verified_describe(v, LPPACK_DESCRIBE_FIXES | LPPACK_DESCRIBE_KERNELS, &f->err);
	const struct lppack_value *signer = lppack_value_at(lppack_value_get(full, "signatures"), 0, NULL);
	const struct lppack_value *kernel = lppack_value_at(lppack_value_get(full, "kernels"), 32, NULL);
	LP_AUTO_FREE char *json = lppack_value_to_json(full);
	char id[41];

	assert_null(lppack_value_get(brief, "kernels"));
	assert_int_equal(lppack_value_bool(lppack_value_get(full, "verified")), 1);
	assert_string_equal(text_of(full, "file"), path);
	assert_string_equal(text_of(full, "digest"), lppack_verified_digest(v));
	assert_string_equal(text_of(full, "created"), "2023-11-14T22:13:20Z");
	assert_null(lppack_value_get(full, "expires"));
	assert_int_equal(lppack_value_int(lppack_value_get(full, "kernel_count"), 0), 33);
	assert_int_equal(lppack_value_int(lppack_value_get(lppack_value_get(full, "sizes"), "file"), 0),
			 bundle->in.size);
	assert_string_equal(text_of(signer, "id"), lppack_signer_id(f->signer));
	assert_int_equal(lppack_value_bool(lppack_value_get(signer, "trusted")), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(full, "kernels")), 33);
	assert_string_equal(text_of(kernel, "build_id"), fixture_build_id(32, id));
	assert_string_equal(text_of(kernel, "release"), "6.1.0-32-test");
	assert_non_null(strstr(json, "\"livepatch_32\""));
}

static void damaged_parts_are_errors_of_a_verified_bundle(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	size_t fixes = lp_verified_contents(v)->layout.fixes_at + LP_TAR_BLOCK + 3;
	size_t kernel = lp_verified_contents(v)->layout.kernels_at + LP_TAR_BLOCK + 3;
	LP_AUTO_VALUE struct lppack_value *brief = NULL;

	fixture_flip(path, kernel);
	assert_null(lppack_verified_describe(v, LPPACK_DESCRIBE_FIXES | LPPACK_DESCRIBE_KERNELS, &f->err));
	expect_error(&f->err, LPPACK_E_CORRUPT, "b.lpb");
	brief = lppack_verified_describe(v, LPPACK_DESCRIBE_FIXES, &f->err);
	expect_ok(brief ? 0 : -1, &f->err);
	fixture_flip(path, fixes);
	assert_null(lppack_verified_describe(v, LPPACK_DESCRIBE_FIXES, &f->err));
	expect_error(&f->err, LPPACK_E_CORRUPT, "fixes.yaml");
}

static void an_unverified_bundle_says_so(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(fixture_bundle(f, "b.lpb", 2), &f->err);
	LP_AUTO_VALUE struct lppack_value *map = lppack_bundle_describe_unverified(bundle, &f->err);
	const struct lppack_value *signer = lppack_value_at(lppack_value_get(map, "signatures"), 0, NULL);

	assert_int_equal(lppack_value_kind(lppack_value_get(map, "verified")), LPPACK_KIND_BOOL);
	assert_int_equal(lppack_value_bool(lppack_value_get(map, "verified")), 0);
	assert_string_equal(text_of(map, "stream"), "demo");
	assert_int_equal(lppack_value_bool(lppack_value_get(signer, "trusted")), 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(signer, "checked")), 0);
	assert_int_equal(lppack_value_count(lppack_value_get(map, "kernels")), 2);
}

/* What cannot be read is left out; what is no bundle at all is an error. */
static void unverified_and_damaged(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	LP_AUTO_BUNDLE struct lppack_bundle *cut = NULL;
	LP_AUTO_BUNDLE struct lppack_bundle *changed = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	LP_AUTO_VALUE struct lppack_value *rest = NULL;

	fixture_flip(path, bundle->head.payload_at + LP_TAR_BLOCK + 3);
	map = lppack_bundle_describe_unverified(bundle, &f->err);
	expect_ok(map ? 0 : -1, &f->err);
	assert_string_equal(text_of(map, "stream"), "demo");
	assert_null(lppack_value_get(map, "fixes"));
	assert_null(lppack_value_get(map, "kernels"));
	assert_int_equal(truncate(path, (off_t)bundle->head.payload_at), 0);
	cut = lppack_bundle_open(path, &f->err);
	rest = lppack_bundle_describe_unverified(cut, &f->err);
	expect_ok(rest ? 0 : -1, &f->err);
	assert_string_equal(text_of(rest, "stream"), "demo");
	assert_null(lppack_value_get(rest, "kernels"));
	fixture_flip(path, 1024 + LP_TAR_BLOCK);
	changed = lppack_bundle_open(path, &f->err);
	assert_null(lppack_bundle_describe_unverified(changed, &f->err));
	expect_error(&f->err, LPPACK_E_STRUCTURE, "manifest.yaml");
}

/* The names of signature members are not signed. */
static void names_that_would_paint_the_terminal(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	LP_AUTO_BUNDLE struct lppack_bundle *changed = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	const char *id;

	fixture_read(path, &bytes);
	memcpy(bytes.data + bundle->head.area_at + strlen(LP_MEMBER_SIGNATURES), "\x1b[31m\xff.evil", 12);
	changed = lppack_bundle_open(fixture_write(f, "c.lpb", bytes.data, bytes.len), &f->err);
	map = lppack_bundle_describe_unverified(changed, &f->err);
	id = text_of(lppack_value_at(lppack_value_get(map, "signatures"), 0, NULL), "id");
	assert_string_equal(id, "?[31m?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(a_verified_bundle),
		fixture_test(damaged_parts_are_errors_of_a_verified_bundle),
		fixture_test(an_unverified_bundle_says_so),
		fixture_test(unverified_and_damaged),
		fixture_test(names_that_would_paint_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
