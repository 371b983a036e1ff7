/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a module's signature names, as pkcs7_note_signed_info() of the kernel (crypto/asymmetric_keys) reads it. */
#include "crypto/module_signer.h"

#include "shared/cleanup.h"
#include "crypto/der.h"
#include "crypto/openssl.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>

/* The contents of an element, without its tag and length. */
static bool append_contents(const uint8_t *der, int n, unsigned int tag, struct lp_buf *out)
{
	struct lp_der left = { der, n > 0 ? (size_t)n : 0 };
	struct lp_der inside = { 0 };

	if (!lp_der_take(&left, tag, &inside))
		return false;
	lp_buf_append(out, inside.at, inside.left);
	return true;
}

static bool append_issuer_and_serial(X509_NAME *issuer, ASN1_INTEGER *serial, struct lp_buf *out)
{
	LP_AUTO_OPENSSL uint8_t *name_der = NULL;
	LP_AUTO_OPENSSL uint8_t *serial_der = NULL;
	int name_size = i2d_X509_NAME(issuer, &name_der);
	int serial_size = i2d_ASN1_INTEGER(serial, &serial_der);

	return append_contents(serial_der, serial_size, LP_DER_INTEGER, out) &&
	       append_contents(name_der, name_size, LP_DER_SEQUENCE, out);
}

bool lp_module_signature_id(const void *der, size_t n, size_t i, struct lp_buf *out)
{
	const unsigned char *at = der;
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = lp_cms_decode(&at, n);
	STACK_OF(CMS_SignerInfo) *signers = cms ? CMS_get0_SignerInfos(cms) : NULL;
	ASN1_OCTET_STRING *key_id = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	bool found = false;

	if (signers && i < (size_t)sk_CMS_SignerInfo_num(signers) &&
	    CMS_SignerInfo_get0_signer_id(sk_CMS_SignerInfo_value(signers, (int)i), &key_id, &issuer, &serial) == 1) {
		if (key_id)
			lp_buf_append(out, ASN1_STRING_get0_data(key_id), (size_t)ASN1_STRING_length(key_id));
		found = key_id || (issuer && serial && append_issuer_and_serial(issuer, serial, out));
	}
	ERR_clear_error();
	return found;
}
