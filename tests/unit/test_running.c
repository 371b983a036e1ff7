/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include "ops/running.h"

/* A module may have any 64-bit id (include/linux/livepatch.h, klp_state): what is remembered must be readable again. */
static void the_largest_state(void **state)
{
	LP_AUTO_LOADED struct lp_loaded before = { .stream = strdup("demo"), .serial = 7, .release = strdup("6.1.0-test"),
						   .version = strdup("7") };
	LP_AUTO_LOADED struct lp_loaded after = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_doc doc = { .name = "running.yaml", .code = LPPACK_E_STATE, .err = &err };

	(void)state;
	before.module.name = strdup("lp_7");
	before.kernel = (struct lp_build_id){ .bytes = { 1 }, .len = 20 };
	before.module.build_id = (struct lp_build_id){ .bytes = { 2 }, .len = 20 };
	*lp_module_facts_add_state(&before.module) = (struct lp_state){ UINT64_MAX, UINT32_MAX };
	tree = lp_loaded_tree(&before);
	doc.map = tree;
	expect_ok(lp_loaded_decode(&doc, &after), &err);
	assert_int_equal(after.module.n_states, 1);
	assert_true(after.module.states[0].id == UINT64_MAX);
	assert_true(after.module.states[0].version == UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_largest_state) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
