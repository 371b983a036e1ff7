/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the parsing of options and what is said of mistakes. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct values {
	const char *output;
	struct text_list pairs;
	struct number level;
	int64_t timeout;
	bool force;
	bool json;
};

static const struct option_spec specs[] = {
	{ .name = "output",
	  .letter = 'o',
	  .kind = OPTION_TEXT,
	  .argument = "FILE",
	  .required = true,
	  .offset = offsetof(struct values, output),
	  .help = "h" },
	{ .name = "module",
	  .letter = 'm',
	  .kind = OPTION_LIST,
	  .argument = "FILE",
	  .offset = offsetof(struct values, pairs),
	  .help = "h" },
	{ .name = "kernel",
	  .kind = OPTION_LIST,
	  .argument = "FILE",
	  .offset = offsetof(struct values, pairs),
	  .help = "h" },
	{ .name = "level",
	  .kind = OPTION_NUMBER,
	  .argument = "N",
	  .offset = offsetof(struct values, level),
	  .max = 22,
	  .min = 1,
	  .help = "h" },
	{ .name = "timeout",
	  .kind = OPTION_DURATION,
	  .argument = "S",
	  .offset = offsetof(struct values, timeout),
	  .help = "h" },
	{ .name = "force", .letter = 'f', .kind = OPTION_FLAG, .offset = offsetof(struct values, force), .help = "h" },
	{ .name = "json", .letter = 'j', .kind = OPTION_FLAG, .offset = offsetof(struct values, json), .help = "h" },
	{ .name = "secret", .kind = OPTION_FLAG, .offset = offsetof(struct values, json), .hidden = true, .help = "h" },
	OPTION_HELP_ROW,
	{ 0 },
};

struct fixture {
	struct values values;
	struct text_list arguments;
	struct lppack_error err;
};

/* words is NULL-terminated. */
static enum parsed parse(struct fixture *f, const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	return options_parse(specs, n, (char **)(uintptr_t)words, &f->values, &f->arguments, &f->err);
}

#define PARSE(f, ...) parse((f), (const char *const[]){ __VA_ARGS__, NULL })

static void clear(struct fixture *f)
{
	options_free(specs, &f->values, &f->arguments);
	*f = (struct fixture){ 0 };
}

static void test_ways_to_write(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, "-o", "out", "-fj", "a", "--level=3", "--timeout", "1.5", "b"), PARSED_OK);
	assert_string_equal(f.values.output, "out");
	assert_true(f.values.force && f.values.json && f.values.level.is_set);
	assert_int_equal(f.values.level.value, 3);
	assert_int_equal(f.values.timeout, 1500000000);
	assert_int_equal(f.arguments.n, 2);
	assert_string_equal(f.arguments.items[1], "b");
	assert_true(options_has_flag(specs, &f.values, "json"));
	assert_false(options_has_flag(specs, &f.values, "nonsense"));
	clear(&f);
	assert_int_equal(PARSE(&f, "-fooo"), PARSED_OK);
	assert_string_equal(f.values.output, "oo");
	clear(&f);
	assert_int_equal(PARSE(&f, "--output=a=b", "-", "--", "--force", "-j"), PARSED_OK);
	assert_string_equal(f.values.output, "a=b");
	assert_int_equal(f.arguments.n, 3);
	assert_string_equal(f.arguments.items[0], "-");
	assert_string_equal(f.arguments.items[1], "--force");
	assert_false(f.values.force);
	clear(&f);
	/* What follows an option that takes an argument is its argument, whatever it looks like. */
	assert_int_equal(PARSE(&f, "-o", "--force"), PARSED_OK);
	assert_string_equal(f.values.output, "--force");
	clear(&f);
}

static void test_shared_list_keeps_order(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	assert_int_equal(PARSE(&f, "-o", "x", "--module", "a", "--kernel=1", "-mb", "--kernel", "2"), PARSED_OK);
	assert_int_equal(f.values.pairs.n, 4);
	assert_string_equal(f.values.pairs.names[0], "module");
	assert_string_equal(f.values.pairs.items[1], "1");
	assert_string_equal(f.values.pairs.names[1], "kernel");
	assert_string_equal(f.values.pairs.items[2], "b");
	assert_string_equal(f.values.pairs.items[3], "2");
	clear(&f);
}

static void test_help_ends_parsing(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	/* Neither what is missing nor what follows matters. */
	assert_int_equal(PARSE(&f, "-f", "--help", "--nonsense"), PARSED_HELP);
	clear(&f);
	assert_int_equal(PARSE(&f, "-fh"), PARSED_HELP);
	clear(&f);
}

static void assert_fails(const char *const *words, const char *message, const char *hint)
{
	struct fixture f = { 0 };

	assert_int_equal(parse(&f, words), PARSED_FAILED);
	assert_int_equal(f.err.code, LPPACK_E_USAGE);
	if (!strstr(f.err.message, message))
		fail_msg("'%s' does not say '%s'", f.err.message, message);
	if (hint && !strstr(f.err.hint, hint))
		fail_msg("the hint '%s' does not say '%s'", f.err.hint, hint);
	clear(&f);
}

#define ASSERT_FAILS(message, hint, ...) assert_fails((const char *const[]){ __VA_ARGS__, NULL }, (message), (hint))

static void test_mistakes(void **state)
{
	(void)state;
	ASSERT_FAILS("--output FILE is missing", NULL, "-f");
	ASSERT_FAILS("'--ouput'", "'--output'", "--ouput=x");
	ASSERT_FAILS("'--forc'", "'--force'", "-ox", "--forc");
	ASSERT_FAILS("'-x'", NULL, "-ox", "-fx");
	ASSERT_FAILS("--output needs an argument", NULL, "--output");
	ASSERT_FAILS("--output needs an argument", NULL, "-fo");
	ASSERT_FAILS("given twice", NULL, "-oa", "-ob");
	ASSERT_FAILS("given twice", NULL, "-oa", "--level=1", "--level=1");
	ASSERT_FAILS("given twice", NULL, "-oa", "--timeout=1", "--timeout=1");
	ASSERT_FAILS("empty", NULL, "--output=");
	ASSERT_FAILS("empty", NULL, "-oa", "--module", "");
	ASSERT_FAILS("takes no argument", NULL, "-oa", "--force=1");
	ASSERT_FAILS("takes no argument", NULL, "--help=1");
	ASSERT_FAILS("from 1 to 22", NULL, "-oa", "--level=23");
	ASSERT_FAILS("from 1 to 22", NULL, "-oa", "--level=0");
	ASSERT_FAILS("from 1 to 22", NULL, "-oa", "--level", "-1");
	ASSERT_FAILS("not a duration", "500ms", "-oa", "--timeout=soon");
	ASSERT_FAILS("'--a?b'", NULL, "--a\nb");
	/* A hidden option is never suggested. */
	ASSERT_FAILS("'--secre'", "lists the options", "--secre");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways_to_write),
		cmocka_unit_test(test_shared_list_keeps_order),
		cmocka_unit_test(test_help_ends_parsing),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
