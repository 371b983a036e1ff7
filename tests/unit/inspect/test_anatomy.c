/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what is read of a module besides its identity: sizes, symbols, notes, hardening, memory. */
#include "support/elf_edit.h"
#include "support/elf_maker.h"

#include "inspect/anatomy.h"
#include "inspect/module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct elf_maker_func funcs[] = { { "seq_read", 0 }, { "ext4_lookup", 2 }, { "ext4_lookup", 1 } };
static const struct elf_maker_object objects[] = {
	{ "zfs", funcs, 1, 0 },
	{ NULL, funcs, 2, 0 },
	{ "ext4", funcs, 3, LP_CALLBACK_PRE_PATCH },
};

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

static void anatomize(struct subject *s, const struct elf_maker_options *options)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_int_equal(elf_maker_module(options, &s->bytes), 0);
	if (lp_module_anatomize(s->bytes.data, s->bytes.len, "test.ko", &s->facts, &s->anatomy, &err) < 0)
		fail_msg("%s", err.message);
}

static void anatomize_bytes(struct subject *s, int wanted)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	int rc = lp_module_anatomize(s->bytes.data, s->bytes.len, "test.ko", &s->facts, &s->anatomy, &err);

	if (rc != wanted)
		fail_msg("%d: %s", rc, err.message);
}

static void code_sizes(void **state)
{
	(void)state;
	for (unsigned int builder = LP_BUILDER_SOURCE; builder <= LP_BUILDER_KLP_BUILD; builder++) {
		for (unsigned int stripped = 0; stripped < 2; stripped++) {
			AUTO_SUBJECT struct subject s = { 0 };
			const struct elf_maker_options options = { .builder = builder,
								   .objects = objects,
								   .n_objects = 3,
								   .extras = true,
								   .stripped = stripped };
			size_t next = 0;

			anatomize(&s, &options);
			assert_int_equal(s.anatomy.n_code, 6);
			for (size_t i = 0; i < s.facts.n_objects; i++)
				for (size_t j = 0; j < s.facts.objects[i].n_funcs; j++, next++) {
					const struct lp_new_code *code = &s.anatomy.code[next];

					assert_string_equal(code->object, s.facts.objects[i].name);
					assert_string_equal(code->name, s.facts.objects[i].funcs[j].name);
					assert_int_equal(code->sympos, s.facts.objects[i].funcs[j].sympos);
					/* kpatch-build writes it down; the others' is in the symbol table. */
					assert_int_equal(code->size,
							 builder == LP_BUILDER_KPATCH_BUILD || !stripped ? 16 : 0);
				}
		}
	}
}

static void livepatch_items(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	AUTO_SUBJECT struct subject none = { 0 };

	(void)state;
	anatomize(&s, &(struct elf_maker_options){ .extras = true, .objects = &objects[2], .n_objects = 1 });
	assert_int_equal(s.anatomy.relocations.n, 2);
	assert_string_equal(s.anatomy.relocations.items[0].object, "ext4");
	assert_string_equal(s.anatomy.relocations.items[0].name, ".text");
	assert_int_equal(s.anatomy.relocations.items[0].number, 2);
	assert_string_equal(s.anatomy.relocations.items[1].name, "__jump_table");
	assert_int_equal(s.anatomy.relocations.items[1].number, 1);
	assert_int_equal(s.anatomy.jump_tables.n, 1);
	assert_string_equal(s.anatomy.jump_tables.items[0].name, ".klp.rela.ext4.__jump_table");
	assert_int_equal(s.anatomy.symbols.n, 1);
	assert_string_equal(s.anatomy.symbols.items[0].object, "ext4");
	assert_string_equal(s.anatomy.symbols.items[0].name, "ext4_lookup");
	assert_int_equal(s.anatomy.symbols.items[0].number, 2);
	anatomize(&none, &(struct elf_maker_options){ 0 });
	assert_int_equal(none.anatomy.relocations.n + none.anatomy.symbols.n + none.anatomy.jump_tables.n, 0);
}

