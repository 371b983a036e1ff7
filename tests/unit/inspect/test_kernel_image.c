/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests addresses, sections and the built-in configuration of a kernel image. */
#include "support/kernel_maker.h"

#include "inspect/kallsyms.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void make(struct lp_buf *bytes, struct lp_kernel_image *image, bool big_endian, bool segments)
{
	const struct kernel_maker options = { .big_endian = big_endian, .segments = segments };

	assert_int_equal(kernel_maker_vmlinux(&options, bytes), 0);
	assert_int_equal(lp_kernel_image_open(image, bytes->data, bytes->len, "vmlinux", NULL), 0);
}

static void addresses(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image;

		make(&bytes, &image, i & 1, i & 2);
		assert_string_equal(image.arch, i & 1 ? "s390x" : "x86_64");
		assert_int_equal(image.n_ranges, 9);
		assert_memory_equal(lp_kernel_image_at(&image, 0xffffffff82000000u, 9), "something", 9);
		assert_memory_equal(lp_kernel_image_at(&image, 0xffffffff82000001u, 8), "omething", 8);
		assert_non_null(lp_kernel_image_at(&image, KERNEL_MAKER_TEXT, 0x400));
		assert_null(lp_kernel_image_at(&image, KERNEL_MAKER_TEXT, 0x401));
		assert_null(lp_kernel_image_at(&image, KERNEL_MAKER_TEXT - 1, 1));
		assert_null(lp_kernel_image_at(&image, KERNEL_MAKER_TEXT + 1, UINT64_MAX));
		/* .bss has no bytes */
		assert_null(lp_kernel_image_at(&image, 0xffffffff83400000u, 1));
		assert_string_equal(lp_kernel_image_text(&image, 0xffffffff82800040u), "printk");
		assert_null(lp_kernel_image_text(&image, 0xffffffff82800046u));
		assert_null(lp_kernel_image_text(&image, 8));
	}
}

static void sections_and_symbols(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image;
		LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
		struct lp_kernel_range range = { 0 };

		make(&bytes, &image, false, i);
		assert_int_equal(lp_symbol_set_read_image(&symbols, &image, NULL), 0);
		assert_true(lp_kernel_image_find(&image, &symbols, "__ksymtab", "__start___ksymtab", "__stop___ksymtab",
						 &range));
		assert_true(range.address == 0xffffffff82800000u);
		assert_int_equal(range.size, 24);
		/* Without section headers only the symbols tell. */
		assert_int_equal(lp_kernel_image_find(&image, NULL, "__ksymtab", NULL, NULL, &range), !i);
		assert_false(lp_kernel_image_find(&image, &symbols, "none", "no_start", "no_stop", &range));
		assert_false(lp_kernel_image_find(&image, &symbols, NULL, "_etext", "_text", &range));
		/* Both ends are known, but what lies between is not in the file. */
		assert_false(lp_kernel_image_find(&image, &symbols, NULL, "_text", "__start_mcount_loc", &range));
	}
}

static void configuration(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image;
	const uint8_t *config = NULL;
	size_t n = 0;

	(void)state;
	make(&bytes, &image, false, false);
	assert_true(lp_kernel_image_ikconfig(&image, &config, &n));
	assert_int_equal(n, 4);
	assert_memory_equal(config, "gzip", 4);
	/* The mark at its end is gone. */
	memset((uint8_t *)memmem(bytes.data, bytes.len, "IKCFG_ED", 8), '-', 8);
	assert_false(lp_kernel_image_ikconfig(&image, &config, &n));
}

static void others(void **state)
{
	LP_AUTO_BUF struct lp_buf module = { 0 };
	LP_AUTO_BUF struct lp_buf kernel = { 0 };
	struct lp_kernel_image image;
	const struct {
		const void *bytes;
		size_t n;
		const char *message;
	} cases[] = {
		{ "text", 4, "not an ELF file" },
		{ NULL, 0, "not a linked ELF file" },
		{ NULL, 0, "past the end" },
	};

	(void)state;
	assert_int_equal(kernel_maker_module(false, KERNEL_MAKER_RELATIVE, &module), 0);
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, &kernel), 0);
	/* The size of the section .text */
	memset(kernel.data + kernel.len - 11 * 64 + 32, 0x7f, 8);
	for (size_t i = 0; i < 3; i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		const void *bytes = i == 1 ? module.data : i == 2 ? kernel.data : cases[i].bytes;
		size_t n = i == 1 ? module.len : i == 2 ? kernel.len : cases[i].n;

		assert_int_equal(lp_kernel_image_open(&image, bytes, n, "vmlinux", &err), -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(image.ranges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(sections_and_symbols),
		cmocka_unit_test(configuration),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
