/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests a module's identity and livepatch structures, of every builder on every architecture. */
#include "support/elf_edit.h"
#include "support/elf_maker.h"

#include "inspect/elf.h"
#include "inspect/module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct elf_maker_func core_funcs[] = { { "seq_read", 0 },
						    { "cmdline_proc_show", 2 },
						    { "cmdline_proc_show", 1 } };
static const struct elf_maker_func ext4_funcs[] = { { "ext4_sync_file", 0 } };
static const struct elf_maker_func xfs_funcs[] = { { "xfs_file_fsync", 3 } };

static const struct elf_maker_object objects[] = {
	{ "xfs", xfs_funcs, 1, 0 },
	{ NULL, core_funcs, 3, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH },
	{ "ext4", ext4_funcs, 1, LP_CALLBACK_POST_PATCH },
};

static const struct lp_klp_state states[] = { { 9, 2 }, { 4, 4000000000u } };

static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le", "riscv64", "loongarch64" };

static struct elf_maker_options usual(void)
{
	return (struct elf_maker_options){
		.name = "livepatch_6_1_0_56_fixes",
		.release = "6.1.0-56-cloud-amd64",
		.srcversion = "0123456789ABCDEF0123456",
		.objects = objects,
		.n_objects = 3,
		.states = states,
		.n_states = 2,
		.filler = 300,
	};
}

static int inspect(const struct elf_maker_options *options, struct lp_module_facts *facts, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(elf_maker_module(options, &bytes), 0);
	return lp_module_inspect(bytes.data, bytes.len, "test.ko", facts, err);
}

/* Of bytes that must be refused; returns the message in a static buffer. */
static const char *refusal(const void *bytes, size_t n)
{
	static struct lppack_error err;
	struct lp_module_facts facts;

	err = (struct lppack_error)LPPACK_ERROR_INIT;
	assert_int_equal(lp_module_inspect(bytes, n, "test.ko", &facts, &err), -LPPACK_E_MODULE);
	assert_int_equal(err.code, LPPACK_E_MODULE);
	assert_null(facts.name);
	assert_null(facts.objects);
	return err.message;
}

static const char *refusal_of(const struct elf_maker_options *options)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(elf_maker_module(options, &bytes), 0);
	return refusal(bytes.data, bytes.len);
}

static void assert_func(const struct lp_object *object, size_t i, const char *name, uint64_t sympos)
{
	assert_true(i < object->n_funcs);
	assert_string_equal(object->funcs[i].name, name);
	assert_int_equal(object->funcs[i].sympos, sympos);
}

/* What is to be read from `objects`. */
static void assert_objects(const struct lp_module_facts *facts)
{
	assert_int_equal(facts->n_objects, 3);
	assert_string_equal(facts->objects[0].name, "vmlinux");
	assert_int_equal(facts->objects[0].n_funcs, 3);
	assert_func(&facts->objects[0], 0, "cmdline_proc_show", 1);
	assert_func(&facts->objects[0], 1, "cmdline_proc_show", 2);
	assert_func(&facts->objects[0], 2, "seq_read", 0);
	assert_int_equal(facts->objects[0].callbacks, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH);
	assert_string_equal(facts->objects[1].name, "ext4");
	assert_int_equal(facts->objects[1].n_funcs, 1);
	assert_func(&facts->objects[1], 0, "ext4_sync_file", 0);
	assert_int_equal(facts->objects[1].callbacks, LP_CALLBACK_POST_PATCH);
	assert_string_equal(facts->objects[2].name, "xfs");
	assert_int_equal(facts->objects[2].n_funcs, 1);
	assert_func(&facts->objects[2], 0, "xfs_file_fsync", 3);
	assert_int_equal(facts->objects[2].callbacks, 0);
}

static void every_builder_on_every_arch(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 6 * 2 * 3; i++) {
		struct elf_maker_options options = usual();
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

		options.arch = arches[i / 6];
		options.stripped = i % 2;
		options.builder = LP_BUILDER_SOURCE + i / 2 % 3;
		assert_int_equal(inspect(&options, &facts, NULL), 0);
		assert_string_equal(facts.arch, arches[i / 6]);
		assert_int_equal(facts.builder, options.builder);
		assert_objects(&facts);
		assert_int_equal(facts.replace,
				 options.builder == LP_BUILDER_SOURCE ? LP_REPLACE_PROVED : LP_REPLACE_DECLARED);
		assert_int_equal(facts.n_states, options.builder == LP_BUILDER_SOURCE ? 2 : 0);
	}
}

