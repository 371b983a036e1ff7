/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the verification of a bundle from opening to its verified value. */
#include "format/manifest.h"
#include "support/fixture.h"

#include "base/file.h"
#include "format/tar.h"
#include "crypto/digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void files_that_are_no_bundles(void **state)
{
	struct fixture *f = *state;

	assert_null(lppack_bundle_open(fixture_path(f, "absent.lpb"), &f->err));
	expect_error(&f->err, LPPACK_E_IO, "absent.lpb: cannot be opened");
	assert_null(lppack_bundle_open(f->dir, &f->err));
	expect_error(&f->err, LPPACK_E_IO, f->dir);
	assert_null(lppack_bundle_open(fixture_write_text(f, "text", "hello"), &f->err));
	expect_error(&f->err, LPPACK_E_NOT_BUNDLE, "text");
	assert_null(lppack_bundle_open(fixture_write_text(f, "empty", ""), &f->err));
	expect_error(&f->err, LPPACK_E_TRUNCATED, "empty");
	assert_null(lppack_bundle_open(fixture_path(f, "absent.lpb"), NULL));
	lppack_bundle_close(NULL);
	lppack_verified_free(NULL);
}

static int count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void descriptors_are_taken_over(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	char *text = fixture_write_text(f, "text", "hello");
	int before = count_descriptors();
	struct lppack_bundle *bundle = lppack_bundle_open_fd(open(path, O_RDONLY | O_CLOEXEC), "here", &f->err);
	struct lppack_verified *v = lppack_bundle_verify(bundle, f->keyring, &f->err);

	expect_ok(v ? 0 : -1, &f->err);
	lppack_verified_free(v);
	lppack_bundle_close(bundle);
	assert_int_equal(count_descriptors(), before);
	assert_null(lppack_bundle_open_fd(open(text, O_RDONLY | O_CLOEXEC), "here", &f->err));
	expect_error(&f->err, LPPACK_E_NOT_BUNDLE, "here");
	assert_null(lppack_bundle_open_fd(open(f->dir, O_RDONLY | O_CLOEXEC), "here", &f->err));
	expect_error(&f->err, LPPACK_E_IO, "here");
	assert_null(lppack_bundle_open_fd(-1, "here", &f->err));
	expect_error(&f->err, LPPACK_E_IO, "here");
	assert_int_equal(count_descriptors(), before);
}

/* The file that was opened is the file that is read, whatever becomes of its name. */
static void one_descriptor_from_check_to_use(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;

	assert_int_equal(unlink(path), 0);
	fixture_write_text(f, "b.lpb", "another file");
	v = lppack_bundle_verify(bundle, f->keyring, &f->err);
	expect_ok(v ? 0 : -1, &f->err);
	expect_ok(lppack_verified_check_all(v, NULL, &f->err), &f->err);
}

static void facts_of_the_head(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 3), &bundle);
	struct lp_digest digest;

	assert_string_equal(lppack_verified_stream(v), "demo");
	assert_int_equal(lppack_verified_serial(v), 7);
	assert_int_equal(lppack_verified_kernels(v), 3);
	assert_int_equal(lppack_verified_expires(v), 0);
	assert_int_equal(strlen(lppack_verified_digest(v)), 64);
	assert_int_equal(lp_sha256(bundle->head.manifest.data, bundle->head.manifest.len, &digest, NULL), 0);
	assert_true(lp_digest_equal(&digest, &lp_verified_contents(v)->manifest.id.digest));
}

static void cut_anywhere(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	int rc;

	fixture_read(path, &bytes);
	for (size_t n = bytes.len - 1; n > 0; n = n > 1000 ? n - 997 : n / 2) {
		assert_int_equal(truncate(path, (off_t)n), 0);
		rc = fixture_check(f, path);
		assert_true(rc == -LPPACK_E_TRUNCATED || (n < 7 && rc < 0));
		expect_error(&f->err, -rc, "b.lpb");
	}
}

static void followed_by_anything(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	fixture_read(path, &bytes);
	lp_buf_append(&bytes, "", 1);
	assert_int_equal(fixture_check(f, fixture_write(f, "b.lpb", bytes.data, bytes.len)), -LPPACK_E_STRUCTURE);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "1 bytes after its end");
}

