/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which functions of an image or a module ftrace can reach. */
#include "support/kernel_maker.h"

#include "inspect/ftrace_sites.h"
#include "inspect/kallsyms.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_elf.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void open_kernel(const struct kernel_maker *options, struct lp_buf *bytes, struct lp_kernel_image *image,
			struct lp_symbol_set *symbols)
{
	assert_int_equal(kernel_maker_vmlinux(options, bytes), 0);
	assert_int_equal(lp_kernel_image_open(image, bytes->data, bytes->len, "vmlinux", NULL), 0);
	assert_int_equal(lp_symbol_set_read_image(symbols, image, NULL), 0);
}

static bool covers(const struct lp_address_list *sites, const struct lp_symbol_set *symbols, const char *name,
		   uint64_t nth)
{
	return lp_ftrace_sites_cover(sites, "x86_64", lp_symbol_set_find(symbols, NULL, name, nth));
}

static void image(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
		LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
		LP_AUTO_ADDRESS_LIST struct lp_address_list sites = { 0 };

		open_kernel(&(struct kernel_maker){ .big_endian = i }, &bytes, &image, &symbols);
		assert_int_equal(lp_ftrace_sites_read_image(&sites, &image, &symbols, NULL), 0);
		/* Without the zero and that in code which is freed. */
		assert_int_equal(sites.n, 4);
		assert_true(covers(&sites, &symbols, "cmdline_proc_show", 1));
		/* Behind a landing pad. */
		assert_true(covers(&sites, &symbols, "twice", 1));
		assert_false(covers(&sites, &symbols, "twice", 2));
		assert_false(covers(&sites, &symbols, "notrace_function", 1));
		assert_true(covers(&sites, &symbols, "shrunk.isra.0", 1));
		/* Its site is that of a function which the linker dropped. */
		assert_false(covers(&sites, &symbols, "weak_function", 1));
		assert_false(covers(&sites, &symbols, "_sinittext", 1));
	}
}

static void other_arches(void **state)
{
	uint64_t address = 0x10008;
	const struct lp_address_list sites = { &address, 1 };
	const struct lp_kernel_symbol behind = { .name = "f", .address = 0x10000, .size = 64 };
	const struct lp_kernel_symbol before = { .name = "f", .address = 0x10010, .size = 64 };

	(void)state;
	assert_true(lp_ftrace_sites_cover(&sites, "ppc64le", &behind));
	assert_true(lp_ftrace_sites_cover(&sites, "aarch64", &behind));
	assert_true(lp_ftrace_sites_cover(&sites, "aarch64", &before));
	assert_false(lp_ftrace_sites_cover(&sites, "s390x", &behind));
	assert_false(lp_ftrace_sites_cover(&sites, "x86_64", &before));
	assert_true(lp_ftrace_sites_cover(&sites, NULL, &behind));
	assert_false(lp_ftrace_sites_cover(&sites, NULL, &before));
}

static void blacklist(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
	LP_AUTO_ADDRESS_LIST struct lp_address_list list = { 0 };

	(void)state;
	open_kernel(&(struct kernel_maker){ 0 }, &bytes, &image, &symbols);
	assert_int_equal(lp_kprobe_blacklist_read_image(&list, &image, &symbols, NULL), 0);
	assert_int_equal(list.n, 1);
	assert_true(
		lp_address_list_touches(&list, lp_symbol_set_find(&symbols, NULL, "notrace_function", 1)->address, 0));
}

static void ranges(void **state)
{
	uint64_t addresses[] = { 10, 20, UINT64_MAX };
	const struct lp_address_list list = { addresses, 3 };
	const struct lp_address_list none = { 0 };

	(void)state;
	assert_true(lp_address_list_touches(&list, 10, 0));
	assert_true(lp_address_list_touches(&list, 9, 2));
	assert_false(lp_address_list_touches(&list, 9, 1));
	assert_false(lp_address_list_touches(&list, 11, 9));
	assert_true(lp_address_list_touches(&list, 11, 10));
	assert_true(lp_address_list_touches(&list, UINT64_MAX, 1));
	assert_true(lp_address_list_touches(&list, 21, UINT64_MAX));
	assert_false(lp_address_list_touches(&none, 0, UINT64_MAX));
}

static void absent(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_address_list list;

	(void)state;
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, &bytes), 0);
	assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_ftrace_sites_read_image(&list, &image, NULL, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "functions that can be traced"));
	lppack_error_clear(&err);
	assert_int_equal(lp_kprobe_blacklist_read_image(&list, &image, NULL, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "blacklist"));
}

static void module(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
		LP_AUTO_ADDRESS_LIST struct lp_address_list sites = { 0 };
		const char *arch = i ? "s390x" : "x86_64";

		assert_int_equal(kernel_maker_module(i, KERNEL_MAKER_RELATIVE, &bytes), 0);
		assert_int_equal(lp_symbol_set_read_module(&symbols, bytes.data, bytes.len, "m", "m.ko", NULL), 0);
		assert_int_equal(lp_ftrace_sites_read_module(&sites, bytes.data, bytes.len, "m.ko", NULL), 0);
		/* Without that in .init.text. */
		assert_int_equal(sites.n, 2);
		assert_true(lp_ftrace_sites_cover(&sites, arch, lp_symbol_set_find(&symbols, "m", "twice", 1)));
		assert_true(lp_ftrace_sites_cover(&sites, arch, lp_symbol_set_find(&symbols, "m", "twice", 2)));
		assert_false(lp_ftrace_sites_cover(&sites, arch, lp_symbol_set_find(&symbols, "m", "quiet", 1)));
	}
	assert_int_equal(lp_ftrace_sites_read_module(&(struct lp_address_list){ 0 }, "", 0, "m.ko", NULL),
			 -LPPACK_E_MODULE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image),  cmocka_unit_test(other_arches), cmocka_unit_test(blacklist),
		cmocka_unit_test(ranges), cmocka_unit_test(absent),       cmocka_unit_test(module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
