/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking a CMS signature apart, and refusing every shape but one. */
#include "crypto/cms_verify.h"

#include "shared/array.h"
#include "crypto/cms_parts.h"
#include "crypto/context.h"
#include "crypto/der.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

static const char shape_hint[] =
	"what is read is made by: openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER";
static const char fetch_hint[] = "fetch the file again from a source you trust";

static const uint8_t oid_signed_data[] = { LP_CMS_OID(LP_CMS_PKCS, 7, 2) };
static const uint8_t version_1[] = { LP_DER_INTEGER, 1, 1 };
static const uint8_t no_content[] = { LP_DER_SEQUENCE, 11, LP_CMS_OID(LP_CMS_PKCS, 7, 1) };
static const uint8_t sha256_algorithm[] = { LP_DER_SEQUENCE, 11, LP_CMS_OID(LP_CMS_HASH, 1) };
static const uint8_t sha384_algorithm[] = { LP_DER_SEQUENCE, 11, LP_CMS_OID(LP_CMS_HASH, 2) };
static const uint8_t ecdsa_sha256[] = { LP_DER_SEQUENCE, 10, LP_CMS_OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2) };
static const uint8_t ecdsa_sha384[] = { LP_DER_SEQUENCE, 10, LP_CMS_OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3) };
static const uint8_t rsa_pkcs1[] = { LP_DER_SEQUENCE, 13, LP_CMS_OID(LP_CMS_PKCS, 1, 1), 5, 0 };
static const uint8_t oid_rsa_pss[] = { LP_CMS_OID(LP_CMS_PKCS, 1, 10) };
static const uint8_t oid_content_type[] = { LP_CMS_OID(LP_CMS_PKCS, 9, 3) };
static const uint8_t oid_message_digest[] = { LP_CMS_OID(LP_CMS_PKCS, 9, 4) };
static const uint8_t oid_signing_time[] = { LP_CMS_OID(LP_CMS_PKCS, 9, 5) };
static const uint8_t oid_signing_certificate[] = { LP_CMS_OID(LP_CMS_PKCS, 9, 16, 2, 47) };
static const uint8_t data_type[] = { LP_CMS_OID(LP_CMS_PKCS, 7, 1) };

/* The pieces of the shape, borrowed from its bytes. */
struct pieces {
	struct lp_der digests;
	struct lp_der certificates;
	struct lp_der signer_id;
	struct lp_der digest;
	struct lp_der attributes; /* with tag and length */
	struct lp_der algorithm;
	struct lp_der signature;
};

/* The signed attributes' values. */
struct attributes {
	struct lp_der content_type;
	struct lp_der message_digest;
	struct lp_der signing_time;
	struct lp_der signing_certificate;
};

static int bad_shape(const char *name, const char *what, struct lppack_error *err)
{
	ERR_clear_error();
	return lp_fail(err, LPPACK_E_BAD_SIGNATURE, shape_hint, "%s: not a CMS signature of the known shape: %s", name,
		       what);
}

static const char *take_signer_info(struct lp_der *signers, struct pieces *out)
{
	struct lp_der info;

	if (!lp_der_take(signers, LP_DER_SEQUENCE, &info))
		return "no signer";
	if (signers->left)
		return "several signers";
	if (!lp_der_take_bytes(&info, version_1, sizeof(version_1)) ||
	    !lp_der_take_whole(&info, LP_DER_SEQUENCE, &out->signer_id) ||
	    !lp_der_take_whole(&info, LP_DER_SEQUENCE, &out->digest))
		return "the signer is not named by issuer and serial";
	if (!lp_der_take_whole(&info, LP_DER_CONTEXT_0, &out->attributes))
		return "no signed attributes";
	if (!lp_der_take_whole(&info, LP_DER_SEQUENCE, &out->algorithm) ||
	    !lp_der_take(&info, LP_DER_OCTETS, &out->signature))
		return "no signature";
	return info.left ? "unsigned attributes" : NULL;
}

