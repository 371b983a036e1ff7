/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading certificates and what they say. */
#include "crypto/certificate.h"
#include "support/pki.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pki root;
	struct pki signer;
	struct lp_buf root_pem;
	struct lp_buf signer_pem;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->root, "Root", NULL);
	pki_make_signer(&f->signer, "Signer", NULL, &f->root);
	pki_encode_pem(&f->root, &f->root_pem);
	pki_encode_pem(&f->signer, &f->signer_pem);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->root);
	pki_free(&f->signer);
	lp_buf_free(&f->root_pem);
	lp_buf_free(&f->signer_pem);
	free(f);
	return 0;
}

static void what_it_says(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = { .name = "Evil\n\x1b[31m", .issuer = &f->root, .serial = 0xabc123 };
	const struct lp_certificate_info *info = lp_certificate_get_info(f->signer.certificate);
	LP_AUTO_BUF struct lp_buf der = { 0 };
	struct lp_certificate_info ids;
	struct pki evil;

	assert_string_equal(info->subject, "CN=Signer,O=Test");
	assert_string_equal(info->issuer, "CN=Root,O=Test");
	assert_string_equal(info->common_name, "Signer");
	assert_string_equal(info->issuer_common_name, "Root");
	assert_int_equal(info->not_before, PKI_NOW - PKI_YEAR);
	assert_int_equal(info->not_after, PKI_NOW + PKI_YEAR);
	assert_int_equal(strlen(info->key_id), 40);
	assert_false(info->is_ca);
	assert_true(lp_certificate_get_info(f->root.certificate)->is_ca);
	pki_make(&evil, &options);
	pki_encode(&evil, &der);
	assert_int_equal(lp_certificate_ids(der.data, der.len, "x", &ids, NULL), 0);
	assert_string_equal(ids.serial, "ABC123");
	assert_string_equal(ids.issuer_common_name, "Root");
	assert_string_equal(ids.common_name, "");
	assert_null(strpbrk(ids.subject, "\n\x1b"));
	pki_free(&evil);
}

/* What is no CA by basicConstraints is none, however old its kind. */
static void only_basic_constraints_make_a_ca(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options[] = {
		{ .name = "a", .issuer = &f->root },
		{ .name = "b", .issuer = &f->root, .usage = "keyCertSign" },
		{ .name = "c", .issuer = &f->root, .constraints = "CA:FALSE", .usage = "keyCertSign" },
		{ .name = "d", .issuer = &f->root, .constraints = "CA:TRUE", .usage = "digitalSignature" },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct pki pki;

		pki_make(&pki, &options[i]);
		assert_false(lp_certificate_get_info(pki.certificate)->is_ca);
		pki_free(&pki);
	}
}

static void refused(const void *bytes, size_t n, int code, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_certificate *certificate = NULL;

	assert_int_equal(lp_certificate_parse(bytes, n, "x.pem", &certificate, &err), -code);
	assert_null(certificate);
	if (!strstr(err.message, words) || strncmp(err.message, "x.pem", 5) != 0 || !*err.hint)
		fail_msg("'%s' is not in: %s (%s)", words, err.message, err.hint);
}

static void files_that_are_none(void **state)
{
	static const char nothing[] = "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n";
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf two = { 0 };
	uint8_t *big = calloc(1, LP_CERTIFICATE_MAX + 1);

	pki_encode(&f->signer, &der);
	refused("", 0, LPPACK_E_KEY, "not a certificate");
	refused("text", 4, LPPACK_E_KEY, "not a certificate");
	refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 59, LPPACK_E_KEY,
		"not a certificate");
	refused(nothing, sizeof(nothing) - 1, LPPACK_E_KEY, "no certificate in it");
	refused(f->signer_pem.data, f->signer_pem.len / 2, LPPACK_E_KEY, "not a certificate");
	for (size_t cut = 1; cut < der.len; cut++)
		refused(der.data, cut, LPPACK_E_KEY, "not a certificate");
	lp_buf_append(&der, "", 1);
	refused(der.data, der.len, LPPACK_E_KEY, "not one certificate in DER");
	refused(big, LP_CERTIFICATE_MAX + 1, LPPACK_E_LIMIT, "more than");
	lp_buf_append(&two, f->signer_pem.data, f->signer_pem.len);
	lp_buf_append(&two, f->root_pem.data, f->root_pem.len);
	refused(two.data, two.len, LPPACK_E_KEY, "more than one certificate");
	free(big);
}

static void several_in_a_file(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_CERTIFICATES struct lp_certificates all = { 0 };
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LP_AUTO_BUF struct lp_buf der = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	lp_buf_append(&pem, f->signer_pem.data, f->signer_pem.len);
	lp_buf_append(&pem, f->root_pem.data, f->root_pem.len);
	assert_int_equal(lp_certificates_parse(pem.data, pem.len, "chain.pem", &all, NULL), 0);
	assert_int_equal(all.n, 2);
	assert_string_equal(lp_certificate_get_info(all.items[0])->common_name, "Signer");
	assert_string_equal(lp_certificate_get_info(all.items[1])->common_name, "Root");
	pki_encode(&f->signer, &der);
	assert_int_equal(lp_certificates_parse(der.data, der.len, "one.der", &all, NULL), 0);
	assert_int_equal(all.n, 3);
	for (int i = 0; i < LP_CERTIFICATES_MAX; i++)
		lp_buf_append(&pem, f->root_pem.data, f->root_pem.len);
	assert_int_equal(lp_certificates_parse(pem.data, pem.len, "chain.pem", &all, &err), -LPPACK_E_LIMIT);
	assert_non_null(strstr(err.message, "chain.pem: more than 16 certificates"));
}

