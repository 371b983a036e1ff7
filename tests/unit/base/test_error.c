/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the table of errors and how an error is filled in. */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four above it first. */
#include <cmocka.h>

/* Exit statuses are part of the interface: a row here changes only by being added. */
static const struct {
	int number;
	const char *name;
	enum lppack_about about;
} pinned[] = {
	{ 1, "INTERNAL", LPPACK_ABOUT_CALL },
	{ 2, "USAGE", LPPACK_ABOUT_CALL },
	{ 3, "ALREADY", LPPACK_ABOUT_MACHINE },
	{ 4, "NO_MEMORY", LPPACK_ABOUT_MACHINE },
	{ 5, "IO", LPPACK_ABOUT_MACHINE },
	{ 6, "NO_SPACE", LPPACK_ABOUT_MACHINE },
	{ 7, "EXISTS", LPPACK_ABOUT_CALL },
	{ 10, "SPEC", LPPACK_ABOUT_CALL },
	{ 11, "DUPLICATE", LPPACK_ABOUT_CALL },
	{ 12, "MODULE", LPPACK_ABOUT_RELEASE },
	{ 13, "NOT_LIVEPATCH", LPPACK_ABOUT_RELEASE },
	{ 14, "NOT_REPLACE", LPPACK_ABOUT_RELEASE },
	{ 15, "ARCH", LPPACK_ABOUT_RELEASE },
	{ 16, "VERMAGIC", LPPACK_ABOUT_RELEASE },
	{ 17, "MODULE_NAME", LPPACK_ABOUT_RELEASE },
	{ 18, "KERNEL_IMAGE", LPPACK_ABOUT_MACHINE },
	{ 19, "UNLOADABLE", LPPACK_ABOUT_RELEASE },
	{ 20, "NOT_BUNDLE", LPPACK_ABOUT_RELEASE },
	{ 21, "TRUNCATED", LPPACK_ABOUT_RELEASE },
	{ 22, "STRUCTURE", LPPACK_ABOUT_RELEASE },
	{ 23, "UNSUPPORTED", LPPACK_ABOUT_RELEASE },
	{ 24, "CORRUPT", LPPACK_ABOUT_RELEASE },
	{ 25, "LIMIT", LPPACK_ABOUT_RELEASE },
	{ 26, "FACTS", LPPACK_ABOUT_RELEASE },
	{ 27, "NOT_CUMULATIVE", LPPACK_ABOUT_RELEASE },
	{ 28, "UNDECIDED", LPPACK_ABOUT_MACHINE },
	{ 30, "NO_KEYS", LPPACK_ABOUT_MACHINE },
	{ 31, "UNTRUSTED", LPPACK_ABOUT_RELEASE },
	{ 32, "BAD_SIGNATURE", LPPACK_ABOUT_RELEASE },
	{ 33, "KEY", LPPACK_ABOUT_MACHINE },
	{ 34, "EXPIRED", LPPACK_ABOUT_RELEASE },
	{ 35, "THRESHOLD", LPPACK_ABOUT_RELEASE },
	{ 36, "REVOKED", LPPACK_ABOUT_RELEASE },
	{ 37, "POLICY", LPPACK_ABOUT_MACHINE },
	{ 38, "DOWNGRADE", LPPACK_ABOUT_RELEASE },
	{ 39, "EQUIVOCATION", LPPACK_ABOUT_RELEASE },
	{ 40, "NO_KERNEL", LPPACK_ABOUT_RELEASE },
	{ 41, "CLOCK", LPPACK_ABOUT_MACHINE },
	{ 42, "STATE", LPPACK_ABOUT_MACHINE },
	{ 43, "UNSAFE_FILE", LPPACK_ABOUT_MACHINE },
	{ 44, "SIGNED", LPPACK_ABOUT_CALL },
	{ 45, "STILL_TRUSTED", LPPACK_ABOUT_MACHINE },
	{ 46, "OTHER_STREAM", LPPACK_ABOUT_RELEASE },
	{ 47, "LOSS", LPPACK_ABOUT_RELEASE },
	{ 50, "NO_LIVEPATCH", LPPACK_ABOUT_MACHINE },
	{ 51, "PRIVILEGE", LPPACK_ABOUT_CALL },
	{ 52, "BUSY", LPPACK_ABOUT_MACHINE },
	{ 53, "ACTIVE", LPPACK_ABOUT_MACHINE },
	{ 54, "NAME_IN_USE", LPPACK_ABOUT_MACHINE },
	{ 55, "LOCKED", LPPACK_ABOUT_MACHINE },
	{ 56, "FTRACE", LPPACK_ABOUT_MACHINE },
	{ 57, "FOREIGN", LPPACK_ABOUT_MACHINE },
	{ 58, "FORCED", LPPACK_ABOUT_MACHINE },
	{ 59, "HELD", LPPACK_ABOUT_MACHINE },
	{ 60, "REFUSED", LPPACK_ABOUT_RELEASE },
	{ 61, "INCOMPATIBLE", LPPACK_ABOUT_RELEASE },
	{ 62, "STALLED", LPPACK_ABOUT_MACHINE },
	{ 63, "STALLED_LEFT", LPPACK_ABOUT_MACHINE },
	{ 64, "NOT_REPLACED", LPPACK_ABOUT_RELEASE },
	{ 65, "UNPROVEN", LPPACK_ABOUT_MACHINE },
	{ 66, "LEFTOVER", LPPACK_ABOUT_MACHINE },
	{ 67, "ONE_WAY", LPPACK_ABOUT_MACHINE },
	{ 68, "NO_RELEASE", LPPACK_ABOUT_MACHINE },
	{ 69, "DISABLED", LPPACK_ABOUT_MACHINE },
	{ 70, "BOOT_LOOP", LPPACK_ABOUT_RELEASE },
	{ 71, "NONE_LEFT", LPPACK_ABOUT_MACHINE },
	{ 72, "MEMORY", LPPACK_ABOUT_MACHINE },
	{ 80, "BEHIND", LPPACK_ABOUT_MACHINE },
	{ 81, "REBOOT_NEEDED", LPPACK_ABOUT_MACHINE },
	{ 82, "UNCOVERED", LPPACK_ABOUT_MACHINE },
	{ 83, "HELD_BACK", LPPACK_ABOUT_MACHINE },
	{ 84, "IN_TRANSITION", LPPACK_ABOUT_MACHINE },
	{ 85, "UNFINISHED", LPPACK_ABOUT_MACHINE },
	{ 86, "NOT_SET_UP", LPPACK_ABOUT_MACHINE },
	{ 87, "EXPIRES_SOON", LPPACK_ABOUT_RELEASE },
	{ 88, "NO_EFFECT", LPPACK_ABOUT_MACHINE },
};

