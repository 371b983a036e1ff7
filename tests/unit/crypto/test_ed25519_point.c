/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests points that are keys, and those by which anybody signs: of small order, in a second encoding, on no curve. */
#include "shared/text.h"
#include "crypto/ed25519.h"
#include "crypto/ed25519_point.h"
#include "crypto/private_key.h"
#include "crypto/public_key.h"

#include <openssl/rand.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

/* Points of order 1, 2, 4, 4, 8, 8, 8, 8 and each of them once more beyond p where there is room below 2^255; then
 * encodings of y = 2 (on no curve) and of y = 3 + p (3 is on the curve). */
static const char *const bad[] = {
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"0200000000000000000000000000000000000000000000000000000000000000",
	"f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void what_is_no_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_public_key key;
		uint8_t spki[44];

		memcpy(spki, prefix, sizeof(prefix));
		assert_int_equal(lp_hex_decode(bad[i], spki + 12, 32), 32);
		if (lp_ed25519_point_is_good(spki + 12))
			fail_msg("%s is taken", bad[i]);
		assert_int_equal(lp_public_key_set(spki, "a.lpb", &key, &err), -LPPACK_E_KEY);
		assert_non_null(strstr(err.message, "a.lpb: an Ed25519 public key that is no point that signs"));
		lppack_error_clear(&err);
		assert_int_equal(lp_public_key_decode(spki, sizeof(spki), "a.pub", &key, &err), -LPPACK_E_KEY);
		assert_non_null(strstr(err.message, "a.pub: an Ed25519 public key that is no point that signs"));
	}
}

static void every_key_that_is_made(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct lp_private_key *key = NULL;

		assert_int_equal(lp_private_key_generate("ed25519", &key, NULL), 0);
		assert_true(lp_ed25519_point_is_good(lp_private_key_public(key)->spki + 12));
		lp_private_key_free(key);
	}
}

/* Half of all y are on the curve. */
static void half_of_all_bytes(void **state)
{
	int good = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		uint8_t point[32];

		assert_int_equal(RAND_bytes(point, sizeof(point)), 1);
		good += lp_ed25519_point_is_good(point);
	}
	assert_in_range(good, 120, 280);
}

/* Signatures whose first half is such a point. */
static void what_is_no_signature(void **state)
{
	struct lp_private_key *key = NULL;

	(void)state;
	assert_int_equal(lp_private_key_generate("ed25519", &key, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		uint8_t signature[64] = { 0 };

		assert_int_equal(lp_hex_decode(bad[i], signature, 32), 32);
		assert_int_equal(lp_ed25519_verify(lp_private_key_public(key), "m", 1, signature, "a.lpb", &err),
				 -LPPACK_E_BAD_SIGNATURE);
	}
	lp_private_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_key),
		cmocka_unit_test(every_key_that_is_made),
		cmocka_unit_test(half_of_all_bytes),
		cmocka_unit_test(what_is_no_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
