/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the headers and spans of the outer archive. */
#include "format/format.h"
#include "support/fixture.h"

#include "base/file.h"
#include "format/head.h"
#include "format/tar.h"

#include <archive.h>
#include <archive_entry.h>

/* What libarchive's ustar writer makes of a member's header. */
static void libarchive_header(const char *name, int64_t size, int64_t mtime, uint8_t out[LP_TAR_BLOCK])
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	uint8_t bytes[4096];
	size_t used = 0;

	assert_int_equal(archive_write_set_format_ustar(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_bytes_per_block(a, 0), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, bytes, sizeof(bytes), &used), ARCHIVE_OK);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, mtime, 0);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(used, LP_TAR_BLOCK);
	memcpy(out, bytes, LP_TAR_BLOCK);
	archive_entry_free(entry);
	archive_write_free(a);
}

static void headers_are_libarchives(void **state)
{
	static const char *const names[] = {
		"lppack",
		"manifest.yaml",
		"pad",
		"index/fence",
		"signatures/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.ed25519",
		"kernels/00112233.ko.zst",
		"kernels/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.ko.zst",
	};
	static const int64_t sizes[] = { 0, 1, 9, 511, 512, 513, 65536, 64 << 20, 077777777777 };
	static const int64_t times[] = { 0, 1, 1700000000, 1795262400, LP_TIME_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
			for (size_t k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
				uint8_t theirs[LP_TAR_BLOCK];
				uint8_t ours[LP_TAR_BLOCK];

				/* libarchive takes a time_t, which may have 32 bits. */
				if ((time_t)times[k] != times[k])
					continue;
				libarchive_header(names[i], sizes[j], times[k], theirs);
				lp_tar_header(names[i], (uint64_t)sizes[j], times[k], ours);
				assert_memory_equal(ours, theirs, LP_TAR_BLOCK);
			}
}

static void longest_name(void **state)
{
	char name[LP_TAR_NAME_MAX + 1];
	char again[LP_TAR_NAME_MAX + 1];
	uint8_t header[LP_TAR_BLOCK];
	uint64_t size = 0;

	(void)state;
	memset(name, 'n', LP_TAR_NAME_MAX);
	name[LP_TAR_NAME_MAX] = '\0';
	lp_tar_header(name, LP_TAR_SIZE_MAX, LP_TIME_MAX, header);
	assert_int_equal(header[LP_TAR_NAME_MAX], 0);
	assert_int_equal(lp_tar_peek(header, again, &size, "f", 0, NULL), 0);
	assert_string_equal(again, name);
	assert_true(size == LP_TAR_SIZE_MAX);
}

static void spans(void **state)
{
	(void)state;
	assert_int_equal(lp_tar_padding(0), 0);
	assert_int_equal(lp_tar_padding(1), 511);
	assert_int_equal(lp_tar_padding(511), 1);
	assert_int_equal(lp_tar_padding(512), 0);
	assert_int_equal(lp_tar_span(0), 512);
	assert_int_equal(lp_tar_span(1), 1024);
	assert_int_equal(lp_tar_span(512), 1024);
	assert_int_equal(lp_tar_span(513), 1536);
	assert_int_equal(lp_tar_span(LP_NUMBER_MAX), LP_NUMBER_MAX + 1 + 512);
}

static void peek_believes_octal_digits_only(void **state)
{
	static const char *const bad[] = { "0000000000 ", "        123", "00000000008", "-0000000001",
					   "\x80\0\0\0\0\0\0\0\0\0\1" };
	struct lppack_error err = LPPACK_ERROR_INIT;
	char name[LP_TAR_NAME_MAX + 1];
	uint8_t header[LP_TAR_BLOCK];
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lp_tar_header("a", 5, 0, header);
		memcpy(header + 124, bad[i], 11);
		assert_int_equal(lp_tar_peek(header, name, &size, "file.lpb", 1024, &err), -LPPACK_E_STRUCTURE);
		expect_error(&err, LPPACK_E_STRUCTURE, "file.lpb: byte 1024");
	}
	memset(header, 0xff, sizeof(header));
	assert_int_equal(lp_tar_peek(header, name, &size, "f", 0, NULL), -LPPACK_E_STRUCTURE);
	assert_int_equal(name[LP_TAR_NAME_MAX], 0);
}

/* Every byte of the header counts. */
static void expect_compares_every_byte(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_BUF struct lp_buf member = { 0 };
	char *path;

	lp_member_append(&member, "pad", "content", 7, 1700000000);
	assert_int_equal(member.len, 1024);
	path = fixture_write(f, "member", member.data, member.len);
	expect_ok(lp_input_open(&in, path, &f->err), &f->err);
	expect_ok(lp_tar_expect(&in, 0, "pad", 7, 1700000000, &f->err), &f->err);
	for (size_t i = 0; i < LP_TAR_BLOCK; i++) {
		fixture_flip(path, i);
		assert_int_equal(lp_tar_expect(&in, 0, "pad", 7, 1700000000, &f->err), -LPPACK_E_STRUCTURE);
		expect_error(&f->err, LPPACK_E_STRUCTURE, "member pad");
		fixture_flip(path, i);
	}
	assert_int_equal(lp_tar_expect(&in, 0, "pad", 8, 1700000000, NULL), -LPPACK_E_STRUCTURE);
	assert_int_equal(lp_tar_expect(&in, 0, "pae", 7, 1700000000, NULL), -LPPACK_E_STRUCTURE);
	assert_int_equal(lp_tar_expect(&in, 0, "pad", 7, 1700000001, NULL), -LPPACK_E_STRUCTURE);
	assert_int_equal(lp_tar_expect(&in, UINT64_MAX - 511, "pad", 7, 0, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "member");
}

static void padding_and_zeros(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	static const uint8_t zeros[10000];
	char *path = fixture_write(f, "zeros", zeros, sizeof(zeros));

	expect_ok(lp_input_open(&in, path, &f->err), &f->err);
	expect_ok(lp_tar_expect_zeros(&in, 0, sizeof(zeros), "pad", &f->err), &f->err);
	assert_int_equal(lp_tar_expect_zeros(&in, 1, sizeof(zeros), "pad", &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, NULL);
	fixture_flip(path, 9999);
	assert_int_equal(lp_tar_expect_zeros(&in, 0, sizeof(zeros), "pad", &f->err), -LPPACK_E_STRUCTURE);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "pad must be zeros");
	expect_ok(lp_tar_expect_zeros(&in, 0, 9999, "pad", &f->err), &f->err);
	/* Only what lies between the data and the next block. */
	fixture_flip(path, 99);
	fixture_flip(path, 512);
	expect_ok(lp_tar_expect_padding(&in, 0, 100, &f->err), &f->err);
	expect_ok(lp_tar_expect_padding(&in, 0, 512, &f->err), &f->err);
	assert_int_equal(lp_tar_expect_padding(&in, 0, 99, NULL), -LPPACK_E_STRUCTURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_libarchives),
		cmocka_unit_test(longest_name),
		cmocka_unit_test(spans),
		cmocka_unit_test(peek_believes_octal_digits_only),
		fixture_test(expect_compares_every_byte),
		fixture_test(padding_and_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
