/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the symbols that a kernel image or a module exports. */
#include "support/kernel_maker.h"

#include "inspect/kallsyms.h"
#include "inspect/kernel_exports.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check(const struct lp_kernel_exports *exports)
{
	const struct lp_kernel_export *e = lp_kernel_exports_find(exports, "printk");

	assert_int_equal(exports->n, 4);
	assert_non_null(e);
	assert_true(e->has_crc);
	assert_int_equal(e->crc, 0x11111111);
	assert_false(e->gpl_only);
	assert_null(e->module);
	assert_null(e->name_space);
	e = lp_kernel_exports_find(exports, "seq_read");
	assert_string_equal(e->name_space, "NS");
	assert_int_equal(e->crc, 0x22222222);
	e = lp_kernel_exports_find(exports, "gpl_thing");
	assert_true(e->gpl_only);
	assert_int_equal(e->crc, 0x33333333);
	assert_null(lp_kernel_exports_find(exports, "seq_rea"));
	assert_null(lp_kernel_exports_find(exports, "zzz"));
}

/* By the names of sections, or by symbols without them. */
static void image(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		const struct kernel_maker options = { .big_endian = i & 1, .segments = i & 2, .relative_crcs = i & 4 };
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
		LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
		LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports = { 0 };

		assert_int_equal(kernel_maker_vmlinux(&options, &bytes), 0);
		assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
		assert_int_equal(lp_symbol_set_read_image(&symbols, &image, NULL), 0);
		assert_int_equal(
			lp_kernel_exports_read_image(&exports, &image, options.segments ? &symbols : NULL, NULL), 0);
		check(&exports);
	}
}

static void nowhere(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_exports exports;

	(void)state;
	assert_int_equal(kernel_maker_debug_file(&bytes), 0);
	assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_kernel_exports_read_image(&exports, &image, NULL, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "no exported symbols"));
	assert_non_null(strstr(err.hint, "Module.symvers"));
}

static void module(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		const enum kernel_maker_exports form = (enum kernel_maker_exports)(i / 2);
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports = { 0 };

		assert_int_equal(kernel_maker_module(i & 1, form, &bytes), 0);
		assert_int_equal(
			lp_kernel_exports_read_module(&exports, bytes.data, bytes.len, "test_mod", "test-mod.ko", NULL),
			0);
		assert_int_equal(exports.n, 1);
		assert_string_equal(exports.exports[0].name, "mod_export");
		assert_string_equal(exports.exports[0].name_space, "MOD_NS");
		assert_string_equal(exports.exports[0].module, "test_mod");
		assert_true(exports.exports[0].gpl_only);
		/* A symbol's value is in no section. */
		assert_int_equal(exports.exports[0].has_crc, form != KERNEL_MAKER_ABSOLUTE_CRCS);
		if (exports.exports[0].has_crc)
			assert_int_equal(exports.exports[0].crc, 0xabcdef01);
	}
}

static void no_module(void **state)
{
	struct lp_kernel_exports exports;

	(void)state;
	assert_int_equal(lp_kernel_exports_read_module(&exports, "", 0, "m", "m.ko", NULL), -LPPACK_E_MODULE);
	assert_null(exports.exports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image),
		cmocka_unit_test(nowhere),
		cmocka_unit_test(module),
		cmocka_unit_test(no_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