#define PINNED (sizeof(pinned) / sizeof(pinned[0]))

static void test_numbers_are_pinned(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PINNED; i++) {
		assert_int_equal(lppack_error_at(i), pinned[i].number);
		assert_string_equal(lppack_error_name(pinned[i].number), pinned[i].name);
		assert_string_equal(lppack_error_name(-pinned[i].number), pinned[i].name);
		assert_non_null(lppack_error_meaning(-pinned[i].number));
		assert_int_equal(lppack_error_about(pinned[i].number), pinned[i].about);
		assert_int_equal(lppack_error_about(-pinned[i].number), pinned[i].about);
	}
	assert_int_equal(lppack_error_at(PINNED), 0);
	assert_int_equal(LPPACK_OK, 0);
}

static void test_unknown_codes_have_no_name(void **state)
{
	(void)state;
	assert_null(lppack_error_name(0));
	assert_null(lppack_error_name(8));
	assert_null(lppack_error_meaning(200));
	assert_int_equal(lppack_error_about(0), LPPACK_ABOUT_NOTHING);
	assert_int_equal(lppack_error_about(18 + 256), LPPACK_ABOUT_NOTHING);
	assert_int_equal(lppack_error_at(UINT32_MAX), 0);
}

static void test_fail_sets_and_returns(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_fail(&err, LPPACK_E_CORRUPT, "fetch it again", "%s: byte %d", "a.lpb", 7),
			 -LPPACK_E_CORRUPT);
	assert_int_equal(err.code, LPPACK_E_CORRUPT);
	assert_int_equal(err.sys_errno, 0);
	assert_string_equal(err.message, "a.lpb: byte 7");
	assert_string_equal(err.hint, "fetch it again");
}

static void test_first_cause_stays(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	lp_fail(&err, LPPACK_E_KEY, NULL, "first");
	/* The code of the failure at hand is returned, the first cause is kept. */
	assert_int_equal(lp_fail(&err, LPPACK_E_IO, "hint", "second"), -LPPACK_E_IO);
	errno = EACCES;
	lp_fail_sys(&err, LPPACK_E_IO, "hint", "third");
	assert_int_equal(err.code, LPPACK_E_KEY);
	assert_int_equal(err.sys_errno, 0);
	assert_string_equal(err.message, "first");
	assert_string_equal(err.hint, "");
	lppack_error_clear(&err);
	assert_int_equal(err.code, 0);
	lp_fail(&err, LPPACK_E_IO, NULL, "fresh");
	assert_string_equal(err.message, "fresh");
}

