/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the history of a machine. */
#include "support/store_machine.h"

#include "machine/history.h"

#include <sys/stat.h>

static int append(struct fixture *f, const char *outcome, size_t lines)
{
	LP_AUTO_VALUE struct lppack_value *receipt = lp_value_map();
	struct lppack_value *log = lp_value_list();

	for (size_t i = 0; i < lines; i++)
		lp_value_push(&log, lp_value_string("livepatch: 'x': \"y\" # z"));
	lp_value_add_text(&receipt, "verb", "apply");
	lp_value_add_text(&receipt, "outcome", outcome);
	lp_value_add(&receipt, "kernel_log", log);
	return lp_history_append(f->dir, receipt, &f->err);
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *list = lp_history_read(f->dir, 0, &f->err);
	const struct lppack_value *first;

	assert_int_equal(lppack_value_count(list), 0);
	assert_int_equal(lppack_value_kind(list), LPPACK_KIND_LIST);
	lppack_value_free(LP_TAKE(list));
	expect_ok(append(f, "applied", 2), &f->err);
	expect_ok(append(f, "reversed", 0), &f->err);
	list = lp_history_read(f->dir, 0, &f->err);
	assert_int_equal(lppack_value_count(list), 2);
	first = lppack_value_at(list, 0, NULL);
	assert_string_equal(text_of(first, "outcome"), "reversed");
	assert_string_equal(text_of(first, "number"), "2");
	assert_int_equal(strlen(text_of(first, "at")), 20);
	first = lppack_value_at(list, 1, NULL);
	assert_int_equal(lppack_value_count(lppack_value_get(first, "kernel_log")), 2);
	assert_string_equal(lppack_value_text(lppack_value_at(lppack_value_get(first, "kernel_log"), 1, NULL)),
			    "livepatch: 'x': \"y\" # z");
}

/* They have what dmesg_restrict keeps from users. */
static void only_their_owner_reads_them(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	umask(0);
	expect_ok(append(f, "applied", 2), &f->err);
	assert_int_equal(stat(fixture_path(f, "var/lib/lppack/history/00000001.yaml"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void the_latest(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	for (int i = 0; i < 5; i++)
		expect_ok(append(f, "applied", 0), &f->err);
	list = lp_history_read(f->dir, 2, &f->err);
	assert_int_equal(lppack_value_count(list), 2);
	assert_string_equal(text_of(lppack_value_at(list, 1, NULL), "number"), "4");
}

static void it_does_not_grow(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	for (int i = 0; i < LP_HISTORY_KEPT + 20; i++)
		expect_ok(append(f, "applied", i == LP_HISTORY_KEPT + 19 ? 5000 : 0), &f->err);
	assert_int_equal(fixture_count(f, "var/lib/lppack/history"), LP_HISTORY_KEPT);
	list = lp_history_read(f->dir, 0, &f->err);
	assert_int_equal(lppack_value_count(list), LP_HISTORY_KEPT);
	assert_string_equal(text_of(lppack_value_at(list, 0, NULL), "number"), "120");
	assert_int_equal(lppack_value_count(lppack_value_get(lppack_value_at(list, 0, NULL), "kernel_log")),
			 LP_HISTORY_LIST_MAX);
}

static void damaged_receipts(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	expect_ok(append(f, "applied", 0), &f->err);
	fixture_write_text(f, "var/lib/lppack/history/00000002.yaml", "half a");
	fixture_write_text(f, "var/lib/lppack/history/0000003.yaml", "not ours");
	list = lp_history_read(f->dir, 0, &f->err);
	assert_int_equal(lppack_value_count(list), 2);
	assert_non_null(strstr(text_of(lppack_value_at(list, 0, NULL), "unreadable"), "00000002.yaml"));
	/* A number is never taken twice. */
	expect_ok(append(f, "applied", 0), &f->err);
	assert_true(fixture_exists(fixture_path(f, "var/lib/lppack/history/00000003.yaml")));
	fixture_write_text(f, "var/lib/lppack/history/99999999.yaml", "verb: apply\n");
	assert_int_equal(append(f, "applied", 0), -LPPACK_E_STATE);
	expect_error(&f->err, LPPACK_E_STATE, "used up");
}

static void places_that_cannot_be_written(void **state)
{
	struct fixture *f = *state;

	fixture_write_text(f, "var", "a file");
	assert_int_equal(append(f, "applied", 0), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/var");
	assert_null(lp_history_read(f->dir, 0, &f->err));
	expect_error(&f->err, LPPACK_E_IO, "history");
}

/* What apply did is told later. */
static void of_an_apply(void **state)
{
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *list = NULL;
	const struct lppack_value *first;

	machine_open(&m, *state, machine_bundle(*state, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &m.f->err);
	list = lppack_history_describe(m.host, 0, &m.f->err);
	assert_int_equal(lppack_value_count(list), 1);
	first = lppack_value_at(list, 0, NULL);
	assert_string_equal(text_of(first, "verb"), "apply");
	assert_string_equal(text_of(first, "outcome"), "applied");
	assert_string_equal(text_of(lppack_value_get(first, "bundle"), "stream"), "demo");
	assert_true(lppack_value_int(lppack_value_get(lppack_value_get(first, "durations_ns"), "total"), 0) > 0);
	assert_true(lppack_value_count(lppack_value_get(first, "kernel_log")) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(there_and_back),
		fixture_test(the_latest),
		fixture_test(it_does_not_grow),
		fixture_test(damaged_receipts),
		fixture_test(of_an_apply),
		fixture_test(places_that_cannot_be_written),
		fixture_test(only_their_owner_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
