/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CMS signatures, certificates and CRLs. What a CMS says must be the same when it is read again. */
#include "replay.h"

#include "support/pki.h"

#include "crypto/chain.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"

#include <stdlib.h>

static const char message[] = "message";
#define N (sizeof(message) - 1)

static void try_cms(const uint8_t *data, size_t size)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_chain_rules rules = { .at = PKI_NOW, .now = PKI_NOW };
	struct lp_chain_report report;
	int rc = lp_cms_verify(data, size, message, N, "fuzz", &cms, &err);

	if (rc != -err.code || (rc < 0 && rc != -LPPACK_E_BAD_SIGNATURE))
		abort();
	if (rc < 0)
		return;
	/* nobody is trusted */
	if (!cms.algorithm || lp_chain_check(cms.certificate, &cms.issuers, &rules, &report, NULL) < 0 ||
	    report.verdict == LP_CHAIN_TRUSTED)
		abort();
}

static void try_others(const uint8_t *data, size_t size)
{
	LP_AUTO_CERTIFICATES struct lp_certificates certificates = { 0 };
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *crl = NULL;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_public_key key;

	if (lp_certificates_parse(data, size, "fuzz", &certificates, &err) != -err.code)
		abort();
	for (size_t i = 0; i < certificates.n; i++)
		lp_certificate_public_key(certificates.items[i], &key, NULL);
	lp_trusted_parse(data, size, "fuzz", &key, &certificate, NULL);
	lp_public_key_decode(data, size, "fuzz", &key, NULL);
	lppack_error_clear(&err);
	if (lp_crl_parse(data, size, "fuzz", &crl, &err) != -err.code)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_cms(data, size);
	try_others(data, size);
	return 0;
}

static void feed_kind(const char *kind, const struct pki *ca, void (*feed)(const void *bytes, size_t n))
{
	struct pki signer;
	struct lp_certificate *items[] = { ca->certificate };
	const struct lp_certificates chain = { items, 1 };
	LP_AUTO_BUF struct lp_buf cms = { 0 };
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	pki_make_signer(&signer, "Signer", kind, ca);
	if (lp_cms_sign(signer.private_key, signer.certificate, &chain, message, N, &cms, NULL) < 0)
		abort();
	pki_encode(&signer, &der);
	pki_encode_pem(&signer, &pem);
	feed(cms.data, cms.len);
	feed(der.data, der.len);
	feed(pem.data, pem.len);
	feed(lp_private_key_public(signer.private_key)->spki, lp_private_key_public(signer.private_key)->spki_size);
	pki_free(&signer);
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const char *const kinds[] = { "P-256", "P-384", "rsa:3072" };
	struct pki_crl_options options = { 0 };
	struct pki ca;
	uint8_t *crl;
	size_t n;

	pki_make_ca(&ca, "CA", NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		feed_kind(kinds[i], &ca, feed);
	options = (struct pki_crl_options){ .issuer = &ca, .revoked = &ca };
	n = pki_encode_crl(&options, &crl);
	feed(crl, n);
	OPENSSL_free(crl);
	pki_free(&ca);
}
