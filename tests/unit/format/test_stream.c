/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests foreign compressed files and packages as streams. */
#include "support/packer.h"

#include "format/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_SIZE 200000u

static const char *const any[] = { "*", NULL };

/* Text that compresses, but not to nothing. */
static uint8_t *text(void)
{
	static uint8_t bytes[TEXT_SIZE];
	uint32_t state = 1;

	for (size_t i = 0; i < TEXT_SIZE; i++) {
		state = state * 1103515245 + 12345;
		bytes[i] = (uint8_t)('a' + (state >> 16) % 8);
	}
	return bytes;
}

/* Reads a stream to its end in odd portions. */
static int drain(struct lp_stream *stream, struct lp_buf *out, struct lppack_error *err)
{
	uint8_t part[777];
	int64_t got;

	while ((got = stream->read(stream->context, part, sizeof(part), err)) > 0)
		lp_buf_append(out, part, (size_t)got);
	return (int)got;
}

static int decompress(const void *bytes, size_t n, uint64_t offset, uint64_t size, struct lp_buf *out,
		      struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	char path[64];
	LP_AUTO_CLOSE int fd = packer_file(bytes, n, path);
	int rc;

	assert_int_equal(lp_input_open(&in, path, NULL), 0);
	rc = lp_decompressor_open(&d, &in, offset, size, err);
	return rc < 0 ? rc : drain(lp_decompressor_stream(d), out, err);
}

static void assert_text(const struct lp_buf *out)
{
	assert_int_equal(out->len, TEXT_SIZE);
	assert_memory_equal(out->data, text(), TEXT_SIZE);
}

static void every_filter(void **state)
{
	static const char *const filters[] = { "gzip", "xz", "lzma", "bzip2", "zstd", "lz4" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		LP_AUTO_BUF struct lp_buf packed = { 0 };
		LP_AUTO_BUF struct lp_buf out = { 0 };

		if (packer_compress(filters[i], text(), TEXT_SIZE, &packed) < 0)
			continue;
		assert_true(packed.len < TEXT_SIZE);
		assert_int_equal(decompress(packed.data, packed.len, 0, packed.len, &out, NULL), 0);
		assert_text(&out);
	}
}

static void lz4_legacy(void **state)
{
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };

	(void)state;
	packer_lz4_legacy(text(), TEXT_SIZE, &packed);
	assert_int_equal(decompress(packed.data, packed.len, 0, packed.len, &out, NULL), 0);
	assert_text(&out);
}

static void unknown_bytes_pass(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 65535, 65536, 65537, TEXT_SIZE };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		LP_AUTO_BUF struct lp_buf out = { 0 };

		assert_int_equal(decompress(text(), sizes[i], 0, sizes[i], &out, NULL), 0);
		assert_int_equal(out.len, sizes[i]);
		if (sizes[i])
			assert_memory_equal(out.data, text(), sizes[i]);
	}
}

static void ranges(void **state)
{
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	LP_AUTO_BUF struct lp_buf part = { 0 };
	size_t end;

	(void)state;
	lp_buf_text(&packed, "in front ");
	assert_int_equal(packer_compress("gzip", text(), TEXT_SIZE, &packed), 0);
	end = packed.len;
	lp_buf_text(&packed, " behind");
	assert_int_equal(decompress(packed.data, packed.len, 9, end - 9, &out, NULL), 0);
	assert_text(&out);
	assert_int_equal(decompress(packed.data, packed.len, 3, 5, &part, NULL), 0);
	assert_string_equal((char *)part.data, "front");
}

/* A stream in a stream: what a bzImage in a package needs. */
static void range_of_a_stream(void **state)
{
	LP_AUTO_BUF struct lp_buf inner = { 0 };
	LP_AUTO_BUF struct lp_buf outer = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *first = NULL;
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *second = NULL;
	LP_AUTO_CLOSE int fd = -1;
	char path[64];

	(void)state;
	lp_buf_append(&inner, text(), 100000);
	assert_int_equal(packer_compress("xz", text(), TEXT_SIZE, &inner), 0);
	assert_int_equal(packer_compress("gzip", inner.data, inner.len, &outer), 0);
	fd = packer_file(outer.data, outer.len, path);
	assert_int_equal(lp_input_open(&in, path, NULL), 0);
	assert_int_equal(lp_decompressor_open(&first, &in, 0, in.size, NULL), 0);
	assert_int_equal(
		lp_decompressor_open_stream(&second, lp_decompressor_stream(first), 100000, inner.len - 100000, NULL),
		0);
	assert_int_equal(drain(lp_decompressor_stream(second), &out, NULL), 0);
	assert_text(&out);
}

static void damaged(void **state)
{
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(packer_compress("xz", text(), TEXT_SIZE, &packed), 0);
	assert_int_equal(decompress(packed.data, packed.len - 100, 0, packed.len - 100, &out, &err), -LPPACK_E_IO);
	assert_non_null(strstr(err.message, "cannot be decompressed"));
	lppack_error_clear(&err);
	packed.data[packed.len / 2] ^= 0x55;
	assert_int_equal(decompress(packed.data, packed.len, 0, packed.len, &out, &err), -LPPACK_E_IO);
}

/* The cause below is told, not libarchive's view of it. */
static void failing_input(void **state)
{
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(packer_compress("gzip", text(), TEXT_SIZE, &packed), 0);
	assert_int_equal(decompress(packed.data, packed.len, 0, packed.len + 1000000, &out, &err), -LPPACK_E_TRUNCATED);
	assert_non_null(strstr(err.message, "ends at byte"));
}

