/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests frames: bases, windows, sizes, damage. */
#include "format/zstd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void fill(struct lp_buf *out, size_t n, uint32_t seed)
{
	uint8_t *to = lp_buf_grow(out, n);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (uint8_t)(seed >> 24);
	}
}

static int decompress(const struct lp_buf *frame, const struct lp_buf *base, size_t plain_size, struct lp_buf *out,
		      struct lppack_error *err)
{
	return lp_zstd_decompress(frame->data, frame->len, base ? base->data : NULL, base ? base->len : 0, plain_size,
				  "k.ko.zst", out, err);
}

static void assert_refused(const struct lp_buf *frame, const struct lp_buf *base, size_t plain_size, int code)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_BUF struct lp_buf out = { 0 };

	assert_int_equal(decompress(frame, base, plain_size, &out, &err), -code);
	assert_non_null(strstr(err.message, "k.ko.zst"));
}

static void there_and_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 200000 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		LP_AUTO_BUF struct lp_buf plain = { 0 };
		LP_AUTO_BUF struct lp_buf frame = { 0 };
		LP_AUTO_BUF struct lp_buf again = { 0 };

		fill(&plain, sizes[i], 1);
		assert_int_equal(lp_zstd_compress(plain.data, plain.len, NULL, 0, 3, &frame, NULL), 0);
		assert_int_equal(decompress(&frame, NULL, plain.len, &again, NULL), 0);
		assert_int_equal(again.len, plain.len);
		assert_memory_equal(again.data, plain.data, plain.len);
	}
}

/* Far beyond the largest window of a low level: the base is found all the same. */
static void a_base_saves_what_is_equal(void **state)
{
	LP_AUTO_BUF struct lp_buf plain = { 0 };
	LP_AUTO_BUF struct lp_buf base = { 0 };
	LP_AUTO_BUF struct lp_buf frame = { 0 };
	LP_AUTO_BUF struct lp_buf alone = { 0 };
	LP_AUTO_BUF struct lp_buf again = { 0 };

	(void)state;
	fill(&base, 1500000, 7);
	lp_buf_append(&plain, base.data, base.len);
	plain.data[700000] ^= 1;
	assert_int_equal(lp_zstd_compress(plain.data, plain.len, base.data, base.len, 1, &frame, NULL), 0);
	assert_in_range(frame.len, 10, 2000);
	assert_int_equal(decompress(&frame, &base, plain.len, &again, NULL), 0);
	assert_memory_equal(again.data, plain.data, plain.len);
	assert_int_equal(lp_zstd_compress(plain.data, plain.len, NULL, 0, 1, &alone, NULL), 0);
	assert_in_range(alone.len, 1490000, 1510000);
	/* Without its base, or with another one, it is undecodable or at least not the module. */
	assert_refused(&frame, NULL, plain.len, LPPACK_E_CORRUPT);
}

static void frames_are_appended(void **state)
{
	LP_AUTO_BUF struct lp_buf out = { 0 };

	(void)state;
	lp_buf_text(&out, "before");
	assert_int_equal(lp_zstd_compress("abc", 3, NULL, 0, 1, &out, NULL), 0);
	assert_memory_equal(out.data, "before\x28\xb5\x2f\xfd", 10);
}

static void exactly_one_frame(void **state)
{
	static const uint8_t skippable[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4 };
	LP_AUTO_BUF struct lp_buf frame = { 0 };
	LP_AUTO_BUF struct lp_buf other = { 0 };

	(void)state;
	assert_int_equal(lp_zstd_compress("abcabc", 6, NULL, 0, 1, &frame, NULL), 0);
	assert_refused(&frame, NULL, 5, LPPACK_E_STRUCTURE);
	assert_refused(&frame, NULL, 7, LPPACK_E_STRUCTURE);
	for (size_t n = 0; n < frame.len; n++) {
		const struct lp_buf part = { .data = frame.data, .len = n };

		assert_refused(&part, NULL, 6, LPPACK_E_STRUCTURE);
	}
	lp_buf_append(&other, frame.data, frame.len);
	lp_buf_append(&other, "", 1);
	assert_refused(&other, NULL, 6, LPPACK_E_STRUCTURE);
	lp_buf_free(&other);
	lp_buf_append(&other, frame.data, frame.len);
	lp_buf_append(&other, skippable, sizeof(skippable));
	assert_refused(&other, NULL, 6, LPPACK_E_STRUCTURE);
	lp_buf_free(&other);
	lp_buf_append(&other, skippable, sizeof(skippable));
	assert_refused(&other, NULL, 0, LPPACK_E_STRUCTURE);
	lp_buf_append(&other, frame.data, frame.len);
	assert_refused(&other, NULL, 6, LPPACK_E_STRUCTURE);
	lp_buf_free(&other);
	lp_buf_append(&other, frame.data, frame.len);
	lp_buf_append(&other, frame.data, frame.len);
	assert_refused(&other, NULL, 12, LPPACK_E_STRUCTURE);
	lp_buf_free(&other);
	lp_buf_text(&other, "not zstd at all");
	assert_refused(&other, NULL, 6, LPPACK_E_STRUCTURE);
}

