/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crypto/module_signature.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "crypto/openssl.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

LP_DEFINE_CLEANUP(CMS_ContentInfo, CMS_ContentInfo_free)
LP_DEFINE_CLEANUP(BIGNUM, BN_free)

static void set_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
	lp_text_make_printable(out);
}

static void set_algorithm(char *out, size_t size, const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object = NULL;
	int nid;

	if (!algorithm)
		return;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(object);
	if (nid == NID_undef)
		OBJ_obj2txt(out, (int)size, object, 1);
	else
		set_text(out, size, nid == NID_sha1 ? "sha1" : OBJ_nid2ln(nid));
}

static void set_issuer(char *out, size_t size, const X509_NAME *issuer)
{
	int i = X509_NAME_get_index_by_NID(issuer, NID_commonName, -1);
	X509_NAME_ENTRY *entry = i < 0 ? NULL : X509_NAME_get_entry(issuer, i);
	unsigned char *utf8 = NULL;
	int n = entry ? ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry)) : -1;

	if (n >= 0 && lp_text_is_clean((char *)utf8, (size_t)n, false) && (size_t)n < size)
		snprintf(out, size, "%.*s", n, utf8);
	OPENSSL_free(utf8);
}

static void set_serial(char *out, size_t size, const ASN1_INTEGER *serial)
{
	LP_AUTO(cleanup_BN_free) BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = number && BN_num_bits(number) < 512 ? BN_bn2hex(number) : NULL;

	if (hex)
		set_text(out, size, hex);
	OPENSSL_free(hex);
}

static void set_key_id(char *out, size_t size, const ASN1_OCTET_STRING *id)
{
	size_t n = (size_t)ASN1_STRING_length(id);

	if (n <= (size - 1) / 2)
		lp_hex_encode(ASN1_STRING_get0_data(id), n, out);
}

static void read_signer(CMS_SignerInfo *signer, struct lp_module_signature *out)
{
	ASN1_OCTET_STRING *key_id = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_ALGOR *digest = NULL;
	X509_ALGOR *algorithm = NULL;

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &algorithm);
	set_algorithm(out->digest, sizeof(out->digest), digest);
	set_algorithm(out->algorithm, sizeof(out->algorithm), algorithm);
	if (CMS_SignerInfo_get0_signer_id(signer, &key_id, &issuer, &serial) != 1)
		return;
	if (issuer)
		set_issuer(out->issuer, sizeof(out->issuer), issuer);
	if (serial)
		set_serial(out->serial, sizeof(out->serial), serial);
	if (key_id)
		set_key_id(out->key_id, sizeof(out->key_id), key_id);
}

int lp_module_signature_parse(const void *der, size_t n, const char *name, struct lp_module_signature *out,
			      struct lppack_error *err)
{
	static const char hint[] = "sign the module again with the kernel's sign-file";
	const unsigned char *at = der;
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) *signers = NULL;

	*out = (struct lp_module_signature){ 0 };
	if (n <= LONG_MAX)
		cms = d2i_CMS_ContentInfo(NULL, &at, (long)n);
	if (!cms)
		return lp_fail_openssl(err, LPPACK_E_MODULE, hint, "%s: its signature is no PKCS#7", name);
	if (at != (const unsigned char *)der + n || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return lp_fail(err, LPPACK_E_MODULE, hint, "%s: its signature is not one PKCS#7 signed-data", name);
	signers = CMS_get0_SignerInfos(cms);
	out->n_signers = signers ? (size_t)sk_CMS_SignerInfo_num(signers) : 0;
	if (out->n_signers)
		read_signer(sk_CMS_SignerInfo_value(signers, 0), out);
	ERR_clear_error();
	return 0;
}
