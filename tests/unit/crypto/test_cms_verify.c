/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which CMS signatures hold, down to each bit of one. */
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"
#include "support/pki.h"

#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char message[] = "DSSEv1 32 application/vnd.lppack.bundle.v1 9 manifest:";
#define N (sizeof(message) - 1)

struct fixture {
	struct pki root;
	struct pki issuing;
	struct pki p256;
	struct pki p384;
	struct pki rsa;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->root, "Root", NULL);
	pki_make_ca(&f->issuing, "Issuing", &f->root);
	pki_make_signer(&f->p256, "P-256", "P-256", &f->issuing);
	pki_make_signer(&f->p384, "P-384", "P-384", &f->issuing);
	pki_make_signer(&f->rsa, "RSA", "rsa:3072", &f->issuing);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->root);
	pki_free(&f->issuing);
	pki_free(&f->p256);
	pki_free(&f->p384);
	pki_free(&f->rsa);
	free(f);
	return 0;
}

static void sign(const struct pki *signer, const struct pki *issuer, struct lp_buf *out)
{
	struct lp_certificate *items[] = { issuer ? issuer->certificate : NULL };
	const struct lp_certificates chain = { items, issuer ? 1 : 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	if (lp_cms_sign(signer->private_key, signer->certificate, &chain, message, N, out, &err) < 0)
		fail_msg("%s", err.message);
}

static void assert_accepted(const struct lp_buf *der, const struct pki *signer, const char *algorithm, size_t issuers)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_public_key expected;

	if (lp_cms_verify(der->data, der->len, message, N, "s.cms", &cms, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(lp_certificate_public_key(signer->certificate, &expected, NULL), 0);
	assert_true(lp_public_key_equal(&cms.key, &expected));
	assert_true(lp_digest_equal(&cms.key.id, &expected.id));
	assert_string_equal(cms.algorithm, algorithm);
	assert_string_equal(lp_certificate_get_info(cms.certificate)->serial,
			    lp_certificate_get_info(signer->certificate)->serial);
	assert_int_equal(cms.issuers.n, issuers);
}

static void assert_refused(const void *der, size_t n, const char *words)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_int_equal(lp_cms_verify(der, n, message, N, "s.cms", &cms, &err), -LPPACK_E_BAD_SIGNATURE);
	assert_int_equal(err.code, LPPACK_E_BAD_SIGNATURE);
	if (!strstr(err.message, words) || !strstr(err.message, "s.cms") || !*err.hint)
		fail_msg("'%s' is not in: %s (%s)", words, err.message, err.hint);
}

static void what_is_signed_verifies(void **state)
{
	struct fixture *f = *state;
	const struct {
		const struct pki *signer;
		const char *algorithm;
	} cases[] = {
		{ &f->p256, "ecdsa-sha256" },
		{ &f->p384, "ecdsa-sha384" },
		{ &f->rsa, "rsa-pss-sha256" },
	};

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf der = { 0 };

		sign(cases[i / 2].signer, i % 2 ? &f->issuing : NULL, &der);
		assert_accepted(&der, cases[i / 2].signer, cases[i / 2].algorithm, i % 2);
	}
}

/* LPPACK_TESTS_FULL: what takes minutes with sanitizers. */
static bool is_full(void)
{
	const char *full = getenv("LPPACK_TESTS_FULL");

	return full && *full;
}

/* format-spec, "Signatures": so that a stranger's signature is told from a damaged one. */
static void no_byte_can_be_changed(const struct lp_buf *der, size_t step)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };

	for (size_t i = 0; i < der->len; i += step) {
		LP_AUTO_CMS struct lp_cms cms = { 0 };
		uint8_t flip = flips[i % sizeof(flips)];

		der->data[i] ^= flip;
		if (lp_cms_verify(der->data, der->len, message, N, "s", &cms, NULL) != -LPPACK_E_BAD_SIGNATURE)
			fail_msg("byte %zu of %zu: %02x passes", i, der->len, der->data[i]);
		der->data[i] ^= flip;
	}
}

static void every_byte_counts(void **state)
{
	struct fixture *f = *state;
	const struct pki *const signers[] = { &f->p256, &f->p384, &f->rsa };
	static const char *const algorithms[] = { "ecdsa-sha256", "ecdsa-sha384", "rsa-pss-sha256" };

	for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++) {
		LP_AUTO_BUF struct lp_buf der = { 0 };
		bool with_issuer = i == 0 || is_full();

		sign(signers[i], with_issuer ? &f->issuing : NULL, &der);
		no_byte_can_be_changed(&der, 1);
		assert_accepted(&der, signers[i], algorithms[i], with_issuer);
	}
}

