/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the prose that an apply and a removal print. */
#include "support/capture.h"

#include "cli/apply_report.h"

#include "base/value.h"

#include <string.h>

static const struct lppack_error success = LPPACK_ERROR_INIT;

static void expect(const char *printed, const char *line)
{
	if (!strstr(printed, line))
		fail_msg("'%s' is not in:\n%s", line, printed);
}

/* The plan of a removal ("removes") or of an apply ("replaces") where these patches are in force. */
static struct lppack_value *new_plan(const char *key, const char *const *patches, bool already)
{
	struct lppack_value *plan = lp_value_map();
	struct lppack_value *list = lp_value_list();

	for (; *patches; patches++) {
		struct lppack_value *patch = lp_value_map();

		lp_value_add_text(&patch, "name", *patches);
		lp_value_push(&list, patch);
	}
	lp_value_add(&plan, key, list);
	lp_value_add_bool(&plan, "already", already);
	return plan;
}

static struct lppack_value *new_receipt(const char *outcome, const char *superseded)
{
	struct lppack_value *receipt = lp_value_map();
	struct lppack_value *list = lp_value_list();

	lp_value_add_text(&receipt, "outcome", outcome);
	if (superseded)
		lp_value_push(&list, lp_value_string(superseded));
	lp_value_add(&receipt, "superseded", list);
	return receipt;
}

static const char *print(const struct lppack_value *receipt, const struct lppack_value *plan,
			 const struct lppack_error *err)
{
	begin_capture();
	receipt_print(receipt, plan, "x", err);
	return end_capture();
}

static void headlines(void **state)
{
	static const char *const patches[] = { "lp_6", NULL };
	static const struct {
		const char *key;
		const char *outcome;
		const char *headline;
	} cases[] = {
		{ "replaces", "applied", "x: applied\n" },
		{ "replaces", "already", "x: already applied, nothing was done\n" },
		{ "replaces", "reversed", "x: REVERSED: the old livepatches are still in force\n" },
		{ "replaces", "left", "x: LEFT: neither finished nor undone\n" },
		{ "replaces", "nothing", "x: NOT APPLIED: nothing has changed\n" },
		{ "removes", "removed", "x: no livepatch is in force any more\n" },
		{ "removes", "already", "x: no livepatch is in force, nothing was done\n" },
		{ "removes", "reversed", "x: REVERSED: still in force\n" },
		{ "removes", "left", "x: LEFT: neither finished nor undone\n" },
		{ "removes", "nothing", "x: NOT REMOVED: nothing has changed\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_VALUE struct lppack_value *plan = new_plan(cases[i].key, patches, false);
		LP_AUTO_VALUE struct lppack_value *receipt = new_receipt(cases[i].outcome, NULL);
		const char *printed = print(receipt, plan, &success);

		if (strncmp(printed, cases[i].headline, strlen(cases[i].headline)) != 0)
			fail_msg("not '%s', but: %s", cases[i].headline, printed);
	}
}

static void plans_of_a_removal(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const two[] = { "lp_6", "kpatch_1", NULL };
	LP_AUTO_VALUE struct lppack_value *already = new_plan("removes", none, true);
	LP_AUTO_VALUE struct lppack_value *plan = new_plan("removes", two, false);

	(void)state;
	begin_capture();
	plan_print(already, "remove");
	assert_string_equal(end_capture(), "remove: no livepatch is in force, nothing would be done\n");
	begin_capture();
	plan_print(plan, "remove");
	end_capture();
	expect(captured, "remove: would be taken out of force\n");
	expect(captured, "  change       lp_6, kpatch_1 -> (no livepatch)\n");
}

/* Of a stack, what had gone before the failure is told beside what was meant. */
static void a_removal_in_part(void **state)
{
	static const char *const two[] = { "lp_6", "kpatch_1", NULL };
	const struct lppack_error err = { .code = LPPACK_E_STALLED };
	LP_AUTO_VALUE struct lppack_value *plan = new_plan("removes", two, false);
	LP_AUTO_VALUE struct lppack_value *receipt = new_receipt("reversed", "lp_6");

	(void)state;
	lp_value_add_text(&receipt, "note", "lp_6 is gone");
	lp_value_add_int(&receipt, "attempts", 3);
	print(receipt, plan, &err);
	expect(captured, "  attempted    lp_6, kpatch_1 -> (no livepatch)\n");
	expect(captured, "  note         lp_6 is gone\n");
	expect(captured, "  attempts     3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headlines),
		cmocka_unit_test(plans_of_a_removal),
		cmocka_unit_test(a_removal_in_part),
	};

	return cmocka_run_group_tests_name("cli_apply_report", tests, NULL, NULL);
}
