/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests System.map and /proc/kallsyms. */
#include "inspect/symbol_set.h"
#include "inspect/symbol_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void map(void **state)
{
	static const char text[] = "0000000000000000 D __per_cpu_start\n"
				   "ffffffff81000000 T _text\n"
				   "ffffffff81000040 t a.b.0\n"
				   "FFFFFFFF81000080 W weak";
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	assert_int_equal(lp_symbol_set_read_map(&set, text, strlen(text), "System.map", NULL), 0);
	assert_int_equal(set.source, LP_SYMBOLS_MAP);
	assert_true(set.has_addresses);
	assert_int_equal(set.n, 4);
	assert_string_equal(set.symbols[3].name, "weak");
	assert_true(set.symbols[3].address == 0xffffffff81000080u);
	assert_int_equal(set.symbols[2].type, 't');
}

static void stub(void **state)
{
	static const char text[] =
		"ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n";
	struct lp_symbol_set set;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_symbol_set_read_map(&set, text, strlen(text), "System.map", &err), -LPPACK_E_KERNEL_IMAGE);
	assert_string_equal(err.message, "System.map: no System.map but a note: The real System.map is in the "
					 "linux-image-<version>-dbg package");
	assert_non_null(strstr(err.hint, "vmlinuz"));
	assert_null(set.symbols);
}

static void proc(void **state)
{
	static const char text[] = "ffffffff81000000 T _text\n"
				   "ffffffffc0000000 t init_module\t[my_mod]\n"
				   "ffffffffc0100000 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]\n";
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	assert_int_equal(lp_symbol_set_read_proc(&set, text, strlen(text), "kallsyms", NULL), 0);
	assert_int_equal(set.source, LP_SYMBOLS_PROC);
	assert_null(set.symbols[0].object);
	assert_string_equal(set.symbols[1].object, "my_mod");
	assert_string_equal(set.symbols[1].name, "init_module");
	assert_int_equal(lp_symbol_set_count(&set, "my_mod", "init_module"), 1);
}

/* Without privilege every address is 0. */
static void hidden(void **state)
{
	static const char text[] = "0000000000000000 T _text\n0000000000000000 t f\n0000000000000000 t f\n";
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set;

	(void)state;
	assert_int_equal(lp_symbol_set_read_proc(&set, text, strlen(text), "kallsyms", NULL), 0);
	assert_false(set.has_addresses);
	assert_int_equal(lp_symbol_set_count(&set, NULL, "f"), 2);
	assert_int_equal(lp_symbol_set_find(&set, NULL, "f", 1)->size, 0);
	assert_null(lp_symbol_set_at(&set, 0));
}

static void malformed(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "is empty" },
		{ "\n", "line 1" },
		{ "ffffffff81000000 T _text\nnonsense\n", "line 2 is no" },
		{ "ffffffff81000000 T\n", "line 1" },
		{ "ffffffff81000000 T \n", "line 1" },
		{ "ffffffff81000000 TT x\n", "line 1" },
		{ "fffffffff81000000 T x\n", "line 1" },
		{ " T x\n", "line 1" },
		{ "1 T x y\n", "line 1" },
		{ "1 T x\t[]\n", "line 1" },
		{ "1 T x\t[a]b\n", "line 1" },
		{ "1 T x\t[a\n", "line 1" },
	};
	char text[700];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_symbol_set set;

		assert_int_equal(lp_symbol_set_read_proc(&set, cases[i].text, strlen(cases[i].text), "kallsyms", &err),
				 -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_non_null(strstr(err.message, "kallsyms: "));
		assert_null(set.symbols);
	}
	snprintf(text, sizeof(text), "1 T %0600d\n", 7);
	assert_int_equal(lp_symbol_set_read_map(&(struct lp_symbol_set){ 0 }, text, strlen(text), "map", NULL),
			 -LPPACK_E_KERNEL_IMAGE);
	/* Modules are no part of System.map. */
	assert_int_equal(lp_symbol_set_read_map(&(struct lp_symbol_set){ 0 }, "1 T x\t[mod]\n", 12, "map", NULL),
			 -LPPACK_E_KERNEL_IMAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map),    cmocka_unit_test(stub),      cmocka_unit_test(proc),
		cmocka_unit_test(hidden), cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
