/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Livepatches that no kernel enables, or that break one later: relocations, objects, functions, arrays, layouts. */
#include "support/elf_edit.h"
#include "support/elf_maker.h"

#include "inspect/anatomy.h"
#include "inspect/module.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SYMBOL ".klp.sym.vmlinux.linux_banner,0"
#define RELA ".klp.rela.vmlinux..text"

static const struct elf_maker_func one[] = { { "seq_read", 0 } };
static const struct elf_maker_func other[] = { { "ext4_lookup", 2 } };

static void make_with(struct lp_buf *bytes, const char *symbol, const struct elf_maker_object *objects, size_t n)
{
	const char *const symbols[] = { symbol, NULL };

	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .klp_symbols = symbol ? symbols : NULL,
								       .objects = objects,
								       .n_objects = n },
					  bytes),
			 0);
}

/* The faults of a module are this one first, or none; lp_module_judge() says the same. */
static void assert_fault(const struct lp_buf *bytes, const char *id, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };
	int rc = lp_module_judge(bytes->data, bytes->len, "test.ko", &err);

	assert_int_equal(lp_module_anatomize(bytes->data, bytes->len, "test.ko", &facts, &anatomy, NULL), 0);
	if (!id) {
		assert_int_equal(rc, 0);
		assert_int_equal(anatomy.faults.n, 0);
		return;
	}
	assert_int_equal(rc, -LPPACK_E_UNLOADABLE);
	assert_true(anatomy.faults.n > 0);
	assert_string_equal(anatomy.faults.items[0].id, id);
	assert_non_null(strstr(anatomy.faults.items[0].message, words));
	assert_non_null(strstr(err.message, words));
	assert_true(err.hint[0]);
}

static void assert_unreadable(const struct lp_buf *bytes, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };

	assert_int_equal(lp_module_inspect(bytes->data, bytes->len, "test.ko", &facts, &err), -LPPACK_E_MODULE);
	assert_non_null(strstr(err.message, words));
	assert_true(err.hint[0]);
}

static void put_word(uint8_t *at, uint64_t value, size_t n)
{
	memcpy(at, &value, n);
}

/* One thing at a time is taken from a module that is well-formed. */
static void relocations_that_were_lost(void **state)
{
	enum { FLAG = 8, TYPE = 4, SIZE = 32, INFO = 44 };
	static const struct {
		size_t offset; /* in the section's header */
		uint64_t value;
		size_t n;
		const char *id; /* NULL: nothing is wrong */
		const char *words;
	} cases[] = {
		{ INFO, 1, 4, NULL, NULL },
		{ FLAG, LP_SHF_RELA_LIVEPATCH, 8, NULL, NULL }, /* of vmlinux: applied while the file is there */
		{ FLAG, SHF_ALLOC, 8, "relocation-unmarked", RELA " is not marked" },
		{ FLAG, 0, 8, "relocation-unmarked", RELA " is not marked" },
		{ TYPE, SHT_PROGBITS, 4, "relocation-section", "is no SHT_RELA section" },
		{ TYPE, SHT_NOBITS, 4, "relocation-section", "is no SHT_RELA section" },
		{ SIZE, 0, 8, "symbol-unused", "no livepatch relocation refers to its livepatch symbol " SYMBOL },
		{ SIZE, 23, 8, "relocation-section", "in the middle of a relocation" },
		{ INFO, 0, 4, "relocation-section", "for no section that is loaded" },
		{ INFO, 9999, 4, "relocation-section", "for no section that is loaded" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		make_with(&bytes, SYMBOL, NULL, 0);
		put_word(elf_edit_header(&bytes, RELA) + cases[i].offset, cases[i].value, cases[i].n);
		assert_fault(&bytes, cases[i].id, cases[i].words);
	}
}

static void section_of_another_name(void **state)
{
	static const char *const names[] = { ".xyz.rela.vmlinux..text", ".klp.relb.vmlinux..text",
					     ".klp.rela..mlinux..text" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		uint64_t n;
		uint8_t *text;

		make_with(&bytes, SYMBOL, NULL, 0);
		text = elf_edit_content(&bytes, ".shstrtab", &n);
		memcpy(memmem(text, n, RELA, strlen(RELA)), names[i], strlen(RELA));
		assert_fault(&bytes, "relocation-name", "not named .klp.rela.OBJECT.SECTION");
	}
}

static void symbol_of_another_kind(void **state)
{
	static const struct {
		uint16_t index;
		uint8_t info;
		const char *sys_errno;
	} cases[] = {
		{ SHN_UNDEF, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), "ENOENT" },
		{ SHN_UNDEF, ELF64_ST_INFO(STB_WEAK, STT_NOTYPE), NULL },
		{ SHN_ABS, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), NULL },
		{ 1, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), NULL },
	};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
		LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };
		const char *const symbols[] = { SYMBOL, NULL };
		const struct elf_maker_options options = { .klp_symbols = symbols, .no_klp_relocations = i / 4 };
		uint32_t number;
		uint8_t *symbol;

		assert_int_equal(elf_maker_module(&options, &bytes), 0);
		symbol = elf_edit_symbol(&bytes, SYMBOL, &number);
		symbol[4] = cases[i % 4].info;
		put_word(symbol + 6, cases[i % 4].index, 2);
		assert_fault(&bytes, i / 4 ? "symbol-unmarked" : "livepatch-relocation", SYMBOL);
		assert_int_equal(lp_module_anatomize(bytes.data, bytes.len, "test.ko", &facts, &anatomy, NULL), 0);
		if (cases[i % 4].sys_errno)
			assert_string_equal(anatomy.faults.items[anatomy.faults.n - 1].sys_errno,
					    cases[i % 4].sys_errno);
		else
			assert_null(anatomy.faults.items[anatomy.faults.n - 1].sys_errno);
	}
}

