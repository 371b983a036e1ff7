/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the modules and kernels that a spec names being found and read. */
#include "support/fixture.h"

#include "pack/gather.h"

#include <stdio.h>

#define AUTO_PACK LP_AUTO(lp_pack_free)

static struct lppack_spec *spec_of(struct fixture *f, const char *kernels)
{
	struct lppack_spec *spec = lppack_spec_read(
		fixture_write_text(f, "s.yaml", fixture_format(f, "stream: demo\nserial: 7\n%s", kernels)), NULL,
		&f->err);

	expect_ok(spec ? 0 : -1, &f->err);
	return spec;
}

static int gather(struct fixture *f, const char *kernels, struct lp_pack *pack)
{
	LP_AUTO_SPEC struct lppack_spec *spec = spec_of(f, kernels);

	*pack = (struct lp_pack){ .spool = -1 };
	return lp_pack_gather(spec, pack, &f->err);
}

static void assert_refused(struct fixture *f, const char *kernels, int code, const char *words)
{
	AUTO_PACK struct lp_pack pack;

	assert_int_equal(gather(f, kernels, &pack), -code);
	expect_error(&f->err, code, words);
}

static void write_module(struct fixture *f, const char *name, const char *release)
{
	fixture_module(f, name, &(struct elf_maker_options){ .release = release });
}

static void write_kernel(struct fixture *f, const char *name, const char *release)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(elf_maker_notes(&(struct elf_maker_kernel){ .release = release }, &bytes), 0);
	fixture_write(f, name, bytes.data, bytes.len);
}

#define LITERAL "kernels: [{module: m.ko, build_id: '00112233'}]\n"

static void globs_pair_modules_with_kernels(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	for (int i = 0; i < 5; i++) {
		const char *release = fixture_format(f, "6.1.0-%d-test", i);

		write_module(f, fixture_format(f, "m%d.ko", i), release);
		write_kernel(f, fixture_format(f, "notes-%s", release), release);
	}
	expect_ok(gather(f, "kernels: [{module: 'm?.ko', kernel: 'notes-{release}'}]\n", &pack), &f->err);
	assert_int_equal(pack.n, 5);
	for (size_t i = 0; i < pack.n; i++) {
		const struct lp_pack_item *item = &pack.items[i];
		const struct elf_maker_kernel kernel = { .release = item->metadata.facts.release };
		struct lp_build_id id = elf_maker_kernel_id(&kernel);

		assert_true(lp_build_id_equal(&item->record.build_id, &id));
		assert_true(lp_build_id_equal(&item->metadata.build_id, &id));
		assert_int_equal(item->record.plain_size, item->metadata.module_size);
		assert_true(item->record.metadata_size > 100);
		assert_non_null(strstr(item->kernel_path, item->metadata.facts.release));
		if (i > 0)
			assert_true(memcmp(pack.items[i - 1].record.build_id.bytes, id.bytes, LP_BUILD_ID_MAX) < 0);
	}
}

static void paths_that_match_nothing_or_too_much(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, LITERAL, LPPACK_E_SPEC, "s.yaml:3: no file matches");
	write_module(f, "m.ko", "6.1.0-1-test");
	assert_refused(f, "kernels: [{module: m.ko, kernel: 'gone-{release}'}]\n", LPPACK_E_SPEC, "gone-6.1.0-1-test");
	assert_refused(f, "kernels: [{module: 'x*.ko', build_id: '00112233'}]\n", LPPACK_E_SPEC, "x*.ko");
	write_kernel(f, "n1", "6.1.0-1-test");
	write_kernel(f, "n2", "6.1.0-1-test");
	assert_refused(f, "kernels: [{module: m.ko, kernel: 'n?'}]\n", LPPACK_E_SPEC, "matches 2 files");
}

static void paths_of_the_command_line(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 1, &f->err);
	LP_AUTO_SPEC struct lppack_spec *none = lppack_spec_new("demo", 1, &f->err);
	AUTO_PACK struct lp_pack pack = { .spool = -1 };

	expect_ok(fixture_add_kernel(spec, fixture_path(f, "gone.ko"), "00112233", &f->err), &f->err);
	assert_int_equal(lp_pack_gather(spec, &pack, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "gone.ko: no such file");
	assert_int_equal(lp_pack_gather(none, &pack, &f->err), -LPPACK_E_SPEC);
	expect_error(&f->err, LPPACK_E_SPEC, "no kernels");
}

/* Two modules for one kernel, whatever the way in which they name it. */
static void duplicates(void **state)
{
	struct fixture *f = *state;

	write_module(f, "m.ko", "6.1.0-1-test");
	write_module(f, "n.ko", "6.1.0-1-test");
	assert_refused(f,
		       "kernels:\n  - {module: m.ko, build_id: '00112233'}\n  - {module: n.ko, build_id: '00112233'}\n",
		       LPPACK_E_DUPLICATE, "n.ko");
	/* Equal once filled up with zeros: [I2]. */
	assert_refused(
		f, "kernels:\n  - {module: m.ko, build_id: '00112233'}\n  - {module: n.ko, build_id: '0011223300'}\n",
		LPPACK_E_DUPLICATE, "n.ko");
	assert_refused(f, "kernels:\n  - {module: '[mn].ko', build_id: '00112233'}\n", LPPACK_E_DUPLICATE, "m.ko and");
}

static void write_and_refuse(struct fixture *f, const struct elf_maker_options *options, int code, const char *words)
{
	fixture_module(f, "m.ko", options);
	assert_refused(f, LITERAL, code, words);
}

