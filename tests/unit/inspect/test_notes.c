/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the notes of a kernel: build ID, release, salt. */
#include "support/elf_maker.h"

#include "inspect/notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* namesz, descsz, type, name, description */
#define GNU_ID(n) n "\0\0\0\3\0\0\0GNU\0"
#define NOTE_ID4 "\4\0\0\0" GNU_ID("\4") "\xaa\xbb\xcc\xdd"
#define SALT(n, text) "\6\0\0\0" n "\0\0\0\0\1\0\0Linux\0\0\0" text

static int parse(const void *bytes, size_t n, struct lp_kernel_facts *facts, struct lppack_error *err)
{
	uint8_t *copy = calloc(1, n ? n : 1);
	int rc;

	*facts = (struct lp_kernel_facts){ 0 };
	memcpy(copy, bytes, n);
	rc = lp_notes_parse(copy, n, "notes", facts, err);
	free(copy);
	return rc;
}

#define PARSE(text, facts) parse(text, sizeof(text) - 1, facts, NULL)

static void of_a_kernel(void **state)
{
	static const char *const arches[] = { "x86_64", "s390x" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct elf_maker_kernel options = { .release = "6.12.117+deb12-amd64", .arch = arches[i] };
		struct lp_build_id id = elf_maker_kernel_id(&options);
		LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;
		LP_AUTO_BUF struct lp_buf notes = { 0 };

		assert_int_equal(elf_maker_notes(&options, &notes), 0);
		assert_int_equal(parse(notes.data, notes.len, &facts, NULL), 0);
		assert_true(lp_build_id_equal(&facts.build_id, &id));
		assert_string_equal(facts.release, "6.12.117+deb12-amd64");
	}
}

static void none(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(PARSE("", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
	assert_int_equal(PARSE("\0\0\0\0\0\0\0\0\0\0\0\0", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
}

static void sizes_of_an_id(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(PARSE(NOTE_ID4, &facts), 0);
	assert_int_equal(facts.build_id.len, 4);
	assert_memory_equal(facts.build_id.bytes, "\xaa\xbb\xcc\xdd", 4);
	assert_int_equal(PARSE("\4\0\0\0" GNU_ID("\3") "abc\0", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
	assert_int_equal(PARSE("\4\0\0\0" GNU_ID("\x20") "0123456789abcdef0123456789abcdef", &facts), 0);
	assert_int_equal(facts.build_id.len, 32);
	assert_int_equal(PARSE("\4\0\0\0" GNU_ID("\x21") "0123456789abcdef0123456789abcdef0\0\0\0", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
}

/* Type 3 of another name, and another type of GNU, are no build IDs. */
static void look_alikes(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(PARSE("\4\0\0\0\4\0\0\0\3\0\0\0Xen\0abcd", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
	assert_int_equal(PARSE("\4\0\0\0\4\0\0\0\5\0\0\0GNU\0abcd", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
	assert_int_equal(PARSE("\3\0\0\0\4\0\0\0\3\0\0\0GNU\0abcd", &facts), 0);
	assert_int_equal(facts.build_id.len, 0);
}

static void the_first_id_counts(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(PARSE("\4\0\0\0" GNU_ID("\5") "fghij\0\0\0" NOTE_ID4, &facts), 0);
	assert_int_equal(facts.build_id.len, 5);
	assert_memory_equal(facts.build_id.bytes, "fghij", 5);
}

/* The build salt is free text: it is the release only where it looks like one. */
static void salts(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(PARSE(SALT("\7", "6.1-ab\0\0"), &facts), 0);
	assert_string_equal(facts.release, "6.1-ab");
	lp_kernel_facts_free(&facts);
	assert_int_equal(PARSE(SALT("\6", "6.1-ab\0\0"), &facts), 0);
	assert_string_equal(facts.release, "6.1-ab");
	lp_kernel_facts_free(&facts);
	assert_int_equal(PARSE(SALT("\1", "\0\0\0\0"), &facts), 0);
	assert_null(facts.release);
	assert_int_equal(PARSE(SALT("\4", "salt"), &facts), 0);
	assert_null(facts.release);
	assert_int_equal(PARSE(SALT("\4", "6 1\0"), &facts), 0);
	assert_null(facts.release);
	assert_int_equal(PARSE(SALT("\4", "6\x1b[m"), &facts), 0);
	assert_null(facts.release);
}

static void a_known_release_stays(void **state)
{
	static const char salt[] = SALT("\4", "6.1\0");
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { .release = strdup("6.12") };

	(void)state;
	assert_int_equal(lp_notes_parse(salt, sizeof(salt) - 1, "notes", &facts, NULL), 0);
	assert_string_equal(facts.release, "6.12");
}

static void malformed(void **state)
{
	static const char *const texts[] = { "hello, world", "\4\0\0\0\xff\xff\xff\xff\3\0\0\0GNU\0abcd",
					     "\xff\xff\xff\xff\4\0\0\0\3\0\0\0GNU\0abcd",
					     "\5\0\0\0\4\0\0\0\3\0\0\0GNU\0abcd" };
	static const size_t sizes[] = { 12, 20, 20, 20 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_kernel_facts facts;

		assert_int_equal(parse(texts[i], sizes[i], &facts, &err), -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, "notes: no whole ELF note at byte 0"));
		assert_int_equal(facts.build_id.len, 0);
	}
}

static void cut_off(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(parse(NOTE_ID4 "\4\0\0", 23, &facts, &err), -LPPACK_E_KERNEL_IMAGE);
	assert_non_null(strstr(err.message, "at byte 20"));
	/* Padding that is not there is no damage. */
	assert_int_equal(PARSE("\4\0\0\0" GNU_ID("\5") "fghij", &facts), 0);
	assert_int_equal(facts.build_id.len, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_kernel),
		cmocka_unit_test(none),
		cmocka_unit_test(sizes_of_an_id),
		cmocka_unit_test(look_alikes),
		cmocka_unit_test(the_first_id_counts),
		cmocka_unit_test(salts),
		cmocka_unit_test(a_known_release_stays),
		cmocka_unit_test(malformed),
		cmocka_unit_test(cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
