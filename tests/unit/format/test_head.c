/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the head of a bundle: areas, layout, there and back. */
#include "format/manifest.h"
#include "format/format.h"
#include "support/fixture.h"

#include "format/head.h"
#include "format/tar.h"

#include <unistd.h>

#define AUTO_HEAD LP_AUTO(lp_head_free)

/* A head of that many signatures (64 bytes each) whose area is to be filled in units, and a payload of a kibibyte. */
static void build(struct lp_buf *out, size_t signatures, uint64_t unit, uint64_t mtime)
{
	size_t start;
	uint64_t area;
	LP_AUTO_BUF struct lp_buf pad = { 0 };

	lp_member_append(out, "lppack", LP_MAGIC, strlen(LP_MAGIC), (int64_t)mtime);
	lp_member_append(out, "manifest.yaml", "a: 1\n", 5, (int64_t)mtime);
	start = out->len;
	for (size_t i = 0; i < signatures; i++) {
		char name[64];
		uint8_t bytes[64] = { (uint8_t)i };

		snprintf(name, sizeof(name), "signatures/%02zu.x", i);
		lp_member_append(out, name, bytes, sizeof(bytes), (int64_t)mtime);
	}
	area = lp_signature_area_size(out->len - start, unit);
	lp_buf_grow(&pad, area - (out->len - start) - LP_TAR_BLOCK);
	lp_member_append(out, "pad", pad.data, pad.len, (int64_t)mtime);
	lp_buf_grow(out, 1024);
}

static int read_head(struct fixture *f, const struct lp_buf *bytes, struct lp_head *head, struct lp_input *in)
{
	char *path = fixture_path(f, "b.lpb");

	if (fixture_exists(path))
		unlink(path);
	expect_ok(lp_input_open(in, fixture_write(f, "b.lpb", bytes->data, bytes->len), &f->err), &f->err);
	return lp_head_read(in, head, &f->err);
}

static void assert_refused(struct fixture *f, const struct lp_buf *bytes, int code, const char *words)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	AUTO_HEAD struct lp_head head = { 0 };

	assert_int_equal(read_head(f, bytes, &head, &in), -code);
	assert_true(*f->err.hint);
	assert_non_null(strstr(f->err.message, "b.lpb"));
	expect_error(&f->err, code, words);
	assert_null(head.manifest.data);
	assert_int_equal(head.n_signatures, 0);
}

static void raw_heads(void **state)
{
	struct fixture *f = *state;

	for (size_t n = 0; n <= LP_SIGNATURES_MAX; n++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
		AUTO_HEAD struct lp_head head = { 0 };

		build(&bytes, n, 2048, 5);
		expect_ok(read_head(f, &bytes, &head, &in), &f->err);
		assert_string_equal((char *)head.manifest.data, "a: 1\n");
		assert_int_equal(head.n_signatures, n);
		assert_int_equal(head.area_at, 2048);
		assert_int_equal(head.payload_at, bytes.len - 1024);
		if (n > 0) {
			assert_int_equal(head.signatures[n - 1].size, 64);
			assert_int_equal(head.signatures[n - 1].bytes[0], n - 1);
		}
	}
}

static void files_that_are_no_bundles(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	lp_buf_text(&bytes, "#!/bin/sh\n");
	assert_refused(f, &bytes, LPPACK_E_NOT_BUNDLE, NULL);
	lp_buf_grow(&bytes, 4000);
	assert_refused(f, &bytes, LPPACK_E_NOT_BUNDLE, NULL);
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "etc/passwd", "root", 4, 0);
	lp_buf_grow(&bytes, 1024);
	assert_refused(f, &bytes, LPPACK_E_NOT_BUNDLE, NULL);
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "lppack", "something", 9, 0);
	assert_refused(f, &bytes, LPPACK_E_NOT_BUNDLE, NULL);
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "lppack", "lppack 2\n", 9, 0);
	assert_refused(f, &bytes, LPPACK_E_UNSUPPORTED, NULL);
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "lppack", "lppack 10\n", 10, 0);
	assert_refused(f, &bytes, LPPACK_E_UNSUPPORTED, NULL);
}

static void wherever_it_ends_early(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t payload_at;

	build(&bytes, 1, 2048, 5);
	payload_at = bytes.len - 1024;
	for (size_t n = 0; n < payload_at - 1024; n += n < 64 ? 1 : 61) {
		const struct lp_buf part = { .data = bytes.data, .len = n };

		assert_refused(f, &part, LPPACK_E_TRUNCATED, NULL);
	}
}

