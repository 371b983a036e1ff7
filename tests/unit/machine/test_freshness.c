/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the record of the newest release seen, which older ones are held against. */
#include "format/release.h"
#include "format/format.h"
#include "format/state_file.h"
#include "support/fixture.h"

#include "machine/freshness.h"

#include <unistd.h>

#define DAY 86400
#define NOW 1800000000 /* 2027 */

/* A release of stream web: made a day before, digest of n everywhere. */
static struct lp_release_id make(uint64_t epoch, uint64_t serial, uint8_t n)
{
	struct lp_release_id release = {
		.stream = (char *)"web", .epoch = epoch, .serial = serial, .created = NOW - DAY
	};

	memset(release.digest.bytes, n, sizeof(release.digest.bytes));
	return release;
}

static struct lp_freshness_options at(int64_t now)
{
	return (struct lp_freshness_options){ .now = now };
}

static int check_with(struct fixture *f, const struct lp_release_id *r, const struct lp_freshness_options *o,
		      struct lppack_value **warnings)
{
	LP_AUTO_FRESHNESS struct lp_freshness memory = { 0 };
	int rc = lp_freshness_read(f->dir, &memory, &f->err);

	return rc < 0 ? rc : lp_freshness_check(&memory, r, "b.lpb", o, warnings, &f->err);
}

static int check(struct fixture *f, struct lp_release_id r)
{
	struct lp_freshness_options o = at(NOW);

	return check_with(f, &r, &o, NULL);
}

static int see_with(struct fixture *f, const struct lp_release_id *r, const struct lp_freshness_options *o)
{
	LP_AUTO_FRESHNESS struct lp_freshness memory = { 0 };
	int rc = lp_freshness_read(f->dir, &memory, &f->err);

	return rc < 0 ? rc : lp_freshness_see(f->dir, &memory, r, "b.lpb", o, &f->err);
}

static int apply_at(struct fixture *f, const struct lp_release_id *r, int64_t now)
{
	LP_AUTO_FRESHNESS struct lp_freshness memory = { 0 };
	int rc = lp_freshness_read(f->dir, &memory, &f->err);

	return rc < 0 ? rc : lp_freshness_apply(f->dir, &memory, r, now, &f->err);
}

static struct lppack_value *describe_memory(struct fixture *f)
{
	LP_AUTO_FRESHNESS struct lp_freshness memory = { 0 };

	return lp_freshness_read(f->dir, &memory, &f->err) < 0 ? NULL : lp_freshness_describe(&memory, &f->err);
}

static int see(struct fixture *f, struct lp_release_id r, bool allow_downgrade)
{
	struct lp_freshness_options o = at(NOW);

	o.allow_downgrade = allow_downgrade;
	return see_with(f, &r, &o);
}

static void apply(struct fixture *f, struct lp_release_id r)
{
	expect_ok(see(f, r, false), &f->err);
	expect_ok(apply_at(f, &r, NOW), &f->err);
}

static void only_forward(void **state)
{
	struct fixture *f = *state;

	expect_ok(check(f, make(0, 5, 5)), &f->err);
	assert_false(fixture_exists(fixture_path(f, "var")));
	expect_ok(see(f, make(0, 5, 5), false), &f->err);
	expect_ok(check(f, make(0, 5, 5)), &f->err);
	expect_ok(check(f, make(0, 6, 6)), &f->err);
	assert_int_equal(check(f, make(0, 4, 4)), -LPPACK_E_DOWNGRADE);
	assert_non_null(strstr(f->err.hint, "--allow-downgrade"));
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "b.lpb: serial 4 (digest 0404040404040404...) is older");
	assert_int_equal(see(f, make(0, 4, 4), false), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "serial 5");
}

/* What was seen counts, whether or not it was ever applied: so nobody can hold the newest one back once it was here. */
static void seen_counts(void **state)
{
	struct fixture *f = *state;

	apply(f, make(0, 5, 5));
	expect_ok(see(f, make(0, 9, 9), false), &f->err);
	assert_int_equal(check(f, make(0, 8, 8)), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "serial 9");
	/* But the one in force may be put in force again, as at a boot. */
	expect_ok(check(f, make(0, 5, 5)), &f->err);
}