/* All of them for the smallest one: the others would take too long. In short: each bit of some byte in nine. */
static void every_bit_counts(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };

	sign(&f->p256, NULL, &der);
	for (size_t bit = 0; bit < 8 * der.len; bit += is_full() ? 1 : 73) {
		LP_AUTO_CMS struct lp_cms cms = { 0 };

		der.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (lp_cms_verify(der.data, der.len, message, N, "s", &cms, NULL) != -LPPACK_E_BAD_SIGNATURE)
			fail_msg("bit %zu of byte %zu passes", bit % 8, bit / 8);
		der.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void no_byte_before_or_after(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf longer = { 0 };

	sign(&f->p256, &f->issuing, &der);
	for (size_t cut = 0; cut < der.len; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		memcpy(copy, der.data, cut);
		assert_refused(copy, cut, "");
		free(copy);
	}
	lp_buf_append(&longer, der.data, der.len);
	lp_buf_append(&longer, "", 1);
	assert_refused(longer.data, longer.len, "not one DER SignedData");
	lp_buf_grow(&longer, LP_CMS_MAX);
	assert_refused(longer.data, longer.len, "too long");
}

static void another_message(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	LP_AUTO_CMS struct lp_cms shorter = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	sign(&f->rsa, NULL, &der);
	assert_int_equal(lp_cms_verify(der.data, der.len, "something", 9, "s.cms", &cms, &err),
			 -LPPACK_E_BAD_SIGNATURE);
	assert_non_null(strstr(err.message, "the signature is of something else"));
	assert_int_equal(lp_cms_verify(der.data, der.len, message, N - 1, "s.cms", &shorter, NULL),
			 -LPPACK_E_BAD_SIGNATURE);
}

/* As OpenSSL's command line signs, with what the shape does not allow on request. */
struct made {
	const struct pki *signer;
	const struct pki *second; /* signs too */
	const struct pki *more;   /* a certificate to embed */
	unsigned int flags;
	const char *digest;
	int padding; /* 0: PKCS#1 v1.5 */
	int salt;
	bool attached;
	bool unsigned_attribute;
	const char *content;
};

static void make(const struct made *m, struct lp_buf *out)
{
	const EVP_MD *digest = EVP_get_digestbyname(m->digest ? m->digest : "SHA256");
	unsigned int flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | m->flags | (m->attached ? 0 : CMS_DETACHED);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	const char *content = m->content ? m->content : message;
	BIO *bio = BIO_new_mem_buf(content, -1);
	CMS_SignerInfo *signer = CMS_add1_signer(cms, m->signer->x509, m->signer->key, digest, flags | CMS_KEY_PARAM);
	uint8_t *der = NULL;
	int n;

	assert_non_null(signer);
	if (m->padding) {
		EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(signer);

		assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, m->padding) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, m->salt) > 0);
	}
	if (m->second)
		assert_non_null(CMS_add1_signer(cms, m->second->x509, m->second->key, digest, flags));
	if (m->more)
		assert_int_equal(CMS_add1_cert(cms, m->more->x509), 1);
	assert_int_equal(CMS_final(cms, bio, NULL, flags & ~(unsigned int)CMS_PARTIAL), 1);
	if (m->unsigned_attribute)
		assert_int_equal(
			CMS_unsigned_add1_attr_by_NID(signer, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING, "x", 1),
			1);
	n = i2d_CMS_ContentInfo(cms, &der);
	assert_true(n > 0);
	lp_buf_append(out, der, (size_t)n);
	OPENSSL_free(der);
	BIO_free(bio);
	CMS_ContentInfo_free(cms);
}