static void members_out_of_place(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	lp_member_append(&bytes, "lppack", LP_MAGIC, strlen(LP_MAGIC), 5);
	lp_member_append(&bytes, "pad", "", 0, 5);
	assert_refused(f, &bytes, LPPACK_E_STRUCTURE, "member 'pad' where 'manifest.yaml' must stand");
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "lppack", LP_MAGIC, strlen(LP_MAGIC), 5);
	lp_member_append(&bytes, "manifest.yaml", "", 0, 5);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "manifest.yaml has 0 bytes");
	lp_buf_free(&bytes);
	lp_member_append(&bytes, "lppack", LP_MAGIC, strlen(LP_MAGIC), 5);
	lp_member_append(&bytes, "manifest.yaml", "a: 1\n", 5, 5);
	lp_member_append(&bytes, "evil\x1b[31m", "x", 1, 5);
	assert_refused(f, &bytes, LPPACK_E_STRUCTURE, "evil?[31m");
	lp_buf_free(&bytes);
	build(&bytes, 2, 2048, 5);
	bytes.data[2048 + 1024 + strlen("signatures/0")] = '0';
	assert_refused(f, &bytes, LPPACK_E_STRUCTURE, "do not ascend");
}

/* Sizes are refused before memory is taken for them. */
static void sizes_out_of_range(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	build(&bytes, 1, 2048, 5);
	lp_tar_header("manifest.yaml", LP_MANIFEST_MAX + 1, 5, bytes.data + 1024);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "65537");
	lp_tar_header("manifest.yaml", LP_TAR_SIZE_MAX, 5, bytes.data + 1024);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "8589934591");
	lp_tar_header("manifest.yaml", LP_MANIFEST_MAX, 5, bytes.data + 1024);
	assert_refused(f, &bytes, LPPACK_E_TRUNCATED, NULL);
	lp_tar_header("manifest.yaml", 5, 5, bytes.data + 1024);
	lp_tar_header("signatures/00.x", LP_SIGNATURE_MAX + 1, 5, bytes.data + 2048);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "16385");
	lp_tar_header("signatures/00.x", 0, 5, bytes.data + 2048);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "0 bytes");
	memset(bytes.data + 2048 + 124, '9', 11);
	assert_refused(f, &bytes, LPPACK_E_STRUCTURE, "byte 2048");
	lp_buf_free(&bytes);
	build(&bytes, LP_SIGNATURES_MAX + 1, 2048, 5);
	assert_refused(f, &bytes, LPPACK_E_LIMIT, "more than 16 signatures");
}

static void a_pad_of_any_size_is_found_raw_but_not_compared(void **state)
{
	struct fixture *f = *state;
	const struct lp_manifest m = { .id.created = 5, .signature_area = 2048, .payload_size = 1024 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	AUTO_HEAD struct lp_head head = { 0 };

	build(&bytes, 0, 2048, 5);
	lp_tar_header("pad", LP_TAR_SIZE_MAX, 5, bytes.data + 2048);
	expect_ok(read_head(f, &bytes, &head, &in), &f->err);
	assert_int_equal(lp_head_check(&in, &head, &m, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "b.lpb");
}

/* Every byte of the head but those of signatures and manifest, which are covered by the signatures. */
static void every_framing_byte_is_compared(void **state)
{
	struct fixture *f = *state;
	const struct lp_manifest m = { .id.created = 5, .signature_area = 2048, .payload_size = 1024 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	char *path;

	build(&bytes, 1, 2048, 5);
	path = fixture_write(f, "b.lpb", bytes.data, bytes.len);
	for (size_t at = 0; at < bytes.len - 1024; at++) {
		LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
		AUTO_HEAD struct lp_head head = { 0 };
		bool covered = (at >= 1536 && at < 1541) || (at >= 2560 && at < 2624);
		bool named = at >= 2048 && at < 2048 + LP_TAR_NAME_MAX;
		int rc;

		fixture_flip(path, at);
		expect_ok(lp_input_open(&in, path, &f->err), &f->err);
		rc = lp_head_read(&in, &head, &f->err);
		if (rc == 0)
			rc = lp_head_check(&in, &head, &m, &f->err);
		fixture_flip(path, at);
		if ((rc < 0) == covered && !named)
			fail_msg("byte %zu: %d", at, rc);
		lppack_error_clear(&f->err);
	}
}

static void sizes_are_compared(void **state)
{
	struct fixture *f = *state;
	struct lp_manifest m = { .id.created = 5, .signature_area = 2048, .payload_size = 1024 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	AUTO_HEAD struct lp_head head = { 0 };

	build(&bytes, 2, 2048, 5);
	expect_ok(read_head(f, &bytes, &head, &in), &f->err);
	expect_ok(lp_head_check(&in, &head, &m, &f->err), &f->err);
	m.payload_size = 1023;
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "1 bytes after its end");
	m.payload_size = 1025;
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "bytes of");
	m.payload_size = LP_NUMBER_MAX;
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "bytes of");
	m.payload_size = 1024;
	m.signature_area = 2560;
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "pad does not have the size");
	m.signature_area = 2048;
	m.id.created = 6;
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "member lppack");
}

