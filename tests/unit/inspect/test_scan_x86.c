/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the search of x86 code for patches that are built at run time. */
#include "support/elf_maker.h"

#include "inspect/anatomy.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct code {
	enum lp_builder builder;
	const char *bytes;
	size_t n;
	struct elf_maker_reloc relocs[4];
	size_t n_relocs;
	bool no_replace;
	enum lp_verdict verdict;
};

#define CODE(text) .bytes = (text), .n = sizeof(text) - 1

static enum lp_verdict judge(const struct elf_maker_options *options, char *reason, size_t size)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };

	assert_int_equal(elf_maker_module(options, &bytes), 0);
	assert_int_equal(lp_module_anatomize(bytes.data, bytes.len, "test.ko", &facts, &anatomy, &err), 0);
	assert_non_null(anatomy.reason);
	if (reason)
		snprintf(reason, size, "%s", anatomy.reason);
	return anatomy.verdict;
}

static void check(const struct code *code)
{
	const struct elf_maker_options options = {
		.builder = code->builder,
		.no_replace = code->no_replace,
		.init_code = code->bytes,
		.init_code_size = code->n,
		.init_relocs = code->relocs,
		.n_init_relocs = code->n_relocs,
	};
	char reason[256];
	enum lp_verdict verdict = judge(&options, reason, sizeof(reason));

	if (verdict != code->verdict)
		fail_msg("%s, not %s: %s", lp_verdict_names[verdict], lp_verdict_names[code->verdict], reason);
}

#define TO_PATCH(at, add) \
	{ \
		.offset = (at), .type = R_X86_64_PC32, .to = ELF_MAKER_TO_PATCH, .addend = (add) \
	}
#define ABS(at, what, add) \
	{ \
		.offset = (at), .type = R_X86_64_32S, .to = ELF_MAKER_TO_##what, .addend = (add) \
	}

