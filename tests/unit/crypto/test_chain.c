/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which chains of certificates lead to a trusted one. */
#include "shared/text.h"
#include "crypto/chain.h"
#include "support/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pki root;
	struct pki issuing;
	struct pki signer;
	struct pki other_root;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->root, "Root", NULL);
	pki_make_ca(&f->issuing, "Issuing", &f->root);
	pki_make_signer(&f->signer, "Signer", NULL, &f->issuing);
	pki_make_ca(&f->other_root, "Other root", NULL);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->root);
	pki_free(&f->issuing);
	pki_free(&f->signer);
	pki_free(&f->other_root);
	free(f);
	return 0;
}

/* Checks against one anchor, with one certificate between (may be NULL), at a time. */
static void check(const struct pki *signer, const struct pki *between, const struct pki *anchor, int64_t at,
		  struct lp_chain_report *report)
{
	const struct lp_certificate *anchors[] = { anchor->certificate };
	struct lp_certificate *items[] = { between ? between->certificate : NULL };
	const struct lp_certificates others = { items, between ? 1 : 0 };
	const struct lp_chain_rules rules = { .anchors = anchors, .n_anchors = 1, .at = at, .now = PKI_NOW };

	assert_int_equal(lp_chain_check(signer->certificate, &others, &rules, report, NULL), 0);
}

static void expect_at(const struct pki *signer, const struct pki *between, const struct pki *anchor, int64_t at,
		      enum lp_chain_verdict verdict, const char *words)
{
	struct lp_chain_report report;

	check(signer, between, anchor, at, &report);
	if (report.verdict != verdict || !strstr(report.text, words))
		fail_msg("%s: '%s' instead of %s: '%s'", lp_chain_names[report.verdict], report.text,
			 lp_chain_names[verdict], words);
	assert_int_equal(!*report.text, verdict == LP_CHAIN_TRUSTED);
}

static void expect(const struct pki *signer, const struct pki *between, const struct pki *anchor,
		   enum lp_chain_verdict verdict, const char *words)
{
	expect_at(signer, between, anchor, PKI_NOW, verdict, words);
}

static void good_chains(void **state)
{
	struct fixture *f = *state;

	expect(&f->signer, &f->issuing, &f->root, LP_CHAIN_TRUSTED, "");
	expect(&f->signer, NULL, &f->issuing, LP_CHAIN_TRUSTED, "");
	expect(&f->signer, &f->issuing, &f->issuing, LP_CHAIN_TRUSTED, "");
	expect(&f->signer, NULL, &f->signer, LP_CHAIN_TRUSTED, "");
}

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i <= LP_CHAIN_OTHER; i++)
		assert_non_null(lp_chain_names[i]);
	assert_null(lp_chain_names[LP_CHAIN_OTHER + 1]);
	assert_string_equal(lp_chain_names[LP_CHAIN_TRUSTED], "trusted");
	assert_string_equal(lp_chain_names[LP_CHAIN_NO_CRL], "no-crl");
	assert_string_equal(lp_chain_names[LP_CHAIN_WEAK], "weak");
}

static void strangers(void **state)
{
	struct fixture *f = *state;
	struct pki self;

	pki_make_signer(&self, "Self", NULL, NULL);
	expect(&f->signer, &f->issuing, &f->other_root, LP_CHAIN_UNKNOWN_ISSUER, "");
	expect(&f->signer, NULL, &f->root, LP_CHAIN_UNKNOWN_ISSUER, "'CN=Signer,O=Test'");
	expect(&self, NULL, &f->root, LP_CHAIN_UNKNOWN_ISSUER, "");
	expect(&self, NULL, &self, LP_CHAIN_TRUSTED, "");
	/* an anchor that is no CA stands for itself only */
	expect(&f->signer, &f->issuing, &self, LP_CHAIN_UNKNOWN_ISSUER, "");
	pki_free(&self);
}

