/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the signer that a module's signature names. */
#include "crypto/module_signer.h"
#include "support/pki.h"

#include <openssl/cms.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pki ca;
	struct pki signer;
	struct pki other;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct pki_options options = { .name = "High serial", .issuer = NULL, .serial = 0x80c0ffee };

	pki_make_ca(&f->ca, "Kernel CA", NULL);
	pki_make_signer(&f->signer, "Module key", "P-256", &f->ca);
	pki_make(&f->other, &options);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->ca);
	pki_free(&f->signer);
	pki_free(&f->other);
	free(f);
	return 0;
}

/* A signature by one or two, who are named by issuer and serial, or by the key's id. */
static void sign(const struct pki *one, const struct pki *two, unsigned int flags, struct lp_buf *out)
{
	const unsigned int all = CMS_NOCERTS | CMS_BINARY | CMS_PARTIAL | CMS_DETACHED | CMS_NOSMIMECAP | flags;
	BIO *content = BIO_new_mem_buf("module", 6);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, all);
	uint8_t *der = NULL;
	int n;

	assert_non_null(CMS_add1_signer(cms, one->x509, one->key, EVP_sha256(), all | CMS_NOATTR));
	if (two)
		assert_non_null(CMS_add1_signer(cms, two->x509, two->key, EVP_sha256(), all | CMS_NOATTR));
	assert_int_equal(CMS_final(cms, content, NULL, all), 1);
	n = i2d_CMS_ContentInfo(cms, &der);
	assert_true(n > 0);
	lp_buf_append(out, der, (size_t)n);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
}

/* kernel: the contents of the INTEGER, so with the zero before a high bit, then those of the Name's SEQUENCE. */
static void assert_issuer_and_serial(const struct lp_buf *id, const struct pki *signer)
{
	LP_AUTO_BUF struct lp_buf wanted = { 0 };
	uint8_t *der = NULL;
	int n = i2d_ASN1_INTEGER(X509_get_serialNumber(signer->x509), &der);

	lp_buf_append(&wanted, der + 2, (size_t)n - 2);
	OPENSSL_free(der);
	der = NULL;
	n = i2d_X509_NAME(X509_get_issuer_name(signer->x509), &der);
	assert_true(n > 2 && der[1] < 0x80);
	lp_buf_append(&wanted, der + 2, (size_t)n - 2);
	OPENSSL_free(der);
	assert_int_equal(id->len, wanted.len);
	assert_memory_equal(id->data, wanted.data, wanted.len);
}

static void by_issuer_and_serial(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf first = { 0 };
	LP_AUTO_BUF struct lp_buf second = { 0 };
	const struct lp_buf *high = &first;

	sign(&f->signer, &f->other, 0, &der);
	assert_true(lp_module_signature_id(der.data, der.len, 0, &first));
	assert_true(lp_module_signature_id(der.data, der.len, 1, &second));
	/* A SET has no order of ours. */
	if (first.data[0] != 0) {
		high = &second;
		assert_issuer_and_serial(&first, &f->signer);
	} else {
		assert_issuer_and_serial(&second, &f->signer);
	}
	assert_issuer_and_serial(high, &f->other);
	assert_memory_equal(high->data, "\x00\x80\xc0\xff\xee", 5);
	assert_false(lp_module_signature_id(der.data, der.len, 2, &first));
}

static void by_key_id(void **state)
{
	struct fixture *f = *state;
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(f->signer.x509);
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf id = { 0 };

	assert_non_null(key_id);
	sign(&f->signer, NULL, CMS_USE_KEYID, &der);
	assert_true(lp_module_signature_id(der.data, der.len, 0, &id));
	assert_int_equal(id.len, ASN1_STRING_length(key_id));
	assert_memory_equal(id.data, ASN1_STRING_get0_data(key_id), id.len);
}

static void of_what_is_no_signature(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf id = { 0 };

	sign(&f->signer, NULL, 0, &der);
	for (size_t n = 0; n < der.len; n++)
		assert_false(lp_module_signature_id(der.data, n, 0, &id));
	assert_false(lp_module_signature_id("nonsense", 8, 0, &id));
	assert_int_equal(id.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_issuer_and_serial),
		cmocka_unit_test(by_key_id),
		cmocka_unit_test(of_what_is_no_signature),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
