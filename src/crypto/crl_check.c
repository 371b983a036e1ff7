/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What revocation lists say of a certificate of a chain. */
#include "crypto/crl_check.h"

#include "crypto/openssl.h"
#include "crypto/x509_text.h"

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

LP_DEFINE_CLEANUP(RSA_PSS_PARAMS, RSA_PSS_PARAMS_free)
LP_DEFINE_CLEANUP(AUTHORITY_KEYID, AUTHORITY_KEYID_free)

/* Whether the CRL says that it is of the issuer's key. Its serial is left aside: a key has one in each of its
 * certificates, and who embeds a chain chooses which of them is looked at. */
static bool claims_key(const X509_CRL *crl, X509 *issuer)
{
	LP_AUTO(cleanup_AUTHORITY_KEYID_free)
	AUTHORITY_KEYID *id = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
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
