/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the symbols of debug files and modules. */
#include "support/kernel_maker.h"

#include "inspect/kernel_image.h"
#include "inspect/symbol_elf.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void debug_file(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set = { 0 };
	const struct lp_kernel_symbol *symbol;

	(void)state;
	assert_int_equal(kernel_maker_debug_file(&bytes), 0);
	assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_symbol_set_read_elf(&set, &image, NULL), 0);
	assert_int_equal(set.source, LP_SYMBOLS_ELF);
	/* Files, undefined ones, CRCs and local labels are none. */
	assert_int_equal(set.n, KERNEL_MAKER_SYMBOLS + 1);
	assert_string_equal(set.symbols[0].name, "absolute");
	assert_true(set.symbols[0].address == 16);
	assert_int_equal(set.symbols[0].type, 'a');
	symbol = lp_symbol_set_find(&set, NULL, "twice", 2);
	assert_true(symbol->address == KERNEL_MAKER_TEXT + 0xc0);
	assert_int_equal(symbol->size, 0x40);
	assert_int_equal(symbol->type, 't');
	assert_int_equal(lp_symbol_set_find(&set, NULL, "weak_function", 1)->type, 'W');
	assert_int_equal(lp_symbol_set_find(&set, NULL, "cmdline_proc_show", 1)->type, 'T');
	assert_int_equal(lp_symbol_set_find(&set, NULL, "twice", 3)->type, 'B');
}

static void no_symbols(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_symbol_set set;

	(void)state;
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, &bytes), 0);
	assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_symbol_set_read_elf(&set, &image, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_string_equal(err.message, "vmlinux: has no symbol table");
}

static void module(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_SYMBOL_SET struct lp_symbol_set set = { 0 };

		assert_int_equal(kernel_maker_module(i, KERNEL_MAKER_RELATIVE, &bytes), 0);
		assert_int_equal(
			lp_symbol_set_read_module(&set, bytes.data, bytes.len, "test_mod", "test-mod.ko", NULL), 0);
		assert_int_equal(set.source, LP_SYMBOLS_MODULE);
		/* That of .modinfo and the import are none. */
		assert_int_equal(set.n, 4);
		assert_int_equal(lp_symbol_set_count(&set, "test_mod", "twice"), 2);
		assert_int_equal(lp_symbol_set_count(&set, NULL, "twice"), 0);
		/* In the order of the table. */
		assert_true(lp_symbol_set_find(&set, "test_mod", "twice", 1)->address == (1ull << 32 | 32));
		assert_true(lp_symbol_set_find(&set, "test_mod", "twice", 2)->address == (1ull << 32 | 16));
		assert_int_equal(lp_symbol_set_find(&set, "test_mod", "twice", 2)->size, 8);
		/* Freed after init. */
		assert_int_equal(lp_symbol_set_count(&set, "test_mod", "mod_init"), 0);
	}
}

static void no_module(void **state)
{
	struct lp_symbol_set set;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_symbol_set_read_module(&set, "text", 4, "m", "m.ko", &err), -LPPACK_E_MODULE);
	assert_non_null(strstr(err.message, "m.ko: not an ELF file"));
	assert_null(set.symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debug_file),
		cmocka_unit_test(no_symbols),
		cmocka_unit_test(module),
		cmocka_unit_test(no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
