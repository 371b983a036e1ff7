/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that a bundle gets into the store of a machine, and what is refused there. */
#include "format/format.h"
#include "support/store_machine.h"
#include "support/status_tree.h"

#include "shared/text.h"

#include <sys/stat.h>
#include <unistd.h>

static size_t bundle_files(struct shelf *s)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	size_t n = 0;

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	for (size_t i = 0; i < store.n; i++) {
		LP_AUTO_FREE char *path = lp_store_path(shelf_root(s), &store.releases[i].id.digest);

		n += fixture_exists(path);
	}
	assert_int_equal(n, store.n);
	return n;
}

static void a_first_release(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *told = NULL;
	LP_AUTO_BUF struct lp_buf given = { 0 };
	LP_AUTO_BUF struct lp_buf kept = { 0 };
	char *path;

	shelf_open(&s, *state);
	path = shelf_bundle(&s, 7, KERNEL_ID, "");
	told = shelf_install_with(&s, path, 0);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(lppack_value_bool(lppack_value_get(told, "already")), 0);
	assert_int_equal(lppack_value_count(lppack_value_get(told, "levels")), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(told, "pruned")), 0);
	assert_string_equal(text_of(lppack_value_get(told, "bundle"), "stream"), "demo");
	fixture_read(path, &given);
	fixture_read(text_of(told, "path"), &kept);
	assert_int_equal(given.len, kept.len);
	assert_memory_equal(given.data, kept.data, kept.len);
	assert_int_equal(shelf_boots(&s), 7);
	lppack_value_free(LP_TAKE(told));
	told = shelf_install_with(&s, path, 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(told, "already")), 1);
	assert_int_equal(bundle_files(&s), 1);
}

/* A copy that has rotted is replaced by a good one. */
static void a_release_that_is_installed_again(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *told = NULL;
	char *path;

	shelf_open(&s, *state);
	path = shelf_bundle(&s, 7, KERNEL_ID, "");
	told = shelf_install_with(&s, path, 0);
	assert_int_equal(truncate(text_of(told, "path"), 100), 0);
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_STATE, "serial 7");
	lppack_value_free(LP_TAKE(told));
	told = shelf_install_with(&s, path, 0);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(shelf_boots(&s), 7);
}

static void nothing_of_a_bad_bundle_is_left(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	char *path;
	struct stat st;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	path = shelf_bundle(&s, 8, KERNEL_ID, "");
	assert_int_equal(stat(path, &st), 0);
	/* In the last module: only the whole verification sees it. */
	fixture_flip(path, (size_t)st.st_size - LP_END_OF_ARCHIVE - 700);
	assert_null(shelf_install_with(&s, path, 0));
	expect_error(&s.f->err, LPPACK_E_CORRUPT, "demo-8.lpb");
	assert_int_equal(bundle_files(&s), 1);
	assert_int_equal(shelf_boots(&s), 7);
}

static void strangers_are_refused(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_SIGNER struct lppack_signer *stranger = NULL;
	LP_AUTO_KEYRING struct lppack_keyring *own = NULL;
	char *path;

	shelf_open(&s, *state);
	path = shelf_bundle(&s, 7, KERNEL_ID, "");
	own = s.f->keyring;
	stranger = fixture_new_signer(s.f, "stranger");
	s.f->keyring = lppack_keyring_new(NULL);
	expect_ok(lppack_keyring_add(s.f->keyring, fixture_path(s.f, "stranger.pub"), &s.f->err), &s.f->err);
	assert_null(shelf_install_with(&s, path, 0));
	expect_error(&s.f->err, LPPACK_E_UNTRUSTED, NULL);
	assert_false(fake_kernel_has(s.kernel, "var/lib/lppack/store.yaml"));
	lppack_keyring_free(s.f->keyring);
	s.f->keyring = LP_TAKE(own);
}

static bool has_serial(struct shelf *s, uint64_t serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	return lp_store_find_serial(&store, "demo", serial);
}

static void old_releases_are_pruned(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	shelf_open(&s, *state);
	for (unsigned int serial = 1; serial <= 5; serial++)
		shelf_install(&s, serial);
	/* Three by default. */
	assert_int_equal(bundle_files(&s), 3);
	assert_false(has_serial(&s, 2));
	/* Never the one in force, nor the one below it. */
	shelf_record_applied(&s, 4);
	told = shelf_install_with(&s, shelf_bundle(&s, 6, KERNEL_ID, ""), 1);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(told, "pruned")), 1);
	assert_true(has_serial(&s, 6) && has_serial(&s, 4) && has_serial(&s, 3));
	assert_false(has_serial(&s, 5));
	assert_int_equal(bundle_files(&s), 3);
}

