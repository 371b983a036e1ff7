/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include "crypto/crypto.h"

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

static const char rsa_public[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC27J+fBCAoiNDYxyIjchDS4v0e\n"
				 "/pCea0aKG/o4z+zpfHTFDy2q6au+/7RurHZt3qy6yd08UteHJKhMYI+SgLffZVn6\n"
				 "E2+juIK4Li2PrVwpEexBxTWhXLIlZY3vwJBB8h59uFBahJlgI710m5xHQ0TImFae\n"
				 "D1XNGdb0lu44moR4gQIDAQAB\n"
				 "-----END PUBLIC KEY-----\n";
static const char x25519_public[] = "-----BEGIN PUBLIC KEY-----\n"
				    "MCowBQYDK2VuAyEABP8ySAZhZ1P0u57Jx5HjT2qrBQh2k+cIjByLMFhKMXE=\n"
				    "-----END PUBLIC KEY-----\n";
static const char x25519_private[] = "-----BEGIN PRIVATE KEY-----\n"
				     "MC4CAQAwBQYDK2VuBCIEIHDmxLVudesh5r7wBi+Rlvs3vx0/dE5a21x2KqtwzZ1P\n"
				     "-----END PRIVATE KEY-----\n";
static const char encrypted_private[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
					"MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhvb8MIAzfDIgIBATAM\n"
					"BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQJl3nLUl2Lu7z7E2vekrPFARAGwl9\n"
					"DNkOuPVHnovG+Do9EkIBbNR9TnuNPzJg2KJBnA6It5hWy1vtO60CnlGkIINCOL3s\n"
					"x5IdhjlAPDIMXduogg==\n"
					"-----END ENCRYPTED PRIVATE KEY-----\n";

static struct lp_private_key *parse_private(const char *pem)
{
	struct lp_private_key *key = NULL;

	assert_int_equal(lp_private_key_parse(pem, strlen(pem), "a.key", &key, NULL), 0);
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
	assert_memory_equal(public_key.spki, lp_private_key_public(key)->spki, LP_ED25519_SPKI_SIZE);
	assert_int_equal(lp_ed25519_verify(&public_key, "", 0, signature, "s", NULL), 0);
}

static void key_id_is_the_digest_of_the_spki(void **state)
{
	struct lp_public_key key;
	struct lp_digest digest;

	(void)state;
	assert_int_equal(lp_public_key_parse(rfc_public, strlen(rfc_public), "a.pub", &key, NULL), 0);
	assert_int_equal(lp_sha256(key.spki, sizeof(key.spki), &digest, NULL), 0);
	assert_true(lp_digest_equal(&digest, &key.id));
	assert_memory_equal(key.spki, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\xd7\x5a", 14);
}

static void keys_come_back_from_pem(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	AUTO_KEY struct lp_private_key *again = NULL;
	AUTO_KEY struct lp_private_key *other = NULL;
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LP_AUTO_BUF struct lp_buf public_pem = { 0 };
	struct lp_public_key public_key;

	(void)state;
	assert_int_equal(lp_private_key_generate(&key, NULL), 0);
	assert_int_equal(lp_private_key_generate(&other, NULL), 0);
	assert_false(lp_digest_equal(&lp_private_key_public(key)->id, &lp_private_key_public(other)->id));
	assert_int_equal(lp_private_key_format(key, &pem, NULL), 0);
	again = parse_private((char *)pem.data);
	assert_true(lp_digest_equal(&lp_private_key_public(key)->id, &lp_private_key_public(again)->id));
	assert_int_equal(lp_public_key_format(lp_private_key_public(key), &public_pem, NULL), 0);
	assert_int_equal(lp_public_key_parse(public_pem.data, public_pem.len, "p", &public_key, NULL), 0);
	assert_true(lp_digest_equal(&lp_private_key_public(key)->id, &public_key.id));
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

static void assert_public_refused(const char *pem, size_t n, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_public_key key;

	assert_int_equal(lp_public_key_parse(pem, n, "a.pub", &key, &err), -LPPACK_E_KEY);
	if (!strstr(err.message, words) || strncmp(err.message, "a.pub", 5) != 0 || !*err.hint)
		fail_msg("'%s' is not in: %s", words, err.message);
}

static void files_that_are_no_public_key(void **state)
{
	LP_AUTO_BUF struct lp_buf two = { 0 };
	LP_AUTO_BUF struct lp_buf blank = { 0 };
	LP_AUTO_BUF struct lp_buf nul = { 0 };
	struct lp_public_key key;

	(void)state;
	assert_public_refused("", 0, "not a PEM public key");
	assert_public_refused("ssh-ed25519 AAAA", 16, "not a PEM public key");
	assert_public_refused(rfc_public, 40, "not a PEM public key");
	assert_public_refused(rfc_private, strlen(rfc_private), "not a PEM public key");
	assert_public_refused(encrypted_private, strlen(encrypted_private), "not a PEM public key");
	assert_public_refused(rsa_public, strlen(rsa_public), "not an Ed25519 key");
	assert_public_refused(x25519_public, strlen(x25519_public), "not an Ed25519 key");
	lp_buf_text(&two, rfc_public);
	lp_buf_text(&two, rfc_public);
	assert_public_refused((char *)two.data, two.len, "more than one");
	lp_buf_text(&blank, rfc_public);
	lp_buf_text(&blank, " \t\r\n\n");
	assert_int_equal(lp_public_key_parse(blank.data, blank.len, "p", &key, NULL), 0);
	lp_buf_text(&nul, rfc_public);
	lp_buf_append(&nul, "\0\0", 2);
	assert_public_refused((char *)nul.data, nul.len, "more than one");
}

/* A key of a kind that cannot be used hides none behind it. */
static void a_foreign_key_first(void **state)
{
	LP_AUTO_BUF struct lp_buf both = { 0 };

	(void)state;
	lp_buf_text(&both, rsa_public);
	lp_buf_text(&both, rfc_public);
	assert_public_refused((char *)both.data, both.len, "a.pub");
	lp_buf_free(&both);
	lp_buf_text(&both, rfc_private);
	lp_buf_text(&both, rsa_public);
	assert_public_refused((char *)both.data, both.len, "a.pub");
}

static void files_that_are_no_private_key(void **state)
{
	static const char *const bad[] = { "", "text", rfc_public, encrypted_private };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_private_key *key = NULL;

		assert_int_equal(lp_private_key_parse(bad[i], strlen(bad[i]), "a.key", &key, &err), -LPPACK_E_KEY);
		assert_non_null(strstr(err.message, "a.key: not an unencrypted PEM private key"));
		assert_true(*err.hint);
		assert_null(key);
	}
}

static void private_keys_of_other_kinds(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_private_key *key = NULL;

	(void)state;
	assert_int_equal(lp_private_key_parse(x25519_private, strlen(x25519_private), "a.key", &key, &err),
			 -LPPACK_E_KEY);
	assert_non_null(strstr(err.message, "not an Ed25519 key"));
	assert_null(key);
}

static void public_keys_from_der(void **state)
{
	AUTO_KEY struct lp_private_key *key = parse_private(rfc_private);
	struct lp_public_key again;
	uint8_t spki[LP_ED25519_SPKI_SIZE];

	(void)state;
	memcpy(spki, lp_private_key_public(key)->spki, sizeof(spki));
	assert_int_equal(lp_public_key_set(spki, "k", &again, NULL), 0);
	assert_true(lp_digest_equal(&again.id, &lp_private_key_public(key)->id));
	/* Only the last 32 bytes may differ. */
	for (size_t i = 0; i < LP_ED25519_SPKI_SIZE - 32; i++) {
		spki[i] ^= 1;
		assert_int_equal(lp_public_key_set(spki, "k", &again, NULL), -LPPACK_E_KEY);
		spki[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_vector),
		cmocka_unit_test(key_id_is_the_digest_of_the_spki),
		cmocka_unit_test(keys_come_back_from_pem),
		cmocka_unit_test(every_bit_of_a_signature_counts),
		cmocka_unit_test(files_that_are_no_public_key),
		cmocka_unit_test(a_foreign_key_first),
		cmocka_unit_test(files_that_are_no_private_key),
		cmocka_unit_test(private_keys_of_other_kinds),
		cmocka_unit_test(public_keys_from_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
