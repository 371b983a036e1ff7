/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the count of boots that did not come up, and the kill switches. */
#include "support/store_machine.h"

#include "machine/boot_count.h"

static const struct lp_installed good = { .id.stream = (char *)"demo", .id.serial = 8, .id.digest = { { 1 } } };
static const struct lp_installed bad = { .id.stream = (char *)"demo", .id.serial = 7, .id.digest = { { 2 } } };

static void begin(struct shelf *s, unsigned int boot, const struct lp_installed *release)
{
	shelf_reboot(s, boot);
	expect_ok(remember_boot(s->host, &release->id.digest, &s->f->err), &s->f->err);
}

static void kill_switches(void **state)
{
	static const struct {
		const char *line;
		int code;
	} cases[] = {
		{ "", 0 },
		{ "quiet\n", 0 },
		{ "lppack.apply=1\n", 0 },
		{ "xlppack.apply=0\n", 0 },
		{ "lppack.apply=0\n", -LPPACK_E_DISABLED },
		{ "a=b lppack.apply=off c\n", -LPPACK_E_DISABLED },
		{ "lppack.apply=no", -LPPACK_E_DISABLED },
		{ "lppack.apply=0 lppack.apply=1\n", 0 },
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	expect_ok(lp_kill_switch_check(s.host, &s.f->err), &s.f->err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_kernel_write(s.kernel, "proc/cmdline", cases[i].line);
		assert_int_equal(lp_kill_switch_check(s.host, &s.f->err), cases[i].code);
		lppack_error_clear(&s.f->err);
	}
}

/* Who has asked for no livepatches is heard, or nothing is loaded. */
static void kill_switches_that_cannot_be_read(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	fake_kernel_write(s.kernel, "proc/cmdline/x", "");
	assert_int_equal(lp_kill_switch_check(s.host, &s.f->err), -LPPACK_E_IO);
	expect_error(&s.f->err, LPPACK_E_IO, "proc/cmdline: cannot be read");
}

static void two_boots_that_did_not_come_up(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	begin(&s, 1, &bad);
	/* Of this boot nothing is known yet. */
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
	shelf_reboot(&s, 2);
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
	begin(&s, 2, &bad);
	shelf_reboot(&s, 3);
	assert_int_equal(check_boot(s.host, &bad, &s.f->err), -LPPACK_E_BOOT_LOOP);
	expect_error(&s.f->err, LPPACK_E_BOOT_LOOP, "2 boots that began with demo serial 7");
	expect_ok(check_boot(s.host, &good, &s.f->err), &s.f->err);
	/* A healthy boot without it says nothing of it. */
	begin(&s, 3, &good);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 1);
	assert_int_equal(check_boot(s.host, &bad, &s.f->err), -LPPACK_E_BOOT_LOOP);
	lppack_error_clear(&s.f->err);
	assert_int_equal(lppack_boot_confirm(s.host, LPPACK_CONFIRM_RETRY, NULL, &s.f->err), 0);
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
}

static void a_healthy_boot_between(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	begin(&s, 1, &bad);
	begin(&s, 2, &bad);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 1);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 0);
	/* What is applied again in a confirmed boot is no start. */
	expect_ok(remember_boot(s.host, &bad.id.digest, &s.f->err), &s.f->err);
	begin(&s, 3, &bad);
	shelf_reboot(&s, 4);
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
}

static void the_same_boot_counts_once(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (int i = 0; i < 5; i++)
		begin(&s, 1, &bad);
	shelf_reboot(&s, 2);
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
}

static void boots_without_an_id(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	fake_kernel_remove(s.kernel, "proc/sys/kernel/random/boot_id");
	forget_boot_id(s.host);
	for (int i = 0; i < 2; i++)
		expect_ok(remember_boot(s.host, &bad.id.digest, &s.f->err), &s.f->err);
	assert_int_equal(check_boot(s.host, &bad, &s.f->err), -LPPACK_E_BOOT_LOOP);
	lppack_error_clear(&s.f->err);
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 1);
	expect_ok(check_boot(s.host, &bad, &s.f->err), &s.f->err);
}

