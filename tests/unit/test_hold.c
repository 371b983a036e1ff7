/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store_machine.h"

#include "ops/hold.h"

#include <time.h>

#define DAY 86400
#define NOW INT64_C(1790000000)

static int check(struct shelf *s, uint64_t serial, int64_t created, int64_t now)
{
	int rc = lp_hold_check(shelf_root(s), "demo", 0, serial, created, now, &s->f->err);

	lppack_error_clear(&s->f->err);
	return rc;
}

static void put(struct shelf *s, const struct lp_hold *hold)
{
	const struct lp_holds holds = { .items = (struct lp_hold *)hold, .n = 1 };

	expect_ok(lp_holds_write(shelf_root(s), &holds, &s->f->err), &s->f->err);
}

static void by_serial(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	assert_int_equal(check(&s, 9, NOW, NOW), 0);
	put(&s, &(struct lp_hold){ .has_serial = true, .serial = 8, .set_at = NOW });
	assert_int_equal(check(&s, 8, NOW, NOW), 0);
	assert_int_equal(check(&s, 9, NOW, NOW), -LPPACK_E_HELD);
	assert_int_equal(lp_hold_check(shelf_root(&s), "demo", 0, 9, NOW, NOW, &s.f->err), -LPPACK_E_HELD);
	expect_error(&s.f->err, LPPACK_E_HELD, "nothing beyond serial 8");
}

/* A new epoch begins its serials anew: it is beyond all of an older one. */
static void by_serial_of_an_epoch(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .has_serial = true, .epoch = 1, .serial = 8, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW, NOW), 0);
	assert_int_equal(lp_hold_check(shelf_root(&s), "demo", 1, 8, NOW, NOW, &s.f->err), 0);
	assert_int_equal(lp_hold_check(shelf_root(&s), "demo", 1, 9, NOW, NOW, NULL), -LPPACK_E_HELD);
	assert_int_equal(lp_hold_check(shelf_root(&s), "demo", 2, 1, NOW, NOW, &s.f->err), -LPPACK_E_HELD);
	expect_error(&s.f->err, LPPACK_E_HELD, "nothing beyond serial 8");
}

static void by_date(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .until = NOW - DAY, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW - DAY, NOW), 0);
	assert_int_equal(check(&s, 9, NOW - DAY + 1, NOW), -LPPACK_E_HELD);
}

static void frozen(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .freeze = true, .set_at = NOW });
	assert_int_equal(check(&s, 1, 1, NOW), -LPPACK_E_HELD);
	put(&s, &(struct lp_hold){ .freeze = true, .ends = NOW + DAY, .set_at = NOW });
	assert_int_equal(check(&s, 1, 1, NOW + DAY - 1), -LPPACK_E_HELD);
	assert_int_equal(check(&s, 1, 1, NOW + DAY), 0);
	/* What was in force comes back at a boot; nothing else does. */
	put(&s, &(struct lp_hold){ .freeze = true, .kept_stream = (char *)"demo", .kept_serial = 7, .set_at = NOW });
	assert_int_equal(check(&s, 7, 1, NOW), 0);
	assert_int_equal(check(&s, 6, 1, NOW), -LPPACK_E_HELD);
	assert_int_equal(check(&s, 8, 1, NOW), -LPPACK_E_HELD);
}

static void of_one_stream(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .stream = (char *)"other", .freeze = true, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW, NOW), 0);
	put(&s, &(struct lp_hold){ .stream = (char *)"demo", .freeze = true, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW, NOW), -LPPACK_E_HELD);
}

static int set(struct shelf *s, struct lppack_hold_options options)
{
	options.size = sizeof(options);
	return lppack_hold_set(s->host, &options, &s->f->err);
}

