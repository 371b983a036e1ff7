/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the plain structs that rooms hand each other. */
#include "base/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void build_ids(void **state)
{
	static const char *const bad[] = {
		"",         "00112",    "001122",
		"AABBCCDD", "0011223g", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00"
	};
	static const char longest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	struct lp_build_id id;
	struct lp_build_id other;
	char text[LP_BUILD_ID_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(lp_build_id_parse(bad[i], &id), -1);
	assert_int_equal(lp_build_id_parse("00112233", &id), 0);
	assert_int_equal(id.len, 4);
	assert_string_equal(lp_build_id_format(&id, text), "00112233");
	assert_int_equal(lp_build_id_parse(longest, &other), 0);
	assert_string_equal(lp_build_id_format(&other, text), longest);
	assert_false(lp_build_id_equal(&id, &other));
}

static void equal_needs_equal_lengths(void **state)
{
	struct lp_build_id shorter;
	struct lp_build_id longer;

	(void)state;
	assert_int_equal(lp_build_id_parse("11223344", &shorter), 0);
	assert_int_equal(lp_build_id_parse("1122334400", &longer), 0);
	assert_memory_equal(shorter.bytes, longer.bytes, sizeof(longer.bytes));
	assert_false(lp_build_id_equal(&shorter, &longer));
}

static void set_clears_what_was_there(void **state)
{
	struct lp_build_id id;

	(void)state;
	memset(&id, 0xff, sizeof(id));
	assert_int_equal(lp_build_id_set(&id, "abcd", 4), 0);
	for (size_t i = 4; i < sizeof(id.bytes); i++)
		assert_int_equal(id.bytes[i], 0);
	assert_int_equal(lp_build_id_set(&id, "abc", 3), -1);
	assert_int_equal(id.len, 0);
	assert_int_equal(lp_build_id_set(&id, "0123456789012345678901234567890123", 33), -1);
	assert_int_equal(id.len, 0);
}

static void add_object(struct lp_module_facts *facts, const char *name, const char *const *funcs)
{
	struct lp_object *object = lp_module_facts_add_object(facts);

	object->name = strdup(name);
	for (; *funcs; funcs++) {
		struct lp_func *func = lp_object_add_func(object);

		assert_null(func->name);
		func->name = strdup(*funcs);
		func->sympos = 10 - object->n_funcs;
	}
}

static void sorted_as_the_format_wants(void **state)
{
	static const char *const few[] = { "b", "a", "b", NULL };
	static const char *const none[] = { NULL };
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };

	(void)state;
	lp_module_facts_sort(&facts);
	add_object(&facts, "xfs", none);
	add_object(&facts, "vmlinux", few);
	add_object(&facts, "btrfs", none);
	lp_module_facts_add_state(&facts)->id = UINT64_MAX;
	lp_module_facts_add_state(&facts)->id = 3;
	lp_module_facts_sort(&facts);
	assert_string_equal(facts.objects[0].name, "vmlinux");
	assert_string_equal(facts.objects[1].name, "btrfs");
	assert_string_equal(facts.objects[2].name, "xfs");
	assert_string_equal(facts.objects[0].funcs[0].name, "a");
	assert_int_equal(facts.objects[0].funcs[1].sympos, 7);
	assert_int_equal(facts.objects[0].funcs[2].sympos, 9);
	assert_int_equal(facts.states[0].id, 3);
	assert_int_equal(lp_module_facts_count_functions(&facts), 3);
}

static void digests(void **state)
{
	struct lp_digest a = { { 0 } };
	struct lp_digest b = { { 0 } };

	(void)state;
	assert_true(lp_digest_equal(&a, &b));
	b.bytes[LP_DIGEST_SIZE - 1] = 1;
	assert_false(lp_digest_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_ids),
		cmocka_unit_test(equal_needs_equal_lengths),
		cmocka_unit_test(set_clears_what_was_there),
		cmocka_unit_test(sorted_as_the_format_wants),
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