/* The signature covers the manifest, and the manifest everything else: any byte of the head is refused. */
static void every_byte_of_the_head(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	size_t payload_at = bundle->head.payload_at;

	for (size_t at = 0; at < payload_at; at += at < 4500 ? 5 : 61) {
		int rc;

		fixture_flip(path, at);
		rc = fixture_check(f, path);
		fixture_flip(path, at);
		if (rc == 0)
			fail_msg("byte %zu", at);
		expect_error(&f->err, -rc, "b.lpb");
	}
}

static void lie_about_time(struct lp_manifest *m)
{
	m->id.created++;
}

static void lie_about_the_area(struct lp_manifest *m)
{
	m->signature_area = 4096;
}

static void lie_about_the_fence(struct lp_manifest *m)
{
	m->fence.sha256.bytes[0] ^= 1;
}

static void lie_in_the_fence(uint8_t *fence)
{
	memcpy(fence + LP_INDEX_FENCE_ENTRY, fence, LP_BUILD_ID_MAX);
}

static void signed_but_wrong(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 33);
	struct {
		void (*manifest)(struct lp_manifest *m);
		void (*fence)(uint8_t *fence);
		int code;
		const char *words;
	} lies[] = {
		{ NULL, NULL, 0, NULL },
		{ lie_about_time, NULL, LPPACK_E_STRUCTURE, "index/fence" },
		{ lie_about_the_area, NULL, LPPACK_E_STRUCTURE, "pad" },
		{ lie_about_the_fence, NULL, LPPACK_E_CORRUPT, "index/fence" },
		{ NULL, lie_in_the_fence, LPPACK_E_STRUCTURE, "index/fence" },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		LP_AUTO_FORGE struct forge forge;
		int rc;

		forge_open(f, good, &forge);
		forge.lie_manifest = lies[i].manifest;
		forge.lie_fence = lies[i].fence;
		rc = fixture_check(f, forge_seal(f, &forge, "forged.lpb"));
		if (lies[i].code)
			expect_error(&f->err, lies[i].code, lies[i].words);
		else
			expect_ok(rc, &f->err);
	}
}

static void typed_facts(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;

	expect_ok(lppack_spec_set_epoch(spec, 3, &f->err), &f->err);
	expect_ok(lppack_spec_set_version(spec, "seven", &f->err), &f->err);
	expect_ok(lppack_spec_set_expires(spec, "2040-01-01T00:00:00Z", &f->err), &f->err);
	expect_ok(fixture_create(f, spec, fixture_path(f, "t.lpb")), &f->err);
	v = fixture_verify(f, fixture_path(f, "t.lpb"), &bundle);
	assert_string_equal(lppack_verified_stream(v), "demo");
	assert_int_equal(lppack_verified_epoch(v), 3);
	assert_int_equal(lppack_verified_serial(v), 7);
	assert_string_equal(lppack_verified_version(v), "seven");
	assert_int_equal(lppack_verified_created(v), FIXTURE_CREATED);
	assert_int_equal(lppack_verified_expires(v), 2208988800);
	assert_int_equal(lppack_verified_signatures(v), 1);
	assert_string_equal(lppack_verified_signature_key(v, 0), lppack_signer_id(f->signer));
	assert_string_equal(lppack_verified_signature_scheme(v, 0), "ed25519");
	assert_int_equal(lppack_verified_signature_counts(v, 0), 1);
	assert_null(lppack_verified_signature_key(v, 1));
	assert_null(lppack_verified_signature_scheme(v, 1));
	assert_int_equal(lppack_verified_signature_counts(v, 1), 0);
	assert_null(lppack_verified_describe(v, 1u << 2, &f->err));
	expect_error(&f->err, LPPACK_E_USAGE, "unknown: 0x4");
}