static const char *take_pieces(struct lp_der der, struct pieces *out)
{
	struct lp_der info;
	struct lp_der content;
	struct lp_der data;
	struct lp_der signers;

	if (!lp_der_take(&der, LP_DER_SEQUENCE, &info) || der.left ||
	    !lp_der_take_bytes(&info, oid_signed_data, sizeof(oid_signed_data)) ||
	    !lp_der_take(&info, LP_DER_CONTEXT_0, &content) || info.left ||
	    !lp_der_take(&content, LP_DER_SEQUENCE, &data) || content.left)
		return "not one DER SignedData";
	if (!lp_der_take_bytes(&data, version_1, sizeof(version_1)) || !lp_der_take(&data, LP_DER_SET, &out->digests))
		return "not of version 1";
	if (!lp_der_take_bytes(&data, no_content, sizeof(no_content)))
		return "not detached, or not of plain data";
	if (!lp_der_take(&data, LP_DER_CONTEXT_0, &out->certificates))
		return "no certificate";
	if (!lp_der_take(&data, LP_DER_SET, &signers) || data.left)
		return "something else than certificates and a signer";
	return take_signer_info(&signers, out);
}

/* Where the value of an attribute belongs, or NULL for one that is not allowed. */
static struct lp_der *find_slot(struct lp_der *attribute, struct attributes *out)
{
	if (lp_der_take_bytes(attribute, oid_content_type, sizeof(oid_content_type)))
		return &out->content_type;
	if (lp_der_take_bytes(attribute, oid_message_digest, sizeof(oid_message_digest)))
		return &out->message_digest;
	if (lp_der_take_bytes(attribute, oid_signing_time, sizeof(oid_signing_time)))
		return &out->signing_time;
	if (lp_der_take_bytes(attribute, oid_signing_certificate, sizeof(oid_signing_certificate)))
		return &out->signing_certificate;
	return NULL;
}

static const char *take_attributes(struct lp_der whole, struct attributes *out)
{
	struct lp_der all = { 0 };
	struct lp_der before = { 0 };

	*out = (struct attributes){ 0 };
	lp_der_take(&whole, LP_DER_CONTEXT_0, &all);
	while (all.left) {
		struct lp_der attribute = { 0 };
		struct lp_der inside;
		struct lp_der *slot;

		if (!lp_der_take_whole(&all, LP_DER_SEQUENCE, &attribute) ||
		    (before.left && lp_der_compare(&before, &attribute) >= 0))
			return "its signed attributes are not in order";
		before = attribute;
		lp_der_take(&attribute, LP_DER_SEQUENCE, &inside);
		slot = find_slot(&inside, out);
		if (!slot)
			return "a signed attribute that is not allowed";
		if (slot->left || !lp_der_take(&inside, LP_DER_SET, slot) || inside.left || !slot->left)
			return "a signed attribute is there twice, empty, or malformed";
	}
	return NULL;
}

static bool is_signing_time(struct lp_der value)
{
	struct lp_der time;

	if (!lp_der_take(&value, LP_DER_UTC_TIME, &time) && !lp_der_take(&value, LP_DER_GENERALIZED_TIME, &time))
		return false;
	return value.left == 0 && (time.left == 13 || time.left == 15);
}

/* The salt's size, or -1 if the parameters are others than the shape's. */
static int read_pss(struct lp_der algorithm)
{
	struct lp_der parts;
	struct lp_der params;
	struct lp_der salt;
	struct lp_der n;
	int size = 0;

	lp_der_take(&algorithm, LP_DER_SEQUENCE, &parts);
	if (!lp_der_take_bytes(&parts, oid_rsa_pss, sizeof(oid_rsa_pss)) ||
	    !lp_der_take(&parts, LP_DER_SEQUENCE, &params) || parts.left ||
	    !lp_der_take_bytes(&params, lp_cms_pss_sha256, LP_CMS_PSS_SIZE) || !lp_der_take(&params, 0xa2, &salt) ||
	    params.left || !lp_der_take(&salt, LP_DER_INTEGER, &n) || salt.left || n.left < 1 || n.left > 2)
		return -1;
	for (size_t i = 0; i < n.left; i++)
		size = size << 8 | n.at[i];
	if (n.at[0] & 0x80 || (n.left == 2 && size < 0x80) || size < LP_CMS_SALT_MIN)
		return -1;
	return size;
}

/* The algorithm's name, or NULL; salt is -1 unless it is PSS. */
static const char *read_algorithm(const struct lp_der *algorithm, const struct lp_public_key *key, int *salt)
{
	*salt = -1;
	if (key->algorithm == LP_KEY_ECDSA_P256)
		return lp_der_equal(algorithm, ecdsa_sha256, sizeof(ecdsa_sha256)) ? "ecdsa-sha256" : NULL;
	if (key->algorithm == LP_KEY_ECDSA_P384)
		return lp_der_equal(algorithm, ecdsa_sha384, sizeof(ecdsa_sha384)) ? "ecdsa-sha384" : NULL;
	if (lp_der_equal(algorithm, rsa_pkcs1, sizeof(rsa_pkcs1)))
		return "rsa-pkcs1-sha256";
	*salt = read_pss(*algorithm);
	return *salt < 0 ? NULL : "rsa-pss-sha256";
}

