/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which unpacked modules are kept, and which go first. */
#include "bundle/module_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define AUTO_CACHE LP_AUTO(lp_module_cache_free)

static void put(struct lp_module_cache *cache, uint64_t ordinal)
{
	struct lp_buf plain = { 0 };
	const struct lp_buf *kept;

	lp_buf_printf(&plain, "module %u", (unsigned int)ordinal);
	kept = lp_module_cache_put(cache, ordinal, &plain);
	assert_null(plain.data);
	assert_ptr_equal(kept, lp_module_cache_get(cache, ordinal));
}

static void assert_has(struct lp_module_cache *cache, uint64_t ordinal)
{
	const struct lp_buf *kept = lp_module_cache_get(cache, ordinal);
	char text[32];

	assert_non_null(kept);
	snprintf(text, sizeof(text), "module %u", (unsigned int)ordinal);
	assert_string_equal((char *)kept->data, text);
}

static void empty(void **state)
{
	AUTO_CACHE struct lp_module_cache cache = { 0 };

	(void)state;
	assert_null(lp_module_cache_get(&cache, 0));
}

static void as_many_as_there_are_slots(void **state)
{
	AUTO_CACHE struct lp_module_cache cache = { 0 };

	(void)state;
	for (uint64_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		put(&cache, i);
	for (uint64_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		assert_has(&cache, i);
}

static void the_one_used_longest_ago_goes(void **state)
{
	AUTO_CACHE struct lp_module_cache cache = { 0 };

	(void)state;
	for (uint64_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		put(&cache, i);
	assert_has(&cache, 0);
	put(&cache, 100);
	assert_null(lp_module_cache_get(&cache, 1));
	assert_has(&cache, 0);
	assert_has(&cache, 100);
	for (uint64_t i = 200; i < 1000; i++)
		put(&cache, i);
	assert_null(lp_module_cache_get(&cache, 0));
	assert_has(&cache, 1000 - LP_MODULE_CACHE_SLOTS);
}

/* Modules of the largest size, so that one of them is all that is kept; and one beside small ones. */
static void no_more_bytes_than_the_largest_module(void **state)
{
	AUTO_CACHE struct lp_module_cache cache = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 9; i++) {
		struct lp_buf plain = { .data = malloc(16), .len = LP_MODULE_CACHE_BYTES };

		lp_module_cache_put(&cache, i, &plain);
		assert_non_null(lp_module_cache_get(&cache, i));
		for (uint64_t j = 0; j < i; j++)
			assert_null(lp_module_cache_get(&cache, j));
	}
	put(&cache, 20);
	put(&cache, 21);
	assert_null(lp_module_cache_get(&cache, 8));
	assert_has(&cache, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(as_many_as_there_are_slots),
		cmocka_unit_test(the_one_used_longest_ago_goes),
		cmocka_unit_test(no_more_bytes_than_the_largest_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