static void links(void **state)
{
	static const char *const arches[] = { "x86_64", "s390x" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		AUTO_SUBJECT struct subject none = { 0 };

		anatomize(&s, &(struct elf_maker_options){ .extras = true, .arch = arches[i] });
		assert_int_equal(s.anatomy.n_imports, 3);
		assert_string_equal(s.anatomy.imports[0].name, "klp_enable_patch");
		assert_true(s.anatomy.imports[0].has_crc);
		assert_int_equal(s.anatomy.imports[0].crc, 0x9abcdef0);
		assert_string_equal(s.anatomy.imports[1].name, "klp_shadow_get");
		assert_false(s.anatomy.imports[1].has_crc);
		assert_string_equal(s.anatomy.imports[2].name, "module_layout");
		assert_int_equal(s.anatomy.imports[2].crc, 0x12345678);
		assert_true(s.anatomy.imports[0].is_undefined);
		assert_true(s.anatomy.imports[1].is_undefined);
		assert_false(s.anatomy.imports[2].is_undefined);
		assert_true(s.anatomy.uses_shadow_variables);
		assert_int_equal(s.anatomy.n_exports, 1);
		assert_string_equal(s.anatomy.exports[0], "exported");
		anatomize(&none,
			  &(struct elf_maker_options){ .arch = arches[i], .no_enable = true, .no_versions = true });
		assert_false(none.anatomy.uses_shadow_variables);
		assert_int_equal(none.anatomy.n_imports + none.anatomy.n_exports, 0);
	}
}

/* A version whose name fills its 56 bytes is passed over, as one that does not end. */
/* What the kernel makes itself for the architecture is none. */
static void symbols_made_by_the_kernel(void **state)
{
	static const struct elf_maker_import imports[] = { { ".TOC.", false, 0 },
							   { "_GLOBAL_OFFSET_TABLE_", false, 0 },
							   { "printk", false, 0 } };
	static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le", "riscv64", "loongarch64" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		const struct elf_maker_options options = {
			.arch = arches[i], .imports = imports, .n_imports = 3, .no_enable = true, .no_versions = true
		};
		size_t n = 0;

		anatomize(&s, &options);
		if (strcmp(arches[i], "ppc64le") != 0)
			assert_string_equal(s.anatomy.imports[n++].name, ".TOC.");
		assert_string_equal(s.anatomy.imports[n++].name, "printk");
		assert_int_equal(s.anatomy.n_imports, n);
	}
}

static void version_without_end(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	uint64_t offset;

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .extras = true }, &s.bytes), 0);
	memcpy(&offset, elf_edit_header(&s.bytes, "__versions") + 24, 8);
	memset(s.bytes.data + offset + 8, 'x', 56);
	assert_int_equal(lp_module_anatomize(s.bytes.data, s.bytes.len, "test.ko", &s.facts, &s.anatomy, &err), 0);
	assert_int_equal(s.anatomy.n_imports, 2);
}

/* CONFIG_EXTENDED_MODVERSIONS. */
static void extended_versions(void **state)
{
	static const uint8_t crcs[] = { 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0 };
	static const char names[] = "a_name_that_is_longer_than_the_fifty_six_bytes_of_modversion_info\0klp_shadow_get";

	(void)state;
	/* The third CRC has no name, and the last name may lack its end. */
	for (size_t cut = 0; cut < 2; cut++) {
		AUTO_SUBJECT struct subject s = { 0 };

		assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .extras = true }, &s.bytes), 0);
		elf_edit_append(&s.bytes, "__version_ext_crcs", 2, 4, crcs, sizeof(crcs));
		elf_edit_append(&s.bytes, "__version_ext_names", 2, 1, names, sizeof(names) - cut);
		anatomize_bytes(&s, 0);
		assert_int_equal(s.anatomy.n_imports, 4);
		assert_true(strlen(s.anatomy.imports[0].name) > 56);
		assert_int_equal(s.anatomy.imports[0].crc, 1);
		assert_string_equal(s.anatomy.imports[2].name, "klp_shadow_get");
		assert_int_equal(s.anatomy.imports[2].has_crc, !cut);
		if (!cut)
			assert_int_equal(s.anatomy.imports[2].crc, 2);
	}
}

