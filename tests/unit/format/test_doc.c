/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests taking typed keys out of a YAML document. */
#include "format/doc.h"
#include "format/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct doc {
	struct lppack_value *tree;
	struct lppack_error err;
	struct lp_doc doc;
};

static void doc_free(struct doc *d)
{
	lppack_value_free(d->tree);
}

static void begin(struct doc *d, const char *text, enum lppack_code code)
{
	*d = (struct doc){ .doc = { .name = "f.yaml", .code = code, .err = &d->err } };
	assert_int_equal(lp_yaml_parse(text, strlen(text), "f.yaml", code, &d->tree, &d->err), 0);
	d->doc.map = d->tree;
}

static void assert_failed(struct doc *d, const char *message)
{
	assert_int_equal(d->doc.rc, -(int)d->doc.code);
	assert_int_equal(d->err.code, d->doc.code);
	assert_string_equal(d->err.message, message);
	lppack_error_clear(&d->err);
	d->doc.rc = 0;
}

#define AUTO_DOC LP_AUTO(doc_free)

static void keys(void **state)
{
	static const char *const known[] = { "stream", "serial", NULL };
	AUTO_DOC struct doc d;

	(void)state;
	begin(&d, "stream: a\nx-mine: 1\nsteam: b\n", LPPACK_E_SPEC);
	lp_doc_keys(&d.doc, known);
	assert_failed(&d, "f.yaml:3: unknown key 'steam'; did you mean 'stream'?");
	doc_free(&d);
	begin(&d, "colour: a\n", LPPACK_E_SPEC);
	lp_doc_keys(&d.doc, known);
	assert_non_null(strstr(d.err.hint, "x-"));
	assert_failed(&d, "f.yaml:1: unknown key 'colour'");
}

static void scalars(void **state)
{
	AUTO_DOC struct doc d;
	const char *text = "kept";
	uint64_t number = 7;
	bool flag = false;
	int64_t time = 5;

	(void)state;
	begin(&d, "t: \"x\"\nn: 9\nb: true\nw: \"2026-11-21T12:00:00Z\"\n", LPPACK_E_STRUCTURE);
	lp_doc_text(&d.doc, "absent", false, &text);
	assert_string_equal(text, "kept");
	lp_doc_int(&d.doc, "absent", false, 10, &number);
	assert_int_equal(number, 7);
	lp_doc_text(&d.doc, "t", true, &text);
	assert_string_equal(text, "x");
	lp_doc_int(&d.doc, "n", true, 9, &number);
	assert_int_equal(number, 9);
	lp_doc_bool(&d.doc, "b", true, &flag);
	assert_true(flag);
	lp_doc_time(&d.doc, "w", true, &time);
	assert_int_equal(time, 1795262400);
	assert_int_equal(d.doc.rc, 0);
	lp_doc_int(&d.doc, "n", true, 8, &number);
	assert_failed(&d, "f.yaml:2: 'n' must be at most 8");
	lp_doc_text(&d.doc, "gone", true, &text);
	assert_failed(&d, "f.yaml:1: the key 'gone' is missing");
	lp_doc_int(&d.doc, "t", true, 8, &number);
	assert_failed(&d, "f.yaml:1: 't' must be a whole number");
	lp_doc_bool(&d.doc, "n", true, &flag);
	assert_failed(&d, "f.yaml:2: 'n' must be true or false");
	lp_doc_time(&d.doc, "t", true, &time);
	assert_failed(&d, "f.yaml:1: 't' must be a time in UTC like 2027-01-31T00:00:00Z");
	lp_doc_text(&d.doc, "n", true, &text);
	assert_failed(&d, "f.yaml:2: 'n' must be a text");
}

static void in_a_spec_an_unquoted_number_is_a_text(void **state)
{
	AUTO_DOC struct doc d;
	const char *text = NULL;

	(void)state;
	begin(&d, "a: 6\nb: true\nc: [1]\n", LPPACK_E_SPEC);
	lp_doc_text(&d.doc, "a", true, &text);
	assert_string_equal(text, "6");
	lp_doc_text(&d.doc, "b", true, &text);
	assert_string_equal(text, "true");
	lp_doc_text(&d.doc, "c", true, &text);
	assert_failed(&d, "f.yaml:3: 'c' must be a text");
}