/* Strictly ascending, so no certificate is there twice. */
static int take_certificates(struct lp_der all, const char *name, struct lp_certificates *out, struct lppack_error *err)
{
	struct lp_der before = { 0 };

	while (all.left) {
		struct lp_der one;
		struct lp_certificate **added;
		LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;

		if (!lp_der_take_whole(&all, LP_DER_SEQUENCE, &one) || out->n == LP_CERTIFICATES_MAX ||
		    (before.left && lp_der_compare(&before, &one) >= 0))
			return bad_shape(name, "its certificates are too many or not in order", err);
		before = one;
		if (lp_certificate_decode(one.at, one.left, name, &certificate, NULL) < 0)
			return bad_shape(name, "a malformed certificate", err);
		added = lp_array_add(&out->items, &out->n, sizeof(struct lp_certificate *));
		if (!added)
			return lp_fail_nomem(err);
		*added = LP_TAKE(certificate);
	}
	return 0;
}

static bool is_named(const struct lp_der *signer_id, const X509 *x509)
{
	PKCS7_ISSUER_AND_SERIAL id = { .issuer = X509_get_issuer_name(x509),
				       .serial = (ASN1_INTEGER *)X509_get0_serialNumber(x509) };
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int n = i2d_PKCS7_ISSUER_AND_SERIAL(&id, &der);

	return n > 0 && lp_der_equal(signer_id, der, (size_t)n);
}

/* Moves the signer's certificate out of cms->issuers. */
static int find_signer(const struct pieces *pieces, const char *name, struct lp_cms *cms, struct lppack_error *err)
{
	struct lp_certificates *all = &cms->issuers;
	struct lppack_error why = LPPACK_ERROR_INIT;

	for (size_t i = 0; i < all->n; i++) {
		if (!is_named(&pieces->signer_id, all->items[i]->x509))
			continue;
		cms->certificate = all->items[i];
		memmove(all->items + i, all->items + i + 1, (--all->n - i) * sizeof(all->items[0]));
		if (lp_certificate_public_key(cms->certificate, &cms->key, &why) < 0)
			return lp_fail(err, LPPACK_E_BAD_SIGNATURE, why.hint, "%s", why.message);
		return lp_cms_digest(&cms->key) ? 0 : bad_shape(name, "a key of that kind makes no CMS", err);
	}
	return bad_shape(name, "the signer's certificate is not there", err);
}

/* What ties the certificates to the signature. Puts the issuers into order. */
static int check_certificates(const struct attributes *attributes, const char *name, struct lp_cms *cms,
			      struct lppack_error *err)
{
	LP_AUTO(cleanup_x509_stack) STACK_OF(X509) *order = sk_X509_new_null();
	struct lp_certificate *sorted[LP_CERTIFICATES_MAX];
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int n;

	if (!order)
		return lp_fail_nomem(err);
	if (lp_cms_order(cms->certificate->x509, &cms->issuers, name, order, NULL) < 0)
		return bad_shape(name, "a certificate that is no issuer of the signer's", err);
	n = lp_cms_signing_certificate(lp_cms_digest(&cms->key), cms->certificate->x509, order, &der);
	if (n <= 0 || !lp_der_equal(&attributes->signing_certificate, der, (size_t)n))
		return bad_shape(name, "its signed attributes do not name just its certificates", err);
	for (size_t i = 0; i < cms->issuers.n; i++)
		for (size_t j = 0; j < cms->issuers.n; j++)
			if (cms->issuers.items[j]->x509 == sk_X509_value(order, (int)i))
				sorted[i] = cms->issuers.items[j];
	if (cms->issuers.n)
		memcpy(cms->issuers.items, sorted, cms->issuers.n * sizeof(sorted[0]));
	return 0;
}