/* However many bundles and boots there were: what is remembered stays small. */
static void memory_is_bounded(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	const struct lppack_value *trials;

	shelf_open(&s, *state);
	for (unsigned int i = 1; i <= 40; i++) {
		const struct lp_installed release = { .id.digest = { { (uint8_t)i } } };

		begin(&s, i, &release);
		begin(&s, 1000 + i, &bad);
	}
	map = describe_boot(s.host, &s.f->err);
	trials = lppack_value_get(map, "trials");
	assert_true(lppack_value_count(trials) <= 16);
	for (size_t i = 0; i < lppack_value_count(trials); i++)
		assert_in_range(
			lppack_value_int(lppack_value_get(lppack_value_at(trials, i, NULL), "failed_boots"), 99), 1, 8);
}

static struct lp_installed installed(struct shelf *s, unsigned int serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	struct lp_installed release = { .id.stream = (char *)"demo", .id.serial = serial };

	shelf_install(s, serial);
	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	release.id.digest = lp_store_find_serial(&store, "demo", serial)->id.digest;
	return release;
}

/* Two boots that began with it, and a third one that begins with nothing. */
static void fail_with(struct shelf *s, unsigned int boot, const struct lp_installed *release)
{
	begin(s, boot, release);
	begin(s, boot + 1, release);
	shelf_reboot(s, boot + 2);
}

static void describing(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	const struct lppack_value *trial;
	struct lp_installed seven;

	shelf_open(&s, *state);
	seven = installed(&s, 7);
	fail_with(&s, 1, &seven);
	map = describe_boot(s.host, &s.f->err);
	trial = lppack_value_at(lppack_value_get(map, "trials"), 0, NULL);
	assert_string_equal(text_of(trial, "stream"), "demo");
	assert_string_equal(text_of(trial, "serial"), "7");
	assert_int_equal(lppack_value_bool(lppack_value_get(trial, "skipped")), 1);
	assert_int_equal(lppack_value_bool(lppack_value_get(trial, "this_boot")), 0);
	assert_string_equal(text_of(trial, "failed_boots"), "2");
	assert_int_equal(lppack_value_bool(lppack_value_get(map, "disabled")), 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(map, "unconfirmed")), 0);
	assert_null(lppack_value_get(map, "enabled"));
}

/* "7 8": the serials that status says are skipped, "?" for a bundle without one. */
static const char *skipped(struct shelf *s)
{
	LP_AUTO_VALUE struct lppack_value *map = describe_boot(s->host, &s->f->err);
	const struct lppack_value *trials = lppack_value_get(map, "trials");
	char *text = fixture_format(s->f, "%s", "");

	expect_ok(map ? 0 : -1, &s->f->err);
	for (size_t i = 0; i < lppack_value_count(trials); i++) {
		const struct lppack_value *trial = lppack_value_at(trials, i, NULL);
		const char *serial = text_of(trial, "serial");

		if (lppack_value_bool(lppack_value_get(trial, "skipped")))
			text = fixture_format(s->f, "%s%s%s", text, *text ? " " : "", serial ? serial : "?");
	}
	return text;
}

