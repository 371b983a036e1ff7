/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a certificate leads to an anchor and may sign. */
#include "crypto/chain.h"

#include "crypto/context.h"
#include "crypto/crl_check.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "crypto/x509_text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define AUTH_LEVEL 3 /* SSL_CTX_set_security_level(3): at least 128 bits, so RSA of 3072, P-256 and SHA-256 */

LP_DEFINE_CLEANUP(X509_STORE, X509_STORE_free)
LP_DEFINE_CLEANUP(X509_STORE_CTX, X509_STORE_CTX_free)

#define AUTO_STACK LP_AUTO(cleanup_x509_stack)

const char *const lp_chain_names[] = { "trusted",       "unknown-issuer", "damaged", "expired",
				       "not-yet-valid", "wrong-purpose",  "path-length", "weak",
				       "revoked",       "bad-crl",        "no-crl",  "invalid", NULL };

static enum lp_chain_verdict verdict_of(int code)
{
	switch (code) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return LP_CHAIN_UNKNOWN_ISSUER;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
		return LP_CHAIN_DAMAGED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return LP_CHAIN_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return LP_CHAIN_NOT_YET_VALID;
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_INVALID_NON_CA:
	case X509_V_ERR_INVALID_PURPOSE:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return LP_CHAIN_PURPOSE;
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		return LP_CHAIN_PATH;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return LP_CHAIN_WEAK;
	default:
		return LP_CHAIN_OTHER;
	}
}

/* Anchors that are no CA are only good for themselves. */
static X509_STORE *make_store(const struct lp_certificate *certificate, const struct lp_chain_rules *rules)
{
	LP_AUTO(cleanup_X509_STORE_free) X509_STORE *store = X509_STORE_new();

	for (size_t i = 0; store && i < rules->n_anchors; i++) {
		const struct lp_certificate *anchor = rules->anchors[i];

		if (!anchor->info.is_ca && X509_cmp(anchor->x509, certificate->x509) != 0)
			continue;
		if (X509_STORE_add_cert(store, anchor->x509) != 1)
			return NULL;
	}
	return LP_TAKE(store);
}

static STACK_OF(X509) *make_untrusted(const struct lp_certificates *others, const struct lp_chain_rules *rules)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	bool ok = stack;

	for (size_t i = 0; ok && others && i < others->n; i++)
		ok = sk_X509_push(stack, others->items[i]->x509) > 0;
	for (size_t i = 0; ok && i < rules->n_extra; i++)
		ok = sk_X509_push(stack, rules->extra[i]->x509) > 0;
	if (ok)
		return stack;
	sk_X509_free(stack);
	return NULL;
}

/* RFC 5280, 4.1.2.5: notAfter itself is still valid, as the end of a policy's window is. OpenSSL takes it for over. */
static int allow_last_second(int ok, X509_STORE_CTX *ctx)
{
	X509 *certificate = X509_STORE_CTX_get_current_cert(ctx);
	int64_t last;

	if (ok || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_CERT_HAS_EXPIRED || !certificate)
		return ok;
	return lp_x509_time(X509_get0_notAfter(certificate), &last) == 0 &&
	       last == X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(ctx));
}

static void set_rules(X509_STORE_CTX *ctx, int64_t at)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	X509_STORE_CTX_set_verify_cb(ctx, allow_last_second);
	if ((int64_t)(time_t)at == at)
		X509_VERIFY_PARAM_set_time(param, (time_t)at);
	else /* a time_t of 32 bits ends in 2038: check_times() alone asks */
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	X509_VERIFY_PARAM_set_depth(param, LP_CERTIFICATES_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	/* an anchor need not be a root */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
}

/* Again where OpenSSL has asked: what it was asked with is a time_t. */
static void check_times(STACK_OF(X509) * chain, int64_t at, struct lp_chain_report *report)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *certificate = sk_X509_value(chain, i);
		int64_t from = 0;
		int64_t to = 0;

		if (lp_x509_time(X509_get0_notBefore(certificate), &from) < 0 ||
		    lp_x509_time(X509_get0_notAfter(certificate), &to) < 0 || at > to) {
			lp_x509_refuse(report, LP_CHAIN_EXPIRED, certificate, "%s",
				       X509_verify_cert_error_string(X509_V_ERR_CERT_HAS_EXPIRED));
			return;
		}
		if (at < from) {
			lp_x509_refuse(report, LP_CHAIN_NOT_YET_VALID, certificate, "%s",
				       X509_verify_cert_error_string(X509_V_ERR_CERT_NOT_YET_VALID));
			return;
		}
	}
}

