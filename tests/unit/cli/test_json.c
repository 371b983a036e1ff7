/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the JSON that the program prints. */
#include "support/capture.h"

#include "cli/json.h"

#include "base/value.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void test_nesting(void **state)
{
	struct lp_json json = LP_JSON_TO(stdout);

	(void)state;
	begin_capture();
	lp_json_open(&json, NULL, '{');
	lp_json_text(&json, "a", "x");
	lp_json_text(&json, "none", NULL);
	lp_json_open(&json, "empty", '[');
	lp_json_close(&json, ']');
	lp_json_open(&json, "list", '[');
	lp_json_int(&json, NULL, UINT64_MAX);
	lp_json_bool(&json, NULL, true);
	lp_json_open(&json, NULL, '{');
	lp_json_bool(&json, "b", false);
	lp_json_close(&json, '}');
	lp_json_close(&json, ']');
	lp_json_close(&json, '}');
	assert_string_equal(end_capture(), "{\n"
					   "  \"a\": \"x\",\n"
					   "  \"empty\": [],\n"
					   "  \"list\": [\n"
					   "    18446744073709551615,\n"
					   "    true,\n"
					   "    {\n"
					   "      \"b\": false\n"
					   "    }\n"
					   "  ]\n"
					   "}\n");
}

static const char *print_text(const char *text)
{
	struct lp_json json = LP_JSON_TO(stdout);

	begin_capture();
	lp_json_text(&json, NULL, text);
	return end_capture();
}

static void test_strings(void **state)
{
	(void)state;
	assert_string_equal(print_text("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"\n");
	assert_string_equal(print_text("\n\t\x01\x7f"), "\"\\u000a\\u0009\\u0001\\u007f\"\n");
	assert_string_equal(print_text("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7"),
			    "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7\"\n");
	/* Not UTF-8: a stray byte, an overlong '/', a surrogate, beyond U+10FFFF, cut short. */
	assert_string_equal(print_text("a\xff"), "\"a\\ufffd\"\n");
	assert_string_equal(print_text("\xc0\xaf"), "\"\\ufffd\\ufffd\"\n");
	assert_string_equal(print_text("\xe0\x80\xaf"), "\"\\ufffd\\ufffd\\ufffd\"\n");
	assert_string_equal(print_text("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"\n");
	assert_string_equal(print_text("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"\n");
	assert_string_equal(print_text("\xe2\x82"), "\"\\ufffd\\ufffd\"\n");
}

/* The program's JSON of a tree is the library's. */
static void test_trees(void **state)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();
	struct lp_json json = LP_JSON_TO(stdout);
	char *wanted = NULL;

	(void)state;
	lp_value_push(&list, lp_value_string("x \"y\""));
	lp_value_push(&list, lp_value_map());
	lp_value_add(&map, "list", list);
	lp_value_add_int(&map, "n", UINT64_C(9007199254740993));
	lp_value_add_bool(&map, "b", true);
	lp_value_add(&map, "none", lp_value_list());
	assert_non_null(map);
	wanted = lppack_value_to_json(map);
	assert_non_null(wanted);
	begin_capture();
	json_value(&json, NULL, map);
	assert_string_equal(end_capture(), wanted);
	free(wanted);
}

static void test_members_but(void **state)
{
	static const char *const but[] = { "file", NULL };
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lp_json json = LP_JSON_TO(stdout);

	(void)state;
	lp_value_add_text(&map, "file", "a");
	lp_value_add_text(&map, "name", "b");
	begin_capture();
	lp_json_open(&json, NULL, '{');
	json_members(&json, map, but);
	lp_json_close(&json, '}');
	assert_string_equal(end_capture(), "{\n  \"name\": \"b\"\n}\n");
}

static void test_errors(void **state)
{
	struct lppack_error err = { .code = LPPACK_E_CORRUPT, .message = "a.lpb: bad" };
	struct lp_json json = LP_JSON_TO(stdout);

	(void)state;
	begin_capture();
	lp_json_open(&json, NULL, '{');
	json_error(&json, &err);
	lp_json_close(&json, '}');
	assert_string_equal(end_capture(), "{\n"
					   "  \"error\": {\n"
					   "    \"code\": 24,\n"
					   "    \"name\": \"CORRUPT\",\n"
					   "    \"message\": \"a.lpb: bad\"\n"
					   "  }\n"
					   "}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting),     cmocka_unit_test(test_strings), cmocka_unit_test(test_trees),
		cmocka_unit_test(test_members_but), cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