static void debs(void **state)
{
	static const char *const filters[] = { "none", "gzip", "xz", "zstd" };
	static const char *const patterns[] = { "usr/lib/*", "boot/vmlinuz-*", NULL };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		LP_AUTO_BUF struct lp_buf deb = { 0 };
		LP_AUTO_BUF struct lp_buf out = { 0 };
		LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
		LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
		LP_AUTO_FREE char *member = NULL;
		LP_AUTO_CLOSE int fd = -1;
		char path[64];

		if (packer_deb(filters[i], "./boot/vmlinuz-6.1", text(), TEXT_SIZE, &deb) < 0)
			continue;
		fd = packer_file(deb.data, deb.len, path);
		assert_int_equal(lp_input_open(&in, path, NULL), 0);
		assert_int_equal(lp_decompressor_open_package(&d, &in, patterns, &member, NULL), 0);
		assert_string_equal(member, "boot/vmlinuz-6.1");
		assert_int_equal(drain(lp_decompressor_stream(d), &out, NULL), 0);
		assert_text(&out);
	}
}

static void rpms(void **state)
{
	static const char *const filters[] = { "none", "gzip", "xz", "zstd", "bzip2", "lzma" };
	static const char *const patterns[] = { "lib/modules/*/vmlinuz", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		LP_AUTO_BUF struct lp_buf rpm = { 0 };
		LP_AUTO_BUF struct lp_buf out = { 0 };
		LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
		LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
		LP_AUTO_FREE char *member = NULL;
		LP_AUTO_CLOSE int fd = -1;
		char path[64];

		if (packer_rpm(filters[i], "./lib/modules/6.1/vmlinuz", text(), TEXT_SIZE, &rpm) < 0)
			continue;
		assert_true(lp_package_is(rpm.data, rpm.len));
		fd = packer_file(rpm.data, rpm.len, path);
		assert_int_equal(lp_input_open(&in, path, NULL), 0);
		assert_int_equal(lp_decompressor_open_package(&d, &in, patterns, &member, NULL), 0);
		assert_string_equal(member, "lib/modules/6.1/vmlinuz");
		assert_int_equal(drain(lp_decompressor_stream(d), &out, NULL), 0);
		assert_text(&out);
	}
}

static int open_package(const struct lp_buf *bytes, const char *const *patterns, struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	LP_AUTO_FREE char *member = NULL;
	char path[64];
	LP_AUTO_CLOSE int fd = packer_file(bytes->data, bytes->len, path);

	assert_int_equal(lp_input_open(&in, path, NULL), 0);
	return lp_decompressor_open_package(&d, &in, patterns, &member, err);
}

static void debs_without_it(void **state)
{
	static const char *const patterns[] = { "boot/*", NULL };
	LP_AUTO_BUF struct lp_buf deb = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(packer_deb("gzip", "usr/boot/vmlinuz", "text", 4, &deb), 0);
	assert_int_equal(open_package(&deb, patterns, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "without a kernel image"));
	lppack_error_clear(&err);
	deb.len = 8 + 60 + 4;
	assert_int_equal(open_package(&deb, any, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "without a data archive"));
	lppack_error_clear(&err);
	deb.len = 8 + 60 + 4 + 60 + 14 + 60 + 40;
	assert_int_equal(open_package(&deb, any, &err), -LPPACK_E_IO);
}

static void rpms_that_are_broken(void **state)
{
	static const char *const patterns[] = { "boot/*", NULL };
	LP_AUTO_BUF struct lp_buf rpm = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	size_t len;

	(void)state;
	assert_int_equal(packer_rpm("gzip", "usr/boot/vmlinuz", "text", 4, &rpm), 0);
	len = rpm.len;
	assert_int_equal(open_package(&rpm, patterns, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "without a kernel image"));
	/* Cut anywhere within the headers: read past their end, or longer than the file. */
	for (rpm.len = 4; rpm.len < 300; rpm.len++) {
		lppack_error_clear(&err);
		assert_true(open_package(&rpm, any, &err) < 0);
		assert_true(err.code == LPPACK_E_IO || err.code == LPPACK_E_TRUNCATED ||
			    err.code == LPPACK_E_KERNEL_IMAGE);
	}
	rpm.len = len;
	/* Sizes that no file has: their sum does not wrap around. */
	memset(rpm.data + 96 + 8, 0xff, 8);
	lppack_error_clear(&err);
	assert_int_equal(open_package(&rpm, any, &err), -LPPACK_E_IO);
	assert_non_null(strstr(err.message, "reaches past its end"));
}

static int read_decompressed(const char *path, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	int rc = lp_input_open(&in, path, err);

	return rc < 0 ? rc : lp_input_read_decompressed(&in, max, out, err);
}

static void whole_files(void **state)
{
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_CLOSE int fd = -1;
	char path[64];

	(void)state;
	assert_int_equal(packer_compress("xz", text(), TEXT_SIZE, &packed), 0);
	fd = packer_file(packed.data, packed.len, path);
	assert_int_equal(read_decompressed(path, TEXT_SIZE, &out, &err), 0);
	assert_text(&out);
	out.len = 0;
	assert_int_equal(read_decompressed(path, TEXT_SIZE - 1, &out, &err), -LPPACK_E_LIMIT);
	lppack_error_clear(&err);
	assert_int_equal(read_decompressed("/nonexistent/file", 10, &out, &err), -LPPACK_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter),
		cmocka_unit_test(lz4_legacy),
		cmocka_unit_test(unknown_bytes_pass),
		cmocka_unit_test(ranges),
		cmocka_unit_test(range_of_a_stream),
		cmocka_unit_test(damaged),
		cmocka_unit_test(failing_input),
		cmocka_unit_test(debs),
		cmocka_unit_test(debs_without_it),
		cmocka_unit_test(whole_files),
		cmocka_unit_test(rpms),
		cmocka_unit_test(rpms_that_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