/* Relocations of .text and of .data that the module loader applies; what is not loaded does not matter. */
static void symbol_of_ordinary_relocations(void **state)
{
	static const char *const sections[] = { ".rela.text", ".rela.data" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		uint32_t number;

		make_with(&bytes, SYMBOL, NULL, 0);
		elf_edit_symbol(&bytes, SYMBOL, &number);
		elf_edit_relocate(&bytes, sections[i % 2], 0, number);
		if (i / 2)
			put_word(elf_edit_header(&bytes, sections[i % 2]) + 44, 0, 4);
		/* Without those of .text nothing calls klp_enable_patch(). */
		assert_fault(&bytes, i / 2 ? "never-enabled" : "symbol-misused", i / 2 ? "klp_enable_patch" : SYMBOL);
	}
}

static void relocation_behind_its_section(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint64_t n;

	(void)state;
	make_with(&bytes, SYMBOL, NULL, 0);
	put_word(elf_edit_content(&bytes, RELA, &n), 1 << 20, 8);
	assert_fault(&bytes, "relocation-section", "behind the end of .text");
}

static void object_that_is_not_patched(void **state)
{
	static const struct elf_maker_object objects[] = { { NULL, one, 1, 0 },
							   { "ext4", other, 1, 0 },
							   { "xfs", NULL, 0, LP_CALLBACK_PRE_PATCH } };
	static const struct {
		const char *symbol;
		const char *id;
	} cases[] = { { ".klp.sym.ext4.a,0", NULL },
		      { ".klp.sym.xfs.a,0", NULL },
		      { SYMBOL, NULL },
		      { ".klp.sym.dm_crypt.a,0", "relocation-object" },
		      { ".klp.sym.ext.a,0", "relocation-object" },
		      { ".klp.sym.ext4x.a,0", "relocation-object" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		make_with(&bytes, cases[i].symbol, objects, 3);
		assert_fault(&bytes, cases[i].id, "that it does not patch");
	}
}

/* The sections of modules are needed again when those come. */
static void module_section_that_is_not_loaded(void **state)
{
	static const struct elf_maker_object ext4 = { "ext4", other, 1, 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	(void)state;
	make_with(&bytes, ".klp.sym.ext4.a,0", &ext4, 1);
	put_word(elf_edit_header(&bytes, ".klp.rela.ext4..text") + 8, LP_SHF_RELA_LIVEPATCH, 8);
	assert_fault(&bytes, "relocation-section", "is not loaded (SHF_ALLOC)");
}

static void functions_listed_twice(void **state)
{
	static const struct {
		uint64_t positions[2];
		bool is_same;
	} cases[] = { { { 0, 1 }, true }, { { 1, 0 }, true },  { { 0, 0 }, true },
		      { { 2, 2 }, true }, { { 0, 2 }, false }, { { 1, 2 }, false } };

	(void)state;
	for (unsigned int builder = LP_BUILDER_SOURCE; builder <= LP_BUILDER_KLP_BUILD; builder++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const struct elf_maker_func funcs[] = { { "seq_read", cases[i].positions[0] },
								{ "seq_read", cases[i].positions[1] } };
			const struct elf_maker_object object = { NULL, funcs, 2, 0 };
			LP_AUTO_BUF struct lp_buf bytes = { 0 };

			assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .objects = &object,
										       .n_objects = 1,
										       .builder = builder },
							  &bytes),
					 0);
			assert_fault(&bytes, cases[i].is_same ? "function-twice" : NULL, "patches seq_read of vmlinux");
		}
}

