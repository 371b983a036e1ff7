/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the keys that a running kernel trusts and its policy on signatures. */
#include "format/format.h"
#include "support/fake_kernel.h"

#include "shared/text.h"
#include "runtime/keyring.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECONDARY 0x0ef6c389
#define BUILTIN 0x1fb82664
#define PLATFORM 0x187e7a6d
#define ID "\x01\x02\xff"
#define WANTED "ex:0102ff"

/* As a 6.1 kernel prints it. */
static const char keys[] =
	"038ace01 I--Q---     2 perm 1f3f0000     0 65534 keyring   _uid.0: empty\n"
	"09a4d5b7 I------     1 perm 0f0b0000     0     0 keyring   .blacklist: empty\n"
	"0ef6c389 I------     1 perm 1f0f0000     0     0 keyring   .secondary_trusted_keys: 2\n"
	"15b8d6fd I------     2 perm 1f0b0000     0     0 keyring   .machine: empty\n"
	"187e7a6d I------     1 perm 1f0b0000     0     0 keyring   .platform: empty\n"
	"1fb82664 I------     2 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 1\n"
	"3c26ca9d I------     1 perm 1f030000     0     0 asymmetri Key: cf735cef: X509.rsa 524668e2 []\n";

static const char no_secondary[] =
	"187e7a6d I------     1 perm 1f0b0000     0     0 keyring   .platform: empty\n"
	"1fb82664 I------     2 perm 1f0b0000     0     0 keyring   .builtin_trusted_keys: 1\n";

/* What a search says: an errno, or 0 for a key that is found. */
struct searches {
	int32_t trusted; /* the keyring that is asked first */
	int in_trusted;
	int in_platform;
	int elsewhere; /* for what cannot be there */
};

static struct searches *searches;

static int search_key(void *context, int32_t keyring, const char *description)
{
	int answer = ENOKEY;

	(void)context;
	if (strcmp(description, WANTED) != 0)
		answer = searches->elsewhere;
	else if (keyring == searches->trusted)
		answer = searches->in_trusted;
	else if (keyring == PLATFORM)
		answer = searches->in_platform;
	else
		fail_msg("keyring %x was searched", (unsigned int)keyring);
	if (!answer)
		return 42;
	errno = answer;
	return -1;
}

static enum lp_key_verdict ask(const char *listed, struct searches *given, bool can_search)
{
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct lp_kernel_io host;
	enum lp_key_verdict verdict;

	ops.search_key = can_search ? search_key : NULL;
	searches = given;
	if (listed)
		fake_kernel_write(kernel, "proc/keys", listed);
	fake_kernel_open(kernel, &host);
	host.ops = &ops;
	verdict = lp_keyring_find_key(&host, ID, sizeof(ID) - 1);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
	return verdict;
}

static void what_the_kernel_says(void **state)
{
	static const struct {
		int in_trusted;
		int in_platform;
		int elsewhere;
		enum lp_key_verdict verdict;
	} cases[] = {
		{ 0, ENOKEY, ENOKEY, LP_KEY_KNOWN },
		{ EACCES, ENOKEY, ENOKEY, LP_KEY_KNOWN }, /* there, and not to be searched: so are the built-in ones */
		{ ENOKEY, ENOKEY, ENOKEY, LP_KEY_NOT_FOUND },
		{ ENOKEY, 0, ENOKEY, LP_KEY_PLATFORM },
		{ ENOKEY, EACCES, ENOKEY, LP_KEY_PLATFORM },
		{ ENOKEY, EPERM, ENOKEY, LP_KEY_UNKNOWN },
		{ EKEYREVOKED, ENOKEY, ENOKEY, LP_KEY_UNKNOWN },
		{ ENOSYS, ENOSYS, ENOSYS, LP_KEY_UNKNOWN },
		{ EPERM, EPERM, EPERM, LP_KEY_UNKNOWN },
		{ EACCES, EACCES, EACCES, LP_KEY_UNKNOWN }, /* whatever is asked for: the keyring is closed to us */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct searches given = { SECONDARY, cases[i].in_trusted, cases[i].in_platform, cases[i].elsewhere };

		assert_int_equal(ask(keys, &given, true), cases[i].verdict);
		given.trusted = BUILTIN;
		assert_int_equal(ask(no_secondary, &given, true), cases[i].verdict);
	}
}

static void what_cannot_be_asked(void **state)
{
	struct searches given = { SECONDARY, 0, 0, ENOKEY };

	(void)state;
	assert_int_equal(ask(keys, &given, false), LP_KEY_UNKNOWN);
	assert_int_equal(ask(NULL, &given, true), LP_KEY_UNKNOWN);
	assert_int_equal(ask("", &given, true), LP_KEY_UNKNOWN);
	assert_int_equal(ask("nonsense\n\n1 2 3 4 5 6 7 8 9\n", &given, true), LP_KEY_UNKNOWN);
	/* Nobody may take another kind of key, or a longer name, for the keyring. */
	assert_int_equal(ask("0ef6c389 I------ 1 perm 1f0f0000 0 0 asymmetri .secondary_trusted_keys: 2\n"
			     "0ef6c389 I------ 1 perm 1f0f0000 0 0 keyring .secondary_trusted_keys_too: 2\n",
			     &given, true),
			 LP_KEY_UNKNOWN);
}

static void ids_that_are_too_long(void **state)
{
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_ops ops = fake_kernel_ops;
	struct searches given = { SECONDARY, 0, 0, 0 };
	struct lp_kernel_io host;
	char *id = calloc(1, 65536);

	(void)state;
	ops.search_key = search_key;
	searches = &given;
	fake_kernel_write(kernel, "proc/keys", keys);
	fake_kernel_open(kernel, &host);
	host.ops = &ops;
	assert_int_equal(lp_keyring_find_key(&host, id, 65536), LP_KEY_UNKNOWN);
	assert_int_equal(lp_keyring_find_key(&host, id, 0), LP_KEY_UNKNOWN);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
	free(id);
}

static void assert_policy(struct fake_kernel *kernel, struct lp_kernel_io *io, const char *lockdown,
			  const char *enforce, enum lp_signature_policy wanted)
{
	fake_kernel_write(kernel, "sys/kernel/security/lockdown", lockdown);
	fake_kernel_write(kernel, "sys/module/module/parameters/sig_enforce", enforce);
	assert_int_equal(lp_keyring_signature_policy(io), wanted);
}

static void policies(void **state)
{
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_io host;

	(void)state;
	fake_kernel_open(kernel, &host);
	assert_policy(kernel, &host, "[none] integrity confidentiality\n", "N\n", LP_SIGNATURE_OPTIONAL);
	assert_policy(kernel, &host, "[none] integrity confidentiality\n", "Y\n", LP_SIGNATURE_ENFORCED);
	assert_policy(kernel, &host, "none [integrity] confidentiality\n", "Y\n", LP_SIGNATURE_LOCKDOWN);
	assert_policy(kernel, &host, "none integrity [confidentiality]\n", "N\n", LP_SIGNATURE_LOCKDOWN);
	fake_kernel_remove(kernel, "sys/kernel/security/lockdown");
	fake_kernel_remove(kernel, "sys/module/module/parameters/sig_enforce");
	assert_int_equal(lp_keyring_signature_policy(&host), LP_SIGNATURE_OPTIONAL);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_says),
		cmocka_unit_test(what_cannot_be_asked),
		cmocka_unit_test(ids_that_are_too_long),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
