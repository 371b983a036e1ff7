/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the table of errors and how an error is filled in. */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka needs the four above it first. */
#include <cmocka.h>

/* Exit statuses are part of the interface: a row here changes only by being added. */
static const struct {
	int number;
	const char *name;
} pinned[] = {
	{ 1, "INTERNAL" },
	{ 2, "USAGE" },
	{ 3, "ALREADY" },
	{ 4, "NO_MEMORY" },
	{ 5, "IO" },
	{ 6, "NO_SPACE" },
	{ 7, "EXISTS" },
	{ 10, "SPEC" },
	{ 11, "DUPLICATE" },
	{ 12, "MODULE" },
	{ 13, "NOT_LIVEPATCH" },
	{ 14, "NOT_REPLACE" },
	{ 15, "ARCH" },
	{ 16, "VERMAGIC" },
	{ 17, "MODULE_NAME" },
	{ 18, "KERNEL_IMAGE" },
	{ 19, "UNLOADABLE" },
	{ 20, "NOT_BUNDLE" },
	{ 21, "TRUNCATED" },
	{ 22, "STRUCTURE" },
	{ 23, "UNSUPPORTED" },
	{ 24, "CORRUPT" },
	{ 25, "LIMIT" },
	{ 26, "FACTS" },
	{ 27, "NOT_CUMULATIVE" },
	{ 30, "NO_KEYS" },
	{ 31, "UNTRUSTED" },
	{ 32, "BAD_SIGNATURE" },
	{ 33, "KEY" },
	{ 34, "EXPIRED" },
	{ 35, "THRESHOLD" },
	{ 36, "REVOKED" },
	{ 37, "POLICY" },
	{ 38, "DOWNGRADE" },
	{ 39, "EQUIVOCATION" },
	{ 40, "NO_KERNEL" },
	{ 41, "CLOCK" },
	{ 42, "STATE" },
	{ 43, "UNSAFE_FILE" },
	{ 44, "SIGNED" },
	{ 50, "NO_LIVEPATCH" },
	{ 51, "PRIVILEGE" },
	{ 52, "BUSY" },
	{ 53, "ACTIVE" },
	{ 54, "NAME_IN_USE" },
	{ 55, "LOCKED" },
	{ 56, "FTRACE" },
	{ 57, "FOREIGN" },
	{ 58, "FORCED" },
	{ 59, "HELD" },
	{ 60, "REFUSED" },
	{ 61, "INCOMPATIBLE" },
	{ 62, "STALLED" },
	{ 63, "STALLED_LEFT" },
	{ 64, "NOT_REPLACED" },
	{ 65, "UNPROVEN" },
	{ 66, "LEFTOVER" },
	{ 67, "ONE_WAY" },
	{ 68, "NO_LEVEL" },
	{ 69, "DISABLED" },
	{ 70, "BOOT_LOOP" },
	{ 71, "NONE_LEFT" },
	{ 72, "MEMORY" },
	{ 80, "BEHIND" },
	{ 81, "REBOOT_NEEDED" },
	{ 82, "UNCOVERED" },
	{ 83, "HELD_BACK" },
	{ 84, "IN_TRANSITION" },
	{ 85, "UNFINISHED" },
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
	assert_string_equal(err.message, "a?[31m?b???: bad");
	lp_wrap(&err, -LPPACK_E_IO, "%s", "new\nline");
	assert_string_equal(err.message, "new?line: a?[31m?b???: bad");
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
		{ ENOENT, LPPACK_E_IO, LPPACK_E_IO },
		{ ENOSPC, LPPACK_E_IO, LPPACK_E_NO_SPACE },
		{ EDQUOT, LPPACK_E_IO, LPPACK_E_NO_SPACE },
		{ ENOSPC, LPPACK_E_KEY, LPPACK_E_KEY },
		{ ENOMEM, LPPACK_E_IO, LPPACK_E_NO_MEMORY },
		{ ENOMEM, LPPACK_E_REFUSED, LPPACK_E_REFUSED },
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
		cmocka_unit_test(test_move_keeps_all_but_an_earlier_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