/* Who reads the facts alone, as verify does, is told too. */
static void objects_listed_twice(void **state)
{
	static const struct elf_maker_object objects[] = { { "ext4", one, 1, 0 },
							   { NULL, one, 1, 0 },
							   { "ext4", other, 1, 0 } };

	(void)state;
	for (unsigned int builder = LP_BUILDER_SOURCE; builder <= LP_BUILDER_KLP_BUILD; builder++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		bool grouped = builder == LP_BUILDER_KPATCH_BUILD;

		assert_int_equal(
			elf_maker_module(
				&(struct elf_maker_options){ .objects = objects, .n_objects = 3, .builder = builder },
				&bytes),
			0);
		assert_fault(&bytes, grouped ? NULL : "object-twice", "lists the object ext4 twice");
		if (!grouped)
			assert_unreadable(&bytes, "lists the object ext4 twice");
	}
}

static void vmlinux_spelled_out(void **state)
{
	static const struct elf_maker_object object = { "vmlinuz", one, 1, 0 };

	(void)state;
	for (unsigned int builder = LP_BUILDER_SOURCE; builder <= LP_BUILDER_KLP_BUILD; builder++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		bool spelled = builder == LP_BUILDER_KPATCH_BUILD;
		uint64_t n;
		uint8_t *text;

		assert_int_equal(
			elf_maker_module(
				&(struct elf_maker_options){ .objects = &object, .n_objects = 1, .builder = builder },
				&bytes),
			0);
		text = elf_edit_content(&bytes, ".rodata.str1.1", &n);
		memcpy(memmem(text, n, "vmlinuz", 8), "vmlinux", 8);
		assert_fault(&bytes, spelled ? NULL : "object-vmlinux", "names an object vmlinux");
		if (!spelled)
			assert_unreadable(&bytes, "names an object vmlinux");
	}
}

static void objects_of_no_module(void **state)
{
	static const struct {
		const char *name;
		const char *hint; /* NULL: nothing is wrong */
	} cases[] = {
		{ "nfs.ko", "write nfs," },    { "dm-crypt", "write dm_crypt," }, { "fs/nfs/nfs.ko", "write nfs," },
		{ "nfs.ko.xz", "write nfs," }, { ".", "as lsmod does" },          { "8021q", NULL },
		{ "dm_crypt", NULL }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct elf_maker_object object = { cases[i].name, one, 1, 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		make_with(&bytes, NULL, &object, 1);
		assert_fault(&bytes, cases[i].hint ? "object-name" : NULL, cases[i].name);
		lp_module_judge(bytes.data, bytes.len, "test.ko", &err);
		assert_true(!cases[i].hint || strstr(err.hint, cases[i].hint));
	}
}

/* Makes the relocation of one place in .data an absent one. */
static void drop_reloc(struct lp_buf *bytes, uint64_t place)
{
	uint64_t n;
	uint8_t *rela = elf_edit_content(bytes, ".rela.data", &n);

	for (uint64_t i = 0; i < n / 24; i++) {
		uint64_t at;

		memcpy(&at, rela + i * 24, 8);
		if (at == place)
			put_word(rela + i * 24 + 8, R_X86_64_NONE, 4);
	}
}

static void function_without_code(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint32_t number;
	uint64_t funcs;

	(void)state;
	make_with(&bytes, NULL, NULL, 0);
	memcpy(&funcs, elf_edit_symbol(&bytes, "funcs", &number) + 8, 8);
	drop_reloc(&bytes, funcs + 8);
	assert_fault(&bytes, "function-null", "of vmlinux with no new function");
}

/* All code becomes what the kernel frees: its section is called .init. */
static void function_that_is_freed(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint32_t name;

	(void)state;
	make_with(&bytes, NULL, NULL, 0);
	memcpy(&name, elf_edit_header(&bytes, ".text"), 4);
	memcpy(elf_edit_content(&bytes, ".shstrtab", &(uint64_t){ 0 }) + name, ".init", 5);
	assert_fault(&bytes, "function-freed", "by code of .init, which the kernel frees");
}

/* The end entry of an array of one is taken away: from its symbol, or, without symbols, from the section. */
static void arrays_without_an_end(void **state)
{
	static const char *const symbols[] = { "funcs", "objs" };
	static const unsigned int strides[] = { 152, 168 };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 1; n <= 2; n++) {
			const struct elf_maker_func funcs[] = { { "a", 0 }, { "b", 0 } };
			const struct elf_maker_object objects[] = { { NULL, funcs, i ? 1 : n, 0 },
								    { "ext4", funcs, 1, 0 } };
			LP_AUTO_BUF struct lp_buf bytes = { 0 };
			uint32_t number;

			make_with(&bytes, NULL, objects, i ? n : 1);
			put_word(elf_edit_symbol(&bytes, symbols[i], &number) + 16, n * strides[i], 8);
			assert_unreadable(&bytes, "has no end entry");
		}
}

static void stripped_array_without_an_end(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint64_t size;

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .stripped = true }, &bytes), 0);
	elf_edit_content(&bytes, ".data", &size);
	put_word(elf_edit_header(&bytes, ".data") + 32, size - 152, 8);
	assert_unreadable(&bytes, "klp_func in section .data");
}

