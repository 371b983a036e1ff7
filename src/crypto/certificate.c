/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading certificates, and what is asked of one alone. */
#include "crypto/certificate.h"

#include "shared/array.h"
#include "shared/text.h"
#include "crypto/context.h"
#include "crypto/openssl.h"
#include "crypto/pkey.h"
#include "crypto/x509_text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

static const char hint[] = "name a file with an X.509 certificate, PEM or DER";

static int certificate_describe(X509 *x509, const char *name, struct lp_certificate_info *out, struct lppack_error *err)
{
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(x509);

	*out = (struct lp_certificate_info){ 0 };
	if (lp_x509_time(X509_get0_notBefore(x509), &out->not_before) < 0 ||
	    lp_x509_time(X509_get0_notAfter(x509), &out->not_after) < 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: its times are malformed", name);
	lp_x509_name(X509_get_subject_name(x509), out->subject, sizeof(out->subject));
	lp_x509_name(X509_get_issuer_name(x509), out->issuer, sizeof(out->issuer));
	lp_x509_common_name(X509_get_subject_name(x509), out->common_name, sizeof(out->common_name));
	lp_x509_common_name(X509_get_issuer_name(x509), out->issuer_common_name, sizeof(out->issuer_common_name));
	lp_x509_serial(X509_get0_serialNumber(x509), out->serial, sizeof(out->serial));
	if (key_id)
		lp_x509_key_id(key_id, out->key_id, sizeof(out->key_id));
	/* 1: by basicConstraints; other values guess from what old certificates have */
	out->is_ca = X509_check_ca(x509) == 1;
	ERR_clear_error();
	return 0;
}

/* Takes x509 over, also on failure. */
static int take_x509(X509 *x509, const char *name, struct lp_certificate **out, struct lppack_error *err)
{
	LP_AUTO(cleanup_X509_free) X509 *owned = x509;
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = calloc(1, sizeof(*certificate));
	int rc;

	if (certificate)
		certificate->name = strdup(name);
	if (!certificate || !certificate->name)
		return lp_fail_nomem(err);
	certificate->x509 = LP_TAKE(owned);
	rc = certificate_describe(certificate->x509, name, &certificate->info, err);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(certificate);
	return 0;
}

int lp_certificate_decode(const void *der, size_t n, const char *name, struct lp_certificate **out,
			  struct lppack_error *err)
{
	const uint8_t *at = der;
	LP_AUTO(cleanup_X509_free) X509 *x509 = n <= LP_CERTIFICATE_MAX ? lp_x509_decode(&at, n) : NULL;
	LP_AUTO_OPENSSL uint8_t *again = NULL;
	int size = x509 ? i2d_X509(x509, &again) : -1;

	if (!x509)
		return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: not a certificate", name);
	if (size < 0 || (size_t)size != n || memcmp(again, der, n) != 0)
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: not one certificate in DER", name);
	return take_x509(LP_TAKE(x509), name, out, err);
}

/* From PEM; at the end of the file *out is NULL. */
static int next_certificate(BIO *bio, const char *name, struct lp_certificate **out, struct lppack_error *err)
{
	struct lp_asking nobody = { 0 };
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	const uint8_t *at;
	X509 *x509 = NULL;
	long n = 0;

	*out = NULL;
	if (PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509, bio, lp_asking_answer, &nobody) == 1) {
		at = der;
		x509 = lp_x509_decode(&at, (size_t)n);
	}
	if (x509)
		return take_x509(x509, name, out, err);
	if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return 0;
	}
	return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: not a certificate", name);
}

int lp_certificates_parse(const void *bytes, size_t n, const char *name, struct lp_certificates *out,
			  struct lppack_error *err)
{
	bool is_pem = lp_pem_has(bytes, n, "-----BEGIN ");
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = is_pem ? lp_bio_open(bytes, n) : NULL;
	size_t before = out->n;

