/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the way back to the previous release. */
#include "support/apply_machine.h"

#include "apply/boot_open.h"
#include "apply/install.h"
#include "machine/store.h"

#include <lppack/store.h>
#include <errno.h>

static const struct fake_patch next_patch = { .name = "lp_next",
					      .functions = patched,
					      .build_id = "0808080808080808080808080808080808080808",
					      .replace = true,
					      .reverse_ns = 300 * FAKE_MS,
					      .vanish_ns = 4 * FAKE_MS,
					      .refcnt_ns = 2 * FAKE_MS };

static const struct lp_klp_state state_2 = { .id = 7, .version = 2 };

static void keep(struct machine *m, const char *bundle)
{
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	lppack_verified_free(m->verified);
	lppack_bundle_close(m->bundle);
	m->verified = fixture_verify(m->f, bundle, &m->bundle);
	told = lp_store_install(m->host, m->bundle, m->f->keyring, NULL, NULL, &m->f->err);
	expect_ok(told ? 0 : -1, &m->f->err);
}

/* Keeps and applies a level. */
static void put(struct machine *m, const char *bundle, const struct fake_patch *patch)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	keep(m, bundle);
	fake_kernel_expect_load(m->kernel, patch);
	receipt = machine_apply(m);
	expect_ok(receipt ? 0 : -1, &m->f->err);
	assert_true(fake_kernel_is_active(m->kernel, patch->name));
}

/* Levels 6, 7 and 8, the last one in force. */
static void three_releases(struct machine *m, struct fixture *f)
{
	machine_open(m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	m->options.flags &= ~(uint32_t)LPPACK_APPLY_TAKE_OVER;
	put(m, machine_bundle_of(f, "6.lpb", &old_patch, 6, KERNEL_ID, NULL), &old_patch);
	put(m, fixture_path(f, "7.lpb"), &new_patch);
	put(m, machine_bundle_of(f, "8.lpb", &next_patch, 8, KERNEL_ID, NULL), &next_patch);
}

static int open_release(struct machine *m, const uint64_t *serial)
{
	lppack_verified_free(LP_TAKE(m->verified));
	lppack_bundle_close(LP_TAKE(m->bundle));
	m->options.flags |= LPPACK_APPLY_ROLLBACK;
	return lppack_host_open_release(m->host, m->f->keyring, serial, &m->bundle, &m->verified, &m->f->err);
}

static void open_installed(struct machine *m)
{
	lppack_verified_free(LP_TAKE(m->verified));
	lppack_bundle_close(LP_TAKE(m->bundle));
	expect_ok(lp_store_open_installed(m->host, m->f->keyring, NULL, &m->bundle, &m->verified, NULL, &m->f->err),
		  &m->f->err);
}

/* A hold has the boot apply a lower level: without it, the next one begins with the newest again. */
static void what_a_hold_keeps_away_comes_back(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	three_releases(&m, f);
	expect_ok(lppack_hold_set(m.host, &hold, &f->err), &f->err);
	open_installed(&m);
	assert_int_equal(lppack_verified_serial(m.verified), 7);
	m.origin = LP_PLAN_INSTALLED;
	m.options.flags |= LPPACK_APPLY_ALLOW_DOWNGRADE;
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_int_equal(lppack_hold_clear(m.host, NULL, NULL, &f->err), 1);
	open_installed(&m);
	assert_int_equal(lppack_verified_serial(m.verified), 8);
}

static void goes_back_by_one(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	LP_AUTO_STORE struct lp_store store = { 0 };

	three_releases(&m, f);
	expect_ok(open_release(&m, NULL), &f->err);
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	map = lppack_receipt_describe(receipt, &f->err);
	expect_ok(map ? 0 : -1, &f->err);
	assert_string_equal(text_of(map, "verb"), "rollback");
	assert_string_equal(text_of(map, "outcome"), "applied");
	assert_true(fake_kernel_is_active(m.kernel, "lp_new"));
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 1);
	/* And the next boot goes there too. */
	assert_true(lp_store_read(fake_kernel_root(m.kernel), &store, &f->err) >= 0);
	assert_true(
		remembered_target(fake_kernel_root(m.kernel), &lp_verified_contents(m.verified)->manifest.id.digest));
}

