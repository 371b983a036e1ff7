/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests digests, whole and in pieces. */
#include "shared/text.h"
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* FIPS 180-4's examples (NIST CSRC, SHA-256). */
static const struct {
	const char *message;
	const char *hex;
} examples[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void whole_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lp_digest digest;
		char hex[LP_DIGEST_TEXT];

		assert_int_equal(lp_sha256(examples[i].message, strlen(examples[i].message), &digest, NULL), 0);
		lp_hex_encode(digest.bytes, sizeof(digest.bytes), hex);
		assert_string_equal(hex, examples[i].hex);
	}
}

static void pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lp_hash *hash = lp_hash_new(NULL);
		struct lp_digest digest;
		char hex[LP_DIGEST_TEXT];

		assert_non_null(hash);
		for (const char *p = examples[i].message; *p; p++)
			assert_int_equal(lp_hash_update(hash, p, 1, NULL), 0);
		assert_int_equal(lp_hash_update(hash, "", 0, NULL), 0);
		assert_int_equal(lp_hash_final(hash, &digest, NULL), 0);
		lp_hash_free(hash);
		lp_hex_encode(digest.bytes, sizeof(digest.bytes), hex);
		assert_string_equal(hex, examples[i].hex);
	}
	lp_hash_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_messages),
		cmocka_unit_test(pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
