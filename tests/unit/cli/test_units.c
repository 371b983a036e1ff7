/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests sizes, durations, numbers and build IDs as people write and read them. */
#include "cli/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_sizes(void **state)
{
	char text[UNITS_TEXT];

	(void)state;
	assert_string_equal(size_format(0, text), "0 B");
	assert_string_equal(size_format(1023, text), "1023 B");
	assert_string_equal(size_format(1024, text), "1.0 KiB");
	assert_string_equal(size_format(1536, text), "1.5 KiB");
	/* Not "1024.0 KiB". */
	assert_string_equal(size_format(1048575, text), "1.0 MiB");
	assert_string_equal(size_format(UINT64_C(3) << 30, text), "3.0 GiB");
	assert_string_equal(size_format(UINT64_MAX, text), "16.0 EiB");
}

static void test_durations(void **state)
{
	char text[UNITS_TEXT];

	(void)state;
	assert_string_equal(duration_format(0, text), "0.0 ms");
	assert_string_equal(duration_format(400000, text), "0.4 ms");
	assert_string_equal(duration_format(37999999, text), "37 ms");
	assert_string_equal(duration_format(999999999, text), "999 ms");
	assert_string_equal(duration_format(1739999999, text), "1.73 s");
	assert_string_equal(duration_format(59999999999, text), "59.99 s");
	assert_string_equal(duration_format(125 * NS_PER_S, text), "2 min 05 s");
}

static void test_duration_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "60", 60 * NS_PER_S },   { "1.5", 1500 * NS_PER_MS },   { "500ms", 500 * NS_PER_MS },
		{ "90s", 90 * NS_PER_S },  { "2m", 120 * NS_PER_S },      { "1.5m", 90 * NS_PER_S },
		{ "1h", 3600 * NS_PER_S }, { "24h", 86400 * NS_PER_S },   { "0.000000001", 1 },
		{ "007", 7 * NS_PER_S },   { "86400", 86400 * NS_PER_S },
	};
	static const char *const bad[] = { "",
					   "0",
					   "0.0",
					   "-1",
					   "+1",
					   " 1",
					   "1 ",
					   "1.",
					   ".5",
					   "1,5",
					   "1e3",
					   "1x",
					   "1mss",
					   "1.5.5",
					   "25h",
					   "86401",
					   "86400.1",
					   "24.1h",
					   "99999999999999999999",
					   "0.0000000001",
					   "ms",
					   "inf",
					   "nan",
					   "0x10" };
	int64_t ns = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(duration_parse(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ns = 42;
		if (duration_parse(bad[i], &ns) == 0)
			fail_msg("'%s' was taken for a duration", bad[i]);
		assert_int_equal(ns, 42);
	}
}

static void test_number_parse(void **state)
{
	uint64_t n = 42;

	(void)state;
	assert_int_equal(number_parse("18446744073709551615", &n), 0);
	assert_true(n == UINT64_MAX);
	n = 42;
	assert_int_equal(number_parse("18446744073709551616", &n), -1);
	assert_int_equal(number_parse("", &n), -1);
	assert_int_equal(number_parse("-1", &n), -1);
	assert_int_equal(number_parse(" 1", &n), -1);
	assert_int_equal(number_parse("1x", &n), -1);
	assert_int_equal(n, 42);
	assert_int_equal(number_parse("0", &n), 0);
	assert_int_equal(n, 0);
}

static void test_build_ids(void **state)
{
	(void)state;
	assert_true(text_is_build_id("01234567"));
	assert_true(text_is_build_id("8c94bbd8e1f29ee0c22a0e0b9f2f1a2b3c4d5e6f"));
	assert_false(text_is_build_id("0123456"));
	assert_false(text_is_build_id("012345678"));
	assert_false(text_is_build_id("0123456F"));
	assert_false(text_is_build_id("vmlinuz-"));
	assert_false(text_is_build_id(""));
	assert_false(text_is_build_id("00000000000000000000000000000000000000000000000000000000000000000000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),          cmocka_unit_test(test_durations),
		cmocka_unit_test(test_duration_parse), cmocka_unit_test(test_number_parse),
		cmocka_unit_test(test_build_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
