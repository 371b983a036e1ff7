/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules that the kernel's loader refuses for their form: one for each rule. */
#include "support/elf_edit.h"
#include "support/elf_maker.h"
#include "support/kernel_maker.h"

#include "check/form.h"
#include "check/kernel.h"
#include "inspect/anatomy.h"
#include "inspect/btf.h"
#include "inspect/kernel_exports.h"
#include "inspect/symvers.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct elf_maker_func func = { "cmdline_proc_show", 0 };

struct subject {
	struct lp_buf bytes;
	struct lp_kernel kernel;
	struct lp_check check;
};

static void cleanup_subject(struct subject *s)
{
	lp_check_free(&s->check);
	lp_buf_free(&s->bytes);
}

#define AUTO_SUBJECT LP_AUTO(cleanup_subject)

static void make(struct subject *s, const struct elf_maker_options *options)
{
	assert_int_equal(elf_maker_module(options, &s->bytes), 0);
}

static void run(struct subject *s)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_check *check = &s->check;

	check->kernel = &s->kernel;
	check->name = "test.ko";
	check->bytes = s->bytes.data;
	check->n = s->bytes.len;
	check->stage = LP_STAGE_NONE;
	if (lp_module_anatomize(check->bytes, check->n, check->name, &check->facts, &check->anatomy, &err) < 0 ||
	    lp_check_form(check, &err) < 0)
		fail_msg("%s", err.message);
}

/* The first of n findings. */
static void assert_first(const struct subject *s, size_t n, const char *id, const char *words)
{
	const struct lp_finding *finding = s->check.findings.items;

	assert_int_equal(s->check.findings.n, n);
	assert_string_equal(finding->id, id);
	assert_int_equal(finding->severity, LP_SEVERITY_ERROR);
	assert_int_equal(finding->code, LPPACK_E_UNLOADABLE);
	assert_non_null(strstr(finding->message, words));
	assert_non_null(finding->hint);
}

static void assert_finding(const struct subject *s, const char *id, const char *words)
{
	assert_first(s, 1, id, words);
}

static void assert_refused_first(const struct subject *s, size_t n, enum lp_check_stage stage, const char *sys_errno,
				 const char *id, const char *words)
{
	assert_first(s, n, id, words);
	assert_int_equal(s->check.stage, stage);
	assert_string_equal(s->check.sys_errno, sys_errno);
	assert_non_null(strstr(s->check.reason, words));
	assert_false(s->check.is_uncertain);
}

static void assert_refused(const struct subject *s, enum lp_check_stage stage, const char *sys_errno, const char *id,
			   const char *words)
{
	assert_refused_first(s, 1, stage, sys_errno, id, words);
}

static void assert_accepted(const struct subject *s)
{
	assert_int_equal(s->check.findings.n, 0);
	assert_null(s->check.sys_errno);
	assert_false(s->check.is_uncertain);
}

static void nothing_to_say(void **state)
{
	static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le", "riscv64", "loongarch64" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ .arch = arches[i] });
		run(&s);
		assert_accepted(&s);
	}
}

static void no_struct_module(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	uint64_t n;
	uint8_t *names;

	(void)state;
	make(&s, &(struct elf_maker_options){ 0 });
	names = elf_edit_content(&s.bytes, ".shstrtab", &n);
	memcpy(memmem(names, n, "linkonce.this", 13), "linkonce.that", 13);
	run(&s);
	/* no-init and no-exit follow */
	assert_refused_first(&s, 3, LP_STAGE_HEADER, "ENOEXEC", "struct-module", "no struct module");
}

/* BTF in which the structure of 152 bytes has another name and size. */
static void describe_module(struct lp_buf *btf, uint32_t size)
{
	static const uint8_t of_func[4] = { 152 };
	uint8_t *at;

	assert_int_equal(kernel_maker_btf(false, btf), 0);
	at = memmem(btf->data, btf->len, of_func, sizeof(of_func));
	assert_non_null(at);
	memcpy(at, &size, sizeof(size));
	at = memmem(btf->data, btf->len, "\0klp_func", 10);
	assert_non_null(at);
	memcpy(at, "\0module\0\0", 10);
}

