/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests Ed25519 signatures against the vectors of RFC 8032. */
#include "shared/text.h"
#include "crypto/ed25519.h"
#include "crypto/private_key.h"
#include "crypto/public_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define AUTO_KEY LP_AUTO(cleanup_lp_private_key_free)

/* RFC 8032, 7.1, test 1. */
static const char rfc_private[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
				  "-----END PRIVATE KEY-----\n";
static const char rfc_public[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
				 "-----END PUBLIC KEY-----\n";
static const char rfc_signature[] =
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
	"701cf9b46bd25bf5f0595bbe24655141438e7a100b";

static struct lp_private_key *parse_private(const char *pem)
{
	struct lp_private_key *key = NULL;

	assert_int_equal(lp_private_key_parse(pem, strlen(pem), "a.key", NULL, &key, NULL), 0);
	return key;
}

static void rfc_vector(void **state)
{
	AUTO_KEY struct lp_private_key *key = parse_private(rfc_private);
	uint8_t signature[LP_ED25519_SIGNATURE_SIZE];
	struct lp_public_key public_key;
	char hex[2 * LP_ED25519_SIGNATURE_SIZE + 1];

	(void)state;
	assert_int_equal(lp_ed25519_sign(key, "", 0, signature, NULL), 0);
	lp_hex_encode(signature, sizeof(signature), hex);
	assert_string_equal(hex, rfc_signature);
	assert_int_equal(lp_public_key_parse(rfc_public, strlen(rfc_public), "a.pub", &public_key, NULL), 0);
	assert_true(lp_public_key_equal(&public_key, lp_private_key_public(key)));
	assert_int_equal(lp_ed25519_verify(&public_key, "", 0, signature, "s", NULL), 0);
}

/* RFC 8032 makes the signature a function of key and message: any bit of either counts. */
static void every_bit_of_a_signature_counts(void **state)
{
	AUTO_KEY struct lp_private_key *key = parse_private(rfc_private);
	const struct lp_public_key *public_key = lp_private_key_public(key);
	uint8_t signature[LP_ED25519_SIGNATURE_SIZE];
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_ed25519_sign(key, "message", 7, signature, NULL), 0);
	for (unsigned int bit = 0; bit < 8 * sizeof(signature); bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(lp_ed25519_verify(public_key, "message", 7, signature, "s", NULL),
				 -LPPACK_E_BAD_SIGNATURE);
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(lp_ed25519_verify(public_key, "message", 6, signature, "s", NULL), -LPPACK_E_BAD_SIGNATURE);
	assert_int_equal(lp_ed25519_verify(public_key, "messagf", 7, signature, "b.lpb: s", &err),
			 -LPPACK_E_BAD_SIGNATURE);
	assert_non_null(strstr(err.message, "b.lpb: s"));
	assert_true(*err.hint);
}

static void keys_of_other_kinds(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	uint8_t signature[LP_ED25519_SIGNATURE_SIZE] = { 0 };

	(void)state;
	assert_int_equal(lp_private_key_generate("ecdsa-p256", &key, NULL), 0);
	assert_int_equal(lp_ed25519_sign(key, "message", 7, signature, &err), -LPPACK_E_KEY);
	assert_non_null(strstr(err.message, "ecdsa-p256"));
	assert_true(lp_ed25519_verify(lp_private_key_public(key), "message", 7, signature, "s", NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_vector),
		cmocka_unit_test(every_bit_of_a_signature_counts),
		cmocka_unit_test(keys_of_other_kinds),
	};

	return cmocka_run_group_tests_name("ed25519", tests, NULL, NULL);
}