static void goes_back_to_a_serial(void **state)
{
	const uint64_t six = 6;
	const uint64_t none = 5;
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;

	three_releases(&m, f);
	assert_true(open_release(&m, &none) < 0);
	expect_error(&f->err, LPPACK_E_NO_RELEASE, "serial 5 is not installed");
	expect_ok(open_release(&m, &six), &f->err);
	fake_kernel_expect_load(m.kernel, &old_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
	assert_true(open_release(&m, NULL) < 0);
	expect_error(&f->err, LPPACK_E_NO_RELEASE, "no older level is installed");
}

static void needs_something_to_go_back_from(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	assert_true(open_release(&m, NULL) < 0);
	expect_error(&f->err, LPPACK_E_NO_RELEASE, "nothing in force");
	assert_null(m.verified);
}

/* lp_next with a state, which lp_new lacks. */
static char *bundle_with_state(struct fixture *f)
{
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 8, &f->err);
	struct elf_maker_options options = { .name = "lp_next", .release = RELEASE, .states = &state_2, .n_states = 1 };
	char *path = fixture_path(f, "state.lpb");

	assert_int_equal(lp_build_id_parse(next_patch.build_id, &options.build_id), 0);
	expect_ok(fixture_add_kernel(spec, fixture_module(f, "state.ko", &options), KERNEL_ID, &f->err), &f->err);
	expect_ok(fixture_create(f, spec, path), &f->err);
	return path;
}

static void tells_the_way_back_before(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	const struct lppack_value *told;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	put(&m, fixture_path(f, "7.lpb"), &new_patch);
	lppack_verified_free(m.verified);
	lppack_bundle_close(m.bundle);
	m.verified = fixture_verify(f, bundle_with_state(f), &m.bundle);
	plan = machine_plan(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	map = lppack_plan_describe(plan, &f->err);
	told = lppack_value_get(map, "reversibility");
	assert_string_equal(text_of(told, "class"), "reboot");
	assert_non_null(strstr(text_of(told, "why"), "state 7 version 2"));
}

static void refuses_to_go_back_where_it_is_not_safe(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	put(&m, fixture_path(f, "7.lpb"), &new_patch);
	put(&m, bundle_with_state(f), &next_patch);
	expect_ok(open_release(&m, NULL), &f->err);
	assert_null(machine_plan(&m));
	expect_error(&f->err, LPPACK_E_ONE_WAY, "serial 7 cannot be gone back to: state 7 version 2");
	assert_true(fake_kernel_is_active(m.kernel, "lp_next"));
}

static void removes_what_is_enabled(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };

	three_releases(&m, f);
	plan = machine_describe_removal(&m);
	expect_ok(plan ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(plan, "removes")), 1);
	receipt = machine_remove(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	map = lppack_receipt_describe(receipt, &f->err);
	assert_string_equal(text_of(map, "verb"), "remove");
	assert_string_equal(text_of(map, "outcome"), "removed");
	assert_int_equal(fake_kernel_count_loaded(m.kernel), 0);
	assert_int_equal(remembered_applied(fake_kernel_root(m.kernel), &applied, &f->err), 0);
	assert_true(lp_store_read(fake_kernel_root(m.kernel), &store, &f->err) >= 0);
	assert_false(remembered_target(fake_kernel_root(m.kernel), NULL));
	assert_int_equal(store.n, 3);
}

static void take_out(struct machine *m)
{
	AUTO_RECEIPT struct lppack_receipt *receipt = machine_remove(m);

	expect_ok(receipt ? 0 : -1, &m->f->err);
}

/* Without the file that it came in, and for boots too. */
static void a_removed_release_can_be_applied_again(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	const uint64_t eight = 8;

	three_releases(&m, f);
	take_out(&m);
	expect_ok(open_release(&m, &eight), &f->err);
	fake_kernel_expect_load(m.kernel, &next_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	assert_true(fake_kernel_is_active(m.kernel, "lp_next"));
	open_installed(&m);
	assert_int_equal(lppack_verified_serial(m.verified), 8);
}

static void has_nothing_to_remove(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *plan = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	plan = lppack_host_describe_removal(m.host, NULL, &f->err);
	expect_ok(plan ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(plan, "removes")), 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(plan, "already")), 1);
	receipt = lppack_host_remove(m.host, NULL, &f->err);
	expect_ok(receipt ? 0 : -1, &f->err);
	map = lppack_receipt_describe(receipt, &f->err);
	assert_string_equal(text_of(map, "outcome"), "already");
	assert_false(fake_kernel_has(m.kernel, "var/lib/lppack/history"));
	assert_int_equal(fake_kernel_calls(m.kernel), 0);
}

