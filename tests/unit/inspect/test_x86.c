/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the lengths and operands of x86 instructions. */
#include "inspect/x86.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* A string literal, so that the byte that ends it is not counted. */
#define DECODE(code, insn) lp_x86_decode((const uint8_t *)(code), sizeof(code) - 1, (insn))

static void lengths(void **state)
{
	/* As gcc makes them and objdump prints them. */
	static const struct {
		const char *code;
		size_t n;
	} cases[] = {
		{ "\xf3\x0f\x1e\xfa", 4 },               /* endbr64 */
		{ "\x55", 1 },                           /* push %rbp */
		{ "\x48\xc7\xc7\0\0\0\0", 7 },           /* mov $0,%rdi */
		{ "\x65\x48\x8b\x04\x25\x28\0\0\0", 9 }, /* mov %gs:0x28,%rax */
		{ "\x48\x89\x44\x24\x08", 5 },           /* mov %rax,8(%rsp) */
		{ "\xc6\x05\0\0\0\0\0", 7 },             /* movb $0,0(%rip) */
		{ "\xc6\x83\0\0\0\0\0", 7 },             /* movb $0,0(%rbx) */
		{ "\xc6\x40\x18\x01", 4 },               /* movb $1,24(%rax) */
		{ "\x66\xc7\x40\x18\x01\0", 6 },         /* movw $1,24(%rax) */
		{ "\x48\xb8\1\2\3\4\5\6\7\x08", 10 },    /* movabs */
		{ "\x48\x69\xff\xa8\0\0\0", 7 },         /* imul $168,%rdi,%rdi */
		{ "\xf6\x05\0\0\0\0\x01", 7 },           /* testb $1,0(%rip) */
		{ "\xf7\xd8", 2 },                       /* neg %eax */
		{ "\x0f\x87\x83\0\0\0", 6 },             /* ja */
		{ "\x0f\x9f\x05\0\0\0\0", 7 },           /* setg 0(%rip) */
		{ "\x66\x0f\x1f\x84\0\0\0\0\0", 9 },     /* nopw */
		{ "\x0f\xba\x28\x03", 4 },               /* btsl $3,(%rax) */
		{ "\x0f\x0b", 2 },                       /* ud2 */
		{ "\xf3\x48\xa5", 3 },                   /* rep movsq */
		{ "\xc4\xe2\x7b\xf7\xc3", 5 },           /* shlx */
		{ "\xc5\xf9\x6f\x07", 4 },               /* vmovdqa (%rdi),%xmm0 */
		{ "\x66\x0f\x3a\x0f\xc1\x08", 6 },       /* palignr $8 */
		{ "\xc8\x10\0\0", 4 },                   /* enter */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lp_x86_insn insn;

		assert_true(lp_x86_decode((const uint8_t *)cases[i].code, cases[i].n, &insn));
		assert_int_equal(insn.length, cases[i].n);
		/* Cut off, it is none. */
		for (size_t n = 0; n < cases[i].n; n++)
			assert_false(lp_x86_decode((const uint8_t *)cases[i].code, n, &insn) && insn.length > n);
	}
}

static void operands(void **state)
{
	struct lp_x86_insn insn;

	(void)state;
	assert_true(DECODE("\x41\xc6\x47\x18\x01", &insn)); /* movb $1,24(%r15) */
	assert_true(insn.has_memory);
	assert_int_equal(insn.base, 15);
	assert_int_equal(insn.disp, 24);
	assert_int_equal(insn.imm, 1);
	assert_int_equal(insn.imm_at, 4);
	assert_true(DECODE("\x4c\x89\x25\x10\0\0\0", &insn)); /* mov %r12,16(%rip) */
	assert_true(insn.is_rip && insn.wide);
	assert_int_equal(insn.base, LP_X86_NO_BASE);
	assert_int_equal(insn.reg, 12);
	assert_int_equal(insn.disp_at, 3);
	assert_int_equal(insn.disp, 16);
	assert_true(DECODE("\x42\xc6\x44\x20\xe8\xff", &insn)); /* movb $-1,-24(%rax,%r12) */
	assert_true(insn.has_index);
	assert_int_equal(insn.disp, -24);
	assert_int_equal(insn.imm, -1);
	assert_true(DECODE("\xc6\x44\x24\x18\x01", &insn)); /* movb $1,24(%rsp) */
	assert_false(insn.has_index);
	assert_int_equal(insn.base, 4);
	assert_true(DECODE("\x49\x89\xc4", &insn)); /* mov %rax,%r12 */
	assert_false(insn.has_memory);
	assert_int_equal(insn.rm, 12);
	assert_int_equal(insn.reg, 0);
	assert_true(DECODE("\x41\xbc\x01\0\0\0", &insn)); /* mov $1,%r12d */
	assert_int_equal(insn.rm, 12);
}

static void unknown(void **state)
{
	struct lp_x86_insn insn;

	(void)state;
	assert_false(DECODE("", &insn));
	assert_false(DECODE("\x06", &insn));
	assert_false(DECODE("\x62\xf1\x65\x08\xef\xc0", &insn)); /* AVX-512 */
	assert_false(DECODE("\xc4\xff\x00\x00\x00", &insn));
	assert_false(DECODE("\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90", &insn));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(operands),
		cmocka_unit_test(unknown),
	};

	return cmocka_run_group_tests_name("x86", tests, NULL, NULL);
}
