/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests texts: which are clean, how they are printed, times, numbers, hexadecimal digits. */
#include "shared/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t encode_utf8(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* format-spec, [Y1], word for word. */
static bool spec_allows(uint32_t c)
{
	static const uint32_t forbidden[][2] = { { 0, 0x1f },        { 0x7f, 0x9f },     { 0x200b, 0x200f },
						 { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xd800, 0xdfff },
						 { 0xfeff, 0xfeff }, { 0xfdd0, 0xfdef } };

	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (c >= forbidden[i][0] && c <= forbidden[i][1])
			return c == '\n';
	return c % 0x10000 < 0xfffe;
}

static void clean_is_what_the_format_says(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		char text[4];
		size_t n = encode_utf8(c, text);

		if (lp_text_is_clean(text, n, true) != spec_allows(c))
			fail_msg("U+%04X is %s", c, spec_allows(c) ? "refused" : "allowed");
	}
	assert_false(lp_text_is_clean("\n", 1, false));
	assert_true(lp_text_is_clean("", 0, false));
}

static void malformed_utf8_is_unclean(void **state)
{
	static const char *const bad[] = { "\x80",
					   "\xbf",
					   "\xc0\xaf",
					   "\xc1\xbf",
					   "\xc3",
					   "\xc3(",
					   "\xe0\x80\xaf",
					   "\xe0\x9f\xbf",
					   "\xe2\x82",
					   "\xed\xa0\x80",
					   "\xf0\x80\x80\xaf",
					   "\xf0\x8f\xbf\xbf",
					   "\xf0\x9f\x98",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xf8\x88\x80\x80\x80",
					   "\xfe",
					   "\xff",
					   "ok\xc3" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(lp_text_is_clean(bad[i], strlen(bad[i]), true));
	assert_false(lp_text_is_clean("a\0b", 3, true));
	/* The length counts, not what lies behind it. */
	assert_false(lp_text_is_clean("\xc3\xa9", 1, true));
	assert_true(lp_text_is_clean("\xc3\xa9\xff", 2, true));
}

static void utf8_lengths(void **state)
{
	(void)state;
	assert_int_equal(lp_text_utf8_length("", 0), 0);
	assert_int_equal(lp_text_utf8_length("a", 1), 1);
	assert_int_equal(lp_text_utf8_length("\xc3\xa9x", 3), 2);
	assert_int_equal(lp_text_utf8_length("\xe2\x82\xac", 3), 3);
	assert_int_equal(lp_text_utf8_length("\xf0\x9f\x98\x80", 4), 4);
	assert_int_equal(lp_text_utf8_length("\xf0\x9f\x98\x80", 3), 0);
	assert_int_equal(lp_text_utf8_length("\xed\xa0\x80", 3), 0);
	assert_int_equal(lp_text_utf8_length("\x80", 1), 0);
}

static void printable_keeps_the_length(void **state)
{
	char text[] = "a\x1b[31m\tb\xc3\xa9\x7f~";

	(void)state;
	lp_text_make_printable(text);
	assert_string_equal(text, "a?[31m?b\xc3\xa9?~");
}

/* What moves the cursor, hides or reorders, of each range its ends; and what stands beside them. */
static void what_can_be_shown(void **state)
{
	static const char *const hidden[] = {
		"\x01",
		"\n",
		"\x1f",
		"\x7f",
		"\xc2\x80",
		"\xc2\x9b",
		"\xc2\x9f",
		"\xc2\xad",
		"\xcd\x8f",
		"\xd8\x9c",
		"\xe1\x85\x9f",
		"\xe1\x85\xa0",
		"\xe2\x80\x8b",
		"\xe2\x80\x8f",
		"\xe2\x80\xa8",
		"\xe2\x80\xae",
		"\xe2\x81\xa0",
		"\xe2\x81\xaf",
		"\xe3\x85\xa4",
		"\xef\xb8\x80",
		"\xef\xbb\xbf",
		"\xef\xbf\xbb",
		"\xed\xa0\x80",
		"\xef\xbf\xbe",
		"\xc0\xaf",
		"\xf4\x90\x80\x80",
		"\xf3\xa0\x80\x81",
		"\xff",
		"\xe2\x80",
	};
	static const char *const shown[] = {
		" ",
		"~",
		"\xc2\xa0",
		"\xc2\xae",
		"\xd8\x9d",
		"\xe2\x80\x90",
		"\xe2\x80\xa7",
		"\xe2\x82\xac",
		"\xef\xbf\xbd",
		"\xf0\x9f\x98\x80",
	};
	uint32_t point;

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		char text[8];

		assert_int_equal(lp_text_shown_length(hidden[i], strlen(hidden[i]), &point), 0);
		snprintf(text, sizeof(text), "%s", hidden[i]);
		lp_text_make_printable(text);
		assert_int_equal(strlen(text), strlen(hidden[i]));
		assert_int_equal(strspn(text, "?"), strlen(hidden[i]));
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		assert_int_equal(lp_text_shown_length(shown[i], strlen(shown[i]), &point), strlen(shown[i]));
	assert_int_equal(lp_text_shown_length("\xc2\x9b", 2, &point), 0);
	assert_int_equal(point, 0x9b);
	assert_int_equal(lp_text_shown_length("\xff", 1, &point), 0);
	assert_int_equal(point, 0xfffd);
}

static void words_of_a_shell(void **state)
{
	static const char *const cases[][2] = {
		{ "a/b-c_d.lpb", "a/b-c_d.lpb" },
		{ "", "''" },
		{ "-o", "'-o'" },
		{ "a b", "'a b'" },
		{ "it's", "'it'\\''s'" },
		{ "''", "''\\'''\\'''" },
		{ "$x", "'$x'" },
		{ "~", "'~'" },
		{ "a\nb", "'a\nb'" },
		{ "#", "'#'" },
		{ "*", "'*'" },
		{ "\\", "'\\'" },
		{ "!x", "'!x'" },
		{ "\xc3\xa9", "'\xc3\xa9'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *quoted = lp_text_quote(cases[i][0]);

		assert_string_equal(quoted, cases[i][1]);
		free(quoted);
	}
}

static void hex(void **state)
{
	uint8_t bytes[4] = { 9 };
	char text[9];

	(void)state;
	assert_int_equal(lp_hex_decode("00ff10ab", bytes, 4), 4);
	assert_memory_equal(bytes, "\x00\xff\x10\xab", 4);
	lp_hex_encode(bytes, 4, text);
	assert_string_equal(text, "00ff10ab");
	lp_hex_encode(bytes, 0, text);
	assert_string_equal(text, "");
	assert_int_equal(lp_hex_decode("", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("abc", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("0011223344", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("AB", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("0x", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("1g", bytes, 4), -1);
	assert_int_equal(lp_hex_decode(" 1", bytes, 4), -1);
	assert_int_equal(lp_hex_decode("\xff\xff", bytes, 4), -1);
}

static void nearest_names(void **state)
{
	static const char *const words[] = { "stream", "serial", "version", "kernels", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_string_equal(lp_text_nearest("steam", words), "stream");
	assert_string_equal(lp_text_nearest("kernel", words), "kernels");
	assert_string_equal(lp_text_nearest("serail", words), "serial");
	assert_null(lp_text_nearest("colour", words));
	assert_null(lp_text_nearest("stream", none));
	assert_null(lp_text_nearest("a-name-of-more-than-forty-characters-is-like-nothing", words));
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = { { "1970-01-01T00:00:00Z", 0 },          { "1970-01-01T00:00:01Z", 1 },
		     { "2000-02-29T23:59:59Z", 951868799 },  { "2026-11-21T12:00:00Z", 1795262400 },
		     { "2242-03-16T12:56:31Z", 8589934591 }, { "9999-12-31T23:59:59Z", 253402300799 } };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char again[LP_TIME_TEXT];
		int64_t seconds = -1;

		assert_int_equal(lp_time_parse(good[i].text, &seconds), 0);
		assert_int_equal(seconds, good[i].seconds);
		lp_time_format(seconds, again);
		assert_string_equal(again, good[i].text);
	}
}

static void times_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-21",
		"2026-11-21T12:00:00",
		"2026-11-21T12:00:00z",
		"2026-11-21 12:00:00Z",
		"2026-11-21t12:00:00Z",
		"2026-11-21T12:00:00+0",
		"2026-11-21T12:00:0Z ",
		"2026-11-21T12:00: 0Z",
		" 026-11-21T12:00:00Z",
		"2026- 1-21T12:00:00Z",
		"2026-+1-21T12:00:00Z",
		"2026--1-21T12:00:00Z",
		"+999-11-21T12:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-02-31T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-12-31T23:59:60Z",
		"1969-12-31T23:59:59Z",
		"0000-01-01T00:00:00Z",
		"2026-11-21T12:00:00ZZ",
		"2026-11-21T12:00:00.5Z",
		"2026/11/21T12:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t seconds = 42;

		if (lp_time_parse(bad[i], &seconds) == 0)
			fail_msg("'%s' passed", bad[i]);
		assert_int_equal(seconds, 42);
	}
}

/* What the C library makes of it where time_t is wide enough; every day of four centuries and their turns. */
static void times_are_the_c_librarys(void **state)
{
	const int64_t last = sizeof(time_t) > 4 ? 200000 : 24855;

	(void)state;
	for (int64_t day = 0; day < last; day++) {
		time_t t = (time_t)(day * 86400 + day % 86400);
		char text[LP_TIME_TEXT], wanted[LP_TIME_TEXT];
		int64_t seconds;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &tm);
		lp_time_format(t, text);
		assert_string_equal(text, wanted);
		assert_int_equal(lp_time_parse(text, &seconds), 0);
		assert_true(seconds == t);
		assert_true(lp_time_of(&tm) == t);
	}
}

static void times_out_of_range_are_formatted_at_its_ends(void **state)
{
	char text[LP_TIME_TEXT];

	(void)state;
	lp_time_format(-5, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	lp_time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void numbers(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "01", "00", "0x1", "1e3", "18446744073709551616", "99999999999999999999"
	};
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(lp_text_to_u64(bad[i], &value), -1);
		assert_int_equal(value, 7);
	}
	assert_int_equal(lp_text_to_u64("0", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(lp_text_to_u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
}

static void small_helpers(void **state)
{
	static const char *const words[] = { "low", "high", NULL };
	bool ok = true;
	char *text;

	(void)state;
	assert_true(lp_text_is_one_of("high", words));
	assert_false(lp_text_is_one_of("hig", words));
	assert_true(lp_text_equal(NULL, NULL));
	assert_false(lp_text_equal("a", NULL));
	assert_false(lp_text_equal(NULL, "a"));
	assert_true(lp_text_equal("a", "a"));
	assert_null(lp_text_dup(NULL, &ok));
	assert_true(ok);
	text = lp_text_format("%s-%d", "a", 5);
	assert_string_equal(text, "a-5");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_is_what_the_format_says),
		cmocka_unit_test(malformed_utf8_is_unclean),
		cmocka_unit_test(utf8_lengths),
		cmocka_unit_test(printable_keeps_the_length),
		cmocka_unit_test(what_can_be_shown),
		cmocka_unit_test(words_of_a_shell),
		cmocka_unit_test(hex),
		cmocka_unit_test(nearest_names),
		cmocka_unit_test(times),
		cmocka_unit_test(times_that_are_none),
		cmocka_unit_test(times_are_the_c_librarys),
		cmocka_unit_test(times_out_of_range_are_formatted_at_its_ends),
		cmocka_unit_test(numbers),
		cmocka_unit_test(small_helpers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
