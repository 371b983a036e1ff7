/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the kallsyms tables of a kernel image, in every layout. */
#include "support/kernel_maker.h"

#include "inspect/kallsyms.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const enum kernel_maker_layout layouts[] = {
	KERNEL_MAKER_TOKENS_FIRST, KERNEL_MAKER_OFFSETS_FIRST, KERNEL_MAKER_SEQS,
	KERNEL_MAKER_ABSOLUTE,     KERNEL_MAKER_PLACE,
};

static int read_symbols(const struct kernel_maker *options, struct lp_buf *bytes, struct lp_symbol_set *set,
			struct lppack_error *err)
{
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image;

	assert_int_equal(kernel_maker_vmlinux(options, bytes), 0);
	assert_int_equal(lp_kernel_image_open(&image, bytes->data, bytes->len, "vmlinux", NULL), 0);
	return lp_symbol_set_read_image(set, &image, err);
}

static void check(const struct kernel_maker *options)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	size_t first = options->percpu ? 2 : 0;

	assert_int_equal(read_symbols(options, &bytes, &set, &err), 0);
	assert_int_equal(set.source, LP_SYMBOLS_IMAGE);
	assert_true(set.has_addresses);
	assert_int_equal(set.n, KERNEL_MAKER_SYMBOLS + first + options->filler);
	if (first) {
		assert_string_equal(set.symbols[1].name, "cpu_info");
		assert_true(set.symbols[1].address == 0x4000);
		assert_int_equal(set.symbols[1].type, 'A');
	}
	assert_string_equal(set.symbols[first].name, "_stext");
	assert_string_equal(set.symbols[first + 2].name, "cmdline_proc_show");
	assert_int_equal(set.symbols[first + 2].type, 'T');
	assert_true(set.symbols[first + 2].address == KERNEL_MAKER_TEXT + 0x10);
	assert_int_equal(set.symbols[first + 2].size, 0x30);
	assert_null(set.symbols[first + 2].object);
	if (options->filler) {
		char name[32];

		snprintf(name, sizeof(name), "filler_%04zu", options->filler - 2);
		assert_string_equal(set.symbols[set.n - 2].name, name);
		assert_int_equal(strlen(set.symbols[set.n - 1].name), KERNEL_MAKER_LONG);
		assert_true(set.symbols[set.n - 1].address == 0xffffffff84000000u + (options->filler - 1) * 16);
	}
}

static void every_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		for (unsigned int j = 0; j < 8; j++) {
			struct kernel_maker options = {
				.layout = layouts[i], .big_endian = j & 1, .wide = j & 2, .filler = j & 4 ? 700 : 0
			};

			check(&options);
			options.percpu = true;
			if (options.layout != KERNEL_MAKER_PLACE)
				check(&options);
		}
}

/* The last marker stands before the last name, or there is one for it alone. */
static void edges_of_markers(void **state)
{
	(void)state;
	check(&(struct kernel_maker){ .filler = 257 });
	check(&(struct kernel_maker){ .filler = 256 - KERNEL_MAKER_SYMBOLS - 2, .percpu = true, .segments = true });
}

/* The names and their order are worth having alone. */
static void without_addresses(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set = { 0 };

	(void)state;
	assert_int_equal(read_symbols(&(struct kernel_maker){ .layout = KERNEL_MAKER_BROKEN }, &bytes, &set, NULL), 0);
	assert_false(set.has_addresses);
	assert_int_equal(lp_symbol_set_count(&set, NULL, "twice"), 3);
	assert_true(lp_symbol_set_find(&set, NULL, "twice", 1)->address == 0);
	assert_null(lp_symbol_set_at(&set, KERNEL_MAKER_TEXT));
}

static void absent(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_symbol_set set;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(read_symbols(&(struct kernel_maker){ .no_symbols = true }, &bytes, &set, &err),
			 -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "vmlinux: has no kallsyms tables"));
	assert_non_null(strstr(err.hint, "System.map"));
	assert_null(set.symbols);
}

/* Where the bytes of a text that the maker wrote stand. */
static uint8_t *find(struct lp_buf *bytes, const char *text, size_t n)
{
	uint8_t *found = memmem(bytes->data, bytes->len, text, n);

	assert_non_null(found);
	return found;
}

static void damaged(void **state)
{
	/* A token that is no text; one that is longer than its place; a length in the names. */
	static const struct {
		const char *where;
		size_t n;
		size_t at;
		uint8_t value;
	} cases[] = {
		{ "unused9", 7, 3, 0x07 },
		{ "unused9", 7, 7, 'x' },
		{ "\007T_stext", 8, 0, 0x40 },
		{ "\007T_stext", 8, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_symbol_set set;

		assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ .filler = 300 }, &bytes), 0);
		find(&bytes, cases[i].where, cases[i].n)[cases[i].at] = cases[i].value;
		assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
		assert_int_equal(lp_symbol_set_read_image(&set, &image, &err), -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, "has no kallsyms tables"));
	}
}

/* A name that is only a type: the tables hold together, yet what they say is none. */
static void nameless(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_symbol_set set;
	uint8_t *at;

	(void)state;
	assert_int_equal(kernel_maker_vmlinux(&(struct kernel_maker){ 0 }, &bytes), 0);
	/* Two names as long as those which stood there. */
	at = find(&bytes, "\007T_stext\006T_text", 15);
	memcpy(at, "\001T\014Tabcdefghijk", 15);
	assert_int_equal(lp_kernel_image_open(&image, bytes.data, bytes.len, "vmlinux", NULL), 0);
	assert_int_equal(lp_symbol_set_read_image(&set, &image, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "symbol 0 of its kallsyms tables cannot be decoded"));
	assert_null(set.symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout), cmocka_unit_test(edges_of_markers), cmocka_unit_test(without_addresses),
		cmocka_unit_test(absent),       cmocka_unit_test(damaged),          cmocka_unit_test(nameless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
