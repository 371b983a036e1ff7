/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the keys and certificates that a machine trusts. */
#include "support/fixture.h"

#include "trust/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <lppack/trust.h>
#include <sys/stat.h>
#include <unistd.h>

static int generate(struct fixture *f, const char *name)
{
	char id[LPPACK_KEY_ID_SIZE];

	return lppack_key_generate(fixture_path(f, name), NULL, id, &f->err);
}

static void make_directories(struct fixture *f, const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(mkdir(fixture_path(f, *names), 0755), 0);
}

/* The root of a machine with both directories, and key pairs a (the fixture's), b and c. */
static void make_machine(struct fixture *f)
{
	static const char *const names[] = { "etc",     "etc/lppack",     "etc/lppack/keys.d",     "usr",
					     "usr/lib", "usr/lib/lppack", "usr/lib/lppack/keys.d", NULL };

	make_directories(f, names);
	expect_ok(generate(f, "keys/b"), &f->err);
	expect_ok(generate(f, "keys/c"), &f->err);
}

static char *copy_key(struct fixture *f, const char *key, const char *to)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	fixture_read(fixture_format(f, "%s/keys/%s", f->dir, key), &bytes);
	return fixture_write(f, to, bytes.data, bytes.len);
}

static const char *id_of(struct fixture *f, const char *key)
{
	LP_AUTO_SIGNER struct lppack_signer *signer =
		lppack_signer_open(fixture_format(f, "%s/keys/%s.key", f->dir, key), NULL, &f->err);

	return fixture_format(f, "%s", lppack_signer_id(signer));
}

static bool ring_has(const struct lppack_keyring *ring, const char *id)
{
	for (size_t i = 0; i < lppack_keyring_count(ring); i++)
		if (strcmp(lppack_keyring_id(ring, i), id) == 0)
			return true;
	return false;
}

