/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading revocation lists, and what they say of a certificate. */
#include "crypto/certificate.h"
#include "crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

LP_DEFINE_CLEANUP(RSA_PSS_PARAMS, RSA_PSS_PARAMS_free)
LP_DEFINE_CLEANUP(AUTHORITY_KEYID, AUTHORITY_KEYID_free)

static const char hint[] = "get the complete CRL of the certificate's issuer again";

static X509_CRL *crl_decode(const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	struct lp_asking nobody = { 0 };
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(bytes, n);
	LP_AUTO(cleanup_X509_CRL_free) X509_CRL *crl = NULL;

	if (!lp_pem_has(bytes, n, "-----BEGIN "))
		crl = d2i_X509_CRL(NULL, &at, (long)n);
	else if (bio)
		crl = PEM_read_bio_X509_CRL(bio, NULL, lp_asking_answer, &nobody);
	if (!crl || (at != bytes ? (size_t)(at - (const uint8_t *)bytes) != n : !lp_bio_is_blank(bio)))
		return NULL;
	return LP_TAKE(crl);
}

/* RFC 5280, 5.2: the critical ones make it a partial, indirect or delta CRL. */
static bool has_critical_extension(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++)
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return true;
	return false;
}

int lp_crl_parse(const void *bytes, size_t n, const char *name, struct lp_crl **out, struct lppack_error *err)
{
	LP_AUTO(cleanup_X509_CRL_free) X509_CRL *crl = NULL;
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *made = calloc(1, sizeof(*made));
	int64_t time;

	if (n > LP_CRL_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, NULL, "%s: has %zu bytes, more than %u", name, n, LP_CRL_MAX);
	if (made)
		made->name = strdup(name);
	if (!made || !made->name)
		return lp_fail_nomem(err);
	crl = n ? crl_decode(bytes, n) : NULL;
	if (!crl) {
		ERR_clear_error();
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: not one certificate revocation list, PEM or DER", name);
	}
	if (has_critical_extension(crl))
		return lp_fail(err, LPPACK_E_KEY, hint, "%s: a partial, indirect or delta CRL, which is not supported",
			       name);
	if (lp_x509_time(X509_CRL_get0_lastUpdate(crl), &time) < 0 ||
	    lp_x509_time(X509_CRL_get0_nextUpdate(crl), &time) < 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, hint, "%s: the CRL does not say how long it counts", name);
	made->crl = LP_TAKE(crl);
	*out = LP_TAKE(made);
	return 0;
}

void lp_crl_free(struct lp_crl *crl)
{
	if (!crl)
		return;
	X509_CRL_free(crl->crl);
	free(crl->name);
	free(crl);
}

/* Whether the CRL says that it is of the issuer's key. Its serial is left aside: a key has one in each of its
 * certificates, and who embeds a chain chooses which of them is looked at. */
static bool claims_key(const X509_CRL *crl, X509 *issuer)
{
	LP_AUTO(cleanup_AUTHORITY_KEYID_free) AUTHORITY_KEYID *id =
		X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
	const ASN1_OCTET_STRING *of_issuer = X509_get0_subject_key_id(issuer);

	/* a CA that changed its key has CRLs of both under one name */
	return !id || !id->keyid || !of_issuer || ASN1_OCTET_STRING_cmp(id->keyid, of_issuer) == 0;
}

static int signature_digest(const X509_CRL *crl)
{
	LP_AUTO(cleanup_RSA_PSS_PARAMS_free) RSA_PSS_PARAMS *pss = NULL;
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *object = NULL;
	const void *value = NULL;
	int type = 0;
	int digest = NID_undef;
	int key = NID_undef;

	X509_CRL_get0_signature(crl, NULL, &algorithm);
	X509_ALGOR_get0(&object, &type, &value, algorithm);
	if (OBJ_obj2nid(object) == NID_rsassaPss && type == V_ASN1_SEQUENCE) {
		pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
		if (pss && pss->hashAlgorithm)
			X509_ALGOR_get0(&object, NULL, NULL, pss->hashAlgorithm);
		return pss && pss->hashAlgorithm ? OBJ_obj2nid(object) : NID_undef;
	}
	OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest, &key);
	return key == NID_ED25519 ? NID_sha512 : digest;
}

static bool is_strong(const X509_CRL *crl)
{
	static const int strong[] = { NID_sha256, NID_sha384, NID_sha512, NID_sha3_256, NID_sha3_384, NID_sha3_512 };
	int digest = signature_digest(crl);

	for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
		if (digest == strong[i])
			return true;
	return false;
}

/* NULL, or what is wrong with the CRL as its issuer's. */
static const char *find_fault(const X509_CRL *crl, X509 *issuer, bool is_signed)
{
	if (!(X509_get_key_usage(issuer) & KU_CRL_SIGN)) /* all bits are set where it has no key usage */
		return "its issuer may not sign CRLs";
	if (!is_strong(crl))
		return "is signed with a digest that is too weak";
	if (!is_signed)
		return "is not signed by its issuer";
	return NULL;
}

static const char *find_staleness(const X509_CRL *crl, int64_t now)
{
	int64_t from = 0;
	int64_t to = 0;

	if (lp_x509_time(X509_CRL_get0_lastUpdate(crl), &from) < 0 ||
	    lp_x509_time(X509_CRL_get0_nextUpdate(crl), &to) < 0 || now > to)
		return "has expired";
	return now < from ? "is not yet valid" : NULL;
}

void lp_crl_check(X509 *certificate, X509 *issuer, const struct lp_chain_rules *rules, struct lp_chain_report *report)
{
	const struct lp_crl *stale = NULL;
	const char *why_stale = NULL;
	size_t good = 0;

	for (size_t i = 0; i < rules->n_crls; i++) {
		const struct lp_crl *crl = rules->crls[i];
		X509_REVOKED *entry = NULL;
		const char *fault;
		bool is_signed;

		if (X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(issuer)) != 0)
			continue;
		is_signed = X509_CRL_verify(crl->crl, X509_get0_pubkey(issuer)) == 1;
		if (!is_signed && !claims_key(crl->crl, issuer))
			continue;
		fault = find_fault(crl->crl, issuer, is_signed);
		if (fault) {
			lp_x509_refuse(report, LP_CHAIN_BAD_CRL, certificate, "the CRL %s %s", crl->name, fault);
			return;
		}
		if (X509_CRL_get0_by_cert(crl->crl, &entry, certificate) == 1) {
			lp_x509_refuse(report, LP_CHAIN_REVOKED, certificate, "revoked by %s", crl->name);
			return;
		}
		fault = find_staleness(crl->crl, rules->now);
		if (fault) {
			stale = crl;
			why_stale = fault;
		} else {
			good++;
		}
	}
	if (good == 0 && stale)
		lp_x509_refuse(report, LP_CHAIN_BAD_CRL, certificate, "the CRL %s %s", stale->name, why_stale);
	else if (good == 0 && rules->require_crls)
		lp_x509_refuse(report, LP_CHAIN_NO_CRL, certificate, "no CRL of its issuer, which the policy requires");
}
