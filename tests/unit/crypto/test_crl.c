/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests lists of revoked certificates. */
#include "crypto/chain.h"
#include "support/pki.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pki root;
	struct pki issuing;
	struct pki signer;
	struct pki second;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->root, "Root", NULL);
	pki_make_ca(&f->issuing, "Issuing", &f->root);
	pki_make_signer(&f->signer, "Signer", NULL, &f->issuing);
	pki_make_signer(&f->second, "Second", NULL, &f->issuing);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->root);
	pki_free(&f->issuing);
	pki_free(&f->signer);
	pki_free(&f->second);
	free(f);
	return 0;
}

/* The signer against the root by way of the issuer's certificate, with the CRLs that these make (the second may be
 * NULL). */
static void expect_by(struct fixture *f, const struct pki *by, const struct pki_crl_options *first,
		      const struct pki_crl_options *second, bool required, enum lp_chain_verdict verdict,
		      const char *words)
{
	const struct lp_certificate *anchors[] = { f->root.certificate };
	struct lp_certificate *items[] = { by->certificate };
	const struct lp_certificates others = { items, 1 };
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *a = first ? pki_make_crl(first) : NULL;
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *b = second ? pki_make_crl(second) : NULL;
	const struct lp_crl *crls[] = { a, b };
	const struct lp_chain_rules rules = { .anchors = anchors,
					      .n_anchors = 1,
					      .crls = crls,
					      .n_crls = b ? 2 :
							a ? 1 :
							    0,
					      .at = PKI_NOW - 30 * 86400,
					      .now = PKI_NOW,
					      .require_crls = required };
	struct lp_chain_report report;

	assert_int_equal(lp_chain_check(f->signer.certificate, &others, &rules, &report, NULL), 0);
	if (report.verdict != verdict || !strstr(report.text, words))
		fail_msg("%s: '%s' instead of %s: '%s'", lp_chain_names[report.verdict], report.text,
			 lp_chain_names[verdict], words);
}

static void expect_both(struct fixture *f, const struct pki_crl_options *first, const struct pki_crl_options *second,
			bool required, enum lp_chain_verdict verdict, const char *words)
{
	expect_by(f, &f->issuing, first, second, required, verdict, words);
}

static void expect(struct fixture *f, struct pki_crl_options options, enum lp_chain_verdict verdict, const char *words)
{
	options.issuer = options.issuer ? options.issuer : &f->issuing;
	expect_both(f, &options, NULL, false, verdict, words);
}

/* Also where the bundle was made before the certificate was revoked: `created` is what the signer says. */
static void revoked(void **state)
{
	struct fixture *f = *state;

	expect(f, (struct pki_crl_options){ 0 }, LP_CHAIN_TRUSTED, "");
	expect(f, (struct pki_crl_options){ .revoked = &f->second }, LP_CHAIN_TRUSTED, "");
	expect(f, (struct pki_crl_options){ .revoked = &f->signer }, LP_CHAIN_REVOKED,
	       "'CN=Signer,O=Test': revoked by ca.crl");
	expect(f, (struct pki_crl_options){ .issuer = &f->root, .revoked = &f->issuing }, LP_CHAIN_REVOKED,
	       "'CN=Issuing,O=Test': revoked");
	expect(f, (struct pki_crl_options){ .revoked = &f->signer, .to = PKI_NOW - 1 }, LP_CHAIN_REVOKED, "revoked");
}

static void not_usable(void **state)
{
	struct fixture *f = *state;

	expect(f, (struct pki_crl_options){ .to = PKI_NOW - 1 }, LP_CHAIN_BAD_CRL, "the CRL ca.crl has expired");
	expect(f, (struct pki_crl_options){ .to = PKI_NOW }, LP_CHAIN_TRUSTED, "");
	expect(f, (struct pki_crl_options){ .from = PKI_NOW + 1 }, LP_CHAIN_BAD_CRL, "not yet valid");
	expect(f, (struct pki_crl_options){ .from = PKI_NOW }, LP_CHAIN_TRUSTED, "");
	expect(f, (struct pki_crl_options){ .signer = &f->root }, LP_CHAIN_BAD_CRL, "is not signed by its issuer");
	expect(f, (struct pki_crl_options){ .digest = "SHA1" }, LP_CHAIN_BAD_CRL, "too weak");
	expect(f, (struct pki_crl_options){ .digest = "SHA384" }, LP_CHAIN_TRUSTED, "");
}