static void pairs(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	char id[LPPACK_KEY_ID_SIZE];
	struct stat st;

	umask(0);
	expect_ok(lppack_key_generate(fixture_path(f, "keys/n"), NULL, id, &f->err), &f->err);
	umask(022);
	assert_int_equal(stat(fixture_path(f, "keys/n.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(fixture_path(f, "keys/n.pub"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	signer = lppack_signer_open(fixture_path(f, "keys/n.key"), NULL, &f->err);
	assert_string_equal(lppack_signer_id(signer), id);
	expect_ok(lppack_keyring_add(ring, fixture_path(f, "keys/n.pub"), &f->err), &f->err);
	assert_string_equal(lppack_keyring_id(ring, 0), id);
	assert_null(lppack_keyring_id(ring, 1));
	assert_int_equal(fixture_count(f, "keys"), 4);
}

static void both_or_none(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf kept = { 0 };

	fixture_write_text(f, "keys/x.key", "precious");
	assert_int_equal(generate(f, "keys/x"), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "x.key: exists already");
	assert_false(fixture_exists(fixture_path(f, "keys/x.pub")));
	fixture_read(fixture_path(f, "keys/x.key"), &kept);
	assert_string_equal((char *)kept.data, "precious");
	fixture_write_text(f, "keys/y.pub", "precious");
	assert_int_equal(generate(f, "keys/y"), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "y.pub: exists already");
	assert_false(fixture_exists(fixture_path(f, "keys/y.key")));
	assert_int_equal(generate(f, "absent/z"), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "absent");
	assert_int_equal(lppack_key_generate("", NULL, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, NULL);
	assert_int_equal(fixture_count(f, "keys"), 4);
}

static void signers(void **state)
{
	struct fixture *f = *state;

	assert_null(lppack_signer_open(fixture_path(f, "keys/a.pub"), NULL, &f->err));
	expect_error(&f->err, LPPACK_E_KEY, "a.pub: not an unencrypted PEM private key");
	assert_null(lppack_signer_open(fixture_path(f, "absent"), NULL, &f->err));
	expect_error(&f->err, LPPACK_E_IO, "absent: cannot be opened");
	assert_null(lppack_signer_open(f->dir, NULL, &f->err));
	expect_error(&f->err, LPPACK_E_IO, f->dir);
	lppack_signer_free(NULL);
}

static void a_key_counts_once(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	expect_ok(lppack_keyring_add(ring, fixture_path(f, "keys/a.pub"), &f->err), &f->err);
	expect_ok(lppack_keyring_add(ring, copy_key(f, "a.pub", "keys/other.pem"), &f->err), &f->err);
	expect_ok(lppack_keyring_add(ring, fixture_path(f, "keys"), &f->err), &f->err);
	/* The same key, written otherwise. */
	fixture_read(fixture_path(f, "keys/a.pub"), &pem);
	lp_buf_text(&pem, "\n \n");
	expect_ok(lppack_keyring_add(ring, fixture_write(f, "again.pub", pem.data, pem.len), &f->err), &f->err);
	assert_int_equal(lppack_keyring_count(ring), 1);
}

static void directories(void **state)
{
	static const char *const names[] = { "d", NULL };
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	make_directories(f, names);
	assert_int_equal(lppack_keyring_add(ring, fixture_path(f, "d"), &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, "/d: no *.pem or *.pub file in it");
	/* What is not named as a key is none. */
	fixture_write_text(f, "d/README", "keys of the vendor");
	fixture_write_text(f, "d/a.pub.bak", "old");
	fixture_write_text(f, "d/.hidden.pub", "editor's");
	copy_key(f, "a.key", "d/a.key");
	assert_int_equal(lppack_keyring_add(ring, fixture_path(f, "d"), &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, "/d");
	copy_key(f, "a.pub", "d/a.pub");
	expect_ok(lppack_keyring_add(ring, fixture_path(f, "d"), &f->err), &f->err);
	assert_int_equal(lppack_keyring_count(ring), 1);
	assert_int_equal(lppack_keyring_add(ring, fixture_path(f, "absent"), &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "absent: cannot be opened");
}

static void assert_directory_refused(struct fixture *f, int code, const char *words)
{
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	assert_int_equal(lppack_keyring_add(ring, fixture_path(f, "keys"), &f->err), -code);
	expect_error(&f->err, code, words);
}

/* One bad file spoils the set; it is never skipped. */
static void bad_files_are_errors(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf two = { 0 };
	char *bad = fixture_write_text(f, "keys/z.pem", "");

	assert_directory_refused(f, LPPACK_E_KEY, "keys/z.pem: not a PEM public key");
	copy_key(f, "a.key", "keys/z.pem");
	assert_directory_refused(f, LPPACK_E_KEY, "keys/z.pem: not a PEM public key");
	fixture_read(fixture_path(f, "keys/a.pub"), &two);
	fixture_read(fixture_path(f, "keys/a.pub"), &two);
	fixture_write(f, "keys/z.pem", two.data, two.len);
	assert_directory_refused(f, LPPACK_E_KEY, "keys/z.pem: more than one key");
	assert_int_equal(unlink(bad), 0);
	assert_int_equal(mkdir(bad, 0755), 0);
	assert_directory_refused(f, LPPACK_E_IO, "keys/z.pem: cannot be read");
	assert_int_equal(rmdir(bad), 0);
	assert_int_equal(symlink("nowhere", bad), 0);
	assert_directory_refused(f, LPPACK_E_IO, "keys/z.pem: cannot be opened");
	assert_int_equal(unlink(bad), 0);
	if (geteuid() == 0)
		return;
	copy_key(f, "a.pub", "keys/z.pem");
	assert_int_equal(chmod(bad, 0), 0);
	assert_directory_refused(f, LPPACK_E_IO, "keys/z.pem: cannot be opened");
}

static void assert_defaults(struct fixture *f, const char *ids)
{
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	expect_ok(lppack_keyring_add_default(ring, f->dir, &f->err), &f->err);
	assert_int_equal(lppack_keyring_count(ring), strlen(ids));
	for (; *ids; ids++)
		assert_true(ring_has(ring, id_of(f, (const char[]){ *ids, '\0' })));
}

static void defaults(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_NO_KEYS);
	assert_non_null(strstr(f->err.hint, "/etc/lppack/keys.d"));
	expect_error(&f->err, LPPACK_E_NO_KEYS, "/usr/lib/lppack/keys.d");
	make_machine(f);
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, f->dir);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	assert_defaults(f, "a");
	copy_key(f, "b.pub", "etc/lppack/keys.d/own.pub");
	assert_defaults(f, "ab");
}

static void the_admins_file_masks_the_vendors(void **state)
{
	struct fixture *f = *state;

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	copy_key(f, "b.pub", "usr/lib/lppack/keys.d/other.pem");
	copy_key(f, "c.pub", "etc/lppack/keys.d/vendor.pem");
	assert_defaults(f, "bc");
	/* A masked file is not even read. */
	fixture_write_text(f, "usr/lib/lppack/keys.d/vendor.pem", "damaged");
	assert_defaults(f, "bc");
	/* Another suffix is another name. */
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pub");
	assert_defaults(f, "abc");
}

/* A mask that is no key is an error, not the vendor's key and not nothing. */
static void a_broken_mask_is_an_error(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	char *mask;

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	mask = fixture_write_text(f, "etc/lppack/keys.d/vendor.pem", "");
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_KEY);
	expect_error(&f->err, LPPACK_E_KEY, "etc/lppack/keys.d/vendor.pem");
	assert_int_equal(unlink(mask), 0);
	assert_int_equal(symlink("nowhere", mask), 0);
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "etc/lppack/keys.d");
}

/* A link to /dev/null takes the vendor's key of that name away, and is no key itself. */
static void a_mask_takes_a_key_away(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	copy_key(f, "b.pub", "usr/lib/lppack/keys.d/other.pem");
	assert_int_equal(symlink("/dev/null", fixture_path(f, "etc/lppack/keys.d/vendor.pem")), 0);
	assert_defaults(f, "b");
	assert_int_equal(symlink("/dev/null", fixture_path(f, "etc/lppack/keys.d/other.pem")), 0);
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, "no trusted key");
}

static int refused_calls;

/* A sandbox that does not know faccessat2(2) refuses it: no answer is not "no such file". */
int faccessat(int dirfd, const char *path, int mode, int flags)
{
	(void)dirfd, (void)path, (void)mode, (void)flags;
	refused_calls++;
	errno = EPERM;
	return -1;
}

static void a_mask_counts_in_a_sandbox(void **state)
{
	struct fixture *f = *state;

	make_machine(f);
	assert_int_equal(faccessat(-1, "x", F_OK, 0), -1);
	assert_int_equal(refused_calls, 1);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	copy_key(f, "b.pub", "usr/lib/lppack/keys.d/other.pem");
	assert_int_equal(symlink("/dev/null", fixture_path(f, "etc/lppack/keys.d/vendor.pem")), 0);
	assert_defaults(f, "b");
}

/* What the administrator has put on a disk that is not there: the vendor's keys alone are not what is trusted. */
static void links_to_nothing_are_errors(void **state)
{
	static const char *const links[] = { "etc/lppack/keys.d", "usr/lib/lppack/keys.d", "etc/lppack",
					     "usr/lib/lppack", "etc" };
	struct fixture *f = *state;

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	copy_key(f, "b.pub", "etc/lppack/keys.d/own.pub");
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
		char *path = fixture_path(f, links[i]);

		assert_int_equal(rename(path, fixture_path(f, "aside")), 0);
		assert_int_equal(symlink("/data/lppack", path), 0);
		assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_IO);
		expect_error(&f->err, LPPACK_E_IO, "cannot be opened: No such file or directory");
		assert_null(lppack_trust_describe(f->dir, &f->err));
		expect_error(&f->err, LPPACK_E_IO, "cannot be opened: No such file or directory");
		assert_int_equal(unlink(path), 0);
		assert_int_equal(rename(fixture_path(f, "aside"), path), 0);
	}
	assert_defaults(f, "ab");
}