static void what_openssl_makes(void **state)
{
	struct fixture *f = *state;
	const struct {
		struct made made;
		const char *algorithm;
	} cases[] = {
		{ { .signer = &f->p256, .flags = CMS_CADES }, "ecdsa-sha256" },
		{ { .signer = &f->p384, .flags = CMS_CADES, .digest = "SHA384" }, "ecdsa-sha384" },
		{ { .signer = &f->rsa, .flags = CMS_CADES }, "rsa-pkcs1-sha256" },
		{ { .signer = &f->rsa, .flags = CMS_CADES, .padding = RSA_PKCS1_PSS_PADDING, .salt = 32 },
		  "rsa-pss-sha256" },
		{ { .signer = &f->rsa,
		    .flags = CMS_CADES,
		    .padding = RSA_PKCS1_PSS_PADDING,
		    .salt = RSA_PSS_SALTLEN_MAX },
		  "rsa-pss-sha256" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf der = { 0 };

		make(&cases[i].made, &der);
		assert_accepted(&der, cases[i].made.signer, cases[i].algorithm, 0);
		if (i >= 2)
			no_byte_can_be_changed(&der, is_full() ? 1 : 7);
	}
}

static void other_shapes(void **state)
{
	struct fixture *f = *state;
	struct pki other;
	struct pki p521;
	struct pki weak;
	const struct {
		struct made made;
		const char *words;
	} cases[] = {
		{ { .signer = &f->p256 }, "do not name its certificates (-cades)" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .second = &f->rsa }, "several signers" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .more = &f->issuing },
		  "do not name just its certificates" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .more = &other }, "no issuer of the signer's" },
		{ { .signer = &f->p256, .flags = CMS_CADES | CMS_NOCERTS }, "no certificate" },
		{ { .signer = &f->p256, .flags = CMS_CADES | CMS_NOCERTS, .more = &other },
		  "the signer's certificate is not there" },
		{ { .signer = &f->p256, .flags = CMS_CADES | CMS_USE_KEYID }, "version 1" },
		{ { .signer = &f->p256, .flags = CMS_NOATTR }, "no signed attributes" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .attached = true }, "not detached" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .unsigned_attribute = true }, "unsigned attributes" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .digest = "SHA384" }, "not the digest" },
		{ { .signer = &f->p384, .flags = CMS_CADES, .digest = "SHA256" }, "not the digest" },
		{ { .signer = &f->rsa, .flags = CMS_CADES, .digest = "SHA512" }, "not the digest" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .digest = "SHA1" }, "not allowed" },
		{ { .signer = &f->rsa, .flags = CMS_CADES, .padding = RSA_PKCS1_PSS_PADDING, .salt = 20 },
		  "not a signature algorithm" },
		{ { .signer = &p521, .flags = CMS_CADES }, "another curve" },
		{ { .signer = &weak, .flags = CMS_CADES }, "2048 bits cannot sign bundles: too weak" },
		{ { .signer = &f->p256, .flags = CMS_CADES, .content = "x" }, "of something else" },
	};

	pki_make_ca(&other, "Other", NULL);
	pki_make_signer(&p521, "P-521", "P-521", &f->issuing);
	pki_make_signer(&weak, "weak", "rsa:2048", &f->issuing);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf der = { 0 };

		make(&cases[i].made, &der);
		assert_refused(der.data, der.len, cases[i].words);
	}
	pki_free(&other);
	pki_free(&p521);
	pki_free(&weak);
}

/* A signature is by a key; whichever certificate it came with, that counts once. */
static void one_key_under_two_certificates(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = {
		.name = "Second", .issuer = &f->root, .same_key = &f->p256, .usage = "digitalSignature"
	};
	LP_AUTO_BUF struct lp_buf a = { 0 };
	LP_AUTO_BUF struct lp_buf b = { 0 };
	LP_AUTO_CMS struct lp_cms cms_a = { 0 };
	LP_AUTO_CMS struct lp_cms cms_b = { 0 };
	struct pki second;

	pki_make(&second, &options);
	sign(&f->p256, NULL, &a);
	sign(&second, NULL, &b);
	assert_int_equal(lp_cms_verify(a.data, a.len, message, N, "a", &cms_a, NULL), 0);
	assert_int_equal(lp_cms_verify(b.data, b.len, message, N, "b", &cms_b, NULL), 0);
	assert_true(lp_public_key_equal(&cms_a.key, &cms_b.key));
	assert_true(lp_digest_equal(&cms_a.key.id, &cms_b.key.id));
	pki_free(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(no_byte_before_or_after),
		cmocka_unit_test(another_message),
		cmocka_unit_test(what_openssl_makes),
		cmocka_unit_test(other_shapes),
		cmocka_unit_test(one_key_under_two_certificates),
	};

	return cmocka_run_group_tests_name("cms_verify", tests, set_up, tear_down);
}