static void no_anchor_at_all(void **state)
{
	struct fixture *f = *state;
	struct lp_certificate *items[] = { f->issuing.certificate, f->root.certificate };
	const struct lp_certificates others = { items, 2 };
	const struct lp_chain_rules rules = { .at = PKI_NOW, .now = PKI_NOW };
	struct lp_chain_report report;

	assert_int_equal(lp_chain_check(f->signer.certificate, &others, &rules, &report, NULL), 0);
	assert_int_equal(report.verdict, LP_CHAIN_UNKNOWN_ISSUER);
}

/* Which anchor it was, for rules that belong to one. */
static void the_anchor_is_named(void **state)
{
	struct fixture *f = *state;
	const struct lp_certificate *anchors[] = { f->other_root.certificate, f->signer.certificate,
						   f->root.certificate };
	const struct lp_certificate *extra[] = { f->issuing.certificate };
	const struct lp_chain_rules rules = {
		.anchors = anchors, .n_anchors = 3, .extra = extra, .n_extra = 1, .at = PKI_NOW, .now = PKI_NOW
	};
	struct lp_chain_report report;
	struct pki second;

	pki_make_signer(&second, "Second", NULL, &f->issuing);
	assert_int_equal(lp_chain_check(second.certificate, NULL, &rules, &report, NULL), 0);
	assert_int_equal(report.verdict, LP_CHAIN_TRUSTED);
	assert_int_equal(report.anchor, 2);
	pki_free(&second);
	pki_make_signer(&second, "Self", NULL, NULL);
	anchors[1] = second.certificate;
	assert_int_equal(lp_chain_check(second.certificate, NULL, &rules, &report, NULL), 0);
	assert_int_equal(report.verdict, LP_CHAIN_TRUSTED);
	assert_int_equal(report.anchor, 1);
	pki_free(&second);
}

static void the_keys_of_a_chain(void **state)
{
	struct fixture *f = *state;
	const struct pki *const chain[] = { &f->signer, &f->issuing, &f->root };
	struct lp_chain_report report;
	struct lp_public_key key;

	check(&f->signer, &f->issuing, &f->root, PKI_NOW, &report);
	assert_int_equal(report.n_ids, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(lp_certificate_public_key(chain[i]->certificate, &key, NULL), 0);
		assert_true(lp_digest_equal(&report.ids[i], &key.id));
	}
	check(&f->signer, NULL, &f->root, PKI_NOW, &report);
	assert_int_equal(report.n_ids, 0);
}

static void times(void **state)
{
	struct fixture *f = *state;
	const struct pki_options old = {
		.name = "Old CA", .issuer = &f->root, .constraints = "CA:TRUE", .to = PKI_NOW - 86400
	};
	struct pki ca;
	struct pki signer;

	expect_at(&f->signer, &f->issuing, &f->root, PKI_NOW - PKI_YEAR, LP_CHAIN_TRUSTED, "");
	expect_at(&f->signer, &f->issuing, &f->root, PKI_NOW + PKI_YEAR, LP_CHAIN_TRUSTED, "");
	expect_at(&f->signer, &f->issuing, &f->root, PKI_NOW - PKI_YEAR - 1, LP_CHAIN_NOT_YET_VALID, "not yet valid");
	expect_at(&f->signer, &f->issuing, &f->root, PKI_NOW + PKI_YEAR + 1, LP_CHAIN_EXPIRED, "expired");
	expect_at(&f->signer, NULL, &f->signer, PKI_NOW + PKI_YEAR + 1, LP_CHAIN_EXPIRED, "expired");
	pki_make(&ca, &old);
	pki_make_signer(&signer, "Signer", NULL, &ca);
	expect(&signer, &ca, &f->root, LP_CHAIN_EXPIRED, "'CN=Old CA,O=Test'");
	expect_at(&signer, &ca, &f->root, PKI_NOW - 2 * 86400, LP_CHAIN_TRUSTED, "");
	pki_free(&ca);
	pki_free(&signer);
}