static void test_no_error_struct(void **state)
{
	(void)state;
	errno = ENOSPC;
	assert_int_equal(lp_fail_sys(NULL, LPPACK_E_IO, NULL, "x"), -LPPACK_E_NO_SPACE);
	assert_int_equal(lp_fail(NULL, LPPACK_E_KEY, NULL, "x"), -LPPACK_E_KEY);
	assert_int_equal(lp_fail_nomem(NULL), -LPPACK_E_NO_MEMORY);
	assert_int_equal(lp_wrap(NULL, -LPPACK_E_KEY, "x"), -LPPACK_E_KEY);
	assert_int_equal(lp_hint(NULL, -LPPACK_E_KEY, "x"), -LPPACK_E_KEY);
	lppack_error_clear(NULL);
}

static void test_message_is_printable(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	lp_fail(&err, LPPACK_E_IO, NULL, "%s: bad", "a\033[31m\nb\x7f\xc3\xa4");
	assert_string_equal(err.message, "a?[31m?b?\xc3\xa4: bad");
	lp_wrap(&err, -LPPACK_E_IO, "%s", "new\nline");
	assert_string_equal(err.message, "new?line: a?[31m?b?\xc3\xa4: bad");
	lp_hint(&err, -LPPACK_E_IO, "%s", "tab\there");
	assert_string_equal(err.hint, "tab?here");
}

