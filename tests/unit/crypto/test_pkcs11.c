/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in tokens: SoftHSM's, where it and OpenSSL's engine or provider are there. */
#include "crypto/pkcs11.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"
#include "support/pki.h"

#include <ftw.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AUTO_KEY LP_AUTO(cleanup_lp_private_key_free)
#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define URI "pkcs11:token=lppack;object=%s;type=private"
#define BY_MODULE "?module-path=" MODULE

static char directory[] = "/tmp/lppack-token-XXXXXX";

static bool has_tokens(void)
{
	return access(MODULE, R_OK) == 0 && system("command -v softhsm2-util >/dev/null") == 0;
}

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void write_text(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void import(EVP_PKEY *key, const char *label, const char *id)
{
	char path[256];
	char command[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/key.pem", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	snprintf(command, sizeof(command),
		 "softhsm2-util --import %s --token lppack --label %s --id %s --pin 1234 "
		 ">/dev/null",
		 path, label, id);
	run(command);
}

static struct pki ec;
static struct pki rsa;

static int set_up(void **state)
{
	char text[512];

	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(text, sizeof(text), "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
		 directory);
	write_text("softhsm2.conf", text);
	snprintf(text, sizeof(text), "%s/softhsm2.conf", directory);
	setenv("SOFTHSM2_CONF", text, 1);
	run("softhsm2-util --init-token --free --label lppack --pin 1234 --so-pin 4321 >/dev/null");
	pki_make_signer(&ec, "EC", "P-384", NULL);
	pki_make_signer(&rsa, "RSA", "rsa:3072", NULL);
	import(ec.key, "ec", "01");
	import(rsa.key, "rsa", "02");
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	pki_free(&ec);
	pki_free(&rsa);
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct answer {
	const char *text;
	int calls;
};

static int answer(void *context, const char *what, char *secret, size_t size, struct lppack_error *err)
{
	struct answer *a = context;

	a->calls++;
	if (!a->text)
		return lp_fail(err, LPPACK_E_IO, NULL, "no terminal");
	assert_non_null(strstr(what, "pkcs11:token=lppack"));
	assert_null(strstr(what, "module-path"));
	assert_true(strlen(a->text) <= size);
	memcpy(secret, a->text, strlen(a->text));
	return (int)strlen(a->text);
}

/* A key in a token signs as one in a file. */
static void signs(const struct lp_private_key *key, const struct pki *pki)
{
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_true(lp_public_key_equal(lp_private_key_public(key), lp_private_key_public(pki->private_key)));
	if (lp_cms_sign(key, pki->certificate, NULL, "message", 7, &der, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(lp_cms_verify(der.data, der.len, "message", 7, "s", &cms, NULL), 0);
	assert_true(lp_public_key_equal(&cms.key, lp_private_key_public(key)));
}

static void by_pin_in_the_uri(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	if (lp_private_key_open_uri("pkcs11:token=lppack;object=ec" BY_MODULE "&pin-value=1234", NULL, &key, &err) < 0)
		fail_msg("%s", err.message);
	signs(key, &ec);
}

static void by_pin_in_a_file(void **state)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	char uri[512];

	(void)state;
	write_text("pin", "1234\n");
	snprintf(uri, sizeof(uri), "pkcs11:token=lppack;object=rsa" BY_MODULE "&pin-source=file:%s/pin", directory);
	if (lp_private_key_open_uri(uri, NULL, &key, &err) < 0)
		fail_msg("%s", err.message);
	signs(key, &rsa);
}

static void by_asking(void **state)
{
	struct answer a = { .text = "1234" };
	const struct lp_passphrase passphrase = { answer, &a };
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	if (lp_private_key_open_uri("pkcs11:token=lppack;id=%02" BY_MODULE, &passphrase, &key, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(a.calls, 1);
	signs(key, &rsa);
}

static void refused(const char *uri, const struct lp_passphrase *passphrase, int code, const char *words)
{
	AUTO_KEY struct lp_private_key *key = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_int_equal(lp_private_key_open_uri(uri, passphrase, &key, &err), -code);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in: %s", words, err.message);
	assert_null(strstr(err.message, "1234"));
	assert_null(key);
}

static void without_the_pin(void **state)
{
	struct answer wrong = { .text = "9999" };
	struct answer none = { 0 };
	const struct lp_passphrase by_wrong = { answer, &wrong };
	const struct lp_passphrase by_none = { answer, &none };

	(void)state;
	refused("pkcs11:token=lppack;object=ec?module-path=/nonexistent.so&pin-value=1234", NULL, LPPACK_E_KEY,
		"module-path /nonexistent.so: No such file");
	refused("pkcs11:token=lppack;object=ec" BY_MODULE, &by_wrong, LPPACK_E_KEY, "the PIN is wrong");
	assert_int_equal(wrong.calls, 1);
	refused("pkcs11:token=lppack;object=ec" BY_MODULE, &by_none, LPPACK_E_IO, "no terminal");
	assert_int_equal(none.calls, 1);
	refused("pkcs11:token=lppack;object=ec" BY_MODULE, NULL, LPPACK_E_KEY, "the token wants a PIN");
	refused("pkcs11:token=lppack;object=ec?pin-source=/nonexistent/pin", NULL, LPPACK_E_IO, "/nonexistent/pin");
}

static void what_is_not_there(void **state)
{
	(void)state;
	refused("pkcs11:token=lppack;object=none" BY_MODULE "&pin-value=1234", NULL, LPPACK_E_KEY,
		"pkcs11:token=lppack;object=none: no private key by that URI");
	refused("pkcs11:token=another;object=ec" BY_MODULE "&pin-value=1234", NULL, LPPACK_E_KEY, "no private key");
}

static void malformed_uris(void **state)
{
	(void)state;
	refused("pkcs11:object=a?pin-value=%3", NULL, LPPACK_E_KEY, "malformed or repeated");
	refused("pkcs11:object=a?pin-value=%zz", NULL, LPPACK_E_KEY, "malformed or repeated");
	refused("pkcs11:object=a?pin-value=1234%00", NULL, LPPACK_E_KEY, "malformed or repeated");
	refused("pkcs11:object=a?pin-value=", NULL, LPPACK_E_KEY, "malformed or repeated");
	refused("pkcs11:object=a?pin-value=1234&pin-value=1234", NULL, LPPACK_E_KEY, "malformed or repeated");
	assert_true(lp_private_key_is_uri("pkcs11:token=a"));
	assert_false(lp_private_key_is_uri("vendor.key"));
	assert_false(lp_private_key_is_uri("./pkcs11:token=a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_uris),
		/* in this order: once logged in, a process needs no PIN */
		cmocka_unit_test(without_the_pin),
		cmocka_unit_test(by_asking),
		cmocka_unit_test(by_pin_in_the_uri),
		cmocka_unit_test(by_pin_in_a_file),
		cmocka_unit_test(what_is_not_there),
	};

	if (!has_tokens()) {
		printf("1..0 # SKIP no SoftHSM\n");
		return 0;
	}
	return cmocka_run_group_tests_name("pkcs11", tests, set_up, tear_down);
}
