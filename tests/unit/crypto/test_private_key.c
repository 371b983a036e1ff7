/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading private keys, with and without a passphrase. */
#include "shared/text.h"
#include "crypto/private_key.h"
#include "crypto/public_key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
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

	assert_int_equal(lp_private_key_parse(pem, strlen(pem), "a.key", NULL, &key, NULL), 0);
	return key;
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
	assert_int_equal(lp_private_key_generate(NULL, &key, NULL), 0);
	assert_int_equal(lp_private_key_generate(NULL, &other, NULL), 0);
	assert_false(lp_digest_equal(&lp_private_key_public(key)->id, &lp_private_key_public(other)->id));
	assert_int_equal(lp_private_key_format(key, NULL, 0, &pem, NULL), 0);
	again = parse_private((char *)pem.data);
	assert_true(lp_digest_equal(&lp_private_key_public(key)->id, &lp_private_key_public(again)->id));
	assert_int_equal(lp_public_key_format(lp_private_key_public(key), &public_pem, NULL), 0);
	assert_int_equal(lp_public_key_parse(public_pem.data, public_pem.len, "p", &public_key, NULL), 0);
	assert_true(lp_digest_equal(&lp_private_key_public(key)->id, &public_key.id));
}

static void files_that_are_no_private_key(void **state)
{
	static const char *const bad[] = { "", "text", rfc_public, encrypted_private };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_private_key *key = NULL;

		assert_int_equal(lp_private_key_parse(bad[i], strlen(bad[i]), "a.key", NULL, &key, &err),
				 -LPPACK_E_KEY);
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
	assert_int_equal(lp_private_key_parse(x25519_private, strlen(x25519_private), "a.key", NULL, &key, &err),
			 -LPPACK_E_KEY);
	assert_non_null(strstr(err.message, "a key of type X25519 cannot sign bundles"));
	assert_null(key);
}

struct answer {
	const char *text; /* NULL: fails */
	int calls;
	char what[64];
};

static int answer(void *context, const char *what, char *secret, size_t size, struct lppack_error *err)
{
	struct answer *a = context;
	size_t n = a->text ? strlen(a->text) : 0;

	a->calls++;
	snprintf(a->what, sizeof(a->what), "%s", what);
	if (!a->text)
		return lp_fail(err, LPPACK_E_IO, NULL, "no terminal");
	assert_true(n <= size);
	memcpy(secret, a->text, n);
	return (int)n;
}

/* An encrypted key of a type. */
static void make_encrypted(const char *type, const char *passphrase, struct lp_buf *pem, struct lp_public_key *out)
{
	AUTO_KEY struct lp_private_key *key = NULL;

	assert_int_equal(lp_private_key_generate(type, &key, NULL), 0);
	assert_int_equal(lp_private_key_format(key, passphrase, strlen(passphrase), pem, NULL), 0);
	*out = *lp_private_key_public(key);
}

static void a_passphrase_opens_it(void **state)
{
	static const char *const types[] = { "ed25519", "ecdsa-p256", "rsa-3072" };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct answer a = { .text = "corr\xc3\xa9"
					    "ct horse" };
		const struct lp_passphrase passphrase = { answer, &a };
		AUTO_KEY struct lp_private_key *key = NULL;
		LP_AUTO_BUF struct lp_buf pem = { 0 };
		struct lp_public_key made;

		make_encrypted(types[i], a.text, &pem, &made);
		assert_non_null(strstr((char *)pem.data, "BEGIN ENCRYPTED PRIVATE KEY"));
		assert_int_equal(lp_private_key_parse(pem.data, pem.len, "a.key", &passphrase, &key, NULL), 0);
		assert_true(lp_public_key_equal(lp_private_key_public(key), &made));
		assert_int_equal(a.calls, 1);
		assert_string_equal(a.what, "a.key");
	}
}