static void test_long_texts_are_cut(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	lp_fail(&err, LPPACK_E_IO, text, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
	lp_wrap(&err, -LPPACK_E_IO, "context");
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_memory_equal(err.message, "context: xxx", 12);
	lp_wrap(&err, -LPPACK_E_IO, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
	assert_int_equal(err.message[0], 'x');
	lppack_error_clear(&err);
	errno = ENOENT;
	lp_fail_sys(&err, LPPACK_E_IO, NULL, "%s", text);
	assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
}

static void test_fail_sys_tells_errno(void **state)
{
	static const struct {
		int sys_errno;
		enum lppack_code code, wanted;
	} cases[] = {
		{ ENOENT, LPPACK_E_IO, LPPACK_E_IO },        { ENOSPC, LPPACK_E_IO, LPPACK_E_NO_SPACE },
		{ EDQUOT, LPPACK_E_IO, LPPACK_E_NO_SPACE },  { ENOSPC, LPPACK_E_KEY, LPPACK_E_KEY },
		{ ENOMEM, LPPACK_E_IO, LPPACK_E_NO_MEMORY }, { ENOMEM, LPPACK_E_REFUSED, LPPACK_E_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;

		errno = cases[i].sys_errno;
		assert_int_equal(lp_fail_sys(&err, cases[i].code, NULL, "f"), -(int)cases[i].wanted);
		assert_int_equal(err.code, cases[i].wanted);
		assert_int_equal(err.sys_errno, cases[i].sys_errno);
		assert_memory_equal(err.message, "f: ", 3);
		assert_non_null(strstr(err.message, strerror(cases[i].sys_errno)));
		assert_int_equal(err.hint[0] != '\0', cases[i].wanted == LPPACK_E_NO_SPACE);
	}
}

static void test_wrap_and_hint_keep_the_code(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	/* Nothing failed: nothing to wrap. */
	assert_int_equal(lp_wrap(&err, 0, "context"), 0);
	assert_int_equal(lp_hint(&err, 0, "hint"), 0);
	assert_string_equal(err.message, "");
	assert_string_equal(err.hint, "");
	lp_fail(&err, LPPACK_E_KEY, "old", "cause");
	assert_int_equal(lp_wrap(&err, -LPPACK_E_IO, "%s %d", "level", 1), -LPPACK_E_KEY);
	assert_int_equal(lp_wrap(&err, -LPPACK_E_IO, "level 2"), -LPPACK_E_KEY);
	assert_string_equal(err.message, "level 2: level 1: cause");
	assert_int_equal(lp_hint(&err, -LPPACK_E_IO, "%s", "new"), -LPPACK_E_KEY);
	assert_string_equal(err.hint, "new");
}

/* What a program has that was built with another version: its struct, and what lies behind it. */
struct caller {
	struct lppack_error err;
	char behind[64];
};

static void assert_untouched(const struct caller *caller, size_t from)
{
	const char *bytes = (const char *)caller;

	for (size_t i = from; i < sizeof(*caller); i++)
		assert_int_equal(bytes[i], 0x5a);
}

/* Everything that writes to a caller's struct. */
static void write_all(struct lppack_error *err)
{
	const struct lppack_error cause = { .code = LPPACK_E_KEY, .sys_errno = EACCES, .message = "m", .hint = "h" };

	lppack_error_clear(err);
	assert_int_equal(lp_error_move(err, &cause), -LPPACK_E_KEY);
	lppack_error_clear(err);
	assert_int_equal(lp_fail_nomem(err), -LPPACK_E_NO_MEMORY);
	lppack_error_clear(err);
	errno = EACCES;
	assert_int_equal(lp_fail_sys(err, LPPACK_E_IO, NULL, "cause"), -LPPACK_E_IO);
	lppack_error_clear(err);
	assert_int_equal(lp_fail(err, LPPACK_E_IO, "hint", "cause"), -LPPACK_E_IO);
	assert_int_equal(lp_wrap(err, -LPPACK_E_IO, "context"), -LPPACK_E_IO);
	assert_int_equal(lp_hint(err, -LPPACK_E_IO, "new hint"), -LPPACK_E_IO);
}

static void test_structs_of_other_versions(void **state)
{
	static const struct {
		const char *whose;
		size_t size;
		bool is_written;
	} cases[] = {
		{ "this version's", sizeof(struct lppack_error), true },
		{ "a newer program's", sizeof(struct caller), true },
		{ "all zero", 0, true },
		{ "smaller than version 0.1", sizeof(struct lppack_error) - 1, false },
		{ "hardly more than the size", 16, false },
		{ "nobody's", 65537, false },
		{ "nobody's either", SIZE_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct caller caller;

		memset(&caller, 0x5a, sizeof(caller));
		if (cases[i].is_written)
			memset(&caller.err, 0, sizeof(caller.err));
		caller.err.size = cases[i].size;
		write_all(&caller.err);
		assert_int_equal(caller.err.size, cases[i].size);
		assert_untouched(&caller, cases[i].is_written ? sizeof(struct lppack_error) : sizeof(caller.err.size));
		if (!cases[i].is_written)
			continue;
		assert_int_equal(caller.err.code, LPPACK_E_IO);
		assert_string_equal(caller.err.message, "context: cause");
		assert_string_equal(caller.err.hint, "new hint");
	}
}

/* Version 0.1's layout: it only ever grows at the end. */
static void test_layout_is_pinned(void **state)
{
	(void)state;
	assert_int_equal(offsetof(struct lppack_error, size), 0);
	assert_int_equal(offsetof(struct lppack_error, code), sizeof(size_t));
	assert_int_equal(offsetof(struct lppack_error, sys_errno), sizeof(size_t) + 4);
	assert_int_equal(offsetof(struct lppack_error, message), sizeof(size_t) + 8);
	assert_int_equal(offsetof(struct lppack_error, hint), sizeof(size_t) + 1008);
}

static void test_move_keeps_all_but_an_earlier_cause(void **state)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	errno = EACCES;
	lp_fail_sys(&cause, LPPACK_E_STATE, "hint", "file");
	assert_int_equal(lp_error_move(&err, &cause), -LPPACK_E_STATE);
	assert_memory_equal(&err, &cause, sizeof(err));
	assert_int_equal(err.sys_errno, EACCES);
	cause.code = LPPACK_E_KEY;
	assert_int_equal(lp_error_move(&err, &cause), -LPPACK_E_KEY);
	assert_int_equal(err.code, LPPACK_E_STATE);
	assert_int_equal(lp_error_move(NULL, &cause), -LPPACK_E_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_pinned),
		cmocka_unit_test(test_unknown_codes_have_no_name),
		cmocka_unit_test(test_fail_sets_and_returns),
		cmocka_unit_test(test_first_cause_stays),
		cmocka_unit_test(test_no_error_struct),
		cmocka_unit_test(test_message_is_printable),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_fail_sys_tells_errno),
		cmocka_unit_test(test_wrap_and_hint_keep_the_code),
		cmocka_unit_test(test_structs_of_other_versions),
		cmocka_unit_test(test_layout_is_pinned),
		cmocka_unit_test(test_move_keeps_all_but_an_earlier_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
