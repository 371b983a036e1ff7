/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading revocation lists. */
#include "crypto/crl.h"

#include "crypto/context.h"
#include "crypto/openssl.h"
#include "crypto/x509_text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

static const char hint[] = "get the complete CRL of the certificate's issuer again";

static X509_CRL *crl_decode(const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	struct lp_asking nobody = { 0 };
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(bytes, n);
	LP_AUTO(cleanup_X509_CRL_free) X509_CRL *crl = NULL;
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	const uint8_t *inside;
	long size = 0;

	if (!lp_pem_has(bytes, n, "-----BEGIN ")) {
		crl = lp_x509_crl_decode(&at, n);
	} else if (bio &&
		   PEM_bytes_read_bio(&der, &size, NULL, PEM_STRING_X509_CRL, bio, lp_asking_answer, &nobody) == 1) {
		inside = der;
		crl = lp_x509_crl_decode(&inside, (size_t)size);
	}
	if (!crl || (at != bytes ? (size_t)(at - (const uint8_t *)bytes) != n : !lp_bio_is_blank(bio)))
		return NULL;
	return LP_TAKE(crl);
}

/* RFC 5280, 5.2: the critical ones make it a partial, indirect or delta CRL. */
static bool has_critical_extension(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++)
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return true;
	return false;
}

int lp_crl_parse(const void *bytes, size_t n, const char *name, struct lp_crl **out, struct lppack_error *err)
{
	LP_AUTO(cleanup_X509_CRL_free) X509_CRL *crl = NULL;
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *made = calloc(1, sizeof(*made));
	int64_t time;

	if (n > LP_CRL_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, NULL, "%s: has %zu bytes, more than %u", name, n, LP_CRL_MAX);
	if (made)
		made->name = strdup(name);
	if (!made || !made->name)
		return lp_fail_nomem(err);
	crl = n ? crl_decode(bytes, n) : NULL;
	if (!crl) {
		ERR_clear_error();
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: not one certificate revocation list, PEM or DER", name);
	}
	if (has_critical_extension(crl))
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: a partial, indirect or delta CRL, which is not supported",
			       name);
	if (lp_x509_time(X509_CRL_get0_lastUpdate(crl), &time) < 0 ||
	    lp_x509_time(X509_CRL_get0_nextUpdate(crl), &time) < 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: the CRL does not say how long it counts", name);
	made->crl = LP_TAKE(crl);
	*out = LP_TAKE(made);
	return 0;
}

const char *lp_crl_name(const struct lp_crl *crl)
{
	return crl->name;
}

bool lp_crl_is_of(const struct lp_crl *crl, const struct lp_certificate *issuer)
{
	bool is_of = X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(issuer->x509)) == 0 &&
		     X509_CRL_verify(crl->crl, X509_get0_pubkey(issuer->x509)) == 1;

	ERR_clear_error();
	return is_of;
}

bool lp_crl_revokes(const struct lp_crl *crl, const struct lp_certificate *certificate)
{
	X509_REVOKED *entry = NULL;

	return X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_issuer_name(certificate->x509)) == 0 &&
	       X509_CRL_get0_by_cert(crl->crl, &entry, certificate->x509) == 1;
}

void lp_crl_free(struct lp_crl *crl)
{
	if (!crl)
		return;
	X509_CRL_free(crl->crl);
	free(crl->name);
	free(crl);
}