static void stores_to_data(void **state)
{
	static const struct code cases[] = {
		/* movb $0,patch+24(%rip) */
		{ CODE("\xc6\x05\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 24 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_CONTRADICTED },
		{ CODE("\xc6\x05\0\0\0\0\x01\xc3"), .relocs = { TO_PATCH(2, 24 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		/* The next byte, and the one before. */
		{ CODE("\xc6\x05\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 25 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		{ CODE("\xc6\x05\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 23 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		/* movl $0,patch+22(%rip); movl $0x10000,patch+22(%rip) */
		{ CODE("\xc7\x05\0\0\0\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 22 - 8) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_CONTRADICTED },
		{ CODE("\xc7\x05\0\0\0\0\0\0\x01\0\xc3"), .relocs = { TO_PATCH(2, 22 - 8) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		/* movb $0,patch+24 */
		{ CODE("\xc6\x04\x25\0\0\0\0\0\xc3"), .relocs = { ABS(3, PATCH, 24) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_CONTRADICTED },
		/* mov $patch,%rbx; call; movb $0,24(%rbx) */
		{ CODE("\x48\xc7\xc3\0\0\0\0\xe8\0\0\0\0\xc6\x43\x18\0\xc3"),
		  .relocs = { ABS(3, PATCH, 0), { 8, R_X86_64_PLT32, ELF_MAKER_TO_OUTSIDE, -4 } }, .n_relocs = 2,
		  .verdict = LP_VERDICT_CONTRADICTED },
		/* The same through %rdi, which the call takes away. */
		{ CODE("\x48\xc7\xc7\0\0\0\0\xe8\0\0\0\0\xc6\x47\x18\0\xc3"),
		  .relocs = { ABS(3, PATCH, 0), { 8, R_X86_64_PLT32, ELF_MAKER_TO_OUTSIDE, -4 } }, .n_relocs = 2,
		  .verdict = LP_VERDICT_PROVED },
		/* lea patch(%rip),%rax; xor %edx,%edx; mov %dl,24(%rax) */
		{ CODE("\x48\x8d\x05\0\0\0\0\x31\xd2\x88\x50\x18\xc3"), .relocs = { TO_PATCH(3, -4) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_CONTRADICTED },
		/* cmpb $0,patch+24(%rip) writes nothing */
		{ CODE("\x80\x3d\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 24 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		/* andb $0,patch+24(%rip); setg; mov %al: values that are not followed up */
		{ CODE("\x80\x25\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 24 - 5) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_NOT_DECODED },
		{ CODE("\x0f\x9f\x05\0\0\0\0\xc3"), .relocs = { TO_PATCH(3, 24 - 4) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_NOT_DECODED },
		{ CODE("\x88\x05\0\0\0\0\xc3"), .relocs = { TO_PATCH(2, 24 - 4) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_NOT_DECODED },
		/* mov $patch,%rdi; rep stosq */
		{ CODE("\x48\xc7\xc7\0\0\0\0\xf3\x48\xab\xc3"), .relocs = { ABS(3, PATCH, 0) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_NOT_DECODED },
		/* Both values. */
		{ CODE("\xc6\x05\0\0\0\0\0\xc6\x05\0\0\0\0\x01\xc3"),
		  .relocs = { TO_PATCH(2, 24 - 5), TO_PATCH(9, 24 - 5) }, .n_relocs = 2,
		  .verdict = LP_VERDICT_NOT_DECODED },
		/* Data that says false stays so for lppack create. */
		{ CODE("\xc6\x05\0\0\0\0\x01\xc3"), .relocs = { TO_PATCH(2, 24 - 5) }, .n_relocs = 1,
		  .no_replace = true, .verdict = LP_VERDICT_REFUTED },
		/* A jump past the load of the pointer: what %rbx is after it is not known. */
		{ CODE("\x74\x07\x48\xc7\xc3\0\0\0\0\xc6\x43\x18\0\xc3"), .relocs = { ABS(5, PATCH, 0) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
		/* A relocation within an opcode: this is not what the compiler wrote. */
		{ CODE("\xc6\x05\0\0\0\0\0\xc3"), .relocs = { TO_PATCH(0, 0) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_PROVED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}

#define MODULE_AT(at) ABS(at, MODULE, 0)
#define VARIABLE(at) \
	{ \
		.offset = (at), .type = R_X86_64_PC32, .to = ELF_MAKER_TO_DATA, .addend = 300 \
	}

static void patches_made_by_code(void **state)
{
	static const struct code cases[] = {
		/* mov var(%rip),%rdi; movq $__this_module,(%rdi); mov %r13,8(%rdi); movb $1,24(%rdi) */
		{ CODE("\x48\x8b\x3d\0\0\0\0\x48\xc7\x07\0\0\0\0\x4c\x89\x6f\x08\xc6\x47\x18\x01\xc3"),
		  .relocs = { VARIABLE(3), MODULE_AT(10) }, .n_relocs = 2, .verdict = LP_VERDICT_SUPPORTED },
		/* The store comes first. */
		{ CODE("\x48\x8b\x05\0\0\0\0\xc6\x40\x18\0\x48\xc7\0\0\0\0\0\xc3"),
		  .relocs = { VARIABLE(3), MODULE_AT(14) }, .n_relocs = 2, .verdict = LP_VERDICT_CONTRADICTED },
		/* The pointer is loaded again in between. */
		{ CODE("\x48\x8b\x05\0\0\0\0\x48\xc7\0\0\0\0\0\x48\x8b\x15\0\0\0\0\xc6\x42\x18\x01\xc3"),
		  .relocs = { VARIABLE(3), MODULE_AT(10), VARIABLE(17) }, .n_relocs = 3,
		  .verdict = LP_VERDICT_SUPPORTED },
		/* A result that is stored in the variable, and used from there. */
		{ CODE("\x48\x89\x05\0\0\0\0\x48\xc7\0\0\0\0\0\x48\x8b\x15\0\0\0\0\xc6\x42\x18\0\xc3"),
		  .relocs = { VARIABLE(3), MODULE_AT(10), VARIABLE(17) }, .n_relocs = 3,
		  .verdict = LP_VERDICT_CONTRADICTED },
		/* A store through another pointer tells nothing. */
		{ CODE("\x48\xc7\0\0\0\0\0\xc6\x42\x18\x01\xc3"), .relocs = { MODULE_AT(3) }, .n_relocs = 1,
		  .verdict = LP_VERDICT_NOT_DECODED },
		/* Nor does one where __this_module was never stored. */
		{ CODE("\xc6\x42\x18\x01\xc3"), .verdict = LP_VERDICT_NOT_DECODED },
		/* mov $__this_module,%rcx; mov %rcx,(%rax); movb $1,24(%rax) */
		{ CODE("\x48\xc7\xc1\0\0\0\0\x48\x89\x08\xc6\x40\x18\x01\xc3"), .relocs = { MODULE_AT(3) },
		  .n_relocs = 1, .verdict = LP_VERDICT_SUPPORTED },
		/* AVX-512 before it: the rest of the section is not decoded. */
		{ CODE("\x62\xf1\x65\x08\xef\xc0\x48\xc7\0\0\0\0\0\xc6\x40\x18\x01\xc3"), .relocs = { MODULE_AT(9) },
		  .n_relocs = 1, .verdict = LP_VERDICT_NOT_DECODED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct code code = cases[i];

		code.builder = LP_BUILDER_KPATCH_BUILD;
		check(&code);
		code.builder = LP_BUILDER_KLP_BUILD;
		check(&code);
	}
}

static void builders(void **state)
{
	static const enum lp_verdict verdicts[][4] = {
		[LP_BUILDER_SOURCE] = { LP_VERDICT_PROVED, LP_VERDICT_PROVED, LP_VERDICT_CONTRADICTED,
					LP_VERDICT_NOT_DECODED },
		[LP_BUILDER_KPATCH_BUILD] = { LP_VERDICT_NOT_DECODED, LP_VERDICT_SUPPORTED, LP_VERDICT_CONTRADICTED,
					      LP_VERDICT_NOT_DECODED },
		[LP_BUILDER_KLP_BUILD] = { LP_VERDICT_NOT_DECODED, LP_VERDICT_SUPPORTED, LP_VERDICT_CONTRADICTED,
					   LP_VERDICT_NOT_DECODED },
	};

	(void)state;
	for (unsigned int builder = LP_BUILDER_SOURCE; builder <= LP_BUILDER_KLP_BUILD; builder++)
		for (unsigned int init = 0; init < 4; init++) {
			const struct elf_maker_options options = { .builder = builder, .init = init };
			const struct elf_maker_options stripped = { .builder = builder,
								    .init = init,
								    .stripped = true };

			assert_int_equal(judge(&options, NULL, 0), verdicts[builder][init]);
			assert_int_equal(judge(&stripped, NULL, 0), verdicts[builder][init]);
		}
}

static void other_architectures(void **state)
{
	static const char *const arches[] = { "aarch64", "s390x", "ppc64le" };
	char reason[256];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct elf_maker_options source = { .arch = arches[i] };
		const struct elf_maker_options refuted = { .arch = arches[i], .no_replace = true };
		const struct elf_maker_options kpatch = { .arch = arches[i], .builder = LP_BUILDER_KPATCH_BUILD };

		assert_int_equal(judge(&source, reason, sizeof(reason)), LP_VERDICT_PROVED);
		assert_non_null(strstr(reason, "is not decoded"));
		assert_int_equal(judge(&refuted, NULL, 0), LP_VERDICT_REFUTED);
		assert_int_equal(judge(&kpatch, NULL, 0), LP_VERDICT_NOT_DECODED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stores_to_data),
		cmocka_unit_test(patches_made_by_code),
		cmocka_unit_test(builders),
		cmocka_unit_test(other_architectures),
	};

	return cmocka_run_group_tests_name("scan_x86", tests, NULL, NULL);
}
