/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this folder share of OpenSSL: errors, cleanup, and what is behind the opaque types. */
#ifndef LP_CRYPTO_OPENSSL_H
#define LP_CRYPTO_OPENSSL_H

#include "crypto/certificate.h"
#include "crypto/private_key.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* As lp_fail, with the reason of OpenSSL's oldest queued error appended; empties its queue. */
int lp_fail_openssl(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
	LP_PRINTF(4, 5);

LP_DEFINE_CLEANUP(BIGNUM, BN_free)
LP_DEFINE_CLEANUP(BIO, BIO_free_all)
LP_DEFINE_CLEANUP(CMS_ContentInfo, CMS_ContentInfo_free)
LP_DEFINE_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
LP_DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
LP_DEFINE_CLEANUP(X509, X509_free)
LP_DEFINE_CLEANUP(X509_CRL, X509_CRL_free)

/* A stack that does not own what is in it. */
static inline void cleanup_x509_stack(STACK_OF(X509) **stack)
{
	sk_X509_free(*stack);
}

static inline void cleanup_openssl_free(void *p)
{
	OPENSSL_free(*(void **)p);
}

#define LP_AUTO_OPENSSL LP_AUTO(cleanup_openssl_free)

struct lp_private_key {
	EVP_PKEY *pkey;
	struct lp_public_key public_key;
};

struct lp_certificate {
	X509 *x509;
	struct lp_certificate_info info;
	char *name; /* for messages */
};

struct lp_crl {
	X509_CRL *crl;
	char *name; /* for messages */
};

/* Takes pkey over, also on failure. */
int lp_private_key_take(EVP_PKEY *pkey, const char *name, struct lp_private_key **out, struct lppack_error *err);
int lp_public_key_from_pkey(EVP_PKEY *pkey, const char *name, struct lp_public_key *out, struct lppack_error *err);
/* A certificate of its own from DER, whole and in the one encoding it has. */
int lp_certificate_decode(const void *der, size_t n, const char *name, struct lp_certificate **out,
			  struct lppack_error *err);
/* Whether the key is the certificate's: LPPACK_E_KEY otherwise. */
int lp_certificate_match(const struct lp_certificate *certificate, const struct lp_private_key *key,
			 struct lppack_error *err);

/* Of certificates and signatures, as printable text; empty where there is none or it does not fit. */
void lp_x509_common_name(const X509_NAME *name, char *out, size_t size);
void lp_x509_serial(const ASN1_INTEGER *serial, char *out, size_t size);
void lp_x509_key_id(const ASN1_OCTET_STRING *id, char *out, size_t size);
/* RFC 2253. */
void lp_x509_name(const X509_NAME *name, char *out, size_t size);
/* Seconds since 1970; 0 or -1. */
int lp_x509_time(const ASN1_TIME *time, int64_t *seconds);

/* What the CRLs say of certificate, which issuer issued; sets verdict and text of report unless it may pass. */
void lp_crl_check(X509 *certificate, X509 *issuer, const struct lp_chain_rules *rules, struct lp_chain_report *report);
/* Sets verdict and text: "certificate 'CN=...': what". */
void lp_x509_refuse(struct lp_chain_report *report, enum lp_chain_verdict verdict, X509 *certificate, const char *fmt,
		    ...) LP_PRINTF(4, 5);

/* lp_passphrase as OpenSSL's pem_password_cb wants it; context is a struct lp_asking. Without one, OpenSSL would prompt
 * on the terminal. */
struct lp_asking {
	const struct lp_passphrase *passphrase; /* NULL: none to ask */
	const char *known;                      /* the answer, if it needs no asking */
	const char *what;
	struct lppack_error *err;
	bool asked;
	int rc; /* what ask() failed with */
};

int lp_asking_answer(char *out, int room, int writing, void *context);

/* PEM helpers. */
BIO *lp_bio_open(const void *bytes, size_t n);
bool lp_bio_is_blank(BIO *bio); /* nothing but white space follows */
int lp_bio_take(BIO *bio, struct lp_buf *out, struct lppack_error *err);
bool lp_pem_has(const void *pem, size_t n, const char *text);

/* crypto/pkcs11.c and crypto/engine.c: the second is the one file that uses the deprecated ENGINE interface. */
/* The private key of a URI that says nothing of modules and PINs; module: path of a PKCS#11 library, or NULL. NULL on
 * failure, with OpenSSL's errors queued; *missing is set if there is no such engine. */
EVP_PKEY *lp_engine_load_key(const char *uri, const char *module, struct lp_asking *asking, bool *missing);

#endif