static void trusted_files(void **state)
{
	struct fixture *f = *state;
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	LP_AUTO_BUF struct lp_buf bare = { 0 };
	struct lp_public_key by_certificate;
	struct lp_public_key by_key;

	assert_int_equal(
		lp_trusted_parse(f->signer_pem.data, f->signer_pem.len, "s.pem", &by_certificate, &certificate, NULL),
		0);
	assert_non_null(certificate);
	lp_certificate_free(certificate);
	certificate = NULL;
	assert_int_equal(lp_public_key_format(lp_private_key_public(f->signer.private_key), &bare, NULL), 0);
	assert_int_equal(lp_trusted_parse(bare.data, bare.len, "s.pub", &by_key, &certificate, NULL), 0);
	assert_null(certificate);
	assert_true(lp_public_key_equal(&by_key, &by_certificate));
}

/* RFC 3279, 2.3.1: the parameters are NULL; without them, the key would have a second id. */
static void another_form_of_a_key(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = { .name = "rsa", .kind = "rsa:3072", .issuer = &f->root };
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	const uint8_t *bits = NULL;
	struct lp_public_key key;
	uint8_t *copy;
	struct pki rsa;
	int n = 0;

	pki_make(&rsa, &options);
	assert_int_equal(lp_certificate_public_key(rsa.certificate, &key, NULL), 0);
	X509_PUBKEY_get0_param(NULL, &bits, &n, NULL, X509_get_X509_PUBKEY(rsa.x509));
	copy = OPENSSL_memdup(bits, (size_t)n);
	assert_int_equal(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(rsa.x509), OBJ_nid2obj(NID_rsaEncryption),
						V_ASN1_UNDEF, NULL, copy, n),
			 1);
	assert_true(X509_sign(rsa.x509, f->root.key, EVP_sha256()) > 0);
	pki_encode(&rsa, &der);
	assert_int_equal(lp_certificate_parse(der.data, der.len, "x", &certificate, NULL), 0);
	assert_int_equal(lp_certificate_public_key(certificate, &key, &err), -LPPACK_E_KEY);
	assert_non_null(strstr(err.message, "x: its public key is not in the canonical form"));
	pki_free(&rsa);
}

static void not_trusted(const struct lp_buf *pem, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_certificate *certificate = NULL;
	struct lp_public_key key;

	assert_int_equal(lp_trusted_parse(pem->data, pem->len, "t.pem", &key, &certificate, &err), -LPPACK_E_KEY);
	assert_null(certificate);
	if (!strstr(err.message, words) || !strstr(err.message, "t.pem") || !*err.hint)
		fail_msg("'%s' is not in: %s", words, err.message);
}

static void files_that_make_nothing_trusted(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = { .name = "weak", .kind = "rsa:2048", .issuer = &f->root };
	LP_AUTO_BUF struct lp_buf bare = { 0 };
	LP_AUTO_BUF struct lp_buf both = { 0 };
	LP_AUTO_BUF struct lp_buf secret = { 0 };
	LP_AUTO_BUF struct lp_buf weak_pem = { 0 };
	struct pki weak;

	assert_int_equal(lp_public_key_format(lp_private_key_public(f->signer.private_key), &bare, NULL), 0);
	lp_buf_append(&both, bare.data, bare.len);
	lp_buf_append(&both, f->root_pem.data, f->root_pem.len);
	not_trusted(&both, "more than one key");
	lp_buf_free(&both);
	lp_buf_append(&both, f->root_pem.data, f->root_pem.len);
	lp_buf_append(&both, f->signer_pem.data, f->signer_pem.len);
	not_trusted(&both, "more than one certificate");
	assert_int_equal(lp_private_key_format(f->signer.private_key, NULL, 0, &secret, NULL), 0);
	not_trusted(&secret, "it is a private key");
	lp_buf_append(&secret, f->signer_pem.data, f->signer_pem.len);
	not_trusted(&secret, "a private key beside the certificate");
	pki_make(&weak, &options);
	pki_encode_pem(&weak, &weak_pem);
	not_trusted(&weak_pem, "2048 bits cannot sign bundles: too weak");
	pki_free(&weak);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),
		cmocka_unit_test(only_basic_constraints_make_a_ca),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(several_in_a_file),
		cmocka_unit_test(trusted_files),
		cmocka_unit_test(another_form_of_a_key),
		cmocka_unit_test(files_that_make_nothing_trusted),
	};

	return cmocka_run_group_tests_name("certificate", tests, set_up, tear_down);
}
