/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the signature at a module's end says of its signer. */
#include "crypto/module_signature.h"

#include "shared/cleanup.h"
#include "shared/text.h"
#include "crypto/openssl.h"
#include "crypto/x509_text.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static void set_algorithm(char *out, size_t size, const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object = NULL;
	const char *name;
	int nid;

	if (!algorithm)
		return;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(object);
	if (nid == NID_undef) {
		OBJ_obj2txt(out, (int)size, object, 1);
		return;
	}
	name = nid == NID_sha1 ? "sha1" : OBJ_nid2ln(nid);
	snprintf(out, size, "%s", name ? name : "");
	lp_text_make_printable(out);
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
		lp_x509_common_name(issuer, out->issuer, sizeof(out->issuer));
	if (serial)
		lp_x509_serial(serial, out->serial, sizeof(out->serial));
	if (key_id)
		lp_x509_key_id(key_id, out->key_id, sizeof(out->key_id));
}

int lp_module_signature_parse(const void *der, size_t n, const char *name, struct lp_module_signature *out,
			      struct lppack_error *err)
{
	static const char hint[] = "sign the module again with the kernel's sign-file";
	const unsigned char *at = der;
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = NULL;
	STACK_OF(CMS_SignerInfo) *signers = NULL;

	*out = (struct lp_module_signature){ 0 };
	cms = lp_cms_decode(&at, n);
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
