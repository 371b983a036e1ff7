/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking a module's signature by one certificate, as mod_verify_sig() of the kernel does: kernel/module/signing.c. */
#include "crypto/module_signature_match.h"

#include "shared/cleanup.h"
#include "crypto/context.h"
#include "crypto/openssl.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>

static bool is_signer(CMS_ContentInfo *cms, X509 *certificate)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

	for (int i = 0; i < sk_CMS_SignerInfo_num(signers); i++)
		if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, i), certificate) == 0)
			return true;
	return false;
}

static bool verifies(CMS_ContentInfo *cms, X509 *certificate, const void *content, size_t size)
{
	const unsigned int flags = CMS_BINARY | CMS_DETACHED | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new_mem_buf(content, (int)size);
	LP_AUTO(cleanup_x509_stack) STACK_OF(X509) *certificates = sk_X509_new_null();

	return bio && certificates && sk_X509_push(certificates, certificate) &&
	       CMS_verify(cms, certificates, NULL, bio, NULL, flags) == 1;
}

enum lp_signature_match lp_module_signature_match(const void *der, size_t n, const void *certificate, size_t size,
						  const void *content, size_t content_size)
{
	const unsigned char *at = der;
	const unsigned char *certificate_at = certificate;
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = NULL;
	LP_AUTO(cleanup_X509_free) X509 *x509 = NULL;
	enum lp_signature_match match = LP_SIGNATURE_OTHER_KEY;

	if (content_size > INT_MAX)
		return match;
	cms = lp_cms_decode(&at, n);
	x509 = lp_x509_decode(&certificate_at, size);
	if (cms && x509 && is_signer(cms, x509))
		match = verifies(cms, x509, content, content_size) ? LP_SIGNATURE_RIGHT : LP_SIGNATURE_WRONG;
	ERR_clear_error();
	return match;
}