/* What a time_t of 32 bits cannot hold, which is what OpenSSL has where C has no other. */
static void times_after_2038(void **state)
{
	const int64_t start = INT64_C(2208988800); /* 2040 */
	const int64_t end = start + PKI_YEAR;
	const struct pki_options authority = {
		.name = "Late CA", .constraints = "CA:TRUE", .from = PKI_NOW, .to = end + PKI_YEAR
	};
	struct pki ca;
	struct pki signer;

	(void)state;
	pki_make(&ca, &authority);
	pki_make(&signer, &(struct pki_options){ .name = "Late", .issuer = &ca, .from = start, .to = end });
	expect_at(&signer, NULL, &ca, start, LP_CHAIN_TRUSTED, "");
	expect_at(&signer, NULL, &ca, end, LP_CHAIN_TRUSTED, "");
	expect_at(&signer, NULL, &ca, start - 1, LP_CHAIN_NOT_YET_VALID, "'CN=Late,O=Test': certificate is not yet");
	expect_at(&signer, NULL, &ca, end + 1, LP_CHAIN_EXPIRED, "'CN=Late,O=Test': certificate has expired");
	expect_at(&signer, NULL, &ca, end + PKI_YEAR + 1, LP_CHAIN_EXPIRED, "certificate has expired");
	expect_at(&signer, NULL, &ca, PKI_NOW, LP_CHAIN_NOT_YET_VALID, "not yet valid");
	pki_free(&ca);
	pki_free(&signer);
}

/* One certificate of the given options below the issuing CA. */
static void expect_signer(struct fixture *f, struct pki_options options, enum lp_chain_verdict verdict,
			  const char *words)
{
	struct pki signer;

	options.name = "Signer";
	options.issuer = &f->issuing;
	pki_make(&signer, &options);
	expect(&signer, &f->issuing, &f->root, verdict, words);
	pki_free(&signer);
}

static void purposes(void **state)
{
	struct fixture *f = *state;

	expect_signer(f, (struct pki_options){ 0 }, LP_CHAIN_TRUSTED, "");
	expect_signer(f, (struct pki_options){ .usage = "digitalSignature,keyEncipherment" }, LP_CHAIN_TRUSTED, "");
	expect_signer(f, (struct pki_options){ .usage = "keyEncipherment" }, LP_CHAIN_PURPOSE, "digitalSignature");
	expect_signer(f, (struct pki_options){ .usage = "keyCertSign,cRLSign" }, LP_CHAIN_PURPOSE, "digitalSignature");
	expect_signer(f, (struct pki_options){ .extended = "codeSigning,serverAuth" }, LP_CHAIN_TRUSTED, "");
	expect_signer(f, (struct pki_options){ .extended = "serverAuth" }, LP_CHAIN_PURPOSE, "codeSigning");
	expect_signer(f, (struct pki_options){ .extended = "emailProtection,timeStamping" }, LP_CHAIN_PURPOSE,
		      "codeSigning");
	expect_signer(f, (struct pki_options){ .extended = "anyExtendedKeyUsage" }, LP_CHAIN_PURPOSE, "codeSigning");
}

/* A CA of the given options between the root and a signer. */
static void expect_ca(struct fixture *f, struct pki_options options, enum lp_chain_verdict verdict, const char *words)
{
	struct pki ca;
	struct pki signer;

	options.name = "CA";
	if (!options.issuer)
		options.issuer = &f->root;
	pki_make(&ca, &options);
	pki_make_signer(&signer, "Signer", NULL, &ca);
	expect(&signer, &ca, options.issuer, verdict, words);
	pki_free(&ca);
	pki_free(&signer);
}

static void purposes_of_a_ca(void **state)
{
	struct fixture *f = *state;

	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE" }, LP_CHAIN_TRUSTED, "");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .extended = "codeSigning" }, LP_CHAIN_TRUSTED, "");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .extended = "anyExtendedKeyUsage" },
		  LP_CHAIN_TRUSTED, "");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .extended = "serverAuth" }, LP_CHAIN_PURPOSE,
		  "'CN=CA,O=Test': its extended key usage");
	expect_ca(f, (struct pki_options){ .constraints = "CA:FALSE" }, LP_CHAIN_PURPOSE, "'CN=CA,O=Test'");
	expect_ca(f, (struct pki_options){ 0 }, LP_CHAIN_PURPOSE, "'CN=CA,O=Test'");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .usage = "digitalSignature" }, LP_CHAIN_PURPOSE,
		  "'CN=CA,O=Test'");
}