static void another_issuer(void **state)
{
	struct fixture *f = *state;
	struct pki other;
	struct pki renewed;

	pki_make_ca(&other, "Other", NULL);
	pki_make_ca(&renewed, "Issuing", &f->root);
	expect(f, (struct pki_crl_options){ .issuer = &other, .revoked = &f->signer }, LP_CHAIN_TRUSTED, "");
	expect(f, (struct pki_crl_options){ .issuer = &renewed, .revoked = &f->signer }, LP_CHAIN_TRUSTED, "");
	pki_free(&other);
	pki_free(&renewed);
}

/* A CA whose certificate was renewed has one key and two serials: its CRL is of the key. */
static void a_renewed_certificate(void **state)
{
	static const char *const authorities[] = { "keyid", "keyid:always,issuer:always", "issuer:always" };
	struct fixture *f = *state;
	const struct pki_options renewal = { .name = "Issuing",
					     .issuer = &f->root,
					     .same_key = &f->issuing,
					     .constraints = "critical,CA:TRUE",
					     .usage = "critical,keyCertSign,cRLSign" };
	struct pki renewed;

	pki_make(&renewed, &renewal);
	for (size_t i = 0; i < sizeof(authorities) / sizeof(authorities[0]); i++) {
		const struct pki_crl_options revokes = { .issuer = &f->issuing,
							 .authority = authorities[i],
							 .revoked = &f->signer };
		const struct pki_crl_options forged = { .issuer = &f->issuing,
							.authority = authorities[i],
							.signer = &f->root };

		expect_by(f, &f->issuing, &revokes, NULL, false, LP_CHAIN_REVOKED, "revoked by ca.crl");
		expect_by(f, &renewed, &revokes, NULL, false, LP_CHAIN_REVOKED, "revoked by ca.crl");
		expect_by(f, &renewed, &forged, NULL, false, LP_CHAIN_BAD_CRL, "is not signed by its issuer");
	}
	pki_free(&renewed);
}

/* The identifier of the key is only what the CRL says; what counts is whether the key signed it. */
static void another_identifier(void **state)
{
	struct fixture *f = *state;
	struct pki_crl_options revokes = { .revoked = &f->signer, .signer = &f->issuing };
	struct pki other;

	pki_make_ca(&other, "Issuing", &f->root);
	revokes.issuer = &other;
	expect_both(f, &revokes, NULL, false, LP_CHAIN_REVOKED, "revoked by ca.crl");
	pki_free(&other);
}

static void several(void **state)
{
	struct fixture *f = *state;
	const struct pki_crl_options good = { .issuer = &f->issuing };
	const struct pki_crl_options of_root = { .issuer = &f->root };
	const struct pki_crl_options expired = { .issuer = &f->issuing, .to = PKI_NOW - 1 };
	const struct pki_crl_options revokes = { .issuer = &f->issuing, .revoked = &f->signer };
	const struct pki_crl_options forged = { .issuer = &f->issuing, .signer = &f->root };

	expect_both(f, &expired, &good, false, LP_CHAIN_TRUSTED, "");
	expect_both(f, &good, &expired, false, LP_CHAIN_TRUSTED, "");
	expect_both(f, &good, &revokes, false, LP_CHAIN_REVOKED, "");
	expect_both(f, &good, &forged, false, LP_CHAIN_BAD_CRL, "");
	expect_both(f, &good, &of_root, true, LP_CHAIN_TRUSTED, "");
}

static void required(void **state)
{
	struct fixture *f = *state;
	const struct pki_crl_options of_issuing = { .issuer = &f->issuing };
	const struct pki_crl_options of_root = { .issuer = &f->root };

	expect_both(f, NULL, NULL, false, LP_CHAIN_TRUSTED, "");
	expect_both(f, NULL, NULL, true, LP_CHAIN_NO_CRL, "'CN=Signer,O=Test': no CRL of its issuer");
	expect_both(f, &of_root, NULL, true, LP_CHAIN_NO_CRL, "'CN=Signer,O=Test'");
	expect_both(f, &of_issuing, NULL, true, LP_CHAIN_NO_CRL, "'CN=Issuing,O=Test'");
}