/* RFC 5652, 5.4: signed is the SET OF, whose tag the [0] replaces. */
static bool is_valid(const struct pieces *pieces, const struct lp_cms *cms, int salt)
{
	static const uint8_t set_tag = LP_DER_SET;
	LP_AUTO(cleanup_EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *digest = lp_cms_digest(&cms->key);
	OSSL_LIB_CTX *in = lp_openssl_context();
	EVP_PKEY_CTX *key_ctx = NULL;

	if (!ctx || !in ||
	    EVP_DigestVerifyInit_ex(ctx, &key_ctx, EVP_MD_get0_name(digest), in, NULL,
				    X509_get0_pubkey(cms->certificate->x509), NULL) != 1)
		return false;
	if (salt >= 0 && (EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING) <= 0 ||
			  EVP_PKEY_CTX_set_rsa_mgf1_md(key_ctx, digest) <= 0 ||
			  EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, salt) <= 0))
		return false;
	return EVP_DigestVerifyUpdate(ctx, &set_tag, 1) == 1 &&
	       EVP_DigestVerifyUpdate(ctx, pieces->attributes.at + 1, pieces->attributes.left - 1) == 1 &&
	       EVP_DigestVerifyFinal(ctx, pieces->signature.at, pieces->signature.left) == 1;
}

static bool is_of_message(const struct attributes *attributes, const EVP_MD *digest, const void *message, size_t n)
{
	uint8_t expected[2 + EVP_MAX_MD_SIZE] = { LP_DER_OCTETS };
	unsigned int size = 0;

	digest = digest == EVP_sha384() ? lp_openssl_sha384() : lp_openssl_sha256();
	if (!digest || EVP_Digest(message, n, expected + 2, &size, digest, NULL) != 1)
		return false;
	expected[1] = (uint8_t)size;
	return lp_der_equal(&attributes->message_digest, expected, 2 + size);
}

static int check_shape(const struct pieces *pieces, const struct attributes *attributes, const char *name,
		       struct lp_cms *cms, int *salt, struct lppack_error *err)
{
	const uint8_t *digest = lp_cms_digest(&cms->key) == EVP_sha384() ? sha384_algorithm : sha256_algorithm;

	/* With parameters absent, in both places. */
	if (!lp_der_equal(&pieces->digest, digest, sizeof(sha256_algorithm)) ||
	    !lp_der_equal(&pieces->digests, digest, sizeof(sha256_algorithm)))
		return bad_shape(name, "not the digest that goes with the key", err);
	cms->algorithm = read_algorithm(&pieces->algorithm, &cms->key, salt);
	if (!cms->algorithm)
		return bad_shape(name, "not a signature algorithm that goes with the key", err);
	if (!lp_der_equal(&attributes->content_type, data_type, sizeof(data_type)))
		return bad_shape(name, "no signed content type of plain data", err);
	if (attributes->signing_time.left && !is_signing_time(attributes->signing_time))
		return bad_shape(name, "a malformed signing time", err);
	if (!attributes->signing_certificate.left)
		return bad_shape(name, "its signed attributes do not name its certificates (-cades)", err);
	return check_certificates(attributes, name, cms, err);
}

int lp_cms_verify(const void *der, size_t n, const void *message, size_t message_size, const char *name,
		  struct lp_cms *out, struct lppack_error *err)
{
	struct pieces pieces = { 0 };
	struct attributes attributes = { 0 };
	const char *fault = n <= LP_CMS_MAX ? take_pieces((struct lp_der){ der, n }, &pieces) : "too long";
	int salt = -1;
	int rc;

	*out = (struct lp_cms){ 0 };
	if (!fault)
		fault = take_attributes(pieces.attributes, &attributes);
	if (fault)
		return bad_shape(name, fault, err);
	rc = take_certificates(pieces.certificates, name, &out->issuers, err);
	if (rc < 0)
		return rc;
	rc = find_signer(&pieces, name, out, err);
	if (rc < 0)
		return rc;
	rc = check_shape(&pieces, &attributes, name, out, &salt, err);
	if (rc < 0)
		return rc;
	fault = NULL;
	if (!is_valid(&pieces, out, salt))
		fault = "the signature does not fit";
	else if (!is_of_message(&attributes, lp_cms_digest(&out->key), message, message_size))
		fault = "the signature is of something else";
	ERR_clear_error();
	return fault ? lp_fail(err, LPPACK_E_BAD_SIGNATURE, fetch_hint, "%s: %s", name, fault) : 0;
}

void lp_cms_free(struct lp_cms *cms)
{
	lp_certificate_free(cms->certificate);
	lp_certificates_free(&cms->issuers);
	*cms = (struct lp_cms){ 0 };
}
