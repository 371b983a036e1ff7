/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests holds: by serial, by date and frozen, and which releases they hold. */
#include "support/store_machine.h"

#include "machine/boot_count.h"
#include "machine/hold.h"

#include <time.h>

#define DAY 86400
#define NOW INT64_C(1790000000)

static int check_hold(const char *root, const struct lp_hold_subject *subject, int64_t now, struct lppack_error *err)
{
	LP_AUTO_HOLDS struct lp_holds holds = { 0 };
	int rc = lp_holds_read(root, &holds, err);

	return rc < 0 ? rc : lp_hold_check(&holds, subject, now, err);
}

static int check(struct shelf *s, uint64_t serial, int64_t created, int64_t now)
{
	const struct lp_hold_subject subject = { .id.stream = "demo", .id.serial = serial, .id.created = created };
	int rc = check_hold(shelf_root(s), &subject, now, &s->f->err);

	lppack_error_clear(&s->f->err);
	return rc;
}

static int check_epoch(struct shelf *s, uint64_t epoch, uint64_t serial)
{
	const struct lp_hold_subject subject = {
		.id.stream = "demo", .id.epoch = epoch, .id.serial = serial, .id.created = NOW
	};

	lppack_error_clear(&s->f->err);
	return check_hold(shelf_root(s), &subject, NOW, &s->f->err);
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
	put(&s, &(struct lp_hold){ .has_serial = true, .newest.serial = 8, .set_at = NOW });
	assert_int_equal(check(&s, 8, NOW, NOW), 0);
	assert_int_equal(check(&s, 9, NOW, NOW), -LPPACK_E_HELD);
	assert_int_equal(check_epoch(&s, 0, 9), -LPPACK_E_HELD);
	expect_error(&s.f->err, LPPACK_E_HELD, "nothing beyond serial 8");
}

/* A new epoch begins its serials anew: it is beyond all of an older one. */
static void by_serial_of_an_epoch(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .has_serial = true, .newest.epoch = 1, .newest.serial = 8, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW, NOW), 0);
	assert_int_equal(check_epoch(&s, 1, 8), 0);
	assert_int_equal(check_epoch(&s, 1, 9), -LPPACK_E_HELD);
	assert_int_equal(check_epoch(&s, 2, 1), -LPPACK_E_HELD);
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
	put(&s,
	    &(struct lp_hold){ .freeze = true, .frozen.stream = (char *)"demo", .frozen.serial = 7, .set_at = NOW });
	assert_int_equal(check(&s, 7, 1, NOW), 0);
	assert_int_equal(check(&s, 6, 1, NOW), -LPPACK_E_HELD);
	assert_int_equal(check(&s, 8, 1, NOW), -LPPACK_E_HELD);
}

/* A boot rather has an older level than none, but nothing newer. */
static void frozen_and_installed(void **state)
{
	static const struct {
		struct lp_hold_subject subject;
		int rc;
	} cases[] = {
		{ { .id.stream = "demo", .id.epoch = 1, .id.serial = 7 }, 0 },
		{ { .id.stream = "demo", .id.epoch = 1, .id.serial = 6 }, 0 },
		{ { .id.stream = "demo", .id.epoch = 0, .id.serial = 9 }, 0 },
		{ { .id.stream = "demo", .id.epoch = 1, .id.serial = 8 }, -LPPACK_E_HELD },
		{ { .id.stream = "demo", .id.epoch = 2, .id.serial = 1 }, -LPPACK_E_HELD },
		{ { .id.stream = "other", .id.epoch = 1, .id.serial = 6 }, -LPPACK_E_HELD },
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .freeze = true,
				   .frozen.stream = (char *)"demo",
				   .frozen.epoch = 1,
				   .frozen.serial = 7,
				   .set_at = NOW });
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lp_hold_subject subject = cases[i].subject;

		subject.installed = true;
		assert_int_equal(check_hold(shelf_root(&s), &subject, NOW, NULL), cases[i].rc);
	}
	put(&s, &(struct lp_hold){ .freeze = true, .set_at = NOW });
	assert_int_equal(check_hold(shelf_root(&s), &cases[0].subject, NOW, NULL), -LPPACK_E_HELD);
}

