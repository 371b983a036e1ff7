/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests Module.symvers. */
#include "inspect/kernel_exports.h"
#include "inspect/symvers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void whole(void **state)
{
	static const char text[] = "0x4bc6b4d1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"
				   "0xffffffff\text4_thing\tfs/ext4/ext4\tEXPORT_SYMBOL_GPL\tEXT4_NS\n"
				   "0x00000000\tno_crc\tdrivers/a-b/c-d\tEXPORT_SYMBOL_GPL\n"
				   "0x00000002\tprintk\tdrivers/z\tEXPORT_SYMBOL\n";
	LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports;
	const struct lp_kernel_export *e;

	(void)state;
	assert_int_equal(lp_kernel_exports_read_symvers(&exports, text, strlen(text), "Module.symvers", NULL), 0);
	assert_int_equal(exports.n, 4);
	e = lp_kernel_exports_find(&exports, "printk");
	assert_null(e->module);
	assert_null(e->name_space);
	assert_true(e->has_crc);
	assert_false(e->gpl_only);
	assert_int_equal(e->crc, 0x4bc6b4d1);
	assert_string_equal(e[1].name, "printk");
	assert_string_equal(e[1].module, "z");
	e = lp_kernel_exports_find(&exports, "ext4_thing");
	assert_string_equal(e->module, "ext4");
	assert_string_equal(e->name_space, "EXT4_NS");
	assert_true(e->gpl_only);
	assert_int_equal(e->crc, 0xffffffff);
	e = lp_kernel_exports_find(&exports, "no_crc");
	assert_string_equal(e->module, "c_d");
	assert_false(e->has_crc);
}

static void malformed(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "is empty" },
		{ "0x1\ta\tvmlinux\tEXPORT_SYMBOL\n\n", "line 2 is no" },
		{ "0x1 a vmlinux EXPORT_SYMBOL\n", "line 1" },
		{ "1\ta\tvmlinux\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x\ta\tvmlinux\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x100000000\ta\tvmlinux\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1g\ta\tvmlinux\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1\t\tvmlinux\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1\ta\t\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1\ta\tdir/\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1\ta\tvmlinux\tNS\tEXPORT_SYMBOL\n", "line 1" },
		{ "0x1\ta\tvmlinux\tEXPORT_SYMBOL\tNS\tmore\n", "line 1" },
		{ "0x1\ta\tvmlinux\n", "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_kernel_exports exports;

		assert_int_equal(lp_kernel_exports_read_symvers(&exports, cases[i].text, strlen(cases[i].text),
								"Module.symvers", &err),
				 -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(exports.exports);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