/* RFC 5280, 4.2.1.3: cRLSign. */
static void issuer_without_the_right(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = {
		.name = "Mute", .issuer = &f->root, .constraints = "CA:TRUE", .usage = "keyCertSign"
	};
	const struct lp_certificate *anchors[] = { f->root.certificate };
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *crl = NULL;
	struct pki mute;
	struct pki signer;
	struct lp_certificate *items[1];
	const struct lp_certificates others = { items, 1 };
	struct lp_chain_report report;

	pki_make(&mute, &options);
	pki_make_signer(&signer, "Signer", NULL, &mute);
	items[0] = mute.certificate;
	crl = pki_make_crl(&(struct pki_crl_options){ .issuer = &mute });
	{
		const struct lp_crl *crls[] = { crl };
		const struct lp_chain_rules rules = {
			.anchors = anchors, .n_anchors = 1, .crls = crls, .n_crls = 1, .at = PKI_NOW, .now = PKI_NOW
		};

		assert_int_equal(lp_chain_check(signer.certificate, &others, &rules, &report, NULL), 0);
	}
	assert_int_equal(report.verdict, LP_CHAIN_BAD_CRL);
	assert_non_null(strstr(report.text, "may not sign CRLs"));
	pki_free(&mute);
	pki_free(&signer);
}

static void refused(const void *bytes, size_t n, int code, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_crl *crl = NULL;

	assert_int_equal(lp_crl_parse(bytes, n, "x.crl", &crl, &err), -code);
	assert_null(crl);
	if (!strstr(err.message, words) || !strstr(err.message, "x.crl"))
		fail_msg("'%s' is not in: %s", words, err.message);
}

static void files_that_are_none(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf certificate = { 0 };
	uint8_t *der;
	uint8_t *longer;
	size_t n;

	pki_encode_pem(&f->root, &certificate);
	refused("", 0, LPPACK_E_KEY, "not one certificate revocation list");
	refused("text", 4, LPPACK_E_KEY, "not one certificate revocation list");
	refused(certificate.data, certificate.len, LPPACK_E_KEY, "not one certificate revocation list");
	n = pki_encode_crl(&(struct pki_crl_options){ .issuer = &f->root }, &der);
	for (size_t cut = 0; cut < n; cut++)
		refused(der, cut, LPPACK_E_KEY, "not one certificate revocation list");
	longer = calloc(1, n + 1);
	memcpy(longer, der, n);
	refused(longer, n + 1, LPPACK_E_KEY, "not one certificate revocation list");
	free(longer);
	OPENSSL_free(der);
	n = pki_encode_crl(
		&(struct pki_crl_options){ .issuer = &f->root, .critical_extension = "critical,onlyuser:TRUE" }, &der);
	refused(der, n, LPPACK_E_KEY, "partial, indirect or delta");
	OPENSSL_free(der);
	n = pki_encode_crl(&(struct pki_crl_options){ .issuer = &f->root, .to = -1 }, &der);
	refused(der, n, LPPACK_E_KEY, "how long it counts");
	OPENSSL_free(der);
	longer = calloc(1, LP_CRL_MAX + 1);
	refused(longer, LP_CRL_MAX + 1, LPPACK_E_LIMIT, "more than");
	free(longer);
}

static void from_pem(void **state)
{
	struct fixture *f = *state;
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *crl = NULL;
	LP_AUTO_BUF struct lp_buf two = { 0 };
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	uint8_t *der;
	size_t n = pki_encode_crl(&(struct pki_crl_options){ .issuer = &f->root }, &der);
	long size;

	assert_true(PEM_write_bio(bio, "X509 CRL", "", der, (long)n) > 0);
	size = BIO_get_mem_data(bio, &pem);
	assert_int_equal(lp_crl_parse(pem, (size_t)size, "x.crl", &crl, NULL), 0);
	lp_buf_append(&two, pem, (size_t)size);
	lp_buf_append(&two, pem, (size_t)size);
	refused(two.data, two.len, LPPACK_E_KEY, "not one");
	BIO_free_all(bio);
	OPENSSL_free(der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(revoked),
		cmocka_unit_test(not_usable),
		cmocka_unit_test(another_issuer),
		cmocka_unit_test(a_renewed_certificate),
		cmocka_unit_test(another_identifier),
		cmocka_unit_test(several),
		cmocka_unit_test(required),
		cmocka_unit_test(issuer_without_the_right),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(from_pem),
	};

	return cmocka_run_group_tests_name("crl", tests, set_up, tear_down);
}