static void area_sizes(void **state)
{
	(void)state;
	assert_int_equal(lp_signature_area_size(0, 2048), 2048);
	assert_int_equal(lp_signature_area_size(1536, 2048), 2048);
	assert_int_equal(lp_signature_area_size(1537, 2048), 4096);
	assert_int_equal(lp_signature_area_size(2048, 2048), 4096);
	assert_int_equal(lp_signature_area_size(8192 - 512, 8192), 8192);
}

static void layout(void **state)
{
	const struct lp_manifest m = { .fixes.size = 1, .fence.size = 64, .pages_size = 4096, .payload_size = 9000 };
	struct lp_layout at;

	(void)state;
	lp_layout_compute(&m, 10240, &at);
	assert_int_equal(at.fixes_at, 10240);
	assert_int_equal(at.fence_at, 10240 + 1024);
	assert_int_equal(at.pages_at, 10240 + 2048);
	assert_int_equal(at.kernels_at, 10240 + 2048 + 4608);
	assert_int_equal(at.end_at, 10240 + 9000 - 1024);
}

static void members(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	char *path;

	lp_member_append(&bytes, "one", "content", 7, 5);
	path = fixture_write(f, "b.lpb", bytes.data, bytes.len);
	expect_ok(lp_input_open(&in, path, &f->err), &f->err);
	expect_ok(lp_member_read(&in, 0, "one", 7, 5, &out, &f->err), &f->err);
	assert_string_equal((char *)out.data, "content");
	lp_member_read(&in, 0, "two", 7, 5, &out, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "member two");
	lp_member_read(&in, UINT64_MAX - 100, "one", 7, 5, &out, &f->err);
	expect_error(&f->err, LPPACK_E_TRUNCATED, NULL);
	fixture_flip(path, 1000);
	lp_member_read(&in, 0, "one", 7, 5, &out, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "zeros");
}

/* What is written is what is compared, for any number of signatures and any unit. */
static void a_head_is_written_as_it_is_read(void **state)
{
	static const uint64_t units[] = { 2048, 2560, 8192 };
	struct lp_buf manifest = { .data = (uint8_t *)"a: 1\n", .len = 5 };
	uint8_t bytes[LP_SIGNATURES_MAX][64] = { 0 };
	struct lp_signature signatures[LP_SIGNATURES_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < LP_SIGNATURES_MAX; i++) {
		bytes[i][0] = (uint8_t)i;
		signatures[i].bytes = bytes[i];
		signatures[i].size = sizeof(bytes[i]);
		snprintf(signatures[i].name, sizeof(signatures[i].name), "signatures/%02zu.x", i);
	}
	assert_true(lp_signature_compare(&signatures[3], &signatures[4]) < 0);
	for (size_t n = 0; n <= LP_SIGNATURES_MAX; n++)
		for (size_t i = 0; i < 3; i++) {
			LP_AUTO_BUF struct lp_buf expected = { 0 };
			LP_AUTO_BUF struct lp_buf head = { 0 };

			build(&expected, n, units[i], 1000);
			lp_head_append(&head, &manifest, signatures, n, units[i], 1000);
			assert_true(lp_buf_ok(&head));
			assert_int_equal(head.len, expected.len - 1024);
			assert_memory_equal(head.data, expected.data, head.len);
		}
}

/* Without its payload a head is whole, and no bundle. */
static void a_head_that_stands_alone(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	AUTO_HEAD struct lp_head head = { 0 };
	struct lp_manifest m = { .id.created = 1000, .signature_area = 2048, .payload_size = 1024 };

	build(&bytes, 2, 2048, 1000);
	bytes.len -= 1024;
	expect_ok(read_head(f, &bytes, &head, &in), &f->err);
	expect_ok(lp_head_check_members(&in, &head, &m, &f->err), &f->err);
	lp_head_check(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "bytes of");
	m.id.created = 1001;
	lp_head_check_members(&in, &head, &m, &f->err);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "not the header");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(raw_heads),
		fixture_test(files_that_are_no_bundles),
		fixture_test(wherever_it_ends_early),
		fixture_test(members_out_of_place),
		fixture_test(sizes_out_of_range),
		fixture_test(a_pad_of_any_size_is_found_raw_but_not_compared),
		fixture_test(every_framing_byte_is_compared),
		fixture_test(sizes_are_compared),
		cmocka_unit_test(area_sizes),
		cmocka_unit_test(layout),
		fixture_test(members),
		cmocka_unit_test(a_head_is_written_as_it_is_read),
		fixture_test(a_head_that_stands_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