static void identity(void **state)
{
	struct elf_maker_options options = usual();
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	assert_int_equal(lp_build_id_parse("00112233445566778899aabbccddeeff", &options.build_id), 0);
	options.depends = "ext4,xfs";
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_string_equal(facts.name, "livepatch_6_1_0_56_fixes");
	assert_string_equal(facts.release, "6.1.0-56-cloud-amd64");
	assert_string_equal(facts.vermagic, "6.1.0-56-cloud-amd64 SMP preempt mod_unload modversions ");
	assert_string_equal(facts.srcversion, "0123456789ABCDEF0123456");
	assert_string_equal(facts.depends, "ext4,xfs");
	assert_true(lp_build_id_equal(&facts.build_id, &options.build_id));
	assert_true(facts.is_livepatch);
	assert_false(facts.has_signature);
}

static void absent_identity(void **state)
{
	struct elf_maker_options options = usual();
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	options.no_build_id = true;
	options.no_modinfo_name = true;
	options.srcversion = NULL;
	options.vermagic = "";
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_string_equal(facts.name, "livepatch_6_1_0_56_fixes");
	assert_null(facts.vermagic);
	assert_null(facts.release);
	assert_null(facts.srcversion);
	assert_null(facts.depends);
	assert_int_equal(facts.build_id.len, 0);
}

static void states_are_sorted(void **state)
{
	struct elf_maker_options options = usual();
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	options.arch = "s390x";
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_int_equal(facts.n_states, 2);
	assert_int_equal(facts.states[0].id, 4);
	assert_int_equal(facts.states[0].version, 4000000000u);
	assert_int_equal(facts.states[1].id, 9);
	assert_int_equal(facts.states[1].version, 2);
}

static void replace_is_refuted(void **state)
{
	struct elf_maker_options options = usual();
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	options.no_replace = true;
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_int_equal(facts.replace, LP_REPLACE_REFUTED);
}

