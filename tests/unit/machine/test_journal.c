/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the journal of a transaction. */
#include "support/fixture.h"

#include "machine/journal.h"

static void fill(struct lp_journal *call)
{
	struct lp_live_patch patches[] = { { .name = (char *)"lp_old", .enabled = 1 },
					   { .name = (char *)"lp_gone", .enabled = 0 } };
	const struct lp_stack stack = { patches, 2 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_value *foreign = lp_value_map();
	struct lp_object *object;

	assert_int_equal(lp_build_id_parse("0606060606", &patches[0].build_id), 0);
	*call = (struct lp_journal){ .verb = LP_VERB_APPLY,
				     .phase = LP_INTENT_FORCE,
				     .started_at = 1790000000,
				     .replace = true,
				     .took_over = lp_value_list() };
	call->boot_id = strdup("11111111-2222-3333-4444-555555555555");
	call->to.module.name = strdup("lp_new");
	call->to.release = strdup("6.1.0-test");
	call->to.id.stream = strdup("demo");
	call->to.id.version = strdup("7");
	call->to.id.digest.bytes[0] = 7;
	object = lp_module_facts_add_object(&call->to.module);
	object->name = strdup("vmlinux");
	object->callbacks = LP_CALLBACK_PRE_PATCH;
	*lp_object_add_func(object) = (struct lp_func){ strdup("do_one"), 1 };
	lp_value_add_text(&foreign, "name", "lp_old");
	lp_value_push(&call->took_over, foreign);
	expect_ok(lp_journal_set_from(call, &stack, &err), &err);
}

static void what_is_written_is_read(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_JOURNAL struct lp_journal before = { 0 };
	LP_AUTO_JOURNAL struct lp_journal after = { 0 };

	assert_int_equal(lp_journal_read(f->dir, &after, &f->err), 0);
	fill(&before);
	expect_ok(lp_journal_write(f->dir, &before, &f->err), &f->err);
	assert_int_equal(lp_journal_read(f->dir, &after, &f->err), 1);
	assert_int_equal(after.verb, LP_VERB_APPLY);
	assert_int_equal(after.phase, LP_INTENT_FORCE);
	assert_int_equal(after.n_from, 1);
	assert_string_equal(after.from[0].name, "lp_old");
	assert_true(lp_build_id_equal(&after.from[0].build_id, &before.from[0].build_id));
	assert_int_equal(after.to.module.objects[0].callbacks, LP_CALLBACK_PRE_PATCH);
	assert_string_equal(after.to.module.objects[0].funcs[0].name, "do_one");
	assert_int_equal(lppack_value_count(after.took_over), 1);
	expect_ok(lp_journal_clear(f->dir, &f->err), &f->err);
	lp_journal_free(&after);
	assert_int_equal(lp_journal_read(f->dir, &after, &f->err), 0);
}

/* What people are told of it does not list every function. */
static void people_see_less(void **state)
{
	LP_AUTO_JOURNAL struct lp_journal call = { 0 };
	LP_AUTO_VALUE struct lppack_value *described = NULL;

	(void)state;
	fill(&call);
	described = lp_journal_tree(&call);
	assert_non_null(lppack_value_get(lppack_value_get(described, "to"), "module"));
	assert_null(lppack_value_get(lppack_value_get(described, "to"), "objects"));
	assert_int_equal(lppack_value_count(lppack_value_get(described, "took_over")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_is_written_is_read),
		cmocka_unit_test(people_see_less),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
