/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the one shape of CMS that bundles are signed with. */
#include "crypto/cms_sign.h"

#include "crypto/cms_parts.h"
#include "crypto/der.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#define SIGNED_FLAGS (CMS_BINARY | CMS_DETACHED | CMS_PARTIAL | CMS_NOSMIMECAP)

static bool use_pss(CMS_SignerInfo *signer, const EVP_MD *digest)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(signer);

	return ctx && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, digest) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* Engines leave the digests' parameters out, providers write NULL; the shape has one form. */
static bool spell_out_pss(CMS_SignerInfo *signer)
{
	static const uint8_t salt[] = { 0xa2, 3, LP_DER_INTEGER, 1, LP_CMS_SALT_MIN };
	uint8_t der[2 + LP_CMS_PSS_SIZE + sizeof(salt)] = { LP_DER_SEQUENCE, LP_CMS_PSS_SIZE + sizeof(salt) };
	ASN1_STRING *value = ASN1_STRING_new();
	X509_ALGOR *algorithm = NULL;

	memcpy(der + 2, lp_cms_pss_sha256, LP_CMS_PSS_SIZE);
	memcpy(der + 2 + LP_CMS_PSS_SIZE, salt, sizeof(salt));
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, NULL, &algorithm);
	if (value && ASN1_STRING_set(value, der, sizeof(der)) == 1 &&
	    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE, value) == 1)
		return true;
	ASN1_STRING_free(value);
	return false;
}

static bool add_signing_certificate(CMS_SignerInfo *signer, const EVP_MD *digest, X509 *x509, STACK_OF(X509) *issuers)
{
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int n = lp_cms_signing_certificate(digest, x509, issuers, &der);

	return n > 0 && CMS_signed_add1_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der,
						    n) == 1;
}

static CMS_ContentInfo *make_cms(const struct lp_private_key *key, X509 *x509, STACK_OF(X509) * issuers, BIO *message)
{
	const EVP_MD *digest = lp_cms_digest(&key->public_key);
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = CMS_sign(NULL, NULL, issuers, NULL, SIGNED_FLAGS);
	CMS_SignerInfo *signer = NULL;

	if (cms)
		signer = CMS_add1_signer(cms, x509, key->pkey, digest, SIGNED_FLAGS | CMS_KEY_PARAM);
	if (!signer || (key->public_key.algorithm == LP_KEY_RSA && !use_pss(signer, digest)) ||
	    !add_signing_certificate(signer, digest, x509, issuers) ||
	    CMS_final(cms, message, NULL, CMS_BINARY | CMS_DETACHED) != 1 ||
	    (key->public_key.algorithm == LP_KEY_RSA && !spell_out_pss(signer)))
		return NULL;
	return LP_TAKE(cms);
}

int lp_cms_sign(const struct lp_private_key *key, const struct lp_certificate *certificate,
		const struct lp_certificates *chain, const void *message, size_t n, struct lp_buf *out,
		struct lppack_error *err)
{
	LP_AUTO(cleanup_x509_stack) STACK_OF(X509) *issuers = sk_X509_new_null();
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(message, n);
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms = NULL;
	LP_AUTO_CMS struct lp_cms made = { 0 };
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int size = -1;
	int rc = lp_certificate_match(certificate, key, err);

	if (rc < 0)
		return rc;
	if (!lp_cms_digest(&key->public_key))
		return lp_fail(err, LPPACK_E_KEY, "sign with the bare key instead, without its certificate",
			       "%s: a key of type %s makes no CMS signature", certificate->name,
			       lp_key_algorithm_names[key->public_key.algorithm]);
	if (!issuers || !bio)
		return lp_fail_nomem(err);
	if (chain && chain->n)
		rc = lp_cms_order(certificate->x509, chain, chain->items[0]->name, issuers, err);
	if (rc < 0)
		return rc;
	cms = make_cms(key, certificate->x509, issuers, bio);
	if (cms)
		size = i2d_CMS_ContentInfo(cms, &der);
	if (size <= 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, NULL, "%s: signing", certificate->name);
	if (size > LP_CMS_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "embed fewer certificates",
			       "%s: the signature would have %d bytes, more than %d", certificate->name, size,
			       LP_CMS_MAX);
	/* What leaves here is what every reader accepts: a token that signs wrongly is noticed now. */
	rc = lp_cms_verify(der, (size_t)size, message, n, "the new signature", &made, err);
	if (rc < 0)
		return lp_wrap(err, rc, "%s", certificate->name);
	lp_buf_append(out, der, (size_t)size);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}