/* magic, descriptor, [window], content size, one last raw block of "abc" */
static void raw_frame(uint8_t descriptor, int window, struct lp_buf *out)
{
	const uint8_t byte = (uint8_t)window;

	lp_buf_append(out, "\x28\xb5\x2f\xfd", 4);
	lp_buf_append(out, &descriptor, 1);
	if (window >= 0)
		lp_buf_append(out, &byte, 1);
	lp_buf_append(out, "\3\0\0\0\x19\0\0abc", 10);
}

static void windows(void **state)
{
	LP_AUTO_BUF struct lp_buf single = { 0 };
	LP_AUTO_BUF struct lp_buf largest = { 0 };
	LP_AUTO_BUF struct lp_buf too_large = { 0 };
	LP_AUTO_BUF struct lp_buf far_too_large = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };

	(void)state;
	raw_frame(0xa0, -1, &single);
	assert_int_equal(decompress(&single, NULL, 3, &out, NULL), 0);
	raw_frame(0x80, 17 << 3, &largest); /* 2^27: 128 MiB */
	assert_int_equal(decompress(&largest, NULL, 3, &out, NULL), 0);
	raw_frame(0x80, 17 << 3 | 1, &too_large);
	assert_refused(&too_large, NULL, 3, LPPACK_E_LIMIT);
	raw_frame(0x80, 0xff, &far_too_large);
	assert_refused(&far_too_large, NULL, 3, LPPACK_E_STRUCTURE); /* unknown to libzstd itself */
}

static void content_size_must_be_declared(void **state)
{
	/* no content size, window of 1 KiB, a last RLE block of 3 bytes */
	static const uint8_t bytes[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x1b, 0x00, 0x00, 'a' };
	LP_AUTO_BUF struct lp_buf frame = { 0 };

	(void)state;
	lp_buf_append(&frame, bytes, sizeof(bytes));
	assert_refused(&frame, NULL, 3, LPPACK_E_STRUCTURE);
	assert_refused(&frame, NULL, 0, LPPACK_E_STRUCTURE);
}

/* A frame that names a dictionary cannot be a module's. */
static void no_dictionaries(void **state)
{
	static const uint8_t bytes[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xa1, 0x07, 3, 0, 0, 0, 0x19, 0, 0, 'a', 'b', 'c' };
	LP_AUTO_BUF struct lp_buf frame = { 0 };
	LP_AUTO_BUF struct lp_buf base = { 0 };

	(void)state;
	lp_buf_append(&frame, bytes, sizeof(bytes));
	lp_buf_text(&base, "some base");
	assert_refused(&frame, NULL, 3, LPPACK_E_CORRUPT);
	assert_refused(&frame, &base, 3, LPPACK_E_CORRUPT);
}

/* A frame that is changed anywhere is refused, or decodes to exactly the declared size: never beyond the buffer. */
static void damaged_frames(void **state)
{
	LP_AUTO_BUF struct lp_buf plain = { 0 };
	LP_AUTO_BUF struct lp_buf frame = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++)
		lp_buf_printf(&plain, "line %d of something to compress\n", i * i);
	assert_int_equal(lp_zstd_compress(plain.data, plain.len, NULL, 0, 19, &frame, NULL), 0);
	for (size_t at = 0; at < frame.len; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			LP_AUTO_BUF struct lp_buf out = { 0 };
			struct lppack_error err = LPPACK_ERROR_INIT;
			int rc;

			frame.data[at] ^= (uint8_t)(1u << bit);
			rc = decompress(&frame, NULL, plain.len, &out, &err);
			assert_true(rc == 0 ? out.len == plain.len : err.code == -rc && *err.message);
			frame.data[at] ^= (uint8_t)(1u << bit);
		}
}

static void levels(void **state)
{
	(void)state;
	assert_in_range(lp_zstd_level_max(), LP_ZSTD_LEVEL_DEFAULT, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(a_base_saves_what_is_equal),
		cmocka_unit_test(frames_are_appended),
		cmocka_unit_test(exactly_one_frame),
		cmocka_unit_test(windows),
		cmocka_unit_test(content_size_must_be_declared),
		cmocka_unit_test(no_dictionaries),
		cmocka_unit_test(damaged_frames),
		cmocka_unit_test(levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