	if (n > LP_CERTIFICATE_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, hint, "%s: has %zu bytes, more than %d", name, n,
			       LP_CERTIFICATE_MAX);
	if (is_pem && !bio)
		return lp_fail_nomem(err);
	for (;;) {
		LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *one = NULL;
		struct lp_certificate **added = NULL;
		int rc = 0;

		if (is_pem)
			rc = next_certificate(bio, name, &one, err);
		else if (out->n == before)
			rc = lp_certificate_decode(bytes, n, name, &one, err);
		if (rc < 0)
			return rc;
		if (!one)
			break;
		if (out->n - before >= LP_CERTIFICATES_MAX)
			return lp_fail(err, LPPACK_E_LIMIT, NULL, "%s: more than %d certificates", name,
				       LP_CERTIFICATES_MAX);
		added = lp_array_add(&out->items, &out->n, sizeof(struct lp_certificate *));
		if (!added)
			return lp_fail_nomem(err);
		*added = LP_TAKE(one);
	}
	if (out->n == before)
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: no certificate in it", name);
	return 0;
}

void lp_certificates_free(struct lp_certificates *certificates)
{
	for (size_t i = 0; i < certificates->n; i++)
		lp_certificate_free(certificates->items[i]);
	free(certificates->items);
	*certificates = (struct lp_certificates){ 0 };
}

int lp_certificate_parse(const void *bytes, size_t n, const char *name, struct lp_certificate **out,
			 struct lppack_error *err)
{
	LP_AUTO_CERTIFICATES struct lp_certificates all = { 0 };
	int rc = lp_certificates_parse(bytes, n, name, &all, err);

	if (rc < 0)
		return rc;
	if (all.n > 1)
		return lp_fail(err, LPPACK_E_KEY, "keep one certificate in a file",
			       "%s: more than one certificate in it", name);
	*out = LP_TAKE(all.items[0]);
	return 0;
}

void lp_certificate_free(struct lp_certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->x509);
	free(certificate->name);
	free(certificate);
}

const struct lp_certificate_info *lp_certificate_get_info(const struct lp_certificate *certificate)
{
	return &certificate->info;
}

int lp_certificate_public_key(const struct lp_certificate *certificate, struct lp_public_key *out,
			      struct lppack_error *err)
{
	EVP_PKEY *pkey = X509_get0_pubkey(certificate->x509);
	LP_AUTO_OPENSSL uint8_t *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate->x509), &spki);
	int rc;

	if (!pkey || n <= 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: its public key cannot be read",
				       certificate->name);
	rc = lp_public_key_from_pkey(pkey, certificate->name, out, err);
	if (rc < 0)
		return rc;
	/* what others hash to get the key id is what stands in the certificate */
	if ((size_t)n != out->spki_size || memcmp(spki, out->spki, out->spki_size) != 0)
		return lp_fail(err, LPPACK_E_KEY, "have the certificate issued again",
			       "%s: its public key is not in the canonical form", certificate->name);
	return 0;
}

int lp_certificate_match(const struct lp_certificate *certificate, const struct lp_private_key *key,
			 struct lppack_error *err)
{
	struct lp_public_key public_key;
	int rc = lp_certificate_public_key(certificate, &public_key, err);

	if (rc < 0)
		return rc;
	if (!lp_public_key_equal(&public_key, &key->public_key))
		return lp_fail(err, LPPACK_E_KEY, "name the certificate that was issued for the key",
			       "%s: not the certificate of that key", certificate->name);
	return 0;
}

int lp_certificate_ids(const void *der, size_t n, const char *name, struct lp_certificate_info *out,
		       struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	int rc = lp_certificate_decode(der, n, name, &certificate, err);

	if (rc < 0)
		return rc;
	*out = certificate->info;
	return 0;
}

int lp_trusted_parse(const void *pem, size_t n, const char *name, struct lp_public_key *key,
		     struct lp_certificate **certificate, struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *found = NULL;
	int rc;

	*certificate = NULL;
	if (!lp_pem_has(pem, n, "-----BEGIN CERTIFICATE-----"))
		return lp_public_key_parse(pem, n, name, key, err);
	if (lp_pem_has(pem, n, "PRIVATE KEY-----"))
		return lp_fail(err, LPPACK_E_KEY, "keep the certificate only, and the private key off this machine",
			       "%s: a private key beside the certificate", name);
	if (lp_pem_has(pem, n, "-----BEGIN PUBLIC KEY-----"))
		return lp_fail(err, LPPACK_E_KEY, "keep one key in a file", "%s: more than one key in it", name);
	rc = lp_certificate_parse(pem, n, name, &found, err);
	if (rc < 0)
		return rc;
	rc = lp_certificate_public_key(found, key, err);
	if (rc < 0)
		return rc;
	*certificate = LP_TAKE(found);
	return 0;
}