static void properties_of_aarch64(void **state)
{
	/* A property of no size first, then BTI; then one that claims more than there is. */
	static const uint8_t note[] = { 4,    0, 0, 0, 40, 0,    0,   0, 5,    0, 0, 0, 'G', 'N', 'U', 0, 9, 0, 0,
					0xc0, 0, 0, 0, 0,  0,    0,   0, 0xc0, 4, 0, 0, 0,   1,   0,   0, 0, 0, 0,
					0,    0, 0, 0, 0,  0xc0, 200, 0, 0,    0, 2, 0, 0,   0,   0,   0, 0, 0 };
	AUTO_SUBJECT struct subject s = { 0 };

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .arch = "aarch64" }, &s.bytes), 0);
	elf_edit_append(&s.bytes, ".note.gnu.property", 2, 8, note, sizeof(note));
	anatomize_bytes(&s, 0);
	assert_true(s.anatomy.hardening.has_bti);
	assert_false(s.anatomy.hardening.has_pac);
	assert_false(s.anatomy.hardening.has_ibt);
}

/* As the kernel's layout_sections() places them. */
static void groups(void **state)
{
	static const uint8_t zeros[4096];
	AUTO_SUBJECT struct subject plain = { 0 };
	AUTO_SUBJECT struct subject s = { 0 };
	const struct lp_memory_part *core = &s.anatomy.memory.core;

	(void)state;
	anatomize(&plain, &(struct elf_maker_options){ 0 });
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ 0 }, &s.bytes), 0);
	elf_edit_append(&s.bytes, "__jump_table", 3, 8, zeros, 16);
	elf_edit_append(&s.bytes, ".data..percpu", 3, 8, zeros, 24);
	elf_edit_append(&s.bytes, ".init.rodata", 2, 8, zeros, 32);
	elf_edit_append(&s.bytes, ".init.data", 3, 8, zeros, 40);
	elf_edit_append(&s.bytes, "__version_ext_names", 2, 8, zeros, 48);
	elf_edit_append(&s.bytes, ".comment", 0, 1, zeros, 56);
	elf_edit_append(&s.bytes, ".data.aligned", 3, 4096, zeros, 1);
	elf_edit_append(&s.bytes, ".rodata.odd", 2, 3, zeros, 1);
	elf_edit_append(&s.bytes, ".zdebug_info", 0, 1, zeros, 100);
	anatomize_bytes(&s, 0);
	assert_int_equal(core->ro_after_init, 16);
	assert_int_equal(s.anatomy.memory.percpu, 24);
	assert_int_equal(s.anatomy.memory.init.rodata, 32);
	assert_int_equal(s.anatomy.memory.init.data, 40);
	assert_int_equal(s.anatomy.memory.init.pages, 2 * 4096);
	assert_int_equal(core->data, 4097);
	assert_int_equal(core->rodata, plain.anatomy.memory.core.rodata + 1);
	assert_int_equal(s.anatomy.memory.debug, 100);
}

static void modinfo_in_any_script(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{ "J\303\274rgen \346\227\245", "J\303\274rgen \346\227\245" },
		{ "\303", "?" },
		{ "a\300\257b\377", "a??b?" },
		{ "x\033[31m\302\233y", "x?[31m??y" },
		{ "\342\200\256rtl", "???rtl" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_SUBJECT struct subject s = { 0 };

		anatomize(&s, &(struct elf_maker_options){ .license = cases[i].text });
		assert_string_equal(lp_anatomy_modinfo(&s.anatomy, "license"), cases[i].shown);
	}
}

static void modinfo_and_hardening(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	AUTO_SUBJECT struct subject none = { 0 };

	(void)state;
	anatomize(&s, &(struct elf_maker_options){ .extras = true, .srcversion = "ABC" });
	assert_string_equal(s.anatomy.modinfo[0].key, "license");
	assert_string_equal(s.anatomy.modinfo[0].value, "GPL");
	assert_int_equal(s.anatomy.n_modinfo, 7);
	assert_true(s.anatomy.hardening.retpoline);
	assert_true(s.anatomy.hardening.has_ibt);
	assert_false(s.anatomy.hardening.has_shstk);
	assert_int_equal(s.anatomy.hardening.return_sites, 3);
	assert_int_equal(s.anatomy.hardening.call_sites, -1);
	assert_string_equal(s.anatomy.release_salt, "6.1.0-1-test");
	anatomize(&none, &(struct elf_maker_options){ 0 });
	assert_null(none.anatomy.release_salt);
	assert_false(none.anatomy.hardening.has_ibt);
	assert_int_equal(none.anatomy.hardening.return_sites, -1);
}