static void digests_ids_and_words(void **state)
{
	static const char *const words[] = { "low", "high", NULL };
	AUTO_DOC struct doc d;
	struct lp_digest digest;
	struct lp_build_id id;
	unsigned int word = 9;

	(void)state;
	begin(&d,
	      "d: \"00000000000000000000000000000000000000000000000000000000000000ff\"\ns: \"00ff\"\n"
	      "i: \"11223344\"\nw: \"high\"\n",
	      LPPACK_E_STRUCTURE);
	lp_doc_digest(&d.doc, "d", &digest);
	assert_int_equal(digest.bytes[31], 0xff);
	lp_doc_build_id(&d.doc, "i", true, &id);
	assert_int_equal(id.len, 4);
	lp_doc_word(&d.doc, "w", true, words, &word);
	assert_int_equal(word, 1);
	assert_int_equal(d.doc.rc, 0);
	lp_doc_digest(&d.doc, "s", &digest);
	assert_failed(&d, "f.yaml:2: 's' must be a SHA-256 in lower-case hex");
	lp_doc_build_id(&d.doc, "s", true, &id);
	assert_failed(&d, "f.yaml:2: 's' must be a build ID: lower-case hex of 4 to 32 bytes");
	lp_doc_word(&d.doc, "i", true, words, &word);
	assert_failed(&d, "f.yaml:3: 'i' has the unknown value '11223344'");
	assert_int_equal(word, 1);
}

static void the_first_failure_stays(void **state)
{
	AUTO_DOC struct doc d;
	const char *text = NULL;
	uint64_t number = 3;
	struct lp_doc part;

	(void)state;
	begin(&d, "a: 1\nb: 2\nm: {c: 1}\n", LPPACK_E_SPEC);
	lp_doc_int(&d.doc, "a", true, 0, &number);
	lp_doc_int(&d.doc, "b", true, 9, &number);
	assert_int_equal(number, 3);
	lp_doc_bool(&d.doc, "a", true, &(bool){ false });
	part = lp_doc_map(&d.doc, "m", true);
	assert_null(part.map);
	lp_doc_int(&part, "gone", true, 9, &number);
	lp_doc_text(&part, "gone", true, &text);
	lp_doc_join(&d.doc, &part);
	assert_null(lp_doc_list(&d.doc, "gone", true));
	assert_failed(&d, "f.yaml:1: 'a' must be at most 0");
}

static void parts(void **state)
{
	AUTO_DOC struct doc d;
	const struct lppack_value *list;
	uint64_t number = 0;
	struct lp_doc part;

	(void)state;
	begin(&d, "m:\n  a: 1\nl:\n  - b: 2\n  - 5\n  - \"t\"\n", LPPACK_E_STRUCTURE);
	part = lp_doc_map(&d.doc, "m", true);
	lp_doc_int(&part, "a", true, 9, &number);
	assert_int_equal(number, 1);
	lp_doc_int(&part, "z", true, 9, &number);
	lp_doc_join(&d.doc, &part);
	assert_failed(&d, "f.yaml:2: the key 'z' is missing");
	list = lp_doc_list(&d.doc, "l", true);
	part = lp_doc_item(&d.doc, list, 0);
	lp_doc_int(&part, "b", true, 9, &number);
	assert_int_equal(number, 2);
	part = lp_doc_item(&d.doc, list, 1);
	assert_int_equal(part.rc, -LPPACK_E_STRUCTURE);
	assert_string_equal(d.err.message, "f.yaml:5: an element of the list must be a map");
	lppack_error_clear(&d.err);
	assert_string_equal(lp_doc_text_item(&d.doc, list, 2), "t");
	assert_null(lp_doc_text_item(&d.doc, list, 1));
	assert_failed(&d, "f.yaml:5: an element of the list must be a text");
	assert_null(lp_doc_list(&d.doc, "m", true));
	assert_failed(&d, "f.yaml:2: 'm' must be a list");
	part = lp_doc_map(&d.doc, "l", true);
	assert_null(part.map);
	assert_failed(&d, "f.yaml:4: 'l' must be a map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(scalars),
		cmocka_unit_test(in_a_spec_an_unquoted_number_is_a_text),
		cmocka_unit_test(digests_ids_and_words),
		cmocka_unit_test(the_first_failure_stays),
		cmocka_unit_test(parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
