/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading public keys and their key IDs. */
#include "shared/text.h"
#include "crypto/digest.h"
#include "crypto/private_key.h"
#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
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
static const char rsa_public[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC27J+fBCAoiNDYxyIjchDS4v0e\n"
				 "/pCea0aKG/o4z+zpfHTFDy2q6au+/7RurHZt3qy6yd08UteHJKhMYI+SgLffZVn6\n"
				 "E2+juIK4Li2PrVwpEexBxTWhXLIlZY3vwJBB8h59uFBahJlgI710m5xHQ0TImFae\n"
				 "D1XNGdb0lu44moR4gQIDAQAB\n"
				 "-----END PUBLIC KEY-----\n";
static const char x25519_public[] = "-----BEGIN PUBLIC KEY-----\n"
				    "MCowBQYDK2VuAyEABP8ySAZhZ1P0u57Jx5HjT2qrBQh2k+cIjByLMFhKMXE=\n"
				    "-----END PUBLIC KEY-----\n";
static const char encrypted_private[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
					"MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhvb8MIAzfDIgIBATAM\n"
					"BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQJl3nLUl2Lu7z7E2vekrPFARAGwl9\n"
					"DNkOuPVHnovG+Do9EkIBbNR9TnuNPzJg2KJBnA6It5hWy1vtO60CnlGkIINCOL3s\n"
					"x5IdhjlAPDIMXduogg==\n"
					"-----END ENCRYPTED PRIVATE KEY-----\n";

static struct lp_private_key *parse_private(const char *pem)
{
	struct lp_private_key *key = NULL;

	assert_int_equal(lp_private_key_parse(pem, strlen(pem), "a.key", NULL, &key, NULL), 0);
	return key;
}

static void key_id_is_the_digest_of_the_spki(void **state)
{
	struct lp_public_key key;
	struct lp_digest digest;

	(void)state;
	assert_int_equal(lp_public_key_parse(rfc_public, strlen(rfc_public), "a.pub", &key, NULL), 0);
	assert_int_equal(key.spki_size, LP_ED25519_SPKI_SIZE);
	assert_int_equal(lp_sha256(key.spki, key.spki_size, &digest, NULL), 0);
	assert_true(lp_digest_equal(&digest, &key.id));
	assert_memory_equal(key.spki, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\xd7\x5a", 14);
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
	assert_public_refused(rsa_public, strlen(rsa_public), "an RSA key of 1024 bits cannot sign bundles: too weak");
	assert_public_refused(x25519_public, strlen(x25519_public), "a key of type X25519 cannot sign bundles");
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

static size_t encode(EVP_PKEY *key, uint8_t **spki)
{
	int n;

	*spki = NULL;
	n = i2d_PUBKEY(key, spki);
	assert_true(n > 0);
	EVP_PKEY_free(key);
	return (size_t)n;
}

static void every_kind_that_signs(void **state)
{
	static const unsigned int bits[] = { 256, 256, 384, 3072, 4096 };
	static const char *const names[] = { "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa", "rsa" };

	(void)state;
	for (size_t i = 0; lp_private_key_types[i]; i++) {
		AUTO_KEY struct lp_private_key *key = NULL;
		LP_AUTO_BUF struct lp_buf pem = { 0 };
		struct lp_public_key again;
		struct lp_public_key decoded;
		const struct lp_public_key *made;

		assert_int_equal(lp_private_key_generate(lp_private_key_types[i], &key, NULL), 0);
		made = lp_private_key_public(key);
		assert_string_equal(lp_key_algorithm_names[made->algorithm], names[i]);
		assert_int_equal(made->bits, bits[i]);
		assert_int_equal(lp_public_key_format(made, &pem, NULL), 0);
		assert_int_equal(lp_public_key_parse(pem.data, pem.len, "p", &again, NULL), 0);
		assert_true(lp_public_key_equal(made, &again));
		assert_true(lp_digest_equal(&made->id, &again.id));
		assert_int_equal(lp_public_key_decode(made->spki, made->spki_size, "p", &decoded, NULL), 0);
		assert_true(lp_public_key_equal(made, &decoded));
		assert_int_equal(decoded.algorithm, made->algorithm);
	}
}

static void assert_decode_refused(const uint8_t *spki, size_t n, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_public_key key;

	assert_int_equal(lp_public_key_decode(spki, n, "k", &key, &err), -LPPACK_E_KEY);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in: %s", words, err.message);
}

static EVP_PKEY *make_rsa(unsigned int bits, unsigned int exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	assert_true(BN_set_word(e, exponent) == 1 && EVP_PKEY_keygen_init(ctx) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) > 0);
	assert_true(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) > 0 && EVP_PKEY_generate(ctx, &key) > 0);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return key;
}

static EVP_PKEY *make_ec(const char *param, const char *value)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_int_equal(EVP_PKEY_set_utf8_string_param(key, param, value), 1);
	return key;
}

/* Weak, of a kind that is not for signatures, or a second form of the same key, which would have a second id. */
static void kinds_that_do_not(void **state)
{
	static const struct {
		const char *words;
		const char *param;
		const char *value;
	} forms[] = {
		{ "not in the plain form", OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed" },
		{ "not in the plain form", OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "hybrid" },
		{ "not in the plain form", OSSL_PKEY_PARAM_EC_ENCODING, "explicit" },
	};
	uint8_t *spki;
	size_t n;

	(void)state;
	n = encode(make_rsa(2048, 65537), &spki);
	assert_decode_refused(spki, n, "2048 bits cannot sign bundles: too weak");
	OPENSSL_free(spki);
	n = encode(make_rsa(3072, 3), &spki);
	assert_decode_refused(spki, n, "public exponent");
	OPENSSL_free(spki);
	n = encode(EVP_EC_gen("P-521"), &spki);
	assert_decode_refused(spki, n, "another curve");
	OPENSSL_free(spki);
	n = encode(EVP_EC_gen("secp256k1"), &spki);
	assert_decode_refused(spki, n, "another curve");
	OPENSSL_free(spki);
	n = encode(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), &spki);
	assert_decode_refused(spki, n, "type ED448");
	OPENSSL_free(spki);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		n = encode(make_ec(forms[i].param, forms[i].value), &spki);
		assert_decode_refused(spki, n, forms[i].words);
		OPENSSL_free(spki);
	}
}

static void not_one_canonical_key(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	const struct lp_public_key *made;
	uint8_t longer[LP_SPKI_MAX + 1] = { 0 };
	struct lp_public_key out;

	(void)state;
	assert_int_equal(lp_private_key_generate("ecdsa-p384", &key, NULL), 0);
	made = lp_private_key_public(key);
	memcpy(longer, made->spki, made->spki_size);
	assert_decode_refused(longer, made->spki_size + 1, "not the canonical form");
	assert_decode_refused(longer, sizeof(longer), "not a public key");
	for (size_t cut = 0; cut < made->spki_size; cut++)
		assert_int_equal(lp_public_key_decode(longer, cut, "k", &out, NULL), -LPPACK_E_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_id_is_the_digest_of_the_spki),
		cmocka_unit_test(files_that_are_no_public_key),
		cmocka_unit_test(a_foreign_key_first),
		cmocka_unit_test(public_keys_from_der),
		cmocka_unit_test(every_kind_that_signs),
		cmocka_unit_test(kinds_that_do_not),
		cmocka_unit_test(not_one_canonical_key),
	};

	return cmocka_run_group_tests_name("public_key", tests, NULL, NULL);
}
