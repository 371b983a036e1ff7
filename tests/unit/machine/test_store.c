/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the installed releases of a machine. */
#include "format/release.h"
#include "support/store_machine.h"

#include "base/directory.h"

static void fill(struct lp_installed *release, const char *stream, uint64_t epoch, uint64_t serial, uint8_t digest)
{
	*release = (struct lp_installed){ .id.stream = strdup(stream),
					  .id.epoch = epoch,
					  .id.serial = serial,
					  .id.version = strdup("1"),
					  .id.created = 1700000000,
					  .installed_at = 1700000100,
					  .id.digest.bytes[0] = digest,
					  .size = 99 };
}

static void make(struct lp_store *store)
{
	*store = (struct lp_store){ .releases = calloc(4, sizeof(*store->releases)), .n = 4 };
	fill(&store->releases[0], "demo", 0, 7, 7);
	fill(&store->releases[1], "demo", 1, 2, 12);
	fill(&store->releases[2], "demo", 0, 9, 9);
	fill(&store->releases[3], "all", 0, 3, 3);
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STORE struct lp_store a = { 0 };
	LP_AUTO_STORE struct lp_store b = { 0 };

	make(&a);
	expect_ok(lp_store_write(f->dir, &a, &f->err), &f->err);
	expect_ok(lp_store_read(f->dir, &b, &f->err), &f->err);
	assert_int_equal(b.n, 4);
	/* By stream, and the newest first: the epoch overrules serials. */
	assert_string_equal(b.releases[0].id.stream, "all");
	assert_int_equal(b.releases[1].id.epoch, 1);
	assert_int_equal(b.releases[2].id.serial, 9);
	assert_int_equal(b.releases[3].id.serial, 7);
	assert_int_equal(b.releases[3].id.created, 1700000000);
	assert_int_equal(b.releases[3].installed_at, 1700000100);
	assert_int_equal(b.releases[3].size, 99);
}

static const struct lp_installed *below(const struct lp_store *s, const char *stream, uint64_t epoch, uint64_t serial)
{
	const struct lp_release_id id = { .stream = (char *)stream, .epoch = epoch, .serial = serial };

	return lp_store_below(s, &id);
}

static void looking_up(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STORE struct lp_store s = { 0 };
	struct lp_digest absent = { { 1 } };

	(void)f;
	make(&s);
	lp_store_sort(&s);
	assert_int_equal(below(&s, "demo", 1, 2)->id.serial, 9);
	assert_int_equal(below(&s, "demo", 0, 9)->id.serial, 7);
	assert_null(below(&s, "demo", 0, 7));
	assert_null(below(&s, "other", 9, 9));
	assert_int_equal(lp_store_find_serial(&s, "demo", 7)->id.digest.bytes[0], 7);
	assert_null(lp_store_find_serial(&s, "all", 7));
	assert_null(lp_store_find(&s, &absent));
}

static void an_empty_store(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_STORE struct lp_store s = { 0 };

	expect_ok(lp_store_read(f->dir, &s, &f->err), &f->err);
	assert_int_equal(s.n, 0);
}

static void damaged_stores(void **state)
{
	static const char *const bad[] = {
		"",
		"format: 0\nlevels: []\n",
		"format: 1\n",
		"format: 1\nlevels: []\nnovel: 1\n",
		"format: 1\nlevels:\n  - stream: x\n",
		"format: 1\ntarget: \"ab\"\nlevels: []\n",
	};
	struct fixture *f = *state;

	expect_ok(lp_directory_make(f->dir, "/var/lib/lppack", &f->err), &f->err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lp_store s;

		fixture_write_text(f, "var/lib/lppack/store.yaml", bad[i]);
		assert_int_equal(lp_store_read(f->dir, &s, &f->err), -LPPACK_E_STATE);
		expect_error(&f->err, LPPACK_E_STATE, "store.yaml");
		assert_int_equal(s.n, 0);
	}
}

/* Boots begin with what is installed only. */
static void targets(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	struct lp_digest absent = { { 1 } };
	const struct lp_digest *const digests[] = { NULL, &absent };

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	assert_true(remembered_target(shelf_root(&s), NULL));
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };

		lp_snapshot_read(&snapshot, s.host);
		assert_int_equal(lp_snapshot_target(&snapshot)->id.serial, 7);
		lp_snapshot_free(&snapshot);
		expect_ok(remember_target(shelf_root(&s), digests[i], &s.f->err), &s.f->err);
		lp_snapshot_read(&snapshot, s.host);
		assert_null(lp_snapshot_target(&snapshot));
		expect_ok(remember_target(shelf_root(&s), &snapshot.store.releases[0].id.digest, &s.f->err), &s.f->err);
	}
}

/* A head that is signed does not make every byte of the file whole. */
static void only_what_was_verified_as_a_whole(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = NULL;

	shelf_open(&s, *state);
	verified = fixture_verify(s.f, fixture_bundle(s.f, "b.lpb", 1), &bundle);
	assert_int_equal(lp_store_add(&store, verified, 1, &s.f->err), -LPPACK_E_INTERNAL);
	assert_int_equal(store.n, 0);
	lppack_error_clear(&s.f->err);
	expect_ok(lppack_verified_check_all(verified, NULL, &s.f->err), &s.f->err);
	expect_ok(lp_store_add(&store, verified, 1, &s.f->err), &s.f->err);
	assert_int_equal(store.n, 1);
}

static void opening_an_installed_release(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_UNSIGNED_CONTENTS struct lp_unsigned_contents opened = { 0 };
	struct lp_installed other;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	expect_ok(lp_unsigned_contents_open(&opened, shelf_root(&s), &store.releases[0], &s.f->err), &s.f->err);
	assert_int_equal(opened.contents->manifest.id.serial, 7);
	/* Another bundle under its name is none of ours, whoever signed it. */
	{
		LP_AUTO_FREE char *path = lp_store_path(shelf_root(&s), &store.releases[0].id.digest);
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
		FILE *file = fopen(path, "w");

		fixture_read(shelf_bundle(&s, 8, KERNEL_ID, ""), &bytes);
		assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
		assert_int_equal(fclose(file), 0);
		lp_unsigned_contents_close(&opened);
		assert_int_equal(lp_unsigned_contents_open(&opened, shelf_root(&s), &store.releases[0], &s.f->err),
				 -LPPACK_E_STATE);
		expect_error(&s.f->err, LPPACK_E_STATE, "not the bundle that was installed");
		bundle = lp_store_open_release(shelf_root(&s), &store.releases[0], &s.f->err);
		assert_null(lp_store_verify_release(bundle, &store.releases[0], s.f->keyring, &s.f->err));
		expect_error(&s.f->err, LPPACK_E_STATE, "not the bundle that was installed");
	}
	other = store.releases[0];
	other.id.digest.bytes[0] ^= 1;
	assert_null(lp_store_open_release(shelf_root(&s), &other, &s.f->err));
	expect_error(&s.f->err, LPPACK_E_STATE, "serial 7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(there_and_back),
		fixture_test(looking_up),
		fixture_test(an_empty_store),
		fixture_test(damaged_stores),
		fixture_test(targets),
		fixture_test(opening_an_installed_release),
		fixture_test(only_what_was_verified_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