static void expect_unsafe(struct fixture *f, const char *path, mode_t mode, const char *words)
{
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	mode_t safe = strstr(path, "keys.d/") || strstr(path, ".yaml") ? 0644 : 0755;

	assert_int_equal(chmod(fixture_path(f, path), mode), 0);
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_UNSAFE_FILE);
	assert_non_null(strstr(f->err.hint, fixture_format(f, "chmod go-w %s/%s", f->dir, path)));
	expect_error(&f->err, LPPACK_E_UNSAFE_FILE, words);
	assert_int_equal(chmod(fixture_path(f, path), safe), 0);
}

static void what_others_can_change_is_refused(void **state)
{
	struct fixture *f = *state;

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	copy_key(f, "b.pub", "etc/lppack/keys.d/own.pub");
	fixture_write_text(f, "etc/lppack/policy.yaml", "format: 1\nversion: 1\ncreated: 2026-01-01T00:00:00Z\n");
	assert_defaults(f, "ab");
	expect_unsafe(f, "etc/lppack/keys.d/own.pub", 0664, "own.pub: can be changed by its group (mode 0664)");
	expect_unsafe(f, "usr/lib/lppack/keys.d/vendor.pem", 0646,
		      "vendor.pem: can be changed by everybody (mode 0646)");
	expect_unsafe(f, "etc/lppack/keys.d", 0775, "etc/lppack/keys.d: can be changed by its group");
	expect_unsafe(f, "usr/lib/lppack/keys.d", 0777, "usr/lib/lppack/keys.d: can be changed by everybody");
	/* Above the keys it is found first. */
	assert_int_equal(chmod(fixture_path(f, "etc/lppack"), 0775), 0);
	{
		LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

		assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_UNSAFE_FILE);
		expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "keys.d: a directory above it can be changed by its group");
	}
	assert_int_equal(chmod(fixture_path(f, "etc/lppack"), 0755), 0);
	expect_unsafe(f, "etc/lppack/policy.yaml", 0666, "policy.yaml: can be changed by everybody");
	assert_defaults(f, "ab");
}