static void equivocation(void **state)
{
	struct fixture *f = *state;
	struct lp_release_id twin = make(0, 5, 0xee);
	struct lp_freshness_options o = at(NOW);

	apply(f, make(0, 5, 5));
	assert_int_equal(check_with(f, &twin, &o, NULL), -LPPACK_E_EQUIVOCATION);
	expect_error(&f->err, LPPACK_E_EQUIVOCATION, "is not the one that this machine has seen");
	/* No option lets it pass. */
	o.allow_downgrade = true;
	assert_int_equal(check_with(f, &twin, &o, NULL), -LPPACK_E_EQUIVOCATION);
	expect_error(&f->err, LPPACK_E_EQUIVOCATION, "eeeeeeeeeeeeeeee");
	expect_ok(see(f, make(0, 7, 7), false), &f->err);
	assert_int_equal(check_with(f, &twin, &o, NULL), -LPPACK_E_EQUIVOCATION);
	expect_error(&f->err, LPPACK_E_EQUIVOCATION, "has applied");
	/* The same number in another epoch is another release. */
	expect_ok(check(f, make(1, 5, 0xee)), &f->err);
}

/* A stolen key signs the highest serial there is; the vendor's way out is a higher epoch. */
static void fast_forward(void **state)
{
	struct fixture *f = *state;

	apply(f, make(0, 5, 5));
	expect_ok(see(f, make(0, LP_NUMBER_MAX, 0xff), false), &f->err);
	assert_int_equal(check(f, make(0, 6, 6)), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "serial 9007199254740991");
	expect_ok(check(f, make(1, 6, 6)), &f->err);
	apply(f, make(1, 6, 6));
	expect_ok(check(f, make(1, 7, 7)), &f->err);
	assert_int_equal(check(f, make(0, LP_NUMBER_MAX, 0xff)), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "serial 6 of epoch 1");
}

static size_t count_downgrades(struct fixture *f)
{
	LP_AUTO_VALUE struct lppack_value *tree = describe_memory(f);

	expect_ok(tree ? 0 : -1, &f->err);
	return lppack_value_count(lppack_value_get(tree, "downgrades"));
}

static void allowed_downgrades(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *warnings = lp_value_list();
	struct lp_freshness_options o = at(NOW);
	struct lp_release_id four = make(0, 4, 4);

	apply(f, make(0, 5, 5));
	o.allow_downgrade = true;
	expect_ok(check_with(f, &four, &o, &warnings), &f->err);
	assert_int_equal(lppack_value_count(warnings), 1);
	assert_int_equal(count_downgrades(f), 0);
	expect_ok(see(f, four, true), &f->err);
	assert_int_equal(count_downgrades(f), 1);
	expect_ok(see(f, four, true), &f->err);
	assert_int_equal(count_downgrades(f), 1);
	/* Allowed once is not allowed ever after, before it is in force. */
	assert_int_equal(check(f, four), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, NULL);
	expect_ok(apply_at(f, &four, NOW), &f->err);
	expect_ok(check(f, four), &f->err);
	/* What is newer than it, but older than what was seen, is still a downgrade. */
	expect_ok(see(f, make(0, 9, 9), false), &f->err);
	assert_int_equal(check(f, make(0, 6, 6)), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, NULL);
	/* An allowance that was not needed is not recorded. */
	expect_ok(see(f, make(0, 10, 10), true), &f->err);
	assert_int_equal(count_downgrades(f), 1);
}

static void the_latest_downgrades_stay(void **state)
{
	struct fixture *f = *state;

	apply(f, make(0, 200, 200));
	for (uint8_t i = 1; i <= 70; i++)
		expect_ok(see(f, make(0, i, i), true), &f->err);
	assert_int_equal(count_downgrades(f), 64);
}

static void expiry(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *warnings = lp_value_list();
	struct lp_freshness_options o = at(NOW);
	struct lp_release_id r = make(0, 5, 5);

	o.expires = NOW;
	expect_ok(check_with(f, &r, &o, &warnings), &f->err);
	assert_int_equal(lppack_value_count(warnings), 1);
	o.fetched = true;
	assert_int_equal(check_with(f, &r, &o, &warnings), -LPPACK_E_EXPIRED);
	expect_error(&f->err, LPPACK_E_EXPIRED, "b.lpb: the bundle expired on 2027-01-15T08:00:00Z");
	o.now = NOW - 1;
	expect_ok(check_with(f, &r, &o, &warnings), &f->err);
	assert_int_equal(lppack_value_count(warnings), 1);
}

