/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests trees as bytes: there and back, and bytes that are none. */
#include "support/fixture.h"

#include "base/value_code.h"

static struct lppack_value *sample(void)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();

	lp_value_push(&list, lp_value_string("a text, \xc3\xa4"));
	lp_value_push(&list, lp_value_int(UINT64_MAX));
	lp_value_push(&list, lp_value_bool(true));
	lp_value_push(&list, lp_value_map());
	lp_value_add(&map, "list", list);
	lp_value_add_text(&map, "", "");
	lp_value_add_bool(&map, "no", false);
	return map;
}

static void there_and_back(void **state)
{
	LP_AUTO_VALUE struct lppack_value *tree = sample();
	LP_AUTO_VALUE struct lppack_value *again = NULL;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_FREE char *left = NULL;
	LP_AUTO_FREE char *right = NULL;
	struct fixture *f = *state;

	lp_value_encode(tree, &bytes);
	assert_true(lp_buf_ok(&bytes));
	again = lp_value_decode(bytes.data, bytes.len, &f->err);
	expect_ok(again ? 0 : -1, &f->err);
	left = lppack_value_to_json(tree);
	right = lppack_value_to_json(again);
	assert_string_equal(left, right);
}

static void no_byte_less_and_none_more(void **state)
{
	LP_AUTO_VALUE struct lppack_value *tree = sample();
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct fixture *f = *state;

	lp_value_encode(tree, &bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		assert_null(lp_value_decode(bytes.data, n, &f->err));
		expect_error(&f->err, LPPACK_E_INTERNAL, "no tree of facts");
	}
	lp_buf_append(&bytes, "", 1);
	assert_null(lp_value_decode(bytes.data, bytes.len, &f->err));
	expect_error(&f->err, LPPACK_E_INTERNAL, "no tree of facts");
}

static void texts_are_made_printable(void **state)
{
	static const uint8_t bytes[] = "s\x09\0\0\0\x1b[31m\xe2\x80\xae\n";
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *text = lp_value_decode(bytes, sizeof(bytes) - 1, &f->err);

	expect_ok(text ? 0 : -1, &f->err);
	assert_string_equal(lppack_value_text(text), "?[31m????");
}

static void what_is_too_much(void **state)
{
	LP_AUTO_BUF struct lp_buf deep = { 0 };
	LP_AUTO_BUF struct lp_buf wide = { 0 };
	static const uint8_t many[] = "l\xff\xff\xff\xff";
	struct fixture *f = *state;

	for (unsigned int i = 0; i < LP_VALUE_DEPTH_MAX + 1; i++)
		lp_buf_append(&deep, "l\1\0\0\0", 5);
	lp_buf_append(&deep, "b\1", 2);
	assert_null(lp_value_decode(deep.data, deep.len, &f->err));
	expect_error(&f->err, LPPACK_E_LIMIT, "more than");
	/* A count alone takes no memory. */
	assert_null(lp_value_decode(many, 5, &f->err));
	expect_error(&f->err, LPPACK_E_INTERNAL, "no tree of facts");
	lp_buf_append(&wide, many, 5);
	for (unsigned int i = 0; i < LP_VALUE_NODES_MAX; i++)
		lp_buf_append(&wide, "b\1", 2);
	assert_null(lp_value_decode(wide.data, wide.len, &f->err));
	expect_error(&f->err, LPPACK_E_LIMIT, "more than");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(there_and_back),
		fixture_test(no_byte_less_and_none_more),
		fixture_test(texts_are_made_printable),
		fixture_test(what_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