static void of_one_stream(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put(&s, &(struct lp_hold){ .newest.stream = (char *)"other", .freeze = true, .set_at = NOW });
	assert_int_equal(check(&s, 9, NOW, NOW), 0);
	put(&s, &(struct lp_hold){ .newest.stream = (char *)"demo", .freeze = true, .set_at = NOW });
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
	expect_ok(set(&s,
		      (struct lppack_hold_options){ .flags = LPPACK_HOLD_SERIAL, .serial = 3, .until = "2026-01-02" }),
		  &s.f->err);
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE,
							.stream = "web",
							.until = "2200-01-01T00:00:01Z" }),
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
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_SERIAL, .serial = 0 }), &s.f->err);
	lppack_value_free(LP_TAKE(list));
	list = lppack_hold_describe(s.host, &s.f->err);
	assert_int_equal(lppack_value_count(list), 2);
	assert_int_equal(lppack_hold_clear(s.host, "web", NULL, &s.f->err), 1);
	assert_int_equal(lppack_hold_clear(s.host, "web", NULL, &s.f->err), 0);
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), 1);
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), 0);
}

static void what_holds_nothing(void **state)
{
	static const struct {
		struct lppack_hold_options options;
		const char *words;
	} cases[] = {
		{ { .stream = "web" }, "holds nothing" },
		{ { .flags = LPPACK_HOLD_FREEZE | LPPACK_HOLD_SERIAL }, "not both" },
		{ { .until = "2200-01-01" }, "nothing would be held" },
		{ { .flags = LPPACK_HOLD_FREEZE, .until = "2026-01-01" }, "over already" },
		{ { .until = "yesterday" }, "no date" },
		{ { .flags = LPPACK_HOLD_FREEZE, .stream = "Web/" }, "no name of a stream" },
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(set(&s, cases[i].options), -LPPACK_E_USAGE);
		expect_error(&s.f->err, LPPACK_E_USAGE, cases[i].words);
	}
	assert_false(fake_kernel_has(s.kernel, "var/lib/lppack/holds.yaml"));
}

static const struct lppack_value *only_hold(struct shelf *s, struct lppack_value **list)
{
	*list = lppack_hold_describe(s->host, &s->f->err);
	assert_int_equal(lppack_value_count(*list), 1);
	return lppack_value_at(*list, 0, NULL);
}

/* It stays listed, as over; one that goes on, or has no end, is not. */
static void a_freeze_that_is_over(void **state)
{
	static const struct {
		int64_t ends;
		int over;
		const char *text;
	} cases[] = {
		{ NOW, 1, "every stream: frozen until 2026-09-21T14:13:20Z (over)" },
		{ INT64_C(7258118400), 0, "every stream: frozen until 2200-01-01T00:00:00Z" },
		{ 0, 0, "every stream: frozen" },
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_VALUE struct lppack_value *list = NULL;
		const struct lppack_value *hold;

		put(&s, &(struct lp_hold){ .freeze = true, .ends = cases[i].ends, .set_at = NOW - DAY });
		hold = only_hold(&s, &list);
		assert_string_equal(text_of(hold, "text"), cases[i].text);
		assert_int_equal(lppack_value_bool(lppack_value_get(hold, "over")), cases[i].over);
	}
}