static void the_configuration(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	fake_kernel_write(s.kernel, "etc/lppack/lppack.yaml", "keep_levels: 2\n");
	for (unsigned int serial = 1; serial <= 4; serial++)
		shelf_install(&s, serial);
	assert_int_equal(bundle_files(&s), 2);
	fake_kernel_write(s.kernel, "etc/lppack/lppack.yaml", "keep_levles: 2\n");
	assert_null(shelf_install_with(&s, shelf_bundle(&s, 5, KERNEL_ID, ""), 0));
	expect_error(&s.f->err, LPPACK_E_SPEC, "keep_levles");
	fake_kernel_write(s.kernel, "etc/lppack/lppack.yaml", "keep_levels: 0\n");
	assert_null(shelf_install_with(&s, shelf_bundle(&s, 5, KERNEL_ID, ""), 0));
	expect_error(&s.f->err, LPPACK_E_SPEC, "keep_levels");
	assert_null(shelf_install_with(&s, shelf_bundle(&s, 5, KERNEL_ID, ""), 65));
	expect_error(&s.f->err, LPPACK_E_USAGE, "64");
	assert_int_equal(bundle_files(&s), 2);
}

/* What an interrupted call left is no level, and goes with the next one. */
static void orphans_are_swept(void **state)
{
	static const char *const orphans[] = {
		"var/lib/lppack/bundles/.00000000000000000000000000000000000000000000000000000000000000aa.lpb.77.0.tmp",
		"var/lib/lppack/bundles/00000000000000000000000000000000000000000000000000000000000000aa.lpb",
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	for (size_t i = 0; i < sizeof(orphans) / sizeof(orphans[0]); i++)
		fake_kernel_write(s.kernel, orphans[i], "half");
	shelf_install(&s, 8);
	for (size_t i = 0; i < sizeof(orphans) / sizeof(orphans[0]); i++)
		assert_false(fake_kernel_has(s.kernel, orphans[i]));
	assert_int_equal(bundle_files(&s), 2);
}

/* What is not named as lppack names its files is somebody else's. */
static void strange_files_stay(void **state)
{
	static const char *const names[] = {
		"README",
		"ab.lpb",
		"release-7.lpb",
		".0123.lpb.77.0.tmp",
		".hidden",
		"00000000000000000000000000000000000000000000000000000000000000AA.lpb",
		"00000000000000000000000000000000000000000000000000000000000000aa.lpb.bak",
		".00000000000000000000000000000000000000000000000000000000000000aa.lpb.77.0.tmp.bak",
		".00000000000000000000000000000000000000000000000000000000000000aa.lpb.x.0.tmp",
		".00000000000000000000000000000000000000000000000000000000000000aa.lpb.77.tmp",
		".00000000000000000000000000000000000000000000000000000000000000aa.lpb..0.tmp",
	};
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		LP_AUTO_FREE char *path = lp_text_format("var/lib/lppack/bundles/%s", names[i]);

		fake_kernel_write(s.kernel, path, "somebody's");
	}
	shelf_install(&s, 8);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		LP_AUTO_FREE char *path = lp_text_format("var/lib/lppack/bundles/%s", names[i]);

		if (!fake_kernel_has(s.kernel, path))
			fail_msg("%s is gone", names[i]);
	}
}

/* Nothing goes from a directory that is a link, or that others can write: it is not lppack's alone. */
static void other_directories_are_not_swept(void **state)
{
	static const char orphan[] = "00000000000000000000000000000000000000000000000000000000000000aa.lpb";
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_FREE char *aside = NULL;
	LP_AUTO_FREE char *path = NULL;
	LP_AUTO_FREE char *left = NULL;
	LP_AUTO_FREE char *moved = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	path = lp_text_format("%s/var/lib/lppack/bundles", shelf_root(&s));
	aside = lp_text_format("%s/var/aside", shelf_root(&s));
	left = lp_text_format("var/lib/lppack/bundles/%s", orphan);
	moved = lp_text_format("var/aside/%s", orphan);
	fake_kernel_write(s.kernel, left, "half");
	assert_int_equal(chmod(path, 0777), 0);
	shelf_install(&s, 8);
	assert_true(fake_kernel_has(s.kernel, left));
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink("/var/aside", path), 0);
	shelf_install(&s, 9);
	assert_true(fake_kernel_has(s.kernel, moved));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(aside, path), 0);
	shelf_install(&s, 10);
	assert_false(fake_kernel_has(s.kernel, left));
}

static void older_than_what_was_seen(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LPPACK_OPTIONS(lppack_install_options, options, .flags = LPPACK_INSTALL_ALLOW_DOWNGRADE);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VALUE struct lppack_value *told = NULL;
	char *old;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	old = shelf_bundle(&s, 6, KERNEL_ID, "");
	assert_null(shelf_install_with(&s, old, 0));
	expect_error(&s.f->err, LPPACK_E_DOWNGRADE, NULL);
	assert_int_equal(bundle_files(&s), 1);
	bundle = lppack_bundle_open(old, &s.f->err);
	told = lp_store_install(s.host, bundle, s.f->keyring, &options, NULL, &s.f->err);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(shelf_boots(&s), 6);
}