static void setting(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *list = NULL;
	const struct lppack_value *hold;

	shelf_open(&s, *state);
	expect_ok(set(&s, (struct lppack_hold_options){ .has_serial = 1, .serial = 3, .until = "2026-01-02" }),
		  &s.f->err);
	expect_ok(set(&s, (struct lppack_hold_options){
				  .freeze = 1, .stream = "web", .until = "2200-01-01T00:00:01Z" }),
		  &s.f->err);
	list = lppack_hold_describe(s.host, &s.f->err);
	assert_int_equal(lppack_value_count(list), 2);
	hold = lppack_value_at(list, 0, NULL);
	assert_string_equal(text_of(hold, "text"),
			    "every stream: nothing beyond serial 3, nor made after 2026-01-02T00:00:00Z");
	hold = lppack_value_at(list, 1, NULL);
	assert_string_equal(text_of(hold, "text"), "web: frozen until 2200-01-01T00:00:01Z");
	assert_string_equal(text_of(hold, "ends"), "2200-01-01T00:00:01Z");
	/* One for a stream: the new one takes the place of the old one. */
	expect_ok(set(&s, (struct lppack_hold_options){ .has_serial = 1, .serial = 0 }), &s.f->err);
	lppack_value_free(LP_TAKE(list));
	list = lppack_hold_describe(s.host, &s.f->err);
	assert_int_equal(lppack_value_count(list), 2);
	assert_int_equal(lppack_hold_clear(s.host, "web", &s.f->err), 1);
	assert_int_equal(lppack_hold_clear(s.host, "web", &s.f->err), 0);
	assert_int_equal(lppack_hold_clear(s.host, NULL, &s.f->err), 1);
	assert_int_equal(lppack_hold_clear(s.host, NULL, &s.f->err), 0);
}

static void what_holds_nothing(void **state)
{
	static const struct {
		struct lppack_hold_options options;
		const char *words;
	} cases[] = {
		{ { .stream = "web" }, "holds nothing" },
		{ { .freeze = 1, .has_serial = 1 }, "not both" },
		{ { .until = "2200-01-01" }, "nothing would be held" },
		{ { .freeze = 1, .until = "2026-01-01" }, "over already" },
		{ { .until = "yesterday" }, "no date" },
		{ { .freeze = 1, .stream = "Web/" }, "no name of a stream" },
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(set(&s, cases[i].options), -LPPACK_E_USAGE);
		expect_error(&s.f->err, LPPACK_E_USAGE, cases[i].words);
	}
	assert_false(fake_kernel_has(s.kernel, "var/lib/lppack/holds.yaml"));
}

/* A freeze keeps what a boot would put in force, where nothing is recorded of this boot. */
static void a_freeze_keeps_the_level(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(set(&s, (struct lppack_hold_options){ .freeze = 1 }), &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
	shelf_install(&s, 8);
	assert_int_equal(shelf_boots(&s), 7);
	assert_int_equal(lppack_hold_clear(s.host, NULL, &s.f->err), 1);
	assert_int_equal(shelf_boots(&s), 8);
}

static void damaged_holds(void **state)
{
	static const char *const bad[] = {
		"", "format: 2\nholds: []\n", "format: 1\n",
		"format: 1\nholds:\n  - freeze: false\n    set_at: \"2026-01-01T00:00:00Z\"\n",
		"format: 1\nholds:\n  - serial: 3\n    set_at: \"2026-01-01T00:00:00Z\"\n",
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_kernel_write(s.kernel, "var/lib/lppack/holds.yaml", bad[i]);
		assert_int_equal(check(&s, 1, 1, NOW), -LPPACK_E_STATE);
		assert_null(lppack_hold_describe(s.host, &s.f->err));
		expect_error(&s.f->err, LPPACK_E_STATE, "holds.yaml");
	}
	assert_int_equal(lppack_hold_clear(s.host, "demo", &s.f->err), -LPPACK_E_STATE);
	expect_error(&s.f->err, LPPACK_E_STATE, "holds.yaml");
	assert_int_equal(lppack_hold_clear(s.host, NULL, &s.f->err), 0);
	assert_int_equal(check(&s, 1, 1, NOW), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(by_serial),     fixture_test(by_serial_of_an_epoch),
		fixture_test(by_date),	     fixture_test(frozen),
		fixture_test(of_one_stream), fixture_test(setting), fixture_test(what_holds_nothing),
		fixture_test(damaged_holds), fixture_test(a_freeze_keeps_the_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