static void unusable_modules(void **state)
{
	struct fixture *f = *state;

	fixture_write_text(f, "m.ko", "not a module");
	assert_refused(f, LITERAL, LPPACK_E_MODULE, "m.ko");
	write_and_refuse(f, &(struct elf_maker_options){ .not_livepatch = true }, LPPACK_E_NOT_LIVEPATCH, "m.ko");
	write_and_refuse(f, &(struct elf_maker_options){ .no_replace = true }, LPPACK_E_NOT_REPLACE, "m.ko");
	write_and_refuse(f, &(struct elf_maker_options){ .name = "live-patch" }, LPPACK_E_MODULE_NAME, "'live-patch'");
	write_and_refuse(f, &(struct elf_maker_options){ .name = "../../etc/x" }, LPPACK_E_MODULE_NAME, "m.ko");
	write_and_refuse(f, &(struct elf_maker_options){ .machine = 247 }, LPPACK_E_MODULE, "m.ko");
	write_and_refuse(f, &(struct elf_maker_options){ .no_exit = true }, LPPACK_E_UNLOADABLE, "no exit function");
	write_and_refuse(f, &(struct elf_maker_options){ .no_versions = true }, LPPACK_E_UNLOADABLE, "symbol versions");
	write_and_refuse(f, &(struct elf_maker_options){ .no_anatomy = true }, LPPACK_E_UNLOADABLE, "is recognised");
	write_and_refuse(f, &(struct elf_maker_options){ .mark = "N" }, LPPACK_E_NOT_LIVEPATCH, "no livepatch=Y");
	assert_refused(f, "kernels: [{module: keys, build_id: '00112233'}]\n", LPPACK_E_IO, "keys");
}

static void longest_names(void **state)
{
	static const char name[] = "a234567890123456789012345678901234567890123456789012345";
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	assert_int_equal(strlen(name), 55);
	fixture_module(f, "m.ko", &(struct elf_maker_options){ .name = name });
	expect_ok(gather(f, LITERAL, &pack), &f->err);
	assert_string_equal(pack.items[0].metadata.facts.name, name);
}

static void write_bzimage(struct fixture *f, const char *name, const char *release)
{
	LP_AUTO_BUF struct lp_buf image = { 0 };

	assert_int_equal(elf_maker_bzimage(release, "0123456789abcdefghij", 20, &image), 0);
	fixture_write(f, name, image.data, image.len);
}

static void modules_of_other_kernels(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf arm = { 0 };

	write_module(f, "m.ko", "6.1.0-1-test");
	write_bzimage(f, "k", "6.1.0-2-test");
	assert_refused(f, "kernels: [{module: m.ko, kernel: k}]\n", LPPACK_E_VERMAGIC, "6.1.0-2-test");
	assert_int_equal(
		elf_maker_vmlinux(&(struct elf_maker_kernel){ .release = "6.1.0-1-test", .arch = "aarch64" }, &arm), 0);
	fixture_write(f, "k", arm.data, arm.len);
	assert_refused(f, "kernels: [{module: m.ko, kernel: k}]\n", LPPACK_E_ARCH, "aarch64");
	fixture_write_text(f, "k", "no kernel");
	assert_refused(f, "kernels: [{module: m.ko, kernel: k}]\n", LPPACK_E_KERNEL_IMAGE, "k");
}

/* The image's banner tells of SMP; "SMPX" is another word. */
static void an_smp_kernel_wants_an_smp_module(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	write_bzimage(f, "k", "6.1.0-1-test");
	fixture_module(f, "m.ko",
		       &(struct elf_maker_options){ .release = "6.1.0-1-test",
						    .vermagic = "6.1.0-1-test preempt SMPX mod_unload " });
	assert_refused(f, "kernels: [{module: m.ko, kernel: k}]\n", LPPACK_E_VERMAGIC, "SMP");
	write_module(f, "m.ko", "6.1.0-1-test");
	expect_ok(gather(f, "kernels: [{module: m.ko, kernel: k}]\n", &pack), &f->err);
}

static void not_applicable_fixes(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	write_module(f, "m.ko", "6.1.0-1-test");
	expect_ok(gather(f,
			 "fixes:\n  - {id: c, not_for: ['5.*', '6.1.0-1-*', '6.*']}\n  - {id: b, not_for: ['6.1']}\n"
			 "  - {id: a, not_for: ['6.1.0-[0-9]-test']}\n" LITERAL,
			 &pack),
		  &f->err);
	assert_int_equal(pack.items[0].metadata.not_applicable.n, 2);
	assert_string_equal(pack.items[0].metadata.not_applicable.items[0], "a");
	assert_string_equal(pack.items[0].metadata.not_applicable.items[1], "c");
}

/* What does not fit the format's metadata names the module's file. */
static void too_many_functions(void **state)
{
	struct fixture *f = *state;
	enum { N = 2600 };
	struct elf_maker_func *funcs = calloc(N, sizeof(*funcs));
	const struct elf_maker_object object = { .funcs = funcs, .n_funcs = N };
	char name[401] = "";

	memset(name, 'f', sizeof(name) - 1);
	for (int i = 0; i < N; i++)
		funcs[i] = (struct elf_maker_func){ name, (uint64_t)i + 1 };
	fixture_module(f, "m.ko", &(struct elf_maker_options){ .objects = &object, .n_objects = 1 });
	free(funcs);
	assert_refused(f, LITERAL, LPPACK_E_LIMIT, "m.ko");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(globs_pair_modules_with_kernels),
		fixture_test(paths_that_match_nothing_or_too_much),
		fixture_test(paths_of_the_command_line),
		fixture_test(duplicates),
		fixture_test(unusable_modules),
		fixture_test(longest_names),
		fixture_test(modules_of_other_kernels),
		fixture_test(an_smp_kernel_wants_an_smp_module),
		fixture_test(not_applicable_fixes),
		fixture_test(too_many_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
