/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the parts of a bzImage. */
#include "support/elf_maker.h"

#include "inspect/bzimage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char payload[] = "not really a kernel";

static void make(struct lp_buf *out)
{
	assert_int_equal(elf_maker_bzimage_around("6.1.0-56-cloud-amd64", payload, sizeof(payload), out), 0);
}

static void whole(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_bzimage image;

	(void)state;
	make(&bytes);
	assert_true(lp_bzimage_is(bytes.data, bytes.len));
	assert_int_equal(lp_bzimage_parse(bytes.data, bytes.len, bytes.len, "vmlinuz", &image, NULL), 0);
	assert_int_equal(image.payload_size, sizeof(payload));
	assert_memory_equal(bytes.data + image.payload_offset, payload, sizeof(payload));
	assert_string_equal(image.banner, "6.1.0-56-cloud-amd64 (root@test) #1 SMP PREEMPT_DYNAMIC test");
	lp_bzimage_free(&image);
}

/* setup_sects 0 means 4, and a kernel_version of 0 that there is no text. */
static void defaults(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_bzimage image;

	(void)state;
	make(&bytes);
	bytes.data[0x1f1] = 0;
	bytes.data[0x20e] = bytes.data[0x20f] = 0;
	assert_int_equal(lp_bzimage_parse(bytes.data, bytes.len, bytes.len, "vmlinuz", &image, NULL), 0);
	assert_memory_equal(bytes.data + image.payload_offset, payload, sizeof(payload));
	assert_null(image.banner);
	lp_bzimage_free(&image);
}

static void others(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_bzimage image;

	(void)state;
	assert_false(lp_bzimage_is("", 0));
	make(&bytes);
	assert_false(lp_bzimage_is(bytes.data, 0x24f));
	bytes.data[0x202] = 'h';
	assert_false(lp_bzimage_is(bytes.data, bytes.len));
	assert_int_equal(lp_bzimage_parse(bytes.data, bytes.len, bytes.len, "vmlinuz", &image, NULL),
			 -LPPACK_E_KERNEL_IMAGE);
}

/* One byte of the header changed, and what is then said. */
static void malformed(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		const char *message;
	} cases[] = {
		{ 0x206, 0x07, "boot protocol 0x207" }, { 0x24b, 0xff, "past the end" },
		{ 0x24e, 0x01, "past the end" },        { 0x20f, 0xff, "outside the setup code" },
		{ 0x400, 0x1b, "not printable" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_bzimage image;

		make(&bytes);
		bytes.data[cases[i].offset] = cases[i].value;
		assert_int_equal(lp_bzimage_parse(bytes.data, bytes.len, bytes.len, "vmlinuz", &image, &err),
				 -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(image.banner);
	}
}

static void endless_banner(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_bzimage image;

	(void)state;
	make(&bytes);
	memset(bytes.data + 0x400, 'x', 0x600);
	assert_int_equal(lp_bzimage_parse(bytes.data, bytes.len, bytes.len, "vmlinuz", &image, &err),
			 -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "does not end"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),     cmocka_unit_test(defaults),       cmocka_unit_test(others),
		cmocka_unit_test(malformed), cmocka_unit_test(endless_banner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
