/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests structures and their members in BTF. */
#include "support/kernel_maker.h"

#include "inspect/btf.h"
#include "inspect/kernel_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void make(bool big_endian, struct lp_buf *bytes, struct lp_btf *btf)
{
	assert_int_equal(kernel_maker_btf(big_endian, bytes), 0);
	assert_int_equal(lp_btf_open(btf, bytes->data, bytes->len, "vmlinux.btf", NULL), 0);
}

static void structures(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_BTF struct lp_btf btf = { 0 };

		make(i, &bytes, &btf);
		assert_int_equal(btf.n_types, 10);
		assert_int_equal(lp_btf_struct_size(&btf, "klp_func"), 152);
		/* Not its declaration. */
		assert_int_equal(lp_btf_struct_size(&btf, "klp_object"), 168);
		assert_int_equal(lp_btf_struct_size(&btf, "char"), 0);
		assert_int_equal(lp_btf_struct_size(&btf, "none"), 0);
	}
}

static void members(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_BTF struct lp_btf btf = { 0 };
		struct lp_btf_member member;

		make(i, &bytes, &btf);
		assert_true(lp_btf_member(&btf, "klp_func", "old_name", &member));
		assert_int_equal(member.offset, 0);
		assert_int_equal(member.size, 8);
		/* In a union without a name, by way of a typedef. */
		assert_true(lp_btf_member(&btf, "klp_func", "old_sympos", &member));
		assert_int_equal(member.offset, 8);
		assert_int_equal(member.size, 8);
		/* A bit field. */
		assert_true(lp_btf_member(&btf, "klp_func", "flag", &member));
		assert_int_equal(member.offset, 24);
		assert_int_equal(member.size, 0);
		/* An array. */
		assert_true(lp_btf_member(&btf, "klp_func", "list", &member));
		assert_int_equal(member.offset, 25);
		assert_int_equal(member.size, 24);
		assert_false(lp_btf_member(&btf, "klp_func", "none", &member));
		assert_false(lp_btf_member(&btf, "klp_func", "", &member));
		assert_false(lp_btf_member(&btf, "none", "old_name", &member));
	}
}

static void of_an_image(void **state)
{
	LP_AUTO_BUF struct lp_buf kernel = { 0 };
	LP_AUTO_BUF struct lp_buf other = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image without = { 0 };
	LP_AUTO_BTF struct lp_btf btf = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, &kernel), 0);
	assert_int_equal(lp_kernel_image_open(&image, kernel.data, kernel.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_btf_open_image(&btf, &image, NULL), 0);
	assert_int_equal(lp_btf_struct_size(&btf, "klp_func"), 152);
	assert_int_equal(kernel_maker_debug_file(&other), 0);
	assert_int_equal(lp_kernel_image_open(&without, other.data, other.len, "vmlinux.debug", NULL), 0);
	assert_int_equal(lp_btf_open_image(&(struct lp_btf){ 0 }, &without, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_string_equal(err.message, "vmlinux.debug: has no BTF");
}

static void malformed(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *message;
	} cases[] = {
		{ 0, 0, "no magic number" },
		{ 2, 2, "a version" },
		{ 4, 20, "past the end" },
		{ 11, 0xff, "past the end" },
		{ 15, 0xff, "past the end" },
		{ 23, 0xff, "past the end" },
		{ 20, 0, "strings have no end" },
		{ 20, 3, "strings have no end" },
		{ 24 + 7, 0, "unknown kind" },
		{ 24 + 7, 31, "unknown kind" },
		{ 12, 4, "cut off" },
		{ 24 + 4, 1, NULL }, /* an integer has no items to count */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_BTF struct lp_btf btf = { 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;

		assert_int_equal(kernel_maker_btf(false, &bytes), 0);
		bytes.data[cases[i].at] = cases[i].value;
		assert_int_equal(lp_btf_open(&btf, bytes.data, bytes.len, "b", &err),
				 cases[i].message ? -LPPACK_E_KERNEL_IMAGE : 0);
		if (cases[i].message)
			assert_non_null(strstr(err.message, cases[i].message));
	}
	assert_int_equal(lp_btf_open(&(struct lp_btf){ 0 }, "", 0, "b", NULL), -LPPACK_E_KERNEL_IMAGE);
}

/* Types that lead to themselves end somewhere. */
static void circles(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_BTF struct lp_btf btf = { 0 };
	struct lp_btf_member member;

	(void)state;
	make(false, &bytes, &btf);
	/* The typedef of itself; the union holds the structure that holds it. */
	bytes.data[btf.types[3] + 8] = 3;
	bytes.data[btf.types[6] + 12] = 0;
	bytes.data[btf.types[6] + 16] = 5;
	assert_false(lp_btf_member(&btf, "klp_func", "old_sympos", &member));
	assert_true(lp_btf_member(&btf, "klp_func", "list", &member));
	assert_int_equal(member.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structures), cmocka_unit_test(members), cmocka_unit_test(of_an_image),
		cmocka_unit_test(malformed),  cmocka_unit_test(circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
