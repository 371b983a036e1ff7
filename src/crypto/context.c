/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library context that verifies, and what is decoded into it. */
#include "crypto/context.h"

#include "shared/cleanup.h"
#include "crypto/openssl.h"

#include <limits.h>
#include <openssl/asn1t.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_once_t configured = PTHREAD_ONCE_INIT;
static bool is_isolated;
static OSSL_LIB_CTX *context;
static EVP_MD *sha256;
static EVP_MD *sha384;

/* For good, as OpenSSL's own default context is. */
static void make_context(void)
{
	OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();

	if (!made || !OSSL_PROVIDER_load(made, "default"))
		return;
	sha256 = EVP_MD_fetch(made, "SHA256", NULL);
	sha384 = EVP_MD_fetch(made, "SHA384", NULL);
	if (sha256 && sha384)
		context = made;
}

/* As OpenSSL does it by itself: what is wrong with a configuration shows where a key cannot be used. */
static void read_configuration(void)
{
	CONF_modules_load_file(NULL, NULL,
			       CONF_MFLAGS_DEFAULT_SECTION | CONF_MFLAGS_IGNORE_MISSING_FILE |
				       CONF_MFLAGS_IGNORE_RETURN_CODES);
	ERR_clear_error();
}

void lp_openssl_isolate(void)
{
	is_isolated = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
}

void lp_openssl_configure(void)
{
	if (is_isolated)
		pthread_once(&configured, read_configuration);
}

OSSL_LIB_CTX *lp_openssl_context(void)
{
	pthread_once(&once, make_context);
	return context;
}

const EVP_MD *lp_openssl_sha256(void)
{
	return lp_openssl_context() ? sha256 : NULL;
}

const EVP_MD *lp_openssl_sha384(void)
{
	return lp_openssl_context() ? sha384 : NULL;
}

/* By the item, as d2i_X509() refuses extensions that are malformed when it is given a certificate to fill: what is wrong
 * with them is said where the certificate is judged. */
static ASN1_VALUE *context_decode(ASN1_VALUE *into, const ASN1_ITEM *item, const uint8_t **at, size_t n)
{
	if (!into || n > LONG_MAX)
		return NULL;
	return ASN1_item_d2i_ex(&into, at, (long)n, item, lp_openssl_context(), NULL);
}

X509 *lp_x509_decode(const uint8_t **at, size_t n)
{
	OSSL_LIB_CTX *in = lp_openssl_context();
	X509 *made = in ? X509_new_ex(in, NULL) : NULL;

	return (X509 *)context_decode((ASN1_VALUE *)made, ASN1_ITEM_rptr(X509), at, n);
}

X509_CRL *lp_x509_crl_decode(const uint8_t **at, size_t n)
{
	OSSL_LIB_CTX *in = lp_openssl_context();
	X509_CRL *made = in ? X509_CRL_new_ex(in, NULL) : NULL;

	return (X509_CRL *)context_decode((ASN1_VALUE *)made, ASN1_ITEM_rptr(X509_CRL), at, n);
}