/* What is in force stays there, but boots keep to the hold: that is told. */
static void below_what_is_applied(void **state)
{
	static const struct {
		struct lppack_hold_options options;
		bool keeps_out;
	} cases[] = {
		{ { .flags = LPPACK_HOLD_SERIAL, .serial = 7 }, true },
		{ { .flags = LPPACK_HOLD_SERIAL, .serial = 8 }, false },
		{ { .flags = LPPACK_HOLD_SERIAL, .serial = 7, .stream = "other" }, false },
		{ { .until = "2020-01-01" }, true },
		{ { .flags = LPPACK_HOLD_FREEZE }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SHELF struct shelf s = { 0 };
		LP_AUTO_VALUE struct lppack_value *before = NULL;
		LP_AUTO_VALUE struct lppack_value *list = NULL;
		const struct lppack_value *release;

		shelf_open(&s, *state);
		shelf_install(&s, 7);
		shelf_install(&s, 8);
		expect_ok(set(&s, cases[i].options), &s.f->err);
		assert_null(lppack_value_get(only_hold(&s, &before), "keeps_out"));
		shelf_record_applied(&s, 8);
		expect_ok(set(&s, cases[i].options), &s.f->err);
		release = lppack_value_get(only_hold(&s, &list), "keeps_out");
		assert_int_equal(release != NULL, cases[i].keeps_out);
		if (release)
			assert_string_equal(text_of(release, "serial"), "8");
	}
}

static void waiting_for_another(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	struct shelf_holder holder;
	struct lppack_wait wait;

	shelf_open(&s, *state);
	wait = shelf_hold_lock(&s, &holder);
	assert_int_equal(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE }), -LPPACK_E_BUSY);
	expect_error(&s.f->err, LPPACK_E_BUSY, NULL);
	holder.lets_go = 2;
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE, .wait = &wait }), &s.f->err);
	assert_int_equal(holder.asked, 2);
	wait = shelf_hold_lock(&s, &holder);
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), -LPPACK_E_BUSY);
	expect_error(&s.f->err, LPPACK_E_BUSY, NULL);
	holder.lets_go = 2;
	assert_int_equal(lppack_hold_clear(s.host, NULL, &wait, &s.f->err), 1);
}

/* A freeze keeps what a boot would put in force, where nothing is recorded of this boot. */
static void a_freeze_keeps_the_release(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE }), &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
	shelf_install(&s, 8);
	assert_int_equal(shelf_boots(&s), 7);
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), 1);
	assert_int_equal(shelf_boots(&s), 8);
}

/* Not what boots begin with, if they end with another. */
static void a_freeze_keeps_what_boots_fall_back_to(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	for (unsigned int boot = 1; boot <= 2; boot++) {
		shelf_reboot(&s, boot);
		expect_ok(remember_boot(s.host, &lp_store_find_serial(&store, "demo", 8)->id.digest, &s.f->err),
			  &s.f->err);
	}
	shelf_reboot(&s, 3);
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE }), &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
}

/* What was in force was applied from a file, and is gone after a boot: the next older level is better than none. */
static void a_freeze_of_what_is_not_installed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 6);
	shelf_install(&s, 7);
	shelf_install(&s, 9);
	put(&s,
	    &(struct lp_hold){ .freeze = true, .frozen.stream = (char *)"demo", .frozen.serial = 8, .set_at = NOW });
	assert_int_equal(shelf_boots(&s), 7);
}

/* It comes before an older level that was installed since. */
static void a_freeze_of_what_is_installed(void **state)
{
	LPPACK_OPTIONS(lppack_install_options, options, .flags = LPPACK_INSTALL_ALLOW_DOWNGRADE);
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(set(&s, (struct lppack_hold_options){ .flags = LPPACK_HOLD_FREEZE }), &s.f->err);
	bundle = lppack_bundle_open(shelf_bundle(&s, 6, KERNEL_ID, ""), &s.f->err);
	report = lp_store_install(s.host, bundle, s.f->keyring, &options, NULL, &s.f->err);
	expect_ok(report ? 0 : -1, &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), 1);
	assert_int_equal(shelf_boots(&s), 6);
}

static void damaged_holds(void **state)
{
	static const char *const bad[] = {
		"",
		"format: 0\nholds: []\n",
		"format: 1\n",
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
	assert_int_equal(lppack_hold_clear(s.host, "demo", NULL, &s.f->err), -LPPACK_E_STATE);
	expect_error(&s.f->err, LPPACK_E_STATE, "holds.yaml");
	assert_int_equal(lppack_hold_clear(s.host, NULL, NULL, &s.f->err), 0);
	assert_int_equal(check(&s, 1, 1, NOW), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(by_serial),
		fixture_test(by_serial_of_an_epoch),
		fixture_test(by_date),
		fixture_test(frozen),
		fixture_test(of_one_stream),
		fixture_test(setting),
		fixture_test(what_holds_nothing),
		fixture_test(damaged_holds),
		fixture_test(a_freeze_keeps_the_release),
		fixture_test(a_freeze_keeps_what_boots_fall_back_to),
		fixture_test(a_freeze_that_is_over),
		fixture_test(below_what_is_applied),
		fixture_test(waiting_for_another),
		fixture_test(frozen_and_installed),
		fixture_test(a_freeze_of_what_is_not_installed),
		fixture_test(a_freeze_of_what_is_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
