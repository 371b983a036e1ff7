/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which kernel a vmlinux is, read as a stream. */
#include "support/elf_maker.h"

#include "inspect/vmlinux.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct memory {
	const uint8_t *bytes;
	size_t size;
	size_t at;
	size_t most;    /* bytes a read returns at most */
	size_t fail_at; /* reads from there on fail, unless 0 */
};

static int64_t read_memory(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct memory *m = context;

	if (m->fail_at && m->at >= m->fail_at)
		return lp_fail(err, LPPACK_E_IO, "look at the cable", "the disk is on fire");
	if (n > m->size - m->at)
		n = m->size - m->at;
	if (m->most && n > m->most)
		n = m->most;
	if (n)
		memcpy(out, m->bytes + m->at, n);
	m->at += n;
	return (int64_t)n;
}

static int read_kernel(struct memory *memory, struct lp_kernel_facts *facts, struct lppack_error *err)
{
	struct lp_stream stream = { read_memory, memory, "vmlinux" };

	*facts = (struct lp_kernel_facts){ 0 };
	return lp_vmlinux_read(&stream, facts, err);
}

static void make(const struct elf_maker_kernel *options, struct lp_buf *bytes, struct memory *memory)
{
	assert_int_equal(elf_maker_vmlinux(options, bytes), 0);
	*memory = (struct memory){ .bytes = bytes->data, .size = bytes->len };
}

static void every_arch(void **state)
{
	static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le", "riscv64", "loongarch64" };

	(void)state;
	for (size_t i = 0; i < 24; i++) {
		const struct elf_maker_kernel options = { .arch = arches[i / 4],
							  .stale_segments = i % 2,
							  .gap = i / 2 % 2 ? 100000 : 0 };
		struct lp_build_id id = elf_maker_kernel_id(&options);
		LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		struct memory memory;

		make(&options, &bytes, &memory);
		memory.most = 1000;
		assert_int_equal(read_kernel(&memory, &facts, NULL), 0);
		assert_true(lp_build_id_equal(&facts.build_id, &id));
		assert_string_equal(facts.arch, arches[i / 4]);
		assert_string_equal(facts.release, "6.1.0-1-test");
	}
}

/* Notes behind the part that is kept for debug files. */
static void notes_far_away(void **state)
{
	const struct elf_maker_kernel options = { .gap = 9 << 20 };
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	make(&options, &bytes, &memory);
	assert_int_equal(read_kernel(&memory, &facts, NULL), 0);
	assert_int_equal(facts.build_id.len, 20);
	assert_true(memory.at < memory.size);
}

static void refused(struct memory *memory, int code, const char *message)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_facts facts;

	memory->at = 0;
	assert_int_equal(read_kernel(memory, &facts, &err), -code);
	assert_int_equal(facts.build_id.len, 0);
	assert_non_null(strstr(err.message, message));
	lp_kernel_facts_free(&facts);
}

static void without_id(void **state)
{
	const struct elf_maker_kernel options = { .no_build_id = true };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	make(&options, &bytes, &memory);
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "no GNU build ID");
}

static void no_kernel(void **state)
{
	LP_AUTO_BUF struct lp_buf module = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ 0 }, &module), 0);
	memory = (struct memory){ .bytes = module.data, .size = module.len };
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "a module or object file");
	make(&(struct elf_maker_kernel){ 0 }, &bytes, &memory);
	bytes.data[4] = 1;
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "32-bit");
	bytes.data[0] = 0;
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "no ELF kernel");
	memory.size = 63;
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "ends at byte 63");
}

/* The notes are read, or it is an error: never less than the whole ID. */
static void cut_off(void **state)
{
	const struct elf_maker_kernel options = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	make(&options, &bytes, &memory);
	for (memory.size = 0; memory.size < 64 + 2 * 56 + 100; memory.size++)
		refused(&memory, LPPACK_E_KERNEL_IMAGE, "ends at byte");
}

static void failing_stream(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	make(&(struct elf_maker_kernel){ .gap = 100000 }, &bytes, &memory);
	memory.fail_at = 4096;
	memory.most = 1000;
	refused(&memory, LPPACK_E_IO, "on fire");
}

/* Ranges that no kernel has must neither be followed nor allocated. */
static void absurd_segments(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct memory memory;

	(void)state;
	make(&(struct elf_maker_kernel){ 0 }, &bytes, &memory);
	memset(bytes.data + 64 + 56 + 32, 0xff, 8);
	memset(bytes.data + 40, 0, 8);
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "no GNU build ID");
	memset(bytes.data + 64 + 56 + 8, 0xff, 8);
	bytes.data[64 + 56 + 39] = 0;
	memset(bytes.data + 64 + 56 + 34, 0, 6);
	refused(&memory, LPPACK_E_KERNEL_IMAGE, "out of reach");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_arch),      cmocka_unit_test(notes_far_away), cmocka_unit_test(without_id),
		cmocka_unit_test(no_kernel),       cmocka_unit_test(cut_off),        cmocka_unit_test(failing_stream),
		cmocka_unit_test(absurd_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