/* Only what the next boot would take, were it not for its failed boots, is anything to hear of. */
static void what_no_boot_tries_is_history(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	struct lp_installed seven;
	struct lp_installed eight;

	shelf_open(&s, *state);
	seven = installed(&s, 7);
	fail_with(&s, 1, &seven);
	/* A bundle that is not installed, or no more. */
	fail_with(&s, 11, &bad);
	assert_string_equal(skipped(&s), "7");
	assert_int_equal(check_boot(s.host, &seven, &s.f->err), -LPPACK_E_BOOT_LOOP);
	lppack_error_clear(&s.f->err);
	/* A newer level takes its place, whether it is confirmed already or not. */
	eight = installed(&s, 8);
	assert_string_equal(skipped(&s), "");
	begin(&s, 21, &eight);
	assert_string_equal(skipped(&s), "");
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), 1);
	assert_string_equal(skipped(&s), "");
	/* When that fails too, boots come to the older one, and pass over both. */
	fail_with(&s, 31, &eight);
	assert_string_equal(skipped(&s), "7 8");
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_BOOT_LOOP, "demo serial 8");
	/* A boot that is to begin with nothing skips nothing. */
	expect_ok(remember_target(shelf_root(&s), NULL, &s.f->err), &s.f->err);
	assert_string_equal(skipped(&s), "");
	/* Nor does one that begins below. */
	installed(&s, 9);
	fail_with(&s, 41, &eight);
	assert_string_equal(skipped(&s), "");
	expect_ok(remember_target(shelf_root(&s), &seven.id.digest, &s.f->err), &s.f->err);
	assert_string_equal(skipped(&s), "7");
}

static int is_impatient(void *context)
{
	return ((struct shelf_holder *)context)->asked >= 5;
}

/* A boot is not failed because another lppack was at work when it was to be confirmed. */
static void waiting_for_another(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	struct shelf_holder holder;
	struct lppack_wait wait;

	shelf_open(&s, *state);
	begin(&s, 1, &bad);
	wait = shelf_hold_lock(&s, &holder);
	/* Not at all; until somebody loses patience; to the end; until it is let go. */
	assert_int_equal(lppack_boot_confirm(s.host, 0, NULL, &s.f->err), -LPPACK_E_BUSY);
	expect_error(&s.f->err, LPPACK_E_BUSY, "held by another lppack");
	wait.cancelled = is_impatient;
	assert_int_equal(lppack_boot_confirm(s.host, 0, &wait, &s.f->err), -LPPACK_E_BUSY);
	expect_error(&s.f->err, LPPACK_E_BUSY, "held by another lppack");
	assert_int_equal(holder.asked, 5);
	wait.cancelled = NULL;
	assert_int_equal(lppack_boot_confirm(s.host, 0, &wait, &s.f->err), -LPPACK_E_BUSY);
	expect_error(&s.f->err, LPPACK_E_BUSY, "held by another lppack");
	holder.lets_go = holder.asked + 3;
	assert_int_equal(lppack_boot_confirm(s.host, 0, &wait, &s.f->err), 1);
	assert_int_equal(holder.lock, -1);
}

static void damaged_memories(void **state)
{
	static const char *const damaged[] = { "", "format: 0\ntrials: []\n", "format: 1\n",
					       "format: 1\ntrials:\n  - digest: x\n    boots: []\n" };
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		fake_kernel_write(s.kernel, "var/lib/lppack/boot.yaml", damaged[i]);
		assert_int_equal(check_boot(s.host, &good, &s.f->err), -LPPACK_E_STATE);
		expect_error(&s.f->err, LPPACK_E_STATE, "boot.yaml");
		assert_int_equal(remember_boot(s.host, &good.id.digest, &s.f->err), -LPPACK_E_STATE);
		expect_error(&s.f->err, LPPACK_E_STATE, "boot.yaml");
		assert_null(describe_boot(s.host, &s.f->err));
		expect_error(&s.f->err, LPPACK_E_STATE, "boot.yaml");
	}
	assert_int_equal(lppack_boot_confirm(s.host, LPPACK_CONFIRM_RETRY, NULL, &s.f->err), 0);
	expect_ok(check_boot(s.host, &good, &s.f->err), &s.f->err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(kill_switches),
		fixture_test(kill_switches_that_cannot_be_read),
		fixture_test(two_boots_that_did_not_come_up),
		fixture_test(a_healthy_boot_between),
		fixture_test(the_same_boot_counts_once),
		fixture_test(boots_without_an_id),
		fixture_test(memory_is_bounded),
		fixture_test(describing),
		fixture_test(damaged_memories),
		fixture_test(waiting_for_another),
		fixture_test(what_no_boot_tries_is_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
