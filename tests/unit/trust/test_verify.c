/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the verification of a bundle from opening to its verified value. */
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