static void weak_links(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = { .name = "Weak root", .kind = "rsa:2048", .constraints = "CA:TRUE" };
	struct pki weak_root;

	expect_signer(f, (struct pki_options){ .kind = "rsa:2048" }, LP_CHAIN_WEAK, "key too weak");
	expect_signer(f, (struct pki_options){ .kind = "P-224" }, LP_CHAIN_WEAK, "key too weak");
	expect_signer(f, (struct pki_options){ .digest = "SHA1" }, LP_CHAIN_WEAK, "digest algorithm too weak");
	expect_signer(f, (struct pki_options){ .digest = "SHA224" }, LP_CHAIN_WEAK, "digest algorithm too weak");
	expect_signer(f, (struct pki_options){ .digest = "SHA512" }, LP_CHAIN_TRUSTED, "");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .kind = "rsa:2048" }, LP_CHAIN_WEAK,
		  "'CN=CA,O=Test'");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .digest = "SHA1" }, LP_CHAIN_WEAK,
		  "digest algorithm too weak");
	pki_make(&weak_root, &options);
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .issuer = &weak_root }, LP_CHAIN_WEAK,
		  "'CN=Weak root,O=Test'");
	pki_free(&weak_root);
}

static void path_lengths(void **state)
{
	struct fixture *f = *state;
	const struct pki_options options = { .name = "Short", .issuer = &f->root, .constraints = "CA:TRUE,pathlen:0" };
	struct pki shortest;
	struct pki signer;

	pki_make(&shortest, &options);
	pki_make_signer(&signer, "Signer", NULL, &shortest);
	expect(&signer, &shortest, &f->root, LP_CHAIN_TRUSTED, "");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .issuer = &shortest }, LP_CHAIN_PATH,
		  "path length");
	pki_free(&shortest);
	pki_free(&signer);
}

static void unknown_critical_extensions(void **state)
{
	struct fixture *f = *state;

	expect_signer(f, (struct pki_options){ .critical = true }, LP_CHAIN_OTHER, "critical extension");
	expect_ca(f, (struct pki_options){ .constraints = "CA:TRUE", .critical = true }, LP_CHAIN_OTHER,
		  "critical extension");
}

/* The name and key id of the issuer, but another key. */
static void forged(void **state)
{
	struct fixture *f = *state;
	struct lp_chain_report report;
	struct pki fake;
	struct pki signer;

	pki_make_ca(&fake, "Issuing", &f->root);
	pki_make_signer(&signer, "Signer", NULL, &fake);
	check(&signer, &f->issuing, &f->root, PKI_NOW, &report);
	assert_int_equal(report.verdict, LP_CHAIN_UNKNOWN_ISSUER);
	assert_int_equal(X509_sign(f->signer.x509, fake.key, EVP_sha256()) > 0, 1);
	pki_free(&signer);
	signer = (struct pki){ 0 };
	{
		LP_AUTO_BUF struct lp_buf der = { 0 };

		pki_encode(&f->signer, &der);
		assert_int_equal(lp_certificate_parse(der.data, der.len, "forged", &signer.certificate, NULL), 0);
	}
	expect(&signer, &f->issuing, &f->root, LP_CHAIN_DAMAGED, "signature failure");
	pki_free(&signer);
	pki_free(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_chains),
		cmocka_unit_test(names),
		cmocka_unit_test(strangers),
		cmocka_unit_test(no_anchor_at_all),
		cmocka_unit_test(the_anchor_is_named),
		cmocka_unit_test(the_keys_of_a_chain),
		cmocka_unit_test(times),
		cmocka_unit_test(times_after_2038),
		cmocka_unit_test(purposes),
		cmocka_unit_test(purposes_of_a_ca),
		cmocka_unit_test(weak_links),
		cmocka_unit_test(path_lengths),
		cmocka_unit_test(unknown_critical_extensions),
		cmocka_unit_test(forged),
	};

	return cmocka_run_group_tests_name("chain", tests, set_up, tear_down);
}
