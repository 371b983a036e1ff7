/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests trees of values and their JSON. */
#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void lists_grow(void **state)
{
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		lp_value_push(&list, lp_value_int(i));
		assert_non_null(list);
		assert_int_equal(lppack_value_count(list), i + 1);
		assert_int_equal(lppack_value_int(lppack_value_at(list, i / 2, NULL), 9999), i / 2);
		assert_int_equal(lppack_value_int(lppack_value_at(list, i, NULL), 9999), i);
	}
	assert_null(lppack_value_at(list, 1000, NULL));
}

static void maps_grow(void **state)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();

	(void)state;
	for (uint64_t i = 0; i < 300; i++) {
		char key[16];
		const char *at = NULL;

		snprintf(key, sizeof(key), "k%u", (unsigned int)i);
		lp_value_add_int(&map, key, i);
		assert_int_equal(lppack_value_int(lppack_value_get(map, key), 9999), i);
		assert_non_null(lppack_value_at(map, i, &at));
		assert_string_equal(at, key);
	}
	assert_int_equal(lppack_value_count(map), 300);
	assert_null(lppack_value_get(map, "k300"));
}

static void a_missing_item_makes_the_parent_missing(void **state)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();

	(void)state;
	lp_value_add_int(&map, "kept", 1);
	lp_value_add(&map, "lost", NULL);
	assert_null(map);
	lp_value_add_int(&map, "after", 1);
	lp_value_add(&map, "after", lp_value_string("freed"));
	assert_null(map);
	lp_value_push(&list, NULL);
	assert_null(list);
	lp_value_push(&list, lp_value_bool(true));
	assert_null(list);
}

static void scalars(void **state)
{
	LP_AUTO_VALUE struct lppack_value *number = lp_value_int(UINT64_MAX);
	LP_AUTO_VALUE struct lppack_value *yes = lp_value_bool(true);
	LP_AUTO_VALUE struct lppack_value *no = lp_value_bool(false);
	LP_AUTO_VALUE struct lppack_value *text = lp_value_string("1");

	(void)state;
	assert_int_equal(lppack_value_kind(number), LPPACK_KIND_INT);
	assert_true(lppack_value_int(number, 0) == UINT64_MAX);
	assert_string_equal(lppack_value_text(number), "18446744073709551615");
	assert_int_equal(lppack_value_bool(number), 0);
	assert_int_equal(lppack_value_bool(yes), 1);
	assert_int_equal(lppack_value_bool(no), 0);
	assert_string_equal(lppack_value_text(no), "false");
	assert_int_equal(lppack_value_int(yes, 5), 5);
	assert_int_equal(lppack_value_int(text, 5), 5);
	assert_int_equal(lppack_value_bool(text), 0);
	assert_int_equal(lppack_value_count(text), 0);
	assert_null(lppack_value_at(text, 0, NULL));
}

static void nothing_is_accepted_everywhere(void **state)
{
	(void)state;
	assert_int_equal(lppack_value_kind(NULL), LPPACK_KIND_NONE);
	assert_null(lppack_value_get(NULL, "a"));
	assert_int_equal(lppack_value_count(NULL), 0);
	assert_null(lppack_value_at(NULL, 0, NULL));
	assert_null(lppack_value_text(NULL));
	assert_int_equal(lppack_value_int(NULL, 3), 3);
	assert_int_equal(lppack_value_bool(NULL), 0);
	assert_null(lppack_value_to_json(NULL));
	lppack_value_free(NULL);
}

static void keys_of_lists_are_null(void **state)
{
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();
	const char *key = "x";

	(void)state;
	lp_value_push(&list, lp_value_string("a"));
	assert_non_null(lppack_value_at(list, 0, &key));
	assert_null(key);
	key = "x";
	assert_null(lppack_value_at(list, 1, &key));
	assert_null(key);
	assert_null(lppack_value_get(list, "a"));
}

static void json(void **state)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();
	struct lppack_value *inner = lp_value_map();
	LP_AUTO_FREE char *text = NULL;

	(void)state;
	lp_value_push(&list, lp_value_int(1));
	lp_value_push(&list, lp_value_list());
	lp_value_add_bool(&inner, "b", true);
	lp_value_push(&list, inner);
	lp_value_add_text(&map, "text", "a\"b\\c\n\x01\x7f\xc3\xa9");
	lp_value_add_text(&map, "absent", NULL);
	lp_value_add(&map, "list", list);
	lp_value_add(&map, "empty", lp_value_map());
	text = lppack_value_to_json(map);
	assert_string_equal(text, "{\n"
				  "  \"text\": \"a\\\"b\\\\c\\u000a\\u0001\\u007f\xc3\xa9\",\n"
				  "  \"list\": [\n"
				  "    1,\n"
				  "    [],\n"
				  "    {\n"
				  "      \"b\": true\n"
				  "    }\n"
				  "  ],\n"
				  "  \"empty\": {}\n"
				  "}\n");
}

/* File names are bytes; JSON is UTF-8 (RFC 8259, 8.1). */
static void json_is_utf8_whatever_the_text(void **state)
{
	LP_AUTO_VALUE struct lppack_value *text = lp_value_string("a\xff\xc3(\xe2\x82\xed\xa0\x80z");
	LP_AUTO_FREE char *out = lppack_value_to_json(text);

	(void)state;
	assert_string_equal(out, "\"a\\ufffd\\ufffd(\\ufffd\\ufffd\\ufffd\\ufffd\\ufffdz\"\n");
}

static void copies(void **state)
{
	static const char text[] = "{\n  \"a\": [\n    1,\n    true,\n    \"x\"\n  ],\n  \"b\": {}\n}\n";
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	LP_AUTO_VALUE struct lppack_value *copy = NULL;
	struct lppack_value *list = lp_value_list();
	LP_AUTO_FREE char *json = NULL;

	(void)state;
	lp_value_push(&list, lp_value_int(1));
	lp_value_push(&list, lp_value_bool(true));
	lp_value_push(&list, lp_value_string("x"));
	lp_value_add(&map, "a", list);
	lp_value_add(&map, "b", lp_value_map());
	copy = lp_value_copy(map);
	lppack_value_free(LP_TAKE(map));
	json = lppack_value_to_json(copy);
	assert_string_equal(json, text);
	assert_null(lp_value_copy(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_grow),
		cmocka_unit_test(maps_grow),
		cmocka_unit_test(a_missing_item_makes_the_parent_missing),
		cmocka_unit_test(scalars),
		cmocka_unit_test(nothing_is_accepted_everywhere),
		cmocka_unit_test(keys_of_lists_are_null),
		cmocka_unit_test(json),
		cmocka_unit_test(json_is_utf8_whatever_the_text),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
