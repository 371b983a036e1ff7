/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the subset of YAML that is read, and that what is written is canonical. */
#include "format/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *text, struct lppack_value **out, struct lppack_error *err)
{
	return lp_yaml_parse(text, strlen(text), "file.yaml", LPPACK_E_SPEC, out, err);
}

/* Refused at a line, for a reason. */
static void assert_refused(const char *text, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *tree = NULL;

	assert_int_equal(parse(text, &tree, &err), -LPPACK_E_SPEC);
	assert_null(tree);
	assert_int_equal(strncmp(err.message, "file.yaml", 9), 0);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in: %s", words, err.message);
	assert_int_equal(parse(text, &tree, NULL), -LPPACK_E_SPEC);
}

static void assert_not_canonical(const char *text, const char *where)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *tree = NULL;

	if (lp_yaml_parse_canonical(text, strlen(text), "m.yaml", &tree, &err) == 0)
		fail_msg("passed: %s", text);
	assert_int_equal(err.code, LPPACK_E_STRUCTURE);
	if (where && !strstr(err.message, where))
		fail_msg("'%s' is not in: %s", where, err.message);
}

static void assert_canonical(const char *text)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *tree = NULL;

	if (lp_yaml_parse_canonical(text, strlen(text), "m.yaml", &tree, &err) < 0)
		fail_msg("%s", err.message);
	assert_non_null(tree);
}

static void types(void **state)
{
	LP_AUTO_VALUE struct lppack_value *t = NULL;

	(void)state;
	assert_int_equal(parse("a: 1\nb: '1'\nc: true\nd: \"true\"\ne: -1\nf: 01\ng: 1.5\nh: True\ni: ~\n"
			       "j: 18446744073709551615\nk: 18446744073709551616\nl: null\nm: 2026-11-21T12:00:00Z\n",
			       &t, NULL),
			 0);
	assert_int_equal(lppack_value_kind(lppack_value_get(t, "a")), LPPACK_KIND_INT);
	assert_int_equal(lppack_value_kind(lppack_value_get(t, "c")), LPPACK_KIND_BOOL);
	assert_true(lppack_value_int(lppack_value_get(t, "j"), 0) == UINT64_MAX);
	for (const char *key = "bdefghiklm"; *key; key++) {
		const char name[2] = { *key, '\0' };

		assert_int_equal(lppack_value_kind(lppack_value_get(t, name)), LPPACK_KIND_STRING);
	}
	assert_string_equal(lppack_value_text(lppack_value_get(t, "m")), "2026-11-21T12:00:00Z");
	assert_true(lppack_value_get(t, "e")->plain);
	assert_false(lppack_value_get(t, "b")->plain);
	assert_int_equal(lppack_value_get(t, "c")->line, 3);
}

static void what_a_person_may_write(void **state)
{
	LP_AUTO_VALUE struct lppack_value *t = NULL;

	(void)state;
	assert_int_equal(parse("%YAML 1.1\n---\n# comment\na: [1, {b: c}]\nd: {}\ne:\n- x\n...\n", &t, NULL),
			 -LPPACK_E_SPEC);
	assert_int_equal(parse("---\n# comment\na: [1, {b: c}]\nd: {}\ne:\n- x  # why\n", &t, NULL), 0);
	assert_int_equal(lppack_value_count(lppack_value_get(t, "a")), 2);
	assert_string_equal(lppack_value_text(lppack_value_at(lppack_value_get(t, "e"), 0, NULL)), "x");
}

