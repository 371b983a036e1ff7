/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests making CMS signatures that openssl accepts. */
#include "crypto/chain.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"
#include "support/pki.h"

#include <openssl/cms.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char message[] = "DSSEv1 32 application/vnd.lppack.bundle.v1 9 manifest:";
#define N (sizeof(message) - 1)

struct fixture {
	struct pki root;
	struct pki first; /* below the root */
	struct pki issuing;
	struct pki signer;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->root, "Root", NULL);
	pki_make_ca(&f->first, "First", &f->root);
	pki_make_ca(&f->issuing, "Issuing", &f->first);
	pki_make_signer(&f->signer, "Signer", "P-384", &f->issuing);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->root);
	pki_free(&f->first);
	pki_free(&f->issuing);
	pki_free(&f->signer);
	free(f);
	return 0;
}

/* In whatever order they were given, they come out from the signer's issuer upward. */
static void a_chain(void **state)
{
	struct fixture *f = *state;
	struct lp_certificate *items[] = { f->root.certificate, f->issuing.certificate, f->first.certificate };
	const struct lp_certificates chain = { items, 3 };
	static const char *const names[] = { "Issuing", "First", "Root" };
	const struct lp_certificate *anchors[] = { f->root.certificate };
	const struct lp_chain_rules rules = { .anchors = anchors, .n_anchors = 1, .at = PKI_NOW, .now = PKI_NOW };
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lp_chain_report report;

	assert_int_equal(lp_cms_sign(f->signer.private_key, f->signer.certificate, &chain, message, N, &der, NULL), 0);
	assert_int_equal(lp_cms_verify(der.data, der.len, message, N, "s", &cms, NULL), 0);
	assert_int_equal(cms.issuers.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(lp_certificate_get_info(cms.issuers.items[i])->common_name, names[i]);
	assert_int_equal(lp_chain_check(cms.certificate, &cms.issuers, &rules, &report, NULL), 0);
	assert_int_equal(report.verdict, LP_CHAIN_TRUSTED);
}

/* OpenSSL's own verifier, with its check of what names the certificates (-cades). */
static void openssl_accepts_it(void **state)
{
	struct fixture *f = *state;
	struct lp_certificate *items[] = { f->issuing.certificate, f->first.certificate };
	const struct lp_certificates chain = { items, 2 };
	LP_AUTO_BUF struct lp_buf der = { 0 };
	X509_STORE *store = X509_STORE_new();
	BIO *content = BIO_new_mem_buf(message, (int)N);
	CMS_ContentInfo *cms;
	const uint8_t *at;

	assert_int_equal(lp_cms_sign(f->signer.private_key, f->signer.certificate, &chain, message, N, &der, NULL), 0);
	at = der.data;
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
	X509_STORE_add_cert(store, f->root.x509);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), PKI_NOW);
	X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store), X509_PURPOSE_ANY);
	assert_int_equal(CMS_verify(cms, NULL, store, content, NULL, CMS_BINARY | CMS_CADES), 1);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	X509_STORE_free(store);
}

static void refused(const struct pki *key, const struct pki *certificate, const struct lp_certificates *chain, int code,
		    const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_BUF struct lp_buf der = { 0 };

	assert_int_equal(lp_cms_sign(key->private_key, certificate->certificate, chain, message, N, &der, &err), -code);
	if (!strstr(err.message, words) || !*err.hint)
		fail_msg("'%s' is not in: %s", words, err.message);
	assert_int_equal(der.len, 0);
}

static void what_cannot_sign(void **state)
{
	struct fixture *f = *state;
	struct lp_certificate *twice[] = { f->issuing.certificate, f->issuing.certificate };
	struct lp_certificate *gap[] = { f->first.certificate };
	struct lp_certificate *itself[] = { f->signer.certificate };
	struct pki ed25519;

	pki_make_signer(&ed25519, "Ed25519", "ed25519", &f->issuing);
	refused(&ed25519, &ed25519, NULL, LPPACK_E_KEY, "a key of type ed25519 makes no CMS signature");
	refused(&f->signer, &f->issuing, NULL, LPPACK_E_KEY, "Issuing: not the certificate of that key");
	refused(&f->signer, &f->signer, &(struct lp_certificates){ twice, 2 }, LPPACK_E_KEY,
		"no issuer of the signer's");
	refused(&f->signer, &f->signer, &(struct lp_certificates){ gap, 1 }, LPPACK_E_KEY, "no issuer of the signer's");
	refused(&f->signer, &f->signer, &(struct lp_certificates){ itself, 1 }, LPPACK_E_KEY,
		"no issuer of the signer's");
	pki_free(&ed25519);
}

/* The limit of the format, met when signing and not by a reader. */
static void too_many_certificates(void **state)
{
	const struct pki_options options = { .name = "Root", .constraints = "CA:TRUE" };
	struct pki root;
	struct pki signer;
	struct lp_certificate *items[1];

	(void)state;
	pki_make(&root, &options);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(root.x509), "OU", MBSTRING_ASC,
							    (const uint8_t *)"a name that takes room in a "
									     "certificate",
							    -1, -1, 0),
				 1);
	X509_set_issuer_name(root.x509, X509_get_subject_name(root.x509));
	assert_true(X509_sign(root.x509, root.key, EVP_sha256()) > 0);
	pki_make_signer(&signer, "Signer", NULL, &root);
	{
		LP_AUTO_BUF struct lp_buf der = { 0 };

		pki_encode(&root, &der);
		lp_certificate_free(root.certificate);
		assert_int_equal(lp_certificate_parse(der.data, der.len, "root", &root.certificate, NULL), 0);
	}
	items[0] = root.certificate;
	refused(&signer, &signer, &(struct lp_certificates){ items, 1 }, LPPACK_E_LIMIT, "more than 16384");
	pki_free(&root);
	pki_free(&signer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain),
		cmocka_unit_test(openssl_accepts_it),
		cmocka_unit_test(what_cannot_sign),
		cmocka_unit_test(too_many_certificates),
	};

	return cmocka_run_group_tests_name("cms_sign", tests, set_up, tear_down);
}