static void memory(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	AUTO_SUBJECT struct subject big = { 0 };

	(void)state;
	anatomize(&s, &(struct elf_maker_options){ .extras = true, .init = ELF_MAKER_INIT_TRUE });
	assert_int_equal(s.anatomy.memory.page_size, 4096);
	assert_int_equal(s.anatomy.memory.init.text, 8);
	assert_int_equal(s.anatomy.memory.init.pages, 4096);
	assert_int_equal(s.anatomy.memory.core.bss, 4097);
	assert_int_equal(s.anatomy.memory.debug, 1000);
	assert_true(s.anatomy.memory.core.data >= 896);
	/* text and rodata fit in a page each; data and .bss share their pages. */
	assert_int_equal(s.anatomy.memory.core.pages,
			 4096 * 2 + (s.anatomy.memory.core.data + 4097 + 4095) / 4096 * 4096);
	anatomize(&big, &(struct elf_maker_options){ .filler = 4096 });
	assert_int_equal(big.anatomy.memory.debug, 0);
	assert_true(big.anatomy.memory.core.text > 4096);
	assert_int_equal(big.anatomy.memory.init.pages, 0);
}

/* Sections without bytes in the file may claim any size. */
static void memory_without_end(void **state)
{
	static const uint64_t sizes[] = { UINT64_MAX, UINT64_MAX - 4096, UINT64_C(1) << 62 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO_SUBJECT struct subject s = { 0 };
		struct lppack_error err = LPPACK_ERROR_INIT;

		assert_int_equal(elf_maker_module(&(struct elf_maker_options){ .extras = true }, &s.bytes), 0);
		memcpy(elf_edit_header(&s.bytes, ".bss") + 32, &sizes[i], 8);
		assert_int_equal(lp_module_anatomize(s.bytes.data, s.bytes.len, "test.ko", &s.facts, &s.anatomy, &err),
				 -LPPACK_E_MODULE);
		assert_null(s.facts.name);
		assert_int_equal(s.anatomy.n_imports, 0);
		/* For bundles it is no matter. */
		lppack_error_clear(&err);
		assert_int_equal(lp_module_inspect(s.bytes.data, s.bytes.len, "test.ko", &s.facts, &err), 0);
	}
}

static void signatures(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	AUTO_SUBJECT struct subject none = { 0 };

	(void)state;
	anatomize(&s, &(struct elf_maker_options){ .signature = "abc", .signature_size = 3 });
	assert_true(s.facts.has_signature);
	assert_int_equal(s.anatomy.signature_size, 3);
	assert_memory_equal(s.bytes.data + s.anatomy.signature_at, "abc", 3);
	anatomize(&none, &(struct elf_maker_options){ 0 });
	assert_int_equal(none.anatomy.signature_size, 0);
	assert_int_equal(none.anatomy.signature_at, none.bytes.len);
}

static void no_livepatch(void **state)
{
	AUTO_SUBJECT struct subject s = { 0 };
	AUTO_SUBJECT struct subject odd = { 0 };

	(void)state;
	anatomize(&s, &(struct elf_maker_options){ .not_livepatch = true, .extras = true });
	assert_null(s.anatomy.reason);
	assert_int_equal(s.anatomy.n_code, 0);
	assert_int_equal(s.anatomy.n_imports, 2);
	anatomize(&odd, &(struct elf_maker_options){ .no_anatomy = true });
	assert_int_equal(odd.anatomy.verdict, LP_VERDICT_NOT_DECODED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_sizes),
		cmocka_unit_test(livepatch_items),
		cmocka_unit_test(links),
		cmocka_unit_test(symbols_made_by_the_kernel),
		cmocka_unit_test(version_without_end),
		cmocka_unit_test(extended_versions),
		cmocka_unit_test(properties_of_aarch64),
		cmocka_unit_test(groups),
		cmocka_unit_test(modinfo_and_hardening),
		cmocka_unit_test(modinfo_in_any_script),
		cmocka_unit_test(memory),
		cmocka_unit_test(memory_without_end),
		cmocka_unit_test(signatures),
		cmocka_unit_test(no_livepatch),
	};

	return cmocka_run_group_tests_name("anatomy", tests, NULL, NULL);
}