static void struct_module_of_another_size(void **state)
{
	static const uint32_t sizes[] = { 896, 1024 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		struct lp_btf *btf = &s.kernel.btf;

		describe_module(&bytes, sizes[i]);
		assert_int_equal(lp_btf_open(btf, bytes.data, bytes.len, "vmlinux", NULL), 0);
		s.kernel.known[LP_SOURCE_BTF] = true;
		make(&s, &(struct elf_maker_options){ 0 });
		run(&s);
		if (i == 0)
			assert_accepted(&s);
		else
			assert_refused(&s, LP_STAGE_HEADER, "ENOEXEC", "struct-module",
				       "of 896 bytes, but the kernel's has 1024");
		lp_btf_close(btf);
	}
}

static void no_symbol_table(void **state)
{
	static const uint32_t progbits = SHT_PROGBITS;
	AUTO_SUBJECT struct subject s = { 0 };

	(void)state;
	make(&s, &(struct elf_maker_options){ .no_anatomy = true });
	memcpy(elf_edit_header(&s.bytes, ".symtab") + 4, &progbits, 4);
	run(&s);
	/* what is said by symbols follows */
	assert_refused_first(&s, 6, LP_STAGE_HEADER, "ENOEXEC", "symbol-table", "no symbol table");
}

static void symbol_of_no_section(void **state)
{
	static const struct {
		uint16_t index;
		const char *id;
		const char *words;
	} cases[] = { { 500, "symbol-section", "__ksymtab_exported is in section" },
		      { SHN_COMMON, "symbol-common", "__ksymtab_exported is common" },
		      { SHN_ABS, NULL, NULL },
		      { 1, NULL, NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		uint32_t number;

		make(&s, &(struct elf_maker_options){ .extras = true });
		memcpy(elf_edit_symbol(&s.bytes, "__ksymtab_exported", &number) + 6, &cases[i].index, 2);
		run(&s);
		if (cases[i].id)
			assert_refused(&s, LP_STAGE_LINK, "ENOEXEC", cases[i].id, cases[i].words);
		else
			assert_accepted(&s);
	}
}

/* A module with one livepatch relocation, in a section of that name, of one of its symbols. */
static void make_relocated(struct subject *s, const char *section, const char *symbol, bool is_livepatch)
{
	const char *const symbols[] = { symbol, NULL };
	const struct elf_maker_object objects[] = { { NULL, &func, 1, 0 }, { "ext4", &func, 1, 0 } };
	const struct elf_maker_options options = { .klp_symbols = is_livepatch ? symbols : NULL,
						   .objects = objects,
						   .n_objects = 2,
						   .no_klp_relocations = true };
	const uint8_t entry[24] = { 0 };
	const uint32_t rela = SHT_RELA;
	const uint32_t text = 1;
	uint32_t number;

	make(s, &options);
	elf_edit_append(&s->bytes, section, SHF_ALLOC | 0x00100000, 8, entry, sizeof(entry));
	memcpy(elf_edit_header(&s->bytes, section) + 4, &rela, 4);
	memcpy(elf_edit_header(&s->bytes, section) + 44, &text, 4);
	elf_edit_symbol(&s->bytes, symbol, &number);
	elf_edit_relocate(&s->bytes, section, 0, number);
	run(s);
}

static void livepatch_relocations(void **state)
{
	static const char core[] = ".klp.rela.vmlinux..text";
	static const char ext4[] = ".klp.rela.ext4..text";
	static const struct {
		const char *section;
		const char *symbol;
		bool is_ordinary;
		const char *words; /* NULL: nothing is wrong */
	} cases[] = {
		{ core, ".klp.sym.vmlinux.linux_banner,0", false, NULL },
		{ core, ".klp.sym.ext4.ext4_lookup,12", false, NULL },
		{ ext4, ".klp.sym.ext4.ext4_lookup,2", false, NULL },
		{ core, "patch", true, "refers to patch, which is no livepatch symbol" },
		{ core, ".klp.sym.vmlinux.linux_banner", false, "is not named" },
		{ core, ".klp.sym.vmlinux.linux_banner,", false, "is not named" },
		{ core, ".klp.sym.vmlinux.linux_banner,x", false, "is not named" },
		{ core, ".klp.sym.vmlinux.,0", false, "is not named" },
		{ core, ".klp.sym..linux_banner,0", false, "is not named" },
		{ core, ".klp.sym.vmlinux", false, "is not named" },
		{ core, "linux_banner", false, "is not named" },
		{ core, ".klp.sym.o2345678901234567890123456789012345678901234567890123456.x,0", false,
		  "is not named" },
		{ ext4, ".klp.sym.vmlinux.linux_banner,0", false,
		  "for a module refer to .klp.sym.vmlinux.linux_banner,0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make_relocated(&s, cases[i].section, cases[i].symbol, !cases[i].is_ordinary);
		if (!cases[i].words) {
			assert_accepted(&s);
		} else if (cases[i].section == core) {
			assert_refused(&s, LP_STAGE_RELOCATE, "EINVAL", "livepatch-relocation", cases[i].words);
		} else {
			/* Whether the patch or the module is refused depends on which comes first. */
			assert_finding(&s, "livepatch-relocation", cases[i].words);
			assert_null(s.check.sys_errno);
			assert_true(s.check.is_uncertain);
		}
	}
}

static void long_object_name(void **state)
{
	static const char name[] = "o234567890123456789012345678901234567890123456789012345";

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		char longer[sizeof(name) + 1];
		struct elf_maker_object object = { name, &func, 1, 0 };

		snprintf(longer, sizeof(longer), "%s6", name);
		if (i)
			object.name = longer;
		make(&s, &(struct elf_maker_options){ .objects = &object, .n_objects = 1 });
		run(&s);
		if (i)
			assert_refused(&s, LP_STAGE_PATCH, "EINVAL", "object-name", "longer than 55 characters");
		else
			assert_accepted(&s);
	}
}

static void export_of_the_kernel(void **state)
{
	static const char *const lines[] = { "0x1\tcode\tvmlinux\tEXPORT_SYMBOL\t\n",
					     "0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n",
					     "0x1\tprintk\tdrivers/other\tEXPORT_SYMBOL\t\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		struct lp_kernel_exports *symvers = &s.kernel.symvers;
		const struct elf_maker_import exported = { "__ksymtab_printk", false, 0 };
		const size_t n = strlen(lines[i]);
		const uint16_t text = 1;
		uint32_t number;

		assert_int_equal(lp_kernel_exports_read_symvers(symvers, lines[i], n, "symvers", NULL), 0);
		s.kernel.has_symvers = true;
		make(&s, &(struct elf_maker_options){ .imports = &exported, .n_imports = 1 });
		memcpy(elf_edit_symbol(&s.bytes, exported.name, &number) + 6, &text, 2);
		run(&s);
		if (i == 1)
			assert_refused(&s, LP_STAGE_LINK, "ENOEXEC", "export-duplicate",
				       "exports printk, which the kernel exports itself");
		else
			assert_accepted(&s);
		lp_kernel_exports_free(symvers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_say),
		cmocka_unit_test(no_struct_module),
		cmocka_unit_test(struct_module_of_another_size),
		cmocka_unit_test(no_symbol_table),
		cmocka_unit_test(symbol_of_no_section),
		cmocka_unit_test(livepatch_relocations),
		cmocka_unit_test(long_object_name),
		cmocka_unit_test(export_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