static void other_strides(void **state)
{
	static const unsigned int strides[][2] = {
		{ 56, 24 }, { 160, 144 }, { 168, 152 }, { 488, 472 }, { 1024, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		struct elf_maker_options options = usual();
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

		options.object_stride = strides[i / 2][0];
		options.func_stride = strides[i / 2][1];
		options.stripped = i % 2;
		assert_int_equal(inspect(&options, &facts, NULL), 0);
		assert_objects(&facts);
	}
}

/* Without symbols, nothing but the start of the next array ends an array of one. */
static void arrays_of_one_stay_apart(void **state)
{
	static const struct elf_maker_object singles[] = { { NULL, ext4_funcs, 1, 0 },
							   { "a", xfs_funcs, 1, 0 },
							   { "b", NULL, 0, LP_CALLBACK_PRE_PATCH },
							   { "c", xfs_funcs, 1, 0 } };

	(void)state;
	for (size_t n = 1; n <= 4; n++) {
		struct elf_maker_options options = { .objects = singles, .n_objects = n, .stripped = true };
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

		assert_int_equal(inspect(&options, &facts, NULL), 0);
		assert_int_equal(facts.n_objects, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(facts.objects[i].n_funcs, singles[i].n_funcs);
	}
}

/* As compilers leave an array that is all zeros. */
static void empty_array_in_bss(void **state)
{
	static const struct elf_maker_object some[] = { { NULL, core_funcs, 1, 0 },
							{ "ext4", NULL, 0, LP_CALLBACK_PRE_PATCH },
							{ "xfs", NULL, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const bool only = i / 2;
		struct elf_maker_options options = {
			.objects = only ? &some[2] : some, .n_objects = only ? 1 : 3, .extras = true, .stripped = i % 2
		};
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts;
		uint64_t n;
		uint32_t bss;

		assert_int_equal(elf_maker_module(&options, &bytes), 0);
		elf_edit_section_symbol(&bytes, ".bss", &bss);
		elf_edit_content(&bytes, ".rela.data", &n);
		/* The last one is that of klp_patch to the objects; before it, the last object's to its functions. */
		elf_edit_relocate(&bytes, ".rela.data", n / 24 - 2, bss);
		assert_int_equal(lp_module_inspect(bytes.data, bytes.len, "test.ko", &facts, NULL), 0);
		assert_int_equal(facts.builder, LP_BUILDER_SOURCE);
		assert_int_equal(facts.n_objects, options.n_objects);
		assert_string_equal(facts.objects[only ? 0 : 2].name, "xfs");
		assert_int_equal(facts.objects[only ? 0 : 2].n_funcs, 0);
		if (!only)
			assert_func(&facts.objects[0], 0, "seq_read", 0);
	}
}

/* By kpatch-build's own code; the other builders' arrays hold each object once. */
static void objects_of_one_name_are_merged(void **state)
{
	static const struct elf_maker_object doubled[] = { { "ext4", ext4_funcs, 1, LP_CALLBACK_PRE_PATCH },
							   { NULL, core_funcs, 2, 0 },
							   { "ext4", xfs_funcs, 1, LP_CALLBACK_POST_PATCH } };

	(void)state;
	for (unsigned int i = LP_BUILDER_SOURCE; i <= LP_BUILDER_KLP_BUILD; i++) {
		struct elf_maker_options options = { .objects = doubled, .n_objects = 3, .builder = i };
		LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };

		if (i != LP_BUILDER_KPATCH_BUILD) {
			assert_non_null(strstr(refusal_of(&options), "lists the object ext4 twice"));
			continue;
		}
		assert_int_equal(inspect(&options, &facts, NULL), 0);
		assert_int_equal(facts.n_objects, 2);
		assert_int_equal(facts.objects[0].n_funcs, 2);
		assert_string_equal(facts.objects[1].name, "ext4");
		assert_int_equal(facts.objects[1].n_funcs, 2);
		assert_func(&facts.objects[1], 0, "ext4_sync_file", 0);
		assert_func(&facts.objects[1], 1, "xfs_file_fsync", 3);
		assert_int_equal(facts.objects[1].callbacks, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_PATCH);
	}
}

static void unknown_anatomy(void **state)
{
	struct elf_maker_options options = { .no_anatomy = true };
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_true(facts.is_livepatch);
	assert_int_equal(facts.builder, LP_BUILDER_UNKNOWN);
	assert_int_equal(facts.replace, LP_REPLACE_DECLARED);
	assert_int_equal(facts.n_objects, 0);
}

static void no_livepatch(void **state)
{
	struct elf_maker_options options = { .not_livepatch = true };
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_false(facts.is_livepatch);
	assert_int_equal(facts.builder, LP_BUILDER_UNKNOWN);
	assert_int_equal(facts.n_objects, 0);
}

static void signed_module(void **state)
{
	struct elf_maker_options options = usual();
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

	(void)state;
	options.has_signature = true;
	assert_int_equal(inspect(&options, &facts, NULL), 0);
	assert_true(facts.has_signature);
	assert_objects(&facts);
}

static void malformed_signature(void **state)
{
	struct elf_maker_options options = { .has_signature = true };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint8_t *info;

	(void)state;
	assert_int_equal(elf_maker_module(&options, &bytes), 0);
	info = bytes.data + bytes.len - 28 - 12;
	info[8] = 0x7f;
	assert_non_null(strstr(refusal(bytes.data, bytes.len), "signature is malformed"));
	info[8] = 0;
	info[2] = 1;
	assert_non_null(strstr(refusal(bytes.data, bytes.len), "signature is malformed"));
	assert_non_null(strstr(refusal(bytes.data + bytes.len - 30, 30), "signature is cut off"));
}

static void names_must_be_clean(void **state)
{
	static char longest[513];
	struct elf_maker_func funcs[] = { { "good", 0 }, { "bad\x1b[31m", 0 }, { "fine", 0 } };
	struct elf_maker_object object = { NULL, funcs, 3, 0 };
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };

	(void)state;
	memset(longest, 'x', 512);
	for (unsigned int i = LP_BUILDER_SOURCE; i <= LP_BUILDER_KLP_BUILD; i++) {
		struct elf_maker_options options = { .objects = &object, .n_objects = 1, .builder = i };

		funcs[1].name = "bad\x1b[31m";
		refusal_of(&options);
		funcs[1].name = "na\xc3\xafve";
		refusal_of(&options);
		funcs[1].name = "";
		refusal_of(&options);
		longest[511] = 'x';
		funcs[1].name = longest;
		refusal_of(&options);
		longest[511] = '\0';
		assert_int_equal(inspect(&options, &facts, NULL), 0);
		assert_int_equal(facts.objects[0].n_funcs, 3);
		lp_module_facts_free(&facts);
		object.name = "bad\ttab";
		refusal_of(&options);
		object.name = NULL;
	}
}

static void no_module(void **state)
{
	struct elf_maker_options options = { .no_modinfo = true };
	LP_AUTO_BUF struct lp_buf vmlinux = { 0 };

	(void)state;
	assert_non_null(strstr(refusal_of(&options), ".modinfo"));
	options = (struct elf_maker_options){ .machine = 247 };
	assert_non_null(strstr(refusal_of(&options), "e_machine 247"));
	options = (struct elf_maker_options){ .release = "6.1\x07" };
	assert_non_null(strstr(refusal_of(&options), "vermagic"));
	assert_non_null(strstr(refusal("", 0), "not an ELF file"));
	assert_non_null(strstr(refusal("hello", 5), "not an ELF file"));
	assert_int_equal(elf_maker_vmlinux(&(struct elf_maker_kernel){ 0 }, &vmlinux), 0);
	assert_non_null(strstr(refusal(vmlinux.data, vmlinux.len), "not a relocatable"));
}

/* The offset of a section's bytes in the file. */
static size_t find(const struct lp_buf *bytes, const char *name, uint64_t *size)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	uint32_t section;

	assert_int_equal(lp_elf_open(&elf, bytes->data, bytes->len, "test.ko", NULL), 0);
	section = lp_elf_find_section(&elf, name);
	assert_true(section > 0);
	if (size)
		*size = elf.sections[section].size;
	return (size_t)(elf.sections[section].bytes - bytes->data);
}