static void another_owner_is_refused(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	char *path = fixture_path(f, "keys/a.pub");

	/* Only root can give a file away; for others, everything that is here is their own. */
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12345, 0), 0);
		assert_int_equal(lppack_keyring_add(ring, path, &f->err), -LPPACK_E_UNSAFE_FILE);
		assert_non_null(strstr(f->err.hint, "put a copy of your own in its place"));
		expect_error(&f->err, LPPACK_E_UNSAFE_FILE, "a.pub: belongs to user 12345");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	expect_ok(lppack_keyring_add(ring, path, &f->err), &f->err);
}

/* A policy that cannot be read is no policy that is absent. */
static void policies(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	char *path;

	make_machine(f);
	copy_key(f, "a.pub", "etc/lppack/keys.d/vendor.pem");
	path = fixture_write_text(f, "usr/lib/lppack/policy.yaml", "");
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_POLICY);
	expect_error(&f->err, LPPACK_E_POLICY, "usr/lib/lppack/policy.yaml:1: the file is empty");
	/* The administrator's counts alone. */
	fixture_write_text(f, "etc/lppack/policy.yaml", "format: 1\nversion: 1\ncreated: 2026-01-01T00:00:00Z\n");
	assert_defaults(f, "a");
	assert_int_equal(unlink(fixture_path(f, "etc/lppack/policy.yaml")), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("nowhere", fixture_path(f, "etc/lppack/policy.yaml")), 0);
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "etc/lppack/policy.yaml: cannot be opened");
}

static void default_directories_that_are_none(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);

	make_machine(f);
	copy_key(f, "a.pub", "usr/lib/lppack/keys.d/vendor.pem");
	assert_int_equal(rmdir(fixture_path(f, "etc/lppack/keys.d")), 0);
	assert_defaults(f, "a");
	fixture_write_text(f, "etc/lppack/keys.d", "");
	assert_int_equal(lppack_keyring_add_default(ring, f->dir, &f->err), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, ENOTDIR);
	expect_error(&f->err, LPPACK_E_IO, "etc/lppack/keys.d: cannot be opened");
}

static void an_empty_ring_verifies_nothing(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(fixture_bundle(f, "b.lpb", 1), &f->err);

	assert_int_equal(lppack_keyring_count(ring), 0);
	assert_null(lppack_bundle_verify(bundle, ring, &f->err));
	expect_error(&f->err, LPPACK_E_NO_KEYS, "b.lpb");
	lppack_keyring_free(NULL);
}

static void from_memory(void **state)
{
	struct fixture *f = *state;
	LP_AUTO(cleanup_lppack_keyring_free) struct lppack_keyring *ring = lppack_keyring_new(&f->err);
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	fixture_read(fixture_path(f, "keys/a.pub"), &pem);
	expect_ok(lppack_keyring_add_memory(ring, pem.data, pem.len, "the vendor's key", &f->err), &f->err);
	expect_ok(lppack_keyring_add_memory(ring, pem.data, pem.len, "the vendor's key", &f->err), &f->err);
	assert_int_equal(lppack_keyring_count(ring), 1);
	assert_string_equal(lppack_keyring_id(ring, 0), lppack_signer_id(f->signer));
	assert_int_equal(lppack_keyring_add_memory(ring, "PEM", 3, "the vendor's key", &f->err), -LPPACK_E_KEY);
	expect_error(&f->err, LPPACK_E_KEY, "the vendor's key");
	assert_int_equal(lppack_keyring_add_memory(ring, pem.data, 0, "nothing", &f->err), -LPPACK_E_KEY);
	expect_error(&f->err, LPPACK_E_KEY, "nothing");
	assert_int_equal(lppack_keyring_count(ring), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(pairs),
		fixture_test(both_or_none),
		fixture_test(signers),
		fixture_test(a_key_counts_once),
		fixture_test(directories),
		fixture_test(bad_files_are_errors),
		fixture_test(defaults),
		fixture_test(the_admins_file_masks_the_vendors),
		fixture_test(a_broken_mask_is_an_error),
		fixture_test(a_mask_takes_a_key_away),
		fixture_test(a_mask_counts_in_a_sandbox),
		fixture_test(links_to_nothing_are_errors),
		fixture_test(what_others_can_change_is_refused),
		fixture_test(another_owner_is_refused),
		fixture_test(policies),
		fixture_test(default_directories_that_are_none),
		fixture_test(an_empty_ring_verifies_nothing),
		fixture_test(from_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