static void two_at_once(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_CLOSE int lock = -1;
	char *path;

	shelf_open(&s, *state);
	path = shelf_bundle(&s, 7, KERNEL_ID, "");
	lock = lp_lock_take(&s.host->io, &s.f->err);
	assert_true(lock >= 0);
	assert_null(shelf_install_with(&s, path, 0));
	expect_error(&s.f->err, LPPACK_E_BUSY, NULL);
}

static void waiting_for_another(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	struct shelf_holder holder;
	struct lppack_wait wait;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	shelf_open(&s, *state);
	bundle = lppack_bundle_open(shelf_bundle(&s, 7, KERNEL_ID, ""), &s.f->err);
	wait = shelf_hold_lock(&s, &holder);
	holder.lets_go = 3;
	{
		LPPACK_OPTIONS(lppack_install_options, options, .wait = &wait);

		told = lp_store_install(s.host, bundle, s.f->keyring, &options, NULL, &s.f->err);
	}
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_int_equal(holder.asked, 3);
	assert_true(holder.verified > 0);
	assert_int_equal(bundle_files(&s), 1);
}

/* What boots end with is no less needed than what they begin with. */
static void what_boots_fall_back_to_stays(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 6);
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	shelf_open(&s, *state);
	for (unsigned int serial = 6; serial <= 8; serial++)
		shelf_install(&s, serial);
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	told = shelf_install_with(&s, shelf_bundle(&s, 9, KERNEL_ID, ""), 1);
	expect_ok(told ? 0 : -1, &s.f->err);
	assert_true(has_serial(&s, 9) && has_serial(&s, 6));
	assert_false(has_serial(&s, 8) || has_serial(&s, 7));
	assert_int_equal(shelf_boots(&s), 6);
}

/* Whether boots apply it at all is told with it. */
static void whether_boots_apply(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *unknown = NULL;
	LP_AUTO_VALUE struct lppack_value *told = NULL;

	shelf_open(&s, *state);
	unknown = shelf_install_with(&s, shelf_bundle(&s, 7, KERNEL_ID, ""), 0);
	assert_null(lppack_value_get(unknown, "enabled"));
	fake_kernel_write(s.kernel, "run/systemd/system/.keep", "");
	told = shelf_install_with(&s, shelf_bundle(&s, 7, KERNEL_ID, ""), 0);
	assert_int_equal(lppack_value_kind(lppack_value_get(told, "enabled")), LPPACK_KIND_BOOL);
	assert_int_equal(lppack_value_bool(lppack_value_get(told, "enabled")), 0);
}

/* What a newer lppack wrote is neither read nor replaced nor thrown away, whatever is called. */
static void files_of_a_newer_lppack(void **state)
{
	static const char *const files[] = { "state", "store", "freshness", "holds", "boot", "journal" };
	static const char newer[] = "format: 2\nnovel: true\n";
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_FREEZE);

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		AUTO_SHELF struct shelf s = { 0 };
		LP_AUTO_VALUE struct lppack_value *told = NULL;
		LP_AUTO_VALUE struct lppack_value *status = NULL;
		LP_AUTO_BUF struct lp_buf after = { 0 };
		char *path;

		shelf_open(&s, *state);
		shelf_install(&s, 7);
		path = fixture_format(s.f, "%s/var/lib/lppack/%s.yaml", shelf_root(&s), files[i]);
		fake_kernel_write(s.kernel, strstr(path, "var/lib"), newer);
		told = shelf_install_with(&s, shelf_bundle(&s, 8, KERNEL_ID, ""), 1);
		lppack_error_clear(&s.f->err);
		assert_int_equal(shelf_boots(&s) > 7, 0);
		lppack_hold_set(s.host, &hold, NULL);
		lppack_hold_clear(s.host, NULL, NULL, NULL);
		lppack_boot_confirm(s.host, 1, NULL, NULL);
		lppack_host_discard_journal(s.host, NULL);
		lppack_error_clear(&s.f->err);
		status = describe_status(s.host, &s.f->err);
		fixture_read(path, &after);
		assert_string_equal((char *)after.data, newer);
		/* Boots and holds are asked when the kernel is. */
		assert_int_equal(told != NULL, strcmp(files[i], "holds") == 0 || strcmp(files[i], "boot") == 0);
		lppack_error_clear(&s.f->err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(files_of_a_newer_lppack),
		fixture_test(a_first_release),
		fixture_test(a_release_that_is_installed_again),
		fixture_test(nothing_of_a_bad_bundle_is_left),
		fixture_test(strangers_are_refused),
		fixture_test(old_releases_are_pruned),
		fixture_test(the_configuration),
		fixture_test(orphans_are_swept),
		fixture_test(strange_files_stay),
		fixture_test(other_directories_are_not_swept),
		fixture_test(older_than_what_was_seen),
		fixture_test(two_at_once),
		fixture_test(waiting_for_another),
		fixture_test(what_boots_fall_back_to_stays),
		fixture_test(whether_boots_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