static void refusals(void **state)
{
	(void)state;
	assert_refused("", "empty");
	assert_refused("# only a comment\n", "empty");
	assert_refused("- a\n", "must be a map");
	assert_refused("text\n", "must be a map");
	assert_refused("a: &x 1\n", ":1: anchors");
	assert_refused("a: &x [1]\n", "anchors");
	assert_refused("a: &x {b: 1}\n", "anchors");
	assert_refused("a: 1\nb: *x\n", "aliases");
	assert_refused("a: !!str 1\n", "tags");
	assert_refused("a: !t [1]\n", "tags");
	assert_refused("!t {a: 1}\n", "tags");
	assert_refused("&k a: 1\n", "anchors");
	assert_refused("!t a: 1\n", "tags");
	assert_refused("%TAG ! tag:x,2000:\n---\na: 1\n", "directives");
	assert_refused("a: 1\n---\nb: 2\n", "more than one document");
	assert_refused("a: 1\nb: 2\na: 3\n", ":3: the key 'a' stands twice");
	assert_refused("<<: {a: 1}\n", "a key must be");
	assert_refused("? [a]\n: 1\n", "a key must be a plain word");
	assert_refused("A: 1\n", "a key must be");
	assert_refused("1a: 1\n", "a key must be");
	assert_refused("-a: 1\n", "a key must be");
	assert_refused("'': 1\n", "a key must be");
	assert_refused("'a\\0': 1\n", "a key must be");
	assert_refused("\"a\\0\": 1\n", "a key must be");
	assert_refused("a: [1\n", "not YAML");
	assert_refused("a: 1\n  b: 2\n", "not YAML");
	assert_refused("a: \"\\e[31m\"\n", ":1: control characters");
	assert_refused("a: \"x\\0y\"\n", "control characters");
	assert_refused("a: \"x\\ny\"\n", "line breaks");
	assert_refused("a: |\n  x\n", "line breaks");
	assert_refused("a: \"\\u202e\"\n", "control characters");
	assert_refused("a: \"\\u2028\"\n", "control characters");
	assert_refused("a:\t1\n", "not clean UTF-8");
	assert_refused("a: 1\r\n", "not clean UTF-8");
	assert_refused("\xef\xbb\xbf"
		       "a: 1\n",
		       "not clean UTF-8");
	assert_refused("a: \xff\n", "not clean UTF-8");
}

static void nested(unsigned int lists, char out[64])
{
	int n = snprintf(out, 64, "a: ");

	for (unsigned int i = 0; i < lists; i++)
		out[n++] = '[';
	for (unsigned int i = 0; i < lists; i++)
		out[n++] = ']';
	out[n] = '\0';
}

static void depth(void **state)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	char text[64];

	(void)state;
	/* The map is the first of the 8 levels. */
	nested(LP_YAML_DEPTH - 1, text);
	assert_int_equal(parse(text, &tree, NULL), 0);
	nested(LP_YAML_DEPTH, text);
	assert_refused(text, "nested too deeply");
	nested(25, text);
	assert_refused(text, "nested too deeply");
}

static void keys(void **state)
{
	LP_AUTO_BUF struct lp_buf text = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_VALUE struct lppack_value *longest = NULL;
	char key[80];

	(void)state;
	for (unsigned int i = 0; i < LP_YAML_KEYS_MAX; i++)
		lp_buf_printf(&text, "k%u: 1\n", i);
	assert_int_equal(parse((char *)text.data, &tree, NULL), 0);
	lp_buf_text(&text, "z: 1\n");
	assert_refused((char *)text.data, ":257: too many keys");
	snprintf(key, sizeof(key), "%.*s: 1\n", LP_YAML_KEY_MAX,
		 "abcdefghijklmnopqrstuvwxyz0123456789_-abcdefghijklmnopqrstuvwxyz0");
	assert_int_equal(parse(key, &longest, NULL), 0);
	assert_refused("abcdefghijklmnopqrstuvwxyz0123456789_-abcdefghijklmnopqrstuvwxyz0: 1\n", "a key must be");
}

/* format-spec, [Y4]. */
static void canonical_documents(void **state)
{
	(void)state;
	assert_canonical("a: 1\n");
	assert_canonical("a: \"\"\n");
	assert_canonical("a: \"quote \\\" and \\\\ and ' and # and : and - x \"\nb: true\n");
	assert_canonical("a: []\nb: {}\n");
	assert_canonical("a:\n  - 1\n  - \"x\"\n  - []\n  - {}\n");
	assert_canonical("a:\n  - b: 1\n    c:\n      - 2\n    d:\n      e: 3\n  - f: []\n");
	assert_canonical("a:\n  - - 1\n    - 2\n  - - - 3\n      - b: 4\n        c: 5\n    - 6\n");
	assert_canonical("a:\n  b:\n    c:\n      - d: \"\xc3\xa9\"\n");
	assert_canonical("a: 18446744073709551615\n");
	assert_canonical("x-any: false\n");
}

