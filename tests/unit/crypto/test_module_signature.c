/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests whose key a module's signature was made with, and whether it holds. */
#include "format/format.h"
#include "crypto/module_signature.h"
#include "crypto/module_signature_match.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct signer {
	EVP_PKEY *key;
	X509 *certificate;
};

static void make_signer(struct signer *s, const char *common_name)
{
	X509_EXTENSION *id;
	X509V3_CTX ctx;
	X509_NAME *name;

	s->key = EVP_EC_gen("P-256");
	s->certificate = X509_new();
	assert_non_null(s->key);
	name = X509_get_subject_name(s->certificate);
	assert_int_equal(X509_set_version(s->certificate, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(s->certificate), 0xabc123), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"Org", -1, -1, 0), 1);
	if (common_name)
		assert_int_equal(
			X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)common_name, -1, -1, 0),
			1);
	X509_set_issuer_name(s->certificate, name);
	X509_gmtime_adj(X509_getm_notBefore(s->certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(s->certificate), 3600);
	X509_set_pubkey(s->certificate, s->key);
	X509V3_set_ctx(&ctx, s->certificate, s->certificate, NULL, NULL, 0);
	id = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_key_identifier, "hash");
	assert_non_null(id);
	assert_int_equal(X509_add_ext(s->certificate, id, -1), 1);
	X509_EXTENSION_free(id);
	assert_true(X509_sign(s->certificate, s->key, EVP_sha256()) > 0);
}

static void free_signer(struct signer *s)
{
	EVP_PKEY_free(s->key);
	X509_free(s->certificate);
}

/* As scripts/sign-file.c of the kernel. */
static size_t sign(const struct signer *s, const EVP_MD *digest, unsigned int more, uint8_t **der)
{
	unsigned int flags = CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR;
	BIO *data = BIO_new_mem_buf("module", 6);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED);
	int n;

	assert_non_null(CMS_add1_signer(cms, s->certificate, s->key, digest, flags | more));
	assert_int_equal(CMS_final(cms, data, NULL, CMS_NOCERTS | CMS_BINARY), 1);
	*der = NULL;
	n = i2d_CMS_ContentInfo(cms, der);
	assert_true(n > 0);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	return (size_t)n;
}

static void by_issuer(void **state)
{
	struct lp_module_signature out;
	struct signer s;
	uint8_t *der;
	size_t n;

	(void)state;
	make_signer(&s, "Vendor Kernel Module Key \xc3\xa9");
	n = sign(&s, EVP_sha512(), 0, &der);
	assert_int_equal(lp_module_signature_parse(der, n, "test.ko", &out, NULL), 0);
	assert_string_equal(out.digest, "sha512");
	assert_non_null(strstr(out.algorithm, "ecdsa"));
	assert_string_equal(out.issuer, "Vendor Kernel Module Key \xc3\xa9");
	assert_string_equal(out.serial, "ABC123");
	assert_string_equal(out.key_id, "");
	assert_int_equal(out.n_signers, 1);
	OPENSSL_free(der);
	free_signer(&s);
}

static void by_key_id(void **state)
{
	struct lp_module_signature out;
	struct signer s;
	uint8_t *der;
	size_t n;

	(void)state;
	make_signer(&s, "x");
	n = sign(&s, EVP_sha256(), CMS_USE_KEYID, &der);
	assert_int_equal(lp_module_signature_parse(der, n, "test.ko", &out, NULL), 0);
	assert_string_equal(out.digest, "sha256");
	assert_string_equal(out.issuer, "");
	assert_string_equal(out.serial, "");
	assert_int_equal(strlen(out.key_id), 40);
	OPENSSL_free(der);
	free_signer(&s);
}

/* What would break a line or a terminal is not passed on. */
static void names(void **state)
{
	static const char *const names[] = { NULL, "a\nb", "a\x1b[31mb",
					     "\xe2\x80\xae"
					     "b" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lp_module_signature out;
		struct signer s;
		uint8_t *der;
		size_t n;

		make_signer(&s, names[i]);
		n = sign(&s, EVP_sha256(), 0, &der);
		assert_int_equal(lp_module_signature_parse(der, n, "test.ko", &out, NULL), 0);
		assert_string_equal(out.issuer, "");
		assert_string_equal(out.serial, "ABC123");
		OPENSSL_free(der);
		free_signer(&s);
	}
}

static void damaged(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_module_signature out;
	struct signer s;
	uint8_t *longer;
	uint8_t *der;
	size_t n;

	(void)state;
	make_signer(&s, "x");
	n = sign(&s, EVP_sha256(), 0, &der);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(lp_module_signature_parse(der, cut, "test.ko", &out, NULL), -LPPACK_E_MODULE);
	longer = calloc(1, n + 1);
	assert_non_null(longer);
	memcpy(longer, der, n);
	assert_int_equal(lp_module_signature_parse(longer, n + 1, "test.ko", &out, &err), -LPPACK_E_MODULE);
	assert_non_null(strstr(err.message, "test.ko"));
	/* Whatever it then says, it is read without harm. */
	for (size_t i = 0; i < n; i++) {
		longer[i] ^= 0x55;
		lp_module_signature_parse(longer, n, "test.ko", &out, NULL);
		longer[i] ^= 0x55;
	}
	free(longer);
	OPENSSL_free(der);
	free_signer(&s);
}

static void other_content(void **state)
{
	static const uint8_t data[] = { 0x30, 15, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1, 0xa0, 2, 4, 0 };
	struct lp_module_signature out;

	(void)state;
	assert_int_equal(lp_module_signature_parse(data, sizeof(data), "test.ko", &out, NULL), -LPPACK_E_MODULE);
}

static enum lp_signature_match match(const uint8_t *der, size_t n, X509 *certificate, const char *content)
{
	uint8_t *bytes = NULL;
	int size = i2d_X509(certificate, &bytes);
	enum lp_signature_match result;

	assert_true(size > 0);
	result = lp_module_signature_match(der, n, bytes, (size_t)size, content, strlen(content));
	OPENSSL_free(bytes);
	return result;
}

static void by_whose_key(void **state)
{
	struct signer s;
	struct signer other;
	uint8_t *der;
	size_t n;

	(void)state;
	make_signer(&s, "x");
	make_signer(&other, "y");
	n = sign(&s, EVP_sha256(), 0, &der);
	assert_int_equal(match(der, n, s.certificate, "module"), LP_SIGNATURE_RIGHT);
	assert_int_equal(match(der, n, s.certificate, "another"), LP_SIGNATURE_WRONG);
	assert_int_equal(match(der, n, other.certificate, "module"), LP_SIGNATURE_OTHER_KEY);
	assert_int_equal(match(der, n - 1, s.certificate, "module"), LP_SIGNATURE_OTHER_KEY);
	assert_int_equal(lp_module_signature_match(der, n, "none", 4, "module", 6), LP_SIGNATURE_OTHER_KEY);
	OPENSSL_free(der);
	n = sign(&s, EVP_sha256(), CMS_USE_KEYID, &der);
	assert_int_equal(match(der, n, s.certificate, "module"), LP_SIGNATURE_RIGHT);
	OPENSSL_free(der);
	free_signer(&s);
	free_signer(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_issuer), cmocka_unit_test(by_key_id),     cmocka_unit_test(names),
		cmocka_unit_test(damaged),   cmocka_unit_test(other_content), cmocka_unit_test(by_whose_key),
	};

	return cmocka_run_group_tests_name("module_signature", tests, NULL, NULL);
}
