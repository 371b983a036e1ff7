/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what is remembered of a release's claims. */
#include "machine/claims.h"
#include "support/fixture.h"

#include "format/yaml.h"

/* Claims like those of a release with one fix, one thing that no livepatch fixes, and one that the kernel does not need. */
static void fill(struct lp_claims *claims, struct lppack_error *err)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	struct lp_text_list not_applicable = { 0 };
	struct lp_fix *fix = lp_fixes_add(&fixes);
	struct lp_unfixable *unfixable = lp_fixes_add_unfixable(&fixes);

	fix->id = strdup("CVE-1");
	fix->summary = strdup("a summary");
	fix->severity = strdup("high");
	assert_int_equal(lp_text_list_add(&fix->functions, "nfsd_open"), 0);
	unfixable->id = strdup("CVE-9");
	unfixable->reason = strdup("a data structure changes");
	assert_int_equal(lp_text_list_add(&not_applicable, "CVE-3"), 0);
	expect_ok(lp_claims_set(claims, &fixes, &not_applicable, err), err);
	lp_text_list_free(&not_applicable);
}

static void expect_filled(const struct lp_claims *claims)
{
	const struct lp_fix *fix = lp_claims_find(claims, "CVE-1");

	assert_true(claims->is_known);
	assert_string_equal(fix->severity, "high");
	assert_null(fix->summary);
	assert_string_equal(fix->functions.items[0], "nfsd_open");
	assert_null(lp_claims_find(claims, "CVE-3"));
	assert_true(lp_claims_excludes(claims, "CVE-3"));
	assert_false(lp_claims_excludes(claims, "CVE-1"));
	assert_string_equal(claims->fixes.unfixable[0].reason, "a data structure changes");
}

static void copies_outlive_the_original(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_CLAIMS struct lp_claims copy = { 0 };
	LP_AUTO_CLAIMS struct lp_claims of_nothing = { 0 };
	struct lp_claims claims = { 0 };

	expect_ok(lp_claims_copy(&of_nothing, &claims, &f->err), &f->err);
	assert_false(of_nothing.is_known);
	fill(&claims, &f->err);
	expect_ok(lp_claims_copy(&copy, &claims, &f->err), &f->err);
	lp_claims_free(&claims);
	expect_filled(&copy);
}

static int decode(const char *text, struct lp_claims *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lp_doc doc = { .name = "state.yaml", .code = LPPACK_E_STATE, .err = err };

	expect_ok(lp_yaml_parse(text, strlen(text), "state.yaml", LPPACK_E_STATE, &tree, err), err);
	doc.map = tree;
	lp_claims_decode(&doc, out);
	return doc.rc;
}

static void what_is_written_is_read_again(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_CLAIMS struct lp_claims claims = { 0 };
	LP_AUTO_CLAIMS struct lp_claims again = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_BUF struct lp_buf text = { 0 };

	fill(&claims, &f->err);
	tree = lp_claims_encode(&claims);
	lp_yaml_emit(tree, &text);
	assert_true(lp_buf_ok(&text));
	lp_buf_append(&text, "", 1);
	expect_ok(decode((const char *)text.data, &again, &f->err), &f->err);
	expect_filled(&again);
}

static void what_is_no_claim_is_refused(void **state)
{
	static const char *const texts[] = {
		"fixes: []\nunfixable: []\n",
		"fixes: []\nunfixable: []\nnot_applicable: []\nmore: 1\n",
		"fixes:\n  - id: \"CVE-1\"\nunfixable: []\nnot_applicable: []\n",
		"fixes:\n  - functions: []\nunfixable: []\nnot_applicable: []\n",
		"fixes:\n  - id: \"CVE-1\"\n    functions: [1]\nunfixable: []\nnot_applicable: []\n",
		"fixes: []\nunfixable:\n  - id: \"CVE-9\"\nnot_applicable: []\n",
		"fixes: []\nunfixable: []\nnot_applicable: \"CVE-3\"\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		LP_AUTO_CLAIMS struct lp_claims claims = { 0 };

		assert_int_equal(decode(texts[i], &claims, &f->err), -LPPACK_E_STATE);
		assert_false(claims.is_known);
		lppack_error_clear(&f->err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(copies_outlive_the_original),
		fixture_test(what_is_written_is_read_again),
		fixture_test(what_is_no_claim_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