static void documents_that_mean_the_same(void **state)
{
	(void)state;
	assert_not_canonical("a: 1", ":1:");
	assert_not_canonical("a: 1\nb: x\n", ":2: not in the canonical form");
	assert_not_canonical("a:  1\n", NULL);
	assert_not_canonical("a: 1 \n", NULL);
	assert_not_canonical("a : 1\n", NULL);
	assert_not_canonical("\"a\": 1\n", NULL);
	assert_not_canonical("a: 'x'\n", NULL);
	assert_not_canonical("a: \"\\x41\"\n", NULL);
	assert_not_canonical("a: \"\\/\"\n", NULL);
	assert_not_canonical("a: \"b\n  c\"\n", NULL);
	assert_not_canonical("a: \"b\\\n  c\"\n", NULL);
	assert_not_canonical("---\na: 1\n", ":1:");
	assert_not_canonical("a: 1\n...\n", ":2:");
	assert_not_canonical("a: 1\n\n", ":2:");
	assert_not_canonical("\na: 1\n", NULL);
	assert_not_canonical("# c\na: 1\n", NULL);
	assert_not_canonical("a: 1 # c\n", NULL);
	assert_not_canonical("a:\n- 1\n", ":2:");
	assert_not_canonical("a:\n    - 1\n", NULL);
	assert_not_canonical("a:\n   b: 1\n", NULL);
	assert_not_canonical("a: [1]\n", NULL);
	assert_not_canonical("a: {b: 1}\n", NULL);
	assert_not_canonical("a: [ ]\n", NULL);
	assert_not_canonical("a:\n  - \n    b: 1\n", NULL);
	assert_not_canonical("a:\n  -\n    - 1\n", NULL);
	assert_not_canonical("a: +1\n", NULL);
	assert_not_canonical("a: 01\n", NULL);
	assert_not_canonical("a: 0x1\n", NULL);
	assert_not_canonical("a: 18446744073709551616\n", NULL);
	assert_not_canonical("a: True\n", NULL);
	assert_not_canonical("a: ~\n", NULL);
	assert_not_canonical("a:\n", NULL);
	assert_not_canonical("{}\n", NULL);
	assert_not_canonical("x-any: plain\n", NULL);
}

/* A random tree; every text and number in it is emitted as it is read. */
static struct lppack_value *grow(unsigned int *seed, unsigned int levels)
{
	struct lppack_value *value;
	unsigned int what;

	*seed = *seed * 1103515245u + 12345u;
	what = *seed >> 16 & 7;
	if (levels == 0 || what < 3)
		return what % 3 == 0 ? lp_value_int(*seed) :
		       what % 3 == 1 ? lp_value_string("a \"b\" \\ c: - # \xe2\x82\xac ") :
				       lp_value_bool(*seed & 1);
	value = what < 5 ? lp_value_list() : lp_value_map();
	for (unsigned int i = 0; i < what - 3; i++) {
		char key[16];

		snprintf(key, sizeof(key), "key-%u", i);
		if (what < 5)
			lp_value_push(&value, grow(seed, levels - 1));
		else
			lp_value_add(&value, key, grow(seed, levels - 1));
	}
	return value;
}

static void whatever_is_emitted_is_canonical(void **state)
{
	unsigned int seed = 4;

	(void)state;
	for (int i = 0; i < 500; i++) {
		LP_AUTO_VALUE struct lppack_value *tree = lp_value_map();
		LP_AUTO_VALUE struct lppack_value *again = NULL;
		LP_AUTO_BUF struct lp_buf text = { 0 };
		LP_AUTO_FREE char *one = NULL;
		LP_AUTO_FREE char *other = NULL;

		lp_value_add(&tree, "root", grow(&seed, 6));
		lp_value_add(&tree, "next", grow(&seed, 6));
		lp_yaml_emit(tree, &text);
		assert_canonical((char *)text.data);
		assert_int_equal(parse((char *)text.data, &again, NULL), 0);
		one = lppack_value_to_json(tree);
		other = lppack_value_to_json(again);
		assert_string_equal(one, other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(what_a_person_may_write),
		cmocka_unit_test(refusals),
		cmocka_unit_test(depth),
		cmocka_unit_test(keys),
		cmocka_unit_test(canonical_documents),
		cmocka_unit_test(documents_that_mean_the_same),
		cmocka_unit_test(whatever_is_emitted_is_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