/* A byte behind the named fields: of the first entry, of a later one, of the end entry; with symbols and without. */
static void bytes_behind_the_named_fields(void **state)
{
	static const struct elf_maker_func funcs[] = { { "a", 0 }, { "b", 0 }, { "c", 0 } };
	static const size_t places[] = { 24, 151, 152 + 24, 152 + 100, 2 * 152 + 30, 3 * 152, 4 * 152 - 1 };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(places) / sizeof(places[0]); i++) {
		const struct elf_maker_object object = { NULL, funcs, 3, 0 };
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		uint64_t size;

		assert_int_equal(
			elf_maker_module(
				&(struct elf_maker_options){ .objects = &object, .n_objects = 1, .stripped = i % 2 },
				&bytes),
			0);
		elf_edit_content(&bytes, ".data", &size);
		elf_edit_content(&bytes, ".data", &size)[size - 4 * 152 + places[i / 2]] = 1;
		assert_unreadable(&bytes, "klp_func in section .data");
	}
}

/* Larger than any kernel's: the symbol says that all of it is the array. */
static void large_strides(void **state)
{
	static const struct elf_maker_func funcs[] = { { "a", 0 }, { "b", 0 } };
	static const struct elf_maker_object objects[] = { { NULL, funcs, 2, 0 }, { "ext4", funcs, 2, 0 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct elf_maker_options options = {
			.objects = objects, .n_objects = 2, .func_stride = 2048, .object_stride = 4096, .stripped = i
		};
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };

		assert_int_equal(elf_maker_module(&options, &bytes), 0);
		if (i) {
			assert_unreadable(&bytes, "irregular");
			continue;
		}
		assert_int_equal(lp_module_inspect(bytes.data, bytes.len, "test.ko", &facts, NULL), 0);
		assert_int_equal(facts.n_objects, 2);
		assert_int_equal(facts.objects[1].n_funcs, 2);
	}
}

static void layouts_that_are_not_known(void **state)
{
	static const struct {
		size_t offset; /* in klp_patch */
		uint8_t value;
		const char *release;
	} cases[] = {
		{ 16, 1, "5.3.0" }, /* replace before there were states */
		{ 24, 2, "7.9.0" }, /* a number */
		{ 25, 1, "7.9.0" }, /* a number */
		{ 40, 1, "6.1.0" }, { 24, 0, "4.19.0-5-amd64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		uint32_t number;
		uint64_t patch, n;

		assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .release = cases[i].release }, &bytes),
				 0);
		memcpy(&patch, elf_edit_symbol(&bytes, "patch", &number) + 8, 8);
		elf_edit_content(&bytes, ".data", &n)[patch + cases[i].offset] = cases[i].value;
		assert_unreadable(&bytes, "unknown layout of its struct klp_patch");
	}
}

/* A larger klp_state shows in its padding, between its entries, or by having no place for the end. */
static void states_of_another_layout(void **state)
{
	static const struct lp_klp_state states[] = { { 1, 2 }, { 2, 3 } };
	static const size_t places[] = { 12, 16, 23, 24 + 12, 48 + 8, 48 + 16 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		uint32_t number;
		uint64_t patch, n;

		assert_int_equal(
			elf_maker_module(&(struct elf_maker_options){ .states = states, .n_states = 2 }, &bytes), 0);
		memcpy(&patch, elf_edit_symbol(&bytes, "patch", &number) + 8, 8);
		/* elf_maker.c puts them behind klp_patch. */
		elf_edit_content(&bytes, ".data", &n)[patch + 200 + places[i]] = 7;
		assert_unreadable(&bytes, "unknown layout of its array of klp_state");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relocations_that_were_lost),
		cmocka_unit_test(section_of_another_name),
		cmocka_unit_test(symbol_of_another_kind),
		cmocka_unit_test(symbol_of_ordinary_relocations),
		cmocka_unit_test(relocation_behind_its_section),
		cmocka_unit_test(object_that_is_not_patched),
		cmocka_unit_test(module_section_that_is_not_loaded),
		cmocka_unit_test(functions_listed_twice),
		cmocka_unit_test(objects_listed_twice),
		cmocka_unit_test(vmlinux_spelled_out),
		cmocka_unit_test(objects_of_no_module),
		cmocka_unit_test(function_without_code),
		cmocka_unit_test(function_that_is_freed),
		cmocka_unit_test(arrays_without_an_end),
		cmocka_unit_test(stripped_array_without_an_end),
		cmocka_unit_test(bytes_behind_the_named_fields),
		cmocka_unit_test(large_strides),
		cmocka_unit_test(layouts_that_are_not_known),
		cmocka_unit_test(states_of_another_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