/* More than a page of the index. */
static void every_kernel_in_turn(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 33), &bundle);
	LP_AUTO_ENTRY struct lppack_entry *entry = NULL;
	LP_AUTO_ENTRY struct lppack_entry *from = NULL;
	char id[41];
	unsigned int n = 0;
	int rc;

	while ((rc = lppack_verified_entry_next(v, &entry, &f->err)) > 0) {
		assert_string_equal(lppack_entry_build_id(entry), fixture_build_id(n, id));
		assert_string_equal(lppack_entry_module_name(entry), fixture_format(f, "livepatch_%u", n));
		assert_string_equal(lppack_entry_kernel_release(entry), fixture_format(f, "6.1.0-%u-test", n));
		assert_string_equal(lppack_entry_arch(entry), "x86_64");
		assert_true(lppack_entry_module_size(entry) > 3000);
		assert_true(lppack_entry_functions(entry) > 0);
		n++;
	}
	expect_ok(rc, &f->err);
	assert_int_equal(n, 33);
	assert_null(entry);
	/* From one that was selected on. */
	from = lppack_verified_select(v, fixture_build_id(31, id), &f->err);
	assert_int_equal(lppack_verified_entry_next(v, &from, &f->err), 1);
	assert_string_equal(lppack_entry_build_id(from), fixture_build_id(32, id));
	assert_int_equal(lppack_verified_entry_next(v, &from, &f->err), 0);
}

static void a_kernel_that_is_damaged(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	LP_AUTO_ENTRY struct lppack_entry *entry = NULL;
	struct lppack_error garbage = { .size = 5 };

	fixture_flip(path, lp_verified_contents(v)->layout.kernels_at + LP_TAR_BLOCK + 3);
	assert_int_equal(lppack_verified_entry_next(v, &entry, NULL), -LPPACK_E_CORRUPT);
	assert_int_equal(lppack_verified_entry_next(v, &entry, &garbage), -LPPACK_E_CORRUPT);
	assert_null(entry);
}

static void every_fix_in_turn(void **state)
{
	static const char *const not_for[] = { "6.1.0-1-*", NULL };
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 2);
	LPPACK_OPTIONS(lppack_spec_fix, all, .id = "CVE-1", .summary = "s", .severity = "high", .cvss = "7.8");
	LPPACK_OPTIONS(lppack_spec_fix, some, .id = "CVE-2", .not_for = not_for);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
	LP_AUTO_ENTRY struct lppack_entry *entry = NULL;
	const struct lppack_fix *fix = NULL;
	char id[41];

	expect_ok(lppack_spec_add_fix(spec, &all, &f->err), &f->err);
	expect_ok(lppack_spec_add_fix(spec, &some, &f->err), &f->err);
	expect_ok(fixture_create(f, spec, fixture_path(f, "b.lpb")), &f->err);
	v = fixture_verify(f, fixture_path(f, "b.lpb"), &bundle);
	entry = lppack_verified_select(v, fixture_build_id(1, id), &f->err);
	assert_int_equal(lppack_verified_fix_next(v, &fix, &f->err), 1);
	assert_string_equal(lppack_fix_id(fix), "CVE-1");
	assert_string_equal(lppack_fix_summary(fix), "s");
	assert_string_equal(lppack_fix_severity(fix), "high");
	assert_string_equal(lppack_fix_cvss(fix), "7.8");
	assert_int_equal(lppack_fix_since(fix), 7);
	assert_int_equal(lppack_entry_has_fix(entry, fix), 1);
	assert_int_equal(lppack_verified_fix_next(v, &fix, &f->err), 1);
	assert_string_equal(lppack_fix_id(fix), "CVE-2");
	assert_null(lppack_fix_summary(fix));
	assert_null(lppack_fix_severity(fix));
	assert_int_equal(lppack_entry_has_fix(entry, fix), 0);
	assert_int_equal(lppack_verified_entry_next(v, &entry, &f->err), 0);
	assert_int_equal(lppack_verified_fix_next(v, &fix, &f->err), 0);
	assert_null(fix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(files_that_are_no_bundles),
		fixture_test(descriptors_are_taken_over),
		fixture_test(one_descriptor_from_check_to_use),
		fixture_test(facts_of_the_head),
		fixture_test(cut_anywhere),
		fixture_test(followed_by_anything),
		fixture_test(every_byte_of_the_head),
		fixture_test(signed_but_wrong),
		fixture_test(typed_facts),
		fixture_test(every_kernel_in_turn),
		fixture_test(a_kernel_that_is_damaged),
		fixture_test(every_fix_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
