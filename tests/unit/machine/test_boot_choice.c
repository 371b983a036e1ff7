/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which release is chosen for the next boot. */
#include "support/store_machine.h"

#include "machine/boot_choice.h"
#include "machine/boot_count.h"

/* "9 held, 8 applied, 7 in reserve": what is described of each level. */
static const char *candidate(struct shelf *s)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	char *text = fixture_format(s->f, "%s", "");

	lp_snapshot_read(&snapshot, s->host);
	expect_ok(lp_snapshot_check(&snapshot, LP_PART_STORE, &s->f->err), &s->f->err);
	expect_ok(lp_snapshot_open_releases(&snapshot, &s->f->err), &s->f->err);
	expect_ok(lp_boot_candidates_read(&snapshot, NULL, &candidates, &s->f->err), &s->f->err);
	for (size_t i = 0; i < candidates.n; i++)
		text = fixture_format(s->f, "%s%s%u %s", text, i ? ", " : "",
				      (unsigned int)candidates.items[i].release->id.serial,
				      lp_boot_choice_names[candidates.items[i].at_boot]);
	return text;
}

/* What is described, and what a boot then takes: never anything else. */
static void expect_outlook(struct shelf *s, const char *wanted)
{
	const char *described = candidate(s);
	const char *applied = strstr(described, " applied");
	uint64_t serial = shelf_boots(s);

	lppack_error_clear(&s->f->err);
	assert_string_equal(described, wanted);
	if (!applied) {
		assert_int_equal(serial, 0);
		return;
	}
	while (applied > described && applied[-1] >= '0' && applied[-1] <= '9')
		applied--;
	assert_int_equal(serial, strtoull(applied, NULL, 10));
}

static void target(struct shelf *s, unsigned int serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	expect_ok(remember_target(shelf_root(s),
				  serial ? &lp_store_find_serial(&store, "demo", serial)->id.digest : NULL, &s->f->err),
		  &s->f->err);
}

static void hold(struct shelf *s, uint64_t serial)
{
	LPPACK_OPTIONS(lppack_hold_options, options, .flags = LPPACK_HOLD_SERIAL, .serial = serial);

	expect_ok(lppack_hold_set(s->host, &options, &s->f->err), &s->f->err);
}

static void fail_boots(struct shelf *s, unsigned int serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	for (unsigned int boot = 1; boot <= 2; boot++) {
		shelf_reboot(s, boot);
		expect_ok(remember_boot(s->host, &lp_store_find_serial(&store, "demo", serial)->id.digest, &s->f->err),
			  &s->f->err);
	}
	shelf_reboot(s, 3);
}

static void nothing_is_in_the_way(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	expect_outlook(&s, "");
	for (unsigned int serial = 7; serial <= 9; serial++)
		shelf_install(&s, serial);
	expect_outlook(&s, "9 applied, 8 in reserve, 7 in reserve");
	target(&s, 8);
	expect_outlook(&s, "9 not chosen, 8 applied, 7 in reserve");
	target(&s, 0);
	expect_outlook(&s, "9 removed, 8 removed, 7 removed");
}

static void held_and_skipped(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	for (unsigned int serial = 7; serial <= 9; serial++)
		shelf_install(&s, serial);
	hold(&s, 8);
	expect_outlook(&s, "9 held, 8 applied, 7 in reserve");
	fail_boots(&s, 8);
	expect_outlook(&s, "9 held, 8 skipped, 7 applied");
	hold(&s, 6);
	expect_outlook(&s, "9 held, 8 skipped, 7 held");
	/* It says what would come of each, also where none is chosen. */
	target(&s, 0);
	expect_outlook(&s, "9 held, 8 skipped, 7 held");
}

static void other_kernels_and_damage(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_FREE char *path = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	shelf_install_losing(&s, shelf_bundle(&s, 9, OTHER_KERNEL, ""));
	expect_outlook(&s, "9 not for this kernel, 8 applied, 7 in reserve");
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	path = lp_store_path(shelf_root(&s), &lp_store_find_serial(&store, "demo", 8)->id.digest);
	assert_int_equal(truncate(path, 100), 0);
	expect_outlook(&s, "9 not for this kernel, 8 damaged, 7 applied");
	/* What decides over them is damaged: no boot takes any of them. */
	fake_kernel_write(s.kernel, "var/lib/lppack/holds.yaml", "?");
	expect_outlook(&s, "9 damaged, 8 damaged, 7 damaged");
}

static void open_again(struct shelf *s)
{
	lppack_host_close(s->host);
	s->host = lp_host_new(fake_kernel_root(s->kernel), &fake_kernel_ops, s->kernel, &s->f->err);
	expect_ok(s->host ? 0 : -1, &s->f->err);
}

/* Which kernel an image will run is not known; a kernel without a build ID has nothing made for it. */
static void images_and_nameless_kernels(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	fake_kernel_write(s.kernel, "sys/kernel/notes", "");
	open_again(&s);
	expect_outlook(&s, "7 not for this kernel");
	fake_kernel_remove(s.kernel, "sys/kernel/notes");
	open_again(&s);
	assert_string_equal(candidate(&s), "7 applied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing_is_in_the_way),
		fixture_test(held_and_skipped),
		fixture_test(other_kernels_and_damage),
		fixture_test(images_and_nameless_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
