/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests watching a transition to its end. */
#include "format/fixes.h"
#include "support/replace_machine.h"

#define DIR_7 "sys/kernel/livepatch/lp_fixes_7"

/* A directory reads as EISDIR: neither absent nor a flag. */
static void make_unreadable(struct machine *m, const char *attribute)
{
	char path[128];

	snprintf(path, sizeof(path), DIR_7 "/%s", attribute);
	fake_kernel_remove(m->kernel, path);
	snprintf(path, sizeof(path), DIR_7 "/%s/in-the-way", attribute);
	fake_kernel_write(m->kernel, path, "");
}

static struct lp_patch_status status_of(struct machine *m)
{
	struct lp_patch_status status;

	lp_patch_status_read(&m->host, "lp_fixes_7", &status);
	return status;
}

static void begin(struct machine *m)
{
	setup(m, &new_patch);
	fake_kernel_add_patch(m->kernel, &new_patch);
}

static void tells_the_end_from_the_way_there(void **state)
{
	struct lp_patch_status status;
	struct machine m;

	(void)state;
	begin(&m);
	status = status_of(&m);
	assert_true(lp_patch_status_is_done(&status));
	assert_false(lp_patch_status_is_undone(&status));
	assert_int_equal(fake_kernel_enable(m.kernel, "lp_fixes_7", false), 0);
	status = status_of(&m);
	assert_int_equal(status.transition, 1);
	assert_false(lp_patch_status_is_done(&status));
	assert_false(lp_patch_status_is_undone(&status));
	fake_kernel_pass(m.kernel, FAKE_SECOND);
	status = status_of(&m);
	assert_false(status.listed);
	assert_int_equal(status.enabled, LP_FLAG_ABSENT);
	assert_true(lp_patch_status_is_undone(&status));
	teardown(&m);
}

/* Kernels before 4.12. */
static void takes_a_missing_transition_for_none(void **state)
{
	struct lp_patch_status status;
	struct machine m;

	(void)state;
	begin(&m);
	fake_kernel_remove(m.kernel, DIR_7 "/transition");
	status = status_of(&m);
	assert_int_equal(status.transition, LP_FLAG_ABSENT);
	assert_true(lp_patch_status_is_done(&status));
	teardown(&m);
}

static void takes_a_failed_read_for_nothing(void **state)
{
	struct lp_patch_status status;
	struct machine m;

	(void)state;
	begin(&m);
	make_unreadable(&m, "transition");
	status = status_of(&m);
	assert_int_equal(status.transition, LP_FLAG_UNKNOWN);
	assert_false(lp_patch_status_is_done(&status));
	assert_false(lp_patch_status_is_undone(&status));
	fake_kernel_remove(m.kernel, DIR_7 "/enabled");
	fake_kernel_write(m.kernel, DIR_7 "/enabled", "0\n");
	status = status_of(&m);
	assert_false(lp_patch_status_is_undone(&status));
	make_unreadable(&m, "enabled");
	status = status_of(&m);
	assert_true(status.listed);
	assert_int_equal(status.enabled, LP_FLAG_UNKNOWN);
	assert_false(lp_patch_status_is_done(&status));
	assert_false(lp_patch_status_is_undone(&status));
	teardown(&m);
}

/* Nor is the whole directory gone because nobody can look. */
static void lists_what_cannot_be_looked_at(void **state)
{
	struct lp_patch_status status;
	struct machine m;

	(void)state;
	begin(&m);
	fake_kernel_remove(m.kernel, DIR_7);
	assert_int_equal(symlinkat("lp_fixes_7", m.host.rootfd, DIR_7), 0);
	status = status_of(&m);
	assert_true(status.listed);
	assert_false(lp_patch_status_is_undone(&status));
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_end_from_the_way_there),
		cmocka_unit_test(takes_a_missing_transition_for_none),
		cmocka_unit_test(takes_a_failed_read_for_nothing),
		cmocka_unit_test(lists_what_cannot_be_looked_at),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