static void expect(const struct lp_buf *pem, const struct lp_passphrase *passphrase, int code, const char *words)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_int_equal(lp_private_key_parse(pem->data, pem->len, "a.key", passphrase, &key, &err), -code);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in: %s", words, err.message);
	assert_null(key);
}

static void what_does_not_open_it(void **state)
{
	struct answer wrong = { .text = "another" };
	struct answer empty = { .text = "" };
	struct answer none = { 0 };
	const struct lp_passphrase by_wrong = { answer, &wrong };
	const struct lp_passphrase by_empty = { answer, &empty };
	const struct lp_passphrase by_none = { answer, &none };
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct lp_public_key made;

	(void)state;
	make_encrypted(NULL, "secret", &pem, &made);
	expect(&pem, &by_wrong, LPPACK_E_KEY, "a.key: the passphrase does not open it");
	assert_int_equal(wrong.calls, 1);
	expect(&pem, &by_empty, LPPACK_E_KEY, "a.key: the passphrase does not open it");
	expect(&pem, &by_none, LPPACK_E_IO, "no terminal");
	expect(&pem, NULL, LPPACK_E_KEY, "it is encrypted");
	pem.data[60] = '!';
	expect(&pem, &by_wrong, LPPACK_E_KEY, "it is encrypted, and damaged");
	assert_int_equal(wrong.calls, 1);
}

/* Nobody is asked in vain. */
static void plain_keys_want_no_passphrase(void **state)
{
	struct answer a = { .text = "x" };
	const struct lp_passphrase passphrase = { answer, &a };
	AUTO_KEY struct lp_private_key *key = NULL;

	(void)state;
	assert_int_equal(lp_private_key_parse(rfc_private, strlen(rfc_private), "a", &passphrase, &key, NULL), 0);
	assert_int_equal(a.calls, 0);
}

static void traditional_forms(void **state)
{
	struct answer a = { .text = "secret" };
	const struct lp_passphrase passphrase = { answer, &a };
	EVP_PKEY *made = EVP_EC_gen("P-256");

	(void)state;
	for (int encrypted = 0; encrypted < 2; encrypted++) {
		BIO *bio = BIO_new(BIO_s_mem());
		AUTO_KEY struct lp_private_key *key = NULL;
		LP_AUTO_BUF struct lp_buf pem = { 0 };
		char *data = NULL;
		long n;

		assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, made, encrypted ? EVP_aes_128_cbc() : NULL,
								      NULL, 0, NULL, "secret"),
				 1);
		n = BIO_get_mem_data(bio, &data);
		lp_buf_append(&pem, data, (size_t)n);
		BIO_free_all(bio);
		assert_non_null(strstr((char *)pem.data, "BEGIN EC PRIVATE KEY"));
		assert_int_equal(lp_private_key_parse(pem.data, pem.len, "a.key", &passphrase, &key, NULL), 0);
		assert_int_equal(lp_private_key_public(key)->algorithm, LP_KEY_ECDSA_P256);
		assert_int_equal(a.calls, encrypted);
		if (encrypted)
			expect(&pem, NULL, LPPACK_E_KEY, "it is encrypted");
	}
	EVP_PKEY_free(made);
}

static void types(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_private_key_generate("rsa-2048", &key, &err), -LPPACK_E_USAGE);
	assert_non_null(strstr(err.message, "'rsa-2048'"));
	for (size_t i = 0; lp_private_key_types[i]; i++)
		assert_non_null(strstr(err.hint, lp_private_key_types[i]));
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_back_from_pem),     cmocka_unit_test(files_that_are_no_private_key),
		cmocka_unit_test(private_keys_of_other_kinds), cmocka_unit_test(a_passphrase_opens_it),
		cmocka_unit_test(what_does_not_open_it),       cmocka_unit_test(plain_keys_want_no_passphrase),
		cmocka_unit_test(traditional_forms),           cmocka_unit_test(types),
	};

	return cmocka_run_group_tests_name("private_key", tests, NULL, NULL);
}
