/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes certificates, their lists of revoked ones and the keys for them. */
#include "support/pki.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* Also used where there is no test to fail: by fuzz harnesses. */
static void need(bool ok)
{
	if (!ok)
		abort();
}

static EVP_PKEY *make_key(const char *kind)
{
	EVP_PKEY *key;

	if (!kind)
		kind = "P-256";
	if (strncmp(kind, "rsa:", 4) == 0)
		key = EVP_RSA_gen((unsigned int)atoi(kind + 4));
	else if (strcmp(kind, "ed25519") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		key = EVP_EC_gen(kind);
	need(key);
	return key;
}

static void add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(extension && X509_add_ext(x509, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void set_name(X509_NAME *name, const char *common_name)
{
	need(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"Test", -1, -1, 0) == 1);
	need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)common_name, -1, -1, 0) == 1);
}

struct lp_private_key *pki_private_key(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct lp_private_key *out = NULL;
	char *pem = NULL;
	long n;

	need(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	n = BIO_get_mem_data(bio, &pem);
	if (lp_private_key_parse(pem, (size_t)n, "test.key", NULL, &out, NULL) < 0)
		out = NULL;
	BIO_free_all(bio);
	return out;
}

void pki_encode(const struct pki *pki, struct lp_buf *out)
{
	uint8_t *der = NULL;
	int n = i2d_X509(pki->x509, &der);

	need(n > 0);
	lp_buf_append(out, der, (size_t)n);
	OPENSSL_free(der);
}

void pki_encode_pem(const struct pki *pki, struct lp_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	long n;

	need(PEM_write_bio_X509(bio, pki->x509) == 1);
	n = BIO_get_mem_data(bio, &pem);
	lp_buf_append(out, pem, (size_t)n);
	BIO_free_all(bio);
}

/* By days and seconds: a time_t may be too small. */
static void set_time(ASN1_TIME *time, int64_t when)
{
	need(ASN1_TIME_adj(time, 0, (int)(when / 86400), (long)(when % 86400)) != NULL);
}

void pki_make(struct pki *out, const struct pki_options *o)
{
	LP_AUTO_BUF struct lp_buf der = { 0 };
	const EVP_MD *digest = EVP_get_digestbyname(o->digest ? o->digest : "SHA256");
	static int64_t serial = 0x1000;
	EVP_PKEY *signer;
	X509 *issuer;

	*out = (struct pki){ .x509 = X509_new() };
	out->key = o->same_key ? o->same_key->key : make_key(o->kind);
	if (o->same_key)
		EVP_PKEY_up_ref(out->key);
	issuer = o->issuer ? o->issuer->x509 : out->x509;
	signer = o->issuer ? o->issuer->key : out->key;
	need(X509_set_version(out->x509, X509_VERSION_3) == 1);
	need(ASN1_INTEGER_set_int64(X509_get_serialNumber(out->x509), o->serial ? o->serial : serial++) == 1);
	set_name(X509_get_subject_name(out->x509), o->name);
	need(X509_set_issuer_name(out->x509, X509_get_subject_name(issuer)) == 1);
	set_time(X509_getm_notBefore(out->x509), o->from ? o->from : PKI_NOW - PKI_YEAR);
	set_time(X509_getm_notAfter(out->x509), o->to ? o->to : PKI_NOW + PKI_YEAR);
	need(X509_set_pubkey(out->x509, out->key) == 1);
	add_extension(out->x509, issuer, NID_subject_key_identifier, "hash");
	add_extension(out->x509, issuer, NID_authority_key_identifier, "keyid");
	add_extension(out->x509, issuer, NID_basic_constraints, o->constraints);
	add_extension(out->x509, issuer, NID_key_usage, o->usage);
	add_extension(out->x509, issuer, NID_ext_key_usage, o->extended);
	add_extension(out->x509, issuer, NID_netscape_comment, o->critical ? "critical,x" : NULL);
	need(X509_sign(out->x509, signer, EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519 ? NULL : digest) > 0);
	pki_encode(out, &der);
	need(lp_certificate_parse(der.data, der.len, o->name, &out->certificate, NULL) == 0);
	out->private_key = pki_private_key(out->key);
}

void pki_make_ca(struct pki *out, const char *name, const struct pki *issuer)
{
	const struct pki_options options = { .name = name,
					     .issuer = issuer,
					     .constraints = "critical,CA:TRUE",
					     .usage = "critical,keyCertSign,cRLSign" };

	pki_make(out, &options);
}

void pki_make_signer(struct pki *out, const char *name, const char *kind, const struct pki *issuer)
{
	const struct pki_options options = { .name = name,
					     .kind = kind,
					     .issuer = issuer,
					     .constraints = "critical,CA:FALSE",
					     .usage = "critical,digitalSignature",
					     .extended = "codeSigning" };

	pki_make(out, &options);
}

void pki_free(struct pki *pki)
{
	EVP_PKEY_free(pki->key);
	X509_free(pki->x509);
	lp_certificate_free(pki->certificate);
	lp_private_key_free(pki->private_key);
}

static void add_revoked(X509_CRL *crl, X509 *x509, int64_t when)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, when);

	need(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(x509)) == 1);
	need(X509_REVOKED_set_revocationDate(entry, time) == 1 && X509_CRL_add0_revoked(crl, entry) == 1);
	ASN1_TIME_free(time);
}

static void add_crl_extension(X509_CRL *crl, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(extension && X509_CRL_add_ext(crl, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static X509_CRL *make_crl(const struct pki_crl_options *o)
{
	const EVP_MD *digest = EVP_get_digestbyname(o->digest ? o->digest : "SHA256");
	ASN1_TIME *from = ASN1_TIME_set(NULL, o->from ? o->from : PKI_NOW - 86400);
	ASN1_TIME *to = ASN1_TIME_set(NULL, o->to ? o->to : PKI_NOW + 30 * 86400);
	X509_CRL *crl = X509_CRL_new();

	need(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1);
	need(X509_CRL_set_issuer_name(crl, X509_get_subject_name(o->issuer->x509)) == 1);
	need(X509_CRL_set1_lastUpdate(crl, from) == 1);
	need(o->to < 0 || X509_CRL_set1_nextUpdate(crl, to) == 1);
	if (o->revoked)
		add_revoked(crl, o->revoked->x509, PKI_NOW - 3600);
	add_crl_extension(crl, o->issuer->x509, NID_authority_key_identifier, o->authority ? o->authority : "keyid");
	add_crl_extension(crl, o->issuer->x509, NID_issuing_distribution_point, o->critical_extension);
	need(X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, o->signer ? o->signer->key : o->issuer->key, digest) > 0);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return crl;
}

size_t pki_encode_crl(const struct pki_crl_options *options, uint8_t **der)
{
	X509_CRL *crl = make_crl(options);
	int n;

	*der = NULL;
	n = i2d_X509_CRL(crl, der);
	need(n > 0);
	X509_CRL_free(crl);
	return (size_t)n;
}

struct lp_crl *pki_make_crl(const struct pki_crl_options *options)
{
	struct lp_crl *out = NULL;
	uint8_t *der;
	size_t n = pki_encode_crl(options, &der);

	need(lp_crl_parse(der, n, "ca.crl", &out, NULL) == 0);
	OPENSSL_free(der);
	return out;
}
