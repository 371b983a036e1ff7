/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests sets of symbols: counts, positions, places. */
#include "inspect/symbol_set.h"
#include "inspect/symbol_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "0000000000000000 A fixed_percpu_data\n"
			   "ffffffff81000000 T _stext\n"
			   "ffffffff81000000 T _text\n"
			   "ffffffff81000010 t twice\n"
			   "ffffffff81000020 t alone\n"
			   "ffffffff81000030 t twice\n"
			   "ffffffff81000040 T renamed.constprop.0\n"
			   "ffffffff81000048 d renamed.data\n"
			   "ffffffff81000050 T _etext\n"
			   "ffffffffc0000100 t twice\t[mod_b]\n"
			   "ffffffffc0000000 t alone\t[mod_b]\n"
			   "ffffffffc0000040 t twice\t[mod_b]\n"
			   "ffffffffc0001000 t alone\t[mod_a]\n";

static void open_set(struct lp_symbol_set *set)
{
	assert_int_equal(lp_symbol_set_read_proc(set, text, strlen(text), "kallsyms", NULL), 0);
}

static void counts(void **state)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	open_set(&set);
	assert_int_equal(lp_symbol_set_count(&set, NULL, "twice"), 2);
	assert_int_equal(lp_symbol_set_count(&set, "vmlinux", "twice"), 2);
	assert_int_equal(lp_symbol_set_count(&set, "mod_b", "twice"), 2);
	assert_int_equal(lp_symbol_set_count(&set, "mod_a", "twice"), 0);
	assert_int_equal(lp_symbol_set_count(&set, NULL, "alone"), 1);
	assert_int_equal(lp_symbol_set_count(&set, NULL, ""), 0);
	assert_int_equal(lp_symbol_set_count(&set, NULL, "zzz"), 0);
	assert_true(lp_symbol_set_has_object(&set, "vmlinux"));
	assert_true(lp_symbol_set_has_object(&set, "mod_a"));
	assert_false(lp_symbol_set_has_object(&set, "mod_c"));
}

/* vmlinux by address; a module as its symbol table has them, whatever their addresses. */
static void positions(void **state)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	open_set(&set);
	assert_true(lp_symbol_set_find(&set, NULL, "twice", 1)->address == 0xffffffff81000010u);
	assert_true(lp_symbol_set_find(&set, NULL, "twice", 2)->address == 0xffffffff81000030u);
	assert_null(lp_symbol_set_find(&set, NULL, "twice", 3));
	assert_null(lp_symbol_set_find(&set, NULL, "twice", 0));
	assert_true(lp_symbol_set_find(&set, "mod_b", "twice", 1)->address == 0xffffffffc0000100u);
	assert_true(lp_symbol_set_find(&set, "mod_b", "twice", 2)->address == 0xffffffffc0000040u);
}

static void resolution(void **state)
{
	static const struct {
		const char *object;
		const char *name;
		uint64_t sympos;
		enum lp_resolution wanted;
		size_t count;
	} cases[] = {
		{ NULL, "alone", 0, LP_RESOLVED, 1 },
		{ "vmlinux", "alone", 1, LP_RESOLVED, 1 },
		{ "vmlinux", "alone", 2, LP_RESOLVE_OUT_OF_RANGE, 1 },
		{ "vmlinux", "twice", 0, LP_RESOLVE_AMBIGUOUS, 2 },
		{ "vmlinux", "twice", 2, LP_RESOLVED, 2 },
		{ "vmlinux", "twice", 3, LP_RESOLVE_OUT_OF_RANGE, 2 },
		{ "vmlinux", "renamed", 0, LP_RESOLVE_MISSING, 0 },
		{ "mod_b", "twice", 1, LP_RESOLVED, 2 },
		{ "mod_c", "twice", 1, LP_RESOLVE_MISSING, 0 },
	};
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	open_set(&set);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lp_kernel_symbol *symbol = NULL;
		size_t count = 99;

		assert_int_equal(
			lp_symbol_set_resolve(&set, cases[i].object, cases[i].name, cases[i].sympos, &symbol, &count),
			cases[i].wanted);
		assert_int_equal(count, cases[i].count);
		assert_int_equal(symbol != NULL, cases[i].wanted == LP_RESOLVED);
	}
	assert_int_equal(lp_symbol_set_resolve(&set, NULL, "alone", 0, NULL, NULL), LP_RESOLVED);
}

static void places_and_sizes(void **state)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	open_set(&set);
	assert_string_equal(lp_symbol_set_at(&set, 0xffffffff81000025u)->name, "alone");
	assert_string_equal(lp_symbol_set_at(&set, 0xffffffff81000020u)->name, "alone");
	assert_string_equal(lp_symbol_set_at(&set, 5)->name, "fixed_percpu_data");
	/* Two names of one place both reach up to the next place. */
	assert_int_equal(lp_symbol_set_find(&set, NULL, "_stext", 1)->size, 0x10);
	assert_int_equal(lp_symbol_set_find(&set, NULL, "_text", 1)->size, 0x10);
	assert_int_equal(lp_symbol_set_find(&set, NULL, "renamed.data", 1)->size, 8);
	assert_int_equal(lp_symbol_set_find(&set, "mod_b", "alone", 1)->size, 0x40);
	/* What follows is another object, or nothing. */
	assert_int_equal(lp_symbol_set_find(&set, NULL, "_etext", 1)->size, 0);
	assert_int_equal(lp_symbol_set_find(&set, "mod_b", "twice", 1)->size, 0);
	assert_int_equal(lp_symbol_set_find(&set, "mod_a", "alone", 1)->size, 0);
}

static void variants(void **state)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	open_set(&set);
	assert_string_equal(lp_symbol_set_find_variant(&set, NULL, "renamed")->name, "renamed.constprop.0");
	assert_string_equal(lp_symbol_set_find_variant(&set, NULL, "renamed.isra.0")->name, "renamed.constprop.0");
	assert_null(lp_symbol_set_find_variant(&set, NULL, "renamed.constprop.0"));
	assert_null(lp_symbol_set_find_variant(&set, NULL, "rename"));
	assert_null(lp_symbol_set_find_variant(&set, "mod_b", "renamed"));
	assert_null(lp_symbol_set_find_variant(&set, NULL, ""));
}

static void empty(void **state)
{
	const struct lp_symbol_set set = { 0 };

	(void)state;
	assert_int_equal(lp_symbol_set_count(&set, NULL, "x"), 0);
	assert_null(lp_symbol_set_at(&set, 1));
	assert_null(lp_symbol_set_find_variant(&set, NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),           cmocka_unit_test(positions), cmocka_unit_test(resolution),
		cmocka_unit_test(places_and_sizes), cmocka_unit_test(variants),  cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