/* RFC 5280, 4.2.1.3 and 4.2.1.12. The functions return all bits where there is no such extension. */
static void check_purpose(STACK_OF(X509) *chain, struct lp_chain_report *report)
{
	X509 *signer = sk_X509_value(chain, 0);

	if (!(X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE)) {
		lp_x509_refuse(report, LP_CHAIN_PURPOSE, signer, "its key usage lacks digitalSignature");
		return;
	}
	for (int i = 0; i == 0 || i + 1 < sk_X509_num(chain); i++) {
		X509 *certificate = sk_X509_value(chain, i);
		unsigned int allowed = i == 0 ? XKU_CODE_SIGN : XKU_CODE_SIGN | XKU_ANYEKU;

		if (!(X509_get_extended_key_usage(certificate) & allowed)) {
			lp_x509_refuse(report, LP_CHAIN_PURPOSE, certificate,
				       "its extended key usage lacks codeSigning");
			return;
		}
	}
}

static void find_anchor(STACK_OF(X509) *chain, const struct lp_chain_rules *rules, struct lp_chain_report *report)
{
	X509 *top = sk_X509_value(chain, sk_X509_num(chain) - 1);

	for (size_t i = 0; i < rules->n_anchors; i++)
		if (X509_cmp(rules->anchors[i]->x509, top) == 0) {
			report->anchor = i;
			return;
		}
	lp_x509_refuse(report, LP_CHAIN_OTHER, top, "not an anchor");
}

/* Of any kind of key, as CAs may have others than signers. */
static int note_ids(STACK_OF(X509) *chain, struct lp_chain_report *report, struct lppack_error *err)
{
	for (int i = 0; i < sk_X509_num(chain) && i < LP_CHAIN_MAX; i++) {
		LP_AUTO_OPENSSL uint8_t *der = NULL;
		int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(sk_X509_value(chain, i)), &der);
		int rc = n > 0 ? lp_sha256(der, (size_t)n, &report->ids[i], err) : lp_fail_nomem(err);

		if (rc < 0)
			return rc;
		report->n_ids++;
	}
	return 0;
}

int lp_chain_check(const struct lp_certificate *certificate, const struct lp_certificates *others,
		   const struct lp_chain_rules *rules, struct lp_chain_report *report, struct lppack_error *err)
{
	OSSL_LIB_CTX *in = lp_openssl_context();
	LP_AUTO(cleanup_X509_STORE_free) X509_STORE *store = make_store(certificate, rules);
	AUTO_STACK STACK_OF(X509) *untrusted = make_untrusted(others, rules);
	LP_AUTO(cleanup_X509_STORE_CTX_free) X509_STORE_CTX *ctx = in ? X509_STORE_CTX_new_ex(in, NULL) : NULL;
	STACK_OF(X509) *chain;

	*report = (struct lp_chain_report){ 0 };
	if (!store || !untrusted || !ctx || X509_STORE_CTX_init(ctx, store, certificate->x509, untrusted) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "%s: its chain cannot be checked",
				       certificate->name);
	set_rules(ctx, rules->at);
	if (X509_verify_cert(ctx) != 1) {
		int code = X509_STORE_CTX_get_error(ctx);

		ERR_clear_error();
		if (code == X509_V_ERR_OUT_OF_MEM)
			return lp_fail_nomem(err);
		lp_x509_refuse(report, verdict_of(code), X509_STORE_CTX_get_current_cert(ctx), "%s",
			       X509_verify_cert_error_string(code));
		return 0;
	}
	chain = X509_STORE_CTX_get0_chain(ctx);
	check_times(chain, rules->at, report);
	if (report->verdict == LP_CHAIN_TRUSTED)
		check_purpose(chain, report);
	for (int i = 0; report->verdict == LP_CHAIN_TRUSTED && i + 1 < sk_X509_num(chain); i++)
		lp_crl_check(sk_X509_value(chain, i), sk_X509_value(chain, i + 1), rules, report);
	find_anchor(chain, rules, report);
	ERR_clear_error();
	return note_ids(chain, report, err);
}
