/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the certificates that are built into a kernel image. */
#include "support/kernel_maker.h"

#include "inspect/certificates.h"
#include "inspect/kallsyms.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void open_kernel(struct lp_buf *bytes, struct lp_kernel_image *image, struct lp_symbol_set *symbols)
{
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, bytes), 0);
	assert_int_equal(lp_kernel_image_open(image, bytes->data, bytes->len, "vmlinux", NULL), 0);
	assert_int_equal(lp_symbol_set_read_image(symbols, image, NULL), 0);
}

static void two(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
	LP_AUTO_CERTIFICATE_LIST struct lp_certificate_list list = { 0 };

	(void)state;
	open_kernel(&bytes, &image, &symbols);
	assert_int_equal(lp_certificates_read_image(&list, &image, &symbols, NULL), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.certificates[0].n, 7);
	assert_memory_equal(list.certificates[0].bytes, "\x30\x82\0\3\1\2\3", 7);
	assert_memory_equal(list.certificates[1].bytes, "\x30\x82\0\1\x9", 5);
}

static void damaged(void **state)
{
	/* Not a SEQUENCE; one past the end; the size of the list. */
	static const struct {
		size_t at;
		uint8_t value;
		const char *message;
	} cases[] = {
		{ 8, 0x31, "byte 0 of its list" },  { 15, 0x31, "byte 7 of its list" },
		{ 18, 0x02, "byte 7 of its list" }, { 0, 8, "byte 7 of its list" },
		{ 7, 0xff, "not to be found" },     { 2, 0x10, "not to be found" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
		LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_certificate_list list;
		uint8_t *size;

		open_kernel(&bytes, &image, &symbols);
		size = memmem(bytes.data, bytes.len, "\x0c\0\0\0\0\0\0\0\x30\x82\0\3", 12);
		assert_non_null(size);
		size[cases[i].at] = cases[i].value;
		assert_int_equal(lp_certificates_read_image(&list, &image, &symbols, &err), -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(list.certificates);
	}
}

static void no_symbols(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
	const struct lp_symbol_set none = { 0 };
	struct lp_certificate_list list;

	(void)state;
	open_kernel(&bytes, &image, &symbols);
	assert_int_equal(lp_certificates_read_image(&list, &image, &none, NULL), -LPPACK_E_KERNEL_IMAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two),
		cmocka_unit_test(damaged),
		cmocka_unit_test(no_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
