/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which word is suggested for a misspelt one. */
#include "cli/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const names[] = { "keygen", "create", "verify", "show", "status", "apply", "keys", NULL };

static void test_near_names(void **state)
{
	(void)state;
	assert_string_equal(suggest_nearest("verfy", names), "verify");
	assert_string_equal(suggest_nearest("craete", names), "create");
	assert_string_equal(suggest_nearest("shwo", names), "show");
	assert_string_equal(suggest_nearest("Status", names), "status");
	assert_string_equal(suggest_nearest("apply", names), "apply");
}

static void test_prefixes(void **state)
{
	(void)state;
	assert_string_equal(suggest_nearest("ver", names), "verify");
	/* "key" begins two names; "keys" is nearer. */
	assert_string_equal(suggest_nearest("key", names), "keys");
}

static void test_far_names(void **state)
{
	static const char *const none[] = { NULL };
	char longer[200];

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(suggest_nearest("frobnicate", names));
	assert_null(suggest_nearest(longer, names));
	assert_null(suggest_nearest("verify", none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_names),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_far_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
