/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the memory that holds the texts of a kernel's tables. */
#include "inspect/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void texts_stay(void **state)
{
	struct lp_arena arena = { 0 };
	char big[70000];
	const char *texts[3000];

	(void)state;
	memset(big, 'b', sizeof(big));
	for (size_t i = 0; i < 3000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "text number %zu of many", i);
		texts[i] = lp_arena_add(&arena, text, strlen(text));
		assert_non_null(texts[i]);
		/* One that needs a block of its own takes no room from the others. */
		if (i % 1000 == 0)
			assert_int_equal(strlen(lp_arena_add(&arena, big, sizeof(big))), sizeof(big));
	}
	for (size_t i = 0; i < 3000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "text number %zu of many", i);
		assert_string_equal(texts[i], text);
	}
	assert_null(lp_arena_add(&arena, NULL, SIZE_MAX));
	assert_string_equal(lp_arena_add(&arena, NULL, 0), "");
	lp_arena_free(&arena);
	assert_null(arena.blocks);
}

static void lines(void **state)
{
	struct lp_arena arena = { 0 };
	struct lp_lines l;

	(void)state;
	assert_true(lp_lines_open(&l, &arena, "one\n\ntw\0o\x1b\xc3\tx\nlast", 18));
	assert_int_equal(l.count, 4);
	assert_string_equal(lp_lines_next(&l), "one");
	assert_string_equal(lp_lines_next(&l), "");
	assert_int_equal(l.number, 2);
	assert_string_equal(lp_lines_next(&l), "tw?o??\tx");
	assert_string_equal(lp_lines_next(&l), "last");
	assert_int_equal(l.number, 4);
	assert_null(lp_lines_next(&l));
	assert_true(lp_lines_open(&l, &arena, "", 0));
	assert_null(lp_lines_next(&l));
	lp_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stay),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