/* As in a boot that was told to livepatch nothing: what later ones begin with goes all the same. */
static void removes_what_only_boots_have(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	LP_AUTO_STORE struct lp_store before = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };

	three_releases(&m, f);
	take_out(&m);
	assert_true(lp_store_read(fake_kernel_root(m.kernel), &before, &f->err) >= 0);
	expect_ok(remember_target(fake_kernel_root(m.kernel), &before.releases[0].id.digest, &f->err), &f->err);
	take_out(&m);
	assert_true(lp_store_read(fake_kernel_root(m.kernel), &store, &f->err) >= 0);
	assert_false(remembered_target(fake_kernel_root(m.kernel), NULL));
}

/* The kernel was asked: its answer is told, and kept. */
static void tells_of_a_removal_that_the_kernel_refuses(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_fail(m.kernel, 1, EINVAL);
	receipt = machine_remove(&m);
	expect_error(&f->err, LPPACK_E_REFUSED, "lp_old: the kernel does not disable it");
	map = lppack_receipt_describe(receipt, &f->err);
	assert_string_equal(text_of(map, "outcome"), "nothing");
	assert_true(fake_kernel_has(m.kernel, "var/lib/lppack/history"));
	assert_true(fake_kernel_is_active(m.kernel, "lp_old"));
}

/* As a chroot without /proc and /sys, a container, and a kernel without CONFIG_LIVEPATCH show themselves. */
static void says_why_a_machine_has_no_livepatches(void **state)
{
	static const struct {
		const char *gone;
		const char *there;
		const char *message;
	} cases[] = {
		{ "sys", NULL, "sysfs is not mounted" },
		{ "sys", "run/.containerenv", "this is a container" },
		{ "sys/kernel/livepatch", NULL, "built without CONFIG_LIVEPATCH" },
	};
	struct fixture *f = *state;
	char *path = machine_bundle(f, "7.lpb", KERNEL_ID, NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_MACHINE struct machine m;

		machine_open(&m, f, path);
		fake_kernel_remove(m.kernel, "proc");
		fake_kernel_remove(m.kernel, cases[i].gone);
		if (cases[i].there)
			fake_kernel_write(m.kernel, cases[i].there, "");
		lppack_host_close(m.host);
		m.host = lp_host_new(fake_kernel_root(m.kernel), &fake_kernel_ops, m.kernel, &f->err);
		expect_ok(m.host ? 0 : -1, &f->err);
		assert_null(machine_plan(&m));
		expect_error(&f->err, LPPACK_E_NO_LIVEPATCH, cases[i].message);
		assert_null(lppack_host_describe_removal(m.host, NULL, &f->err));
		expect_error(&f->err, LPPACK_E_NO_LIVEPATCH, cases[i].message);
		keep(&m, path);
	}
}

static void removes_foreign_patches_only_knowingly(void **state)
{
	struct fixture *f = *state;
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	const struct lppack_value *taken;

	machine_open(&m, f, machine_bundle(f, "7.lpb", KERNEL_ID, NULL));
	fake_kernel_add_patch(m.kernel, &old_patch);
	m.options.flags &= ~(uint32_t)LPPACK_APPLY_TAKE_OVER;
	assert_null(machine_remove(&m));
	expect_error(&f->err, LPPACK_E_FOREIGN, "lp_old");
	m.options.flags |= LPPACK_APPLY_TAKE_OVER;
	receipt = machine_remove(&m);
	expect_ok(receipt ? 0 : -1, &f->err);
	map = lppack_receipt_describe(receipt, &f->err);
	taken = lppack_value_at(lppack_value_get(map, "took_over"), 0, NULL);
	assert_string_equal(text_of(taken, "name"), "lp_old");
	assert_string_equal(text_of(taken, "build_id"), OLD_ID);
	assert_string_equal(lppack_value_text(lppack_value_at(lppack_value_get(taken, "functions"), 0, NULL)),
			    "vmlinux:cmdline_proc_show,1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_a_hold_keeps_away_comes_back),
		fixture_test(goes_back_by_one),
		fixture_test(goes_back_to_a_serial),
		fixture_test(needs_something_to_go_back_from),
		fixture_test(tells_the_way_back_before),
		fixture_test(refuses_to_go_back_where_it_is_not_safe),
		fixture_test(removes_what_is_enabled),
		fixture_test(a_removed_release_can_be_applied_again),
		fixture_test(has_nothing_to_remove),
		fixture_test(removes_what_only_boots_have),
		fixture_test(tells_of_a_removal_that_the_kernel_refuses),
		fixture_test(says_why_a_machine_has_no_livepatches),
		fixture_test(removes_foreign_patches_only_knowingly),
	};

	return cmocka_run_group_tests_name("rollback", tests, NULL, NULL);
}
