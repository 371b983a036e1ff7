/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules that no kernel makes good: variants of each kind. */
#include "support/elf_edit.h"
#include "support/elf_maker.h"

#include "inspect/anatomy.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct subject {
	struct lp_buf bytes;
	struct lp_module_facts facts;
	struct lp_anatomy anatomy;
};

static void cleanup_subject(struct subject *s)
{
	lp_anatomy_free(&s->anatomy);
	lp_module_facts_free(&s->facts);
	lp_buf_free(&s->bytes);
}

#define AUTO_SUBJECT LP_AUTO(cleanup_subject)

static void make(struct subject *s, const struct elf_maker_options *options)
{
	assert_int_equal(elf_maker_module(options, &s->bytes), 0);
}

static void look(struct subject *s)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	if (lp_module_anatomize(s->bytes.data, s->bytes.len, "test.ko", &s->facts, &s->anatomy, &err) < 0)
		fail_msg("%s", err.message);
}

/* id NULL: there is none. */
static void assert_first(const struct subject *s, const char *id, const char *sys_errno, const char *words)
{
	const struct lp_fault *first = s->anatomy.faults.items;
	struct lppack_error err = LPPACK_ERROR_INIT;

	if (!id) {
		assert_int_equal(s->anatomy.faults.n, 0);
		assert_int_equal(lp_faults_judge(&s->anatomy.faults, "m", &err), 0);
		return;
	}
	assert_true(s->anatomy.faults.n > 0);
	assert_string_equal(first->id, id);
	assert_non_null(strstr(first->message, words));
	assert_non_null(first->hint);
	assert_int_equal(!first->sys_errno, !sys_errno);
	if (sys_errno)
		assert_string_equal(first->sys_errno, sys_errno);
	assert_int_equal(lp_faults_judge(&s->anatomy.faults, "m", &err), -(int)first->code);
	assert_non_null(strstr(err.message, words));
}

static void of_options(void **state)
{
	static const char other[] = "6.1.0-1-test SMP preempt mod_unload ";
	static const struct elf_maker_import imported = { "klp_enable_patch", true, ELF_MAKER_ENABLE_CRC };
	static const struct {
		struct elf_maker_options options;
		const char *id;
		const char *sys_errno;
		const char *words;
	} cases[] = {
		{ { .extras = true }, NULL, NULL, NULL },
		{ { .arch = "aarch64" }, NULL, NULL, NULL },
		{ { .arch = "s390x" }, NULL, NULL, NULL },
		{ { .arch = "ppc64le" }, NULL, NULL, NULL },
		{ { .arch = "riscv64" }, NULL, NULL, NULL },
		{ { .arch = "loongarch64" }, NULL, NULL, NULL },
		{ { .stripped = true }, NULL, NULL, NULL },
		{ { .builder = LP_BUILDER_KPATCH_BUILD }, NULL, NULL, NULL },
		{ { .builder = LP_BUILDER_KLP_BUILD }, NULL, NULL, NULL },
		{ { .filler = 4000 }, NULL, NULL, NULL },
		{ { .not_livepatch = true, .no_exit = true }, NULL, NULL, NULL },
		{ { .no_exit = true }, "no-exit", NULL, "no exit function" },
		{ { .no_exit = true, .builder = LP_BUILDER_KLP_BUILD }, "no-exit", NULL, "no exit" },
		{ { .no_exit = true, .arch = "s390x" }, "no-exit", NULL, "no exit" },
		{ { .no_exit = true, .vermagic = "6.1.0-1-test SMP modversions " }, NULL, NULL, NULL },
		{ { .no_exit = true, .no_init = true }, "no-init", NULL, "no init function" },
		{ { .no_enable = true }, "never-enabled", NULL, "never calls klp_enable_patch()" },
		{ { .imports = &imported, .n_imports = 1 }, "never-enabled", NULL, "never calls" },
		{ { .license = "Proprietary" }, "license", "ENOENT", "'Proprietary'" },
		{ { .license = "GPL v3" }, "license", "ENOENT", "'GPL v3'" },
		{ { .license = "Dual MIT/GPL" }, NULL, NULL, NULL },
		{ { .no_versions = true }, "no-versions", "ENOEXEC", "no symbol versions" },
		{ { .no_versions = true, .vermagic = other }, NULL, NULL, NULL },
		{ { .no_versions = true, .imports = &imported, .n_imports = 1 },
		  "versions",
		  "ENOEXEC",
		  "lack module_layout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &cases[i].options);
		look(&s);
		assert_first(&s, cases[i].id, cases[i].sys_errno, cases[i].words);
	}
}

/* The size of the section stands in its header at 32. */
static void versions(void **state)
{
	static const struct {
		uint64_t size;
		const char *sys_errno;
		const char *words;
	} cases[] = { { 0, "ENOEXEC", "is empty" }, { 100, "ENOEXEC", "is cut off" }, { 63, "ENOEXEC", "is cut off" } };
	AUTO_SUBJECT struct subject unnamed = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ 0 });
		memcpy(elf_edit_header(&s.bytes, "__versions") + 32, &cases[i].size, 8);
		look(&s);
		assert_first(&s, "versions", cases[i].sys_errno, cases[i].words);
	}
	make(&unnamed, &(struct elf_maker_options){ 0 });
	memset(elf_edit_content(&unnamed.bytes, "__versions", &(uint64_t){ 0 }) + 64 + 8, 'x', 56);
	look(&unnamed);
	assert_first(&unnamed, "versions", NULL, "without a readable name");
}