static void insane_clocks(void **state)
{
	struct fixture *f = *state;
	struct lp_freshness_options o = at(NOW);
	struct lp_release_id r = make(0, 5, 5);

	o.now = 1; /* 1970, as after an empty battery */
	assert_int_equal(check_with(f, &r, &o, NULL), -LPPACK_E_CLOCK);
	expect_error(&f->err, LPPACK_E_CLOCK, "1970-01-01T00:00:01Z, which is before 2026-01-01");
	o.now = r.created - DAY;
	expect_ok(check_with(f, &r, &o, NULL), &f->err);
	o.now--;
	assert_int_equal(check_with(f, &r, &o, NULL), -LPPACK_E_CLOCK);
	expect_error(&f->err, LPPACK_E_CLOCK, "when the bundle was created");
	expect_ok(see(f, r, false), &f->err);
	r.created = 1767225600;
	o.now = NOW - DAY;
	expect_ok(check_with(f, &r, &o, NULL), &f->err);
	o.now--;
	assert_int_equal(check_with(f, &r, &o, NULL), -LPPACK_E_CLOCK);
	assert_non_null(strstr(f->err.hint, "'latest'"));
	expect_error(&f->err, LPPACK_E_CLOCK, "when lppack last wrote its memory");
}

static void streams_are_apart(void **state)
{
	struct fixture *f = *state;
	struct lp_release_id other = make(0, 1, 1);

	apply(f, make(3, 5, 5));
	other.stream = (char *)"db";
	expect_ok(check(f, other), &f->err);
	apply(f, other);
	assert_int_equal(check(f, make(3, 4, 4)), -LPPACK_E_DOWNGRADE);
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "stream web");
}

static void nothing_changes_without_need(void **state)
{
	struct fixture *f = *state;
	struct lp_release_id r = make(0, 5, 5);
	LP_AUTO_BUF struct lp_buf before = { 0 };
	LP_AUTO_BUF struct lp_buf after = { 0 };
	struct lp_freshness_options o = at(NOW + DAY);

	apply(f, r);
	fixture_read(fixture_path(f, "var/lib/lppack/freshness.yaml"), &before);
	expect_ok(see_with(f, &r, &o), &f->err);
	expect_ok(apply_at(f, &r, NOW + DAY), &f->err);
	fixture_read(fixture_path(f, "var/lib/lppack/freshness.yaml"), &after);
	assert_string_equal((char *)before.data, (char *)after.data);
}

static void a_damaged_memory_lets_nothing_pass(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} bad[] = {
		{ "", "freshness.yaml" },
		{ "format: 1\nstreams: []\n", "'downgrades' is missing" },
		{ "format: 0\nstreams: []\ndowngrades: []\n", "'format' is not 1" },
		{ "format: 1\nstreams: []\ndowngrades: []\nseen: 1\n", "unknown key 'seen'" },
		{ "format: 1\nstreams:\n  - stream: \"web\"\ndowngrades: []\n", "'seen' is missing" },
		{ "format: 1\nstreams:\n  - stream: \"web\"\n    seen: 5\ndowngrades: []\n", "'seen' must be a map" },
		{ "format: 1\nlatest: \"soon\"\nstreams: []\ndowngrades: []\n", "'latest' must be a time" },
	};
	struct fixture *f = *state;

	apply(f, make(0, 5, 5));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fixture_write_text(f, "var/lib/lppack/freshness.yaml", bad[i].text);
		assert_int_equal(check(f, make(0, 6, 6)), -LPPACK_E_STATE);
		expect_error(&f->err, LPPACK_E_STATE, bad[i].words);
		assert_int_equal(see(f, make(0, 6, 6), true), -LPPACK_E_STATE);
		expect_error(&f->err, LPPACK_E_STATE, bad[i].words);
	}
	assert_int_equal(unlink(fixture_path(f, "var/lib/lppack/freshness.yaml")), 0);
	assert_int_equal(check(f, make(0, 6, 6)), -LPPACK_E_STATE);
	expect_error(&f->err, LPPACK_E_STATE, "is missing");
	assert_null(describe_memory(f));
	expect_error(&f->err, LPPACK_E_STATE, "is missing");
}

/* Without a battery a machine begins each boot in 1970; what was accepted is put in force all the same. */
static void an_installed_release_on_a_wrong_clock(void **state)
{
	static const int64_t clocks[] = { 5, NOW - 3 * DAY };
	struct fixture *f = *state;
	struct lp_release_id five = make(0, 5, 5);
	struct lp_release_id four = make(0, 4, 4);

	expect_ok(see(f, five, false), &f->err);
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		LP_AUTO_VALUE struct lppack_value *warnings = lp_value_list();
		struct lp_freshness_options o = at(clocks[i]);

		assert_int_equal(check_with(f, &five, &o, NULL), -LPPACK_E_CLOCK);
		lppack_error_clear(&f->err);
		o.installed = true;
		expect_ok(check_with(f, &five, &o, &warnings), &f->err);
		assert_int_equal(lppack_value_count(warnings), 1);
		assert_non_null(
			strstr(lppack_value_text(lppack_value_at(warnings, 0, NULL)), "this machine's clock says"));
		expect_ok(see_with(f, &five, &o), &f->err);
		/* Only the clock is excused. */
		assert_int_equal(check_with(f, &four, &o, &warnings), -LPPACK_E_DOWNGRADE);
		expect_error(&f->err, LPPACK_E_DOWNGRADE, "serial 4");
	}
}

