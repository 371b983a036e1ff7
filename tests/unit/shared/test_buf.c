/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests buffers that grow and remember a failure. */
#include "shared/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void appends_stay_terminated(void **state)
{
	LP_AUTO_BUF struct lp_buf buf = { 0 };

	(void)state;
	lp_buf_append(&buf, "", 0);
	assert_non_null(buf.data);
	assert_int_equal(buf.len, 0);
	assert_string_equal((char *)buf.data, "");
	lp_buf_text(&buf, "one ");
	lp_buf_printf(&buf, "%s %d", "two", 3);
	lp_buf_append(&buf, "\0x", 2);
	assert_int_equal(buf.len, 11);
	assert_memory_equal(buf.data, "one two 3\0x", 12);
	assert_true(lp_buf_ok(&buf));
}

static void nothing_may_be_appended_from_nowhere(void **state)
{
	LP_AUTO_BUF struct lp_buf buf = { 0 };

	(void)state;
	lp_buf_append(&buf, NULL, 0);
	assert_true(lp_buf_ok(&buf));
	assert_int_equal(buf.len, 0);
}

static void grown_bytes_are_zero(void **state)
{
	LP_AUTO_BUF struct lp_buf buf = { 0 };
	size_t total = 0;

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		uint8_t *at = lp_buf_grow(&buf, n);

		assert_non_null(at);
		assert_ptr_equal(at, buf.data + total);
		for (size_t i = 0; i <= n; i++)
			assert_int_equal(at[i], 0);
		memset(at, 0xff, n);
		total += n;
		assert_int_equal(buf.len, total);
		assert_int_equal(buf.data[total], 0);
	}
}

static void a_failure_stays(void **state)
{
	LP_AUTO_BUF struct lp_buf buf = { 0 };

	(void)state;
	lp_buf_text(&buf, "kept");
	assert_null(lp_buf_grow(&buf, SIZE_MAX));
	assert_false(lp_buf_ok(&buf));
	lp_buf_text(&buf, "not added");
	assert_null(lp_buf_grow(&buf, 0));
	assert_false(lp_buf_ok(&buf));
	assert_int_equal(buf.len, 4);
	assert_string_equal((char *)buf.data, "kept");
	lp_buf_free(&buf);
	assert_true(lp_buf_ok(&buf));
	assert_null(buf.data);
}

static void sizes_beyond_memory_fail(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 4 + 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		LP_AUTO_BUF struct lp_buf buf = { 0 };

		lp_buf_text(&buf, "x");
		assert_null(lp_buf_grow(&buf, sizes[i]));
		assert_false(lp_buf_ok(&buf));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_stay_terminated),  cmocka_unit_test(nothing_may_be_appended_from_nowhere),
		cmocka_unit_test(grown_bytes_are_zero),     cmocka_unit_test(a_failure_stays),
		cmocka_unit_test(sizes_beyond_memory_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