static void extended_versions(void **state)
{
	static const uint8_t crcs[8] = { 1, 0, 0, 0, 2 };
	static const char both[] = "module_layout\0klp_enable_patch";
	static const struct {
		size_t crcs;
		size_t names;
		const char *words;
	} cases[] = { { 8, sizeof(both), NULL },      { 8, sizeof(both) - 1, "fewer names" },
		      { 8, 14, "fewer names" },       { 7, sizeof(both), "cut off" },
		      { 8, 0, "CRCs without names" }, { 0, 14, "names without CRCs" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ .no_versions = true });
		if (cases[i].crcs)
			elf_edit_append(&s.bytes, "__version_ext_crcs", SHF_ALLOC, 4, crcs, cases[i].crcs);
		if (cases[i].names)
			elf_edit_append(&s.bytes, "__version_ext_names", SHF_ALLOC, 1, both, cases[i].names);
		look(&s);
		assert_first(&s, cases[i].words ? "versions" : NULL, "ENOEXEC", cases[i].words);
	}
}

static void unknown_versions(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };

	(void)state;
	make(&s, &(struct elf_maker_options){ 0 });
	elf_edit_append(&s.bytes, "__version_ext_dwarf", SHF_ALLOC, 1, "x", 1);
	look(&s);
	assert_first(&s, NULL, NULL, NULL);
	assert_string_equal(s.anatomy.unknown_versions, "__version_ext_dwarf");
}

/* gABI: e_shnum 0, and e_shstrndx SHN_XINDEX, send the reader to section 0. */
static void extended_numbering(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		uint64_t table;
		uint16_t n, names;
		uint8_t *first;

		make(&s, &(struct elf_maker_options){ 0 });
		memcpy(&table, s.bytes.data + offsetof(Elf64_Ehdr, e_shoff), 8);
		memcpy(&n, s.bytes.data + offsetof(Elf64_Ehdr, e_shnum), 2);
		memcpy(&names, s.bytes.data + offsetof(Elf64_Ehdr, e_shstrndx), 2);
		first = s.bytes.data + table;
		if (i == 0) {
			memset(s.bytes.data + offsetof(Elf64_Ehdr, e_shnum), 0, 2);
			memcpy(first + offsetof(Elf64_Shdr, sh_size), &n, 2);
		} else if (i == 1) {
			memset(s.bytes.data + offsetof(Elf64_Ehdr, e_shstrndx), 0xff, 2);
			memcpy(first + offsetof(Elf64_Shdr, sh_link), &names, 2);
		} else {
			first[offsetof(Elf64_Shdr, sh_addr)] = 1;
		}
		look(&s);
		assert_first(&s, "section-numbering", "ENOEXEC", i == 2 ? "section 0" : "extended way");
	}
}

static void extended_symbol(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	uint32_t number;

	(void)state;
	make(&s, &(struct elf_maker_options){ .extras = true });
	memset(elf_edit_symbol(&s.bytes, "__ksymtab_exported", &number) + 6, 0xff, 2);
	look(&s);
	assert_first(&s, "symbol-index", "ENOEXEC", "__ksymtab_exported");
}

static void common_symbol(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	uint32_t number;

	(void)state;
	make(&s, &(struct elf_maker_options){ .extras = true });
	memcpy(elf_edit_symbol(&s.bytes, "__ksymtab_exported", &number) + 6, &(uint16_t){ SHN_COMMON }, 2);
	look(&s);
	assert_first(&s, "symbol-common", "ENOEXEC", "__ksymtab_exported");
}

/* Of code that can be written, and of data that can be run: whatever of it is loaded. */
static void writable_code(void **state)
{
	static const uint64_t flags[] = { SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR, SHF_WRITE | SHF_EXECINSTR };
	static const uint64_t fine[] = { SHF_ALLOC | SHF_WRITE, SHF_ALLOC | SHF_EXECINSTR };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_SUBJECT struct subject bad = { 0 };
		AUTO_SUBJECT struct subject good = { 0 };

		make(&bad, &(struct elf_maker_options){ 0 });
		elf_edit_append(&bad.bytes, ".trampoline", flags[i], 1, "x", 1);
		look(&bad);
		assert_first(&bad, "section-writable-code", "ENOEXEC", ".trampoline");
		make(&good, &(struct elf_maker_options){ 0 });
		elf_edit_append(&good.bytes, ".trampoline", fine[i], 1, "x", 1);
		look(&good);
		assert_first(&good, NULL, NULL, NULL);
	}
}

