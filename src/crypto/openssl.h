/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this folder share of OpenSSL: errors, cleanup, and what is behind the opaque types. */
#ifndef LP_CRYPTO_OPENSSL_H
#define LP_CRYPTO_OPENSSL_H

#include "crypto/certificate.h"
#include "crypto/crl.h"
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

/* One CMS of the context that verifies (crypto/context.h); *at goes behind it. NULL, with OpenSSL's error. */
CMS_ContentInfo *lp_cms_decode(const uint8_t **at, size_t n);

/* PEM helpers. */
BIO *lp_bio_open(const void *bytes, size_t n);
bool lp_bio_is_blank(BIO *bio); /* nothing but white space follows */
int lp_bio_take(BIO *bio, struct lp_buf *out, struct lppack_error *err);
bool lp_pem_has(const void *pem, size_t n, const char *text);

#endif
