/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the record of an applied release, copied, written and read. */
#include "format/doc.h"
#include "support/fixture.h"

#include "machine/applied.h"

/* A module may have any 64-bit id (include/linux/livepatch.h, klp_state): what is remembered must be readable again. */
static void the_largest_state(void **state)
{
	LP_AUTO_APPLIED struct lp_applied before = { .id.stream = strdup("demo"),
						     .id.serial = 7,
						     .release = strdup("6.1.0-test"),
						     .id.version = strdup("7"),
						     .id.digest = { { 7 } } };
	LP_AUTO_APPLIED struct lp_applied after = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_doc doc = { .name = "state.yaml", .code = LPPACK_E_STATE, .err = &err };

	(void)state;
	before.module.name = strdup("lp_7");
	before.kernel = (struct lp_build_id){ .bytes = { 1 }, .len = 20 };
	before.module.build_id = (struct lp_build_id){ .bytes = { 2 }, .len = 20 };
	*lp_module_facts_add_state(&before.module) = (struct lp_klp_state){ UINT64_MAX, UINT32_MAX };
	tree = lp_applied_encode(&before);
	doc.map = tree;
	expect_ok(lp_applied_decode(&doc, &after), &err);
	assert_int_equal(after.module.n_states, 1);
	assert_true(after.module.states[0].id == UINT64_MAX);
	assert_true(after.module.states[0].version == UINT32_MAX);
}

/* Whatever a proof compares with the live livepatch, and what decides over going back. */
static void everything_of_the_module(void **state)
{
	LP_AUTO_APPLIED struct lp_applied before = { .id.stream = strdup("demo"),
						     .id.serial = 7,
						     .id.version = strdup("7"),
						     .id.digest = { { 7 } },
						     .release = strdup("6.1.0-test") };
	LP_AUTO_APPLIED struct lp_applied copy = { 0 };
	LP_AUTO_APPLIED struct lp_applied after = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_doc doc = { .name = "state.yaml", .code = LPPACK_E_STATE, .err = &err };
	struct lp_object *object;

	(void)state;
	before.module.name = strdup("lp_7");
	before.module.builder = LP_BUILDER_KPATCH_BUILD;
	before.module.replace = LP_REPLACE_PROVED;
	object = lp_module_facts_add_object(&before.module);
	object->name = strdup("vmlinux");
	object->callbacks = LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH;
	*lp_object_add_func(object) = (struct lp_func){ strdup("do_one"), 0 };
	*lp_object_add_func(object) = (struct lp_func){ strdup("do_two"), 3 };
	lp_module_facts_add_object(&before.module)->name = strdup("nf_tables");
	expect_ok(lp_applied_copy(&copy, &before, &err), &err);
	tree = lp_applied_encode(&copy);
	doc.map = tree;
	expect_ok(lp_applied_decode(&doc, &after), &err);
	assert_int_equal(after.module.builder, LP_BUILDER_KPATCH_BUILD);
	assert_int_equal(after.module.replace, LP_REPLACE_PROVED);
	assert_int_equal(after.module.n_objects, 2);
	object = &after.module.objects[0];
	assert_int_equal(object->callbacks, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH);
	assert_int_equal(object->n_funcs, 2);
	assert_string_equal(object->funcs[1].name, "do_two");
	assert_int_equal(object->funcs[1].sympos, 3);
	assert_string_equal(after.module.objects[1].name, "nf_tables");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_state),
		cmocka_unit_test(everything_of_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