/* Who takes the last epoch at once would leave the vendor no way out. */
static void epochs_go_up_by_steps(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(check(f, make(1001, 1, 1)), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "b.lpb: epoch 1001 is more than 1000 above");
	assert_int_equal(see(f, make(LP_NUMBER_MAX, 1, 1), true), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "of stream web, 0");
	assert_false(fixture_exists(fixture_path(f, "var")));
	expect_ok(see(f, make(1000, 1, 1), false), &f->err);
	expect_ok(check(f, make(2000, 1, 1)), &f->err);
	assert_int_equal(check(f, make(2001, 1, 1)), -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "of stream web, 1000");
}

/* Warned of; refused where too few windows are open: a retired key's thief dates bundles back. */
static void created_before_what_was_seen(void **state)
{
	struct fixture *f = *state;
	struct lp_release_id seven = make(0, 7, 7);
	struct lp_release_id eight = make(0, 8, 8);
	struct lp_freshness_options o = at(NOW);

	o.retired = true;
	expect_ok(see_with(f, &seven, &o), &f->err);
	/* The same bundle again is not asked, nor one of the same time. */
	expect_ok(check_with(f, &seven, &o, NULL), &f->err);
	expect_ok(check_with(f, &eight, &o, NULL), &f->err);
	eight.created--;
	assert_int_equal(check_with(f, &eight, &o, NULL), -LPPACK_E_UNTRUSTED);
	expect_error(&f->err, LPPACK_E_UNTRUSTED, "before what this machine has seen of stream web");
	o.allow_downgrade = true;
	assert_int_equal(see_with(f, &eight, &o), -LPPACK_E_UNTRUSTED);
	expect_error(&f->err, LPPACK_E_UNTRUSTED, "windows have ended");
	o.retired = false;
	{
		LP_AUTO_VALUE struct lppack_value *warnings = lp_value_list();

		expect_ok(check_with(f, &eight, &o, &warnings), &f->err);
		assert_int_equal(lppack_value_count(warnings), 1);
	}
	/* What was seen with a warning does not turn the clock of the stream back. */
	expect_ok(see_with(f, &eight, &o), &f->err);
	o.retired = true;
	seven = make(0, 9, 9);
	seven.created--;
	assert_int_equal(check_with(f, &seven, &o, NULL), -LPPACK_E_UNTRUSTED);
	expect_error(&f->err, LPPACK_E_UNTRUSTED, NULL);
}

/* What was left behind by a downgrade, and what it led to, are known too. */
static void equivocation_of_downgrades(void **state)
{
	struct fixture *f = *state;

	apply(f, make(0, 5, 5));
	expect_ok(see(f, make(0, 4, 4), true), &f->err);
	expect_ok(see(f, make(0, 9, 9), false), &f->err);
	expect_ok(see(f, make(0, 3, 3), true), &f->err);
	apply(f, make(0, 12, 12));
	for (uint8_t serial = 3; serial <= 12; serial++) {
		bool is_known = serial <= 5 || serial == 9 || serial == 12;

		assert_int_equal(see(f, make(0, serial, 0xee), true), is_known ? -LPPACK_E_EQUIVOCATION : 0);
		if (is_known)
			expect_error(&f->err, LPPACK_E_EQUIVOCATION, "is not the one that this machine has");
	}
}

/* An image whose clock was wrong may not leave a release of the future behind. */
static void the_future_is_not_remembered(void **state)
{
	struct fixture *f = *state;
	struct lp_release_id r = make(0, 5, 5);

	r.created = NOW + DAY + 1;
	assert_int_equal(see(f, r, true), -LPPACK_E_CLOCK);
	expect_error(&f->err, LPPACK_E_CLOCK, "when the bundle was created");
	assert_false(fixture_exists(fixture_path(f, "var")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(only_forward),
		fixture_test(seen_counts),
		fixture_test(equivocation),
		fixture_test(fast_forward),
		fixture_test(allowed_downgrades),
		fixture_test(the_latest_downgrades_stay),
		fixture_test(expiry),
		fixture_test(insane_clocks),
		fixture_test(an_installed_release_on_a_wrong_clock),
		fixture_test(epochs_go_up_by_steps),
		fixture_test(created_before_what_was_seen),
		fixture_test(equivocation_of_downgrades),
		fixture_test(the_future_is_not_remembered),
		fixture_test(streams_are_apart),
		fixture_test(nothing_changes_without_need),
		fixture_test(a_damaged_memory_lets_nothing_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