static void sections_twice(void **state)
{
	static const char *const names[] = { ".modinfo", ".gnu.linkonce.this_module" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ 0 });
		elf_edit_append(&s.bytes, names[i], SHF_ALLOC, 1, "x=y", 4);
		look(&s);
		assert_first(&s, "section-twice", "ENOEXEC", i ? "struct module" : ".modinfo");
	}
}

/* The second relocation of .text: that of klp_enable_patch at 8. */
static void relocations(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		const char *words;
	} cases[] = {
		{ 24 + 8, R_X86_64_GOTPCREL, "type that the kernel does not know" },
		{ 24 + 8, R_X86_64_TPOFF64, "type that the kernel does not know" },
		{ 24, UINT64_C(1) << 40, "outside its section" },
		{ 24, UINT64_MAX - 1, "outside its section" },
		{ 24 + 8, UINT64_C(100000) << 32 | R_X86_64_PC32, "symbol that there is not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ 0 });
		memcpy(elf_edit_content(&s.bytes, ".rela.text", &(uint64_t){ 0 }) + cases[i].at, &cases[i].value, 8);
		look(&s);
		assert_first(&s, "relocation", "ENOEXEC", cases[i].words);
		assert_non_null(strstr(s.anatomy.faults.items[0].message, "relocation 1 of .rela.text"));
	}
}

static void relocation_over_something(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };

	(void)state;
	make(&s, &(struct elf_maker_options){ 0 });
	elf_edit_content(&s.bytes, ".text", &(uint64_t){ 0 })[11] = 1;
	look(&s);
	assert_first(&s, "relocation", "ENOEXEC", "is there already");
}

static void names_in_struct_module(void **state)
{
	static const struct {
		uint8_t fill;
		size_t n;
		const char *words;
	} cases[] = { { 'x', 56, "has no end" }, { 0, 56, "is empty" }, { 7, 3, "no clean text" } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		make(&s, &(struct elf_maker_options){ 0 });
		memset(elf_edit_content(&s.bytes, ".gnu.linkonce.this_module", &(uint64_t){ 0 }) + 24, cases[i].fill,
		       cases[i].n);
		look(&s);
		assert_first(&s, "struct-module-name", NULL, cases[i].words);
	}
}

static void import_too_long(void **state)
{
	static char name[600];
	const struct elf_maker_import import = { name, false, 0 };
	AUTO_SUBJECT struct subject s = { 0 };

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	make(&s, &(struct elf_maker_options){ .imports = &import, .n_imports = 1 });
	look(&s);
	assert_int_equal(s.anatomy.n_unreadable_imports, 1);
}

/* Pointers to functions with symbols; the new code of patched functions needs no mark. */
static void endbr(void **state)
{
	static const uint8_t mark[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const struct elf_maker_func func = { "cmdline_proc_show", 0 };
	const struct elf_maker_object with_callback = { NULL, &func, 1, 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		uint64_t n = 0;
		uint8_t *text;

		make(&s, &(struct elf_maker_options){ .extras = true,
						      .objects = &with_callback,
						      .n_objects = 1,
						      .arch = i == 2 ? "aarch64" : NULL });
		text = elf_edit_content(&s.bytes, ".text", &n);
		/* init, exit, the new code and the callback, 16 bytes each */
		assert_int_equal(n, 64);
		for (uint64_t at = 0; at < n; at += 16)
			if (i == 1 || (i == 3 && at != 32))
				memcpy(text + at, mark, sizeof(mark));
		look(&s);
		if (i == 0)
			assert_string_equal(s.anatomy.no_endbr, "code");
		else
			assert_null(s.anatomy.no_endbr);
	}
}

static void return_thunks(void **state)
{
	static const struct elf_maker_import thunk = { "__x86_return_thunk", false, 0 };
	AUTO_SUBJECT struct subject s = { 0 };
	uint32_t number;

	(void)state;
	make(&s, &(struct elf_maker_options){ .imports = &thunk, .n_imports = 1 });
	elf_edit_symbol(&s.bytes, thunk.name, &number);
	elf_edit_relocate(&s.bytes, ".rela.text", 0, number);
	look(&s);
	assert_int_equal(s.anatomy.hardening.return_thunks, 1);
	assert_int_equal(s.anatomy.hardening.return_sites, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_options),
		cmocka_unit_test(versions),
		cmocka_unit_test(extended_versions),
		cmocka_unit_test(unknown_versions),
		cmocka_unit_test(extended_numbering),
		cmocka_unit_test(common_symbol),
		cmocka_unit_test(writable_code),
		cmocka_unit_test(extended_symbol),
		cmocka_unit_test(sections_twice),
		cmocka_unit_test(relocations),
		cmocka_unit_test(relocation_over_something),
		cmocka_unit_test(names_in_struct_module),
		cmocka_unit_test(import_too_long),
		cmocka_unit_test(endbr),
		cmocka_unit_test(return_thunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