static void names_must_agree(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ 0 }, &bytes), 0);
	bytes.data[find(&bytes, ".gnu.linkonce.this_module", NULL) + 24] = 'L';
	assert_non_null(strstr(refusal(bytes.data, bytes.len), "names the module livepatch_test, its struct module "
							       "Livepatch_test"));
}

static void two_relocations_of_one_place(void **state)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at;

	(void)state;
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ 0 }, &bytes), 0);
	at = find(&bytes, ".rela.data", NULL);
	memcpy(bytes.data + at + 24, bytes.data + at, 24);
	assert_non_null(strstr(refusal(bytes.data, bytes.len), "two relocations of one place"));
}

/* An array that does not end with zeros has another shape than the one we measured. */
static void array_without_end(void **state)
{
	struct elf_maker_options options = { .objects = objects, .n_objects = 2 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint64_t size = 0;
	size_t at;

	(void)state;
	assert_int_equal(elf_maker_module(&options, &bytes), 0);
	at = find(&bytes, ".data", &size);
	bytes.data[at + size - 152] = 1;
	assert_non_null(strstr(refusal(bytes.data, bytes.len), "klp_func"));
}

static void unknown_layout(void **state)
{
	struct elf_maker_options options = { .builder = LP_BUILDER_KPATCH_BUILD };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint64_t headers;

	(void)state;
	assert_int_equal(elf_maker_module(&options, &bytes), 0);
	memcpy(&headers, bytes.data + 40, 8);
	for (uint64_t at = headers; at < bytes.len; at += 64) {
		uint64_t size;

		memcpy(&size, bytes.data + at + 32, 8);
		if (size == 56)
			bytes.data[at + 32] = 48;
	}
	assert_non_null(strstr(refusal(bytes.data, bytes.len), ".kpatch.funcs"));
}

/* Every prefix is refused, and no changed byte does more than change what is said. */
static void damage(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct elf_maker_options options = usual();
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		options.builder = LP_BUILDER_SOURCE + i;
		options.filler = 0;
		assert_int_equal(elf_maker_module(&options, &bytes), 0);
		for (size_t n = 0; n < bytes.len; n += 7) {
			/* A copy, so that the sanitizer sees reads past the end. */
			uint8_t *copy = malloc(n ? n : 1);

			memcpy(copy, bytes.data, n);
			refusal(copy, n);
			free(copy);
		}
		for (size_t at = 0; at < bytes.len; at++) {
			LP_AUTO_MODULE_FACTS struct lp_module_facts facts;

			bytes.data[at] ^= 0xff;
			lp_module_inspect(bytes.data, bytes.len, "test.ko", &facts, NULL);
			bytes.data[at] ^= 0xff;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_builder_on_every_arch),
		cmocka_unit_test(identity),
		cmocka_unit_test(absent_identity),
		cmocka_unit_test(states_are_sorted),
		cmocka_unit_test(replace_is_refuted),
		cmocka_unit_test(other_strides),
		cmocka_unit_test(arrays_of_one_stay_apart),
		cmocka_unit_test(empty_array_in_bss),
		cmocka_unit_test(objects_of_one_name_are_merged),
		cmocka_unit_test(unknown_anatomy),
		cmocka_unit_test(no_livepatch),
		cmocka_unit_test(signed_module),
		cmocka_unit_test(malformed_signature),
		cmocka_unit_test(names_must_be_clean),
		cmocka_unit_test(no_module),
		cmocka_unit_test(names_must_agree),
		cmocka_unit_test(two_relocations_of_one_place),
		cmocka_unit_test(array_without_end),
		cmocka_unit_test(unknown_layout),
		cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
