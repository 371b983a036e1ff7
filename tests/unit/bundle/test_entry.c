/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests finding the entry of a kernel and taking its module out. */
#include "format/format.h"
#include "support/fixture.h"

#include "base/value.h"
#include "format/tar.h"

#include <sys/stat.h>
#include <unistd.h>

static struct lppack_entry *select_kernel(struct fixture *f, struct lppack_verified *v, unsigned int i)
{
	char id[41];
	struct lppack_entry *entry = lppack_verified_select(v, fixture_build_id(i, id), &f->err);

	expect_ok(entry ? 0 : -1, &f->err);
	return entry;
}

static void modules_come_out_as_they_went_in(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 33), &bundle);

	for (unsigned int i = 0; i < 33; i++) {
		LP_AUTO_ENTRY struct lppack_entry *entry = select_kernel(f, v, i);
		LP_AUTO_BUF struct lp_buf module = { 0 };
		const void *again = NULL;
		const void *bytes = NULL;
		size_t n = 0;

		fixture_read(fixture_format(f, "%s/m%u.ko", f->dir, i), &module);
		expect_ok(lppack_entry_load_module(entry, &bytes, &n, &f->err), &f->err);
		assert_int_equal(n, module.len);
		assert_memory_equal(bytes, module.data, n);
		expect_ok(lppack_entry_load_module(entry, &again, &n, &f->err), &f->err);
		assert_ptr_equal(again, bytes);
		assert_string_equal(lppack_entry_module_name(entry), fixture_format(f, "livepatch_%u", i));
		assert_string_equal(lppack_entry_kernel_release(entry), fixture_format(f, "6.1.0-%u-test", i));
	}
}

static void ids_that_are_not_there(void **state)
{
	static const char *const absent[] = { "00000000", "ffffffff", "0000000100000000000000000000000000000001",
					      "00000001" };
	static const char *const bad[] = { "", "0", "0000001", "0000000G", "ABCDEF00", "../../etc/passwd", NULL };
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 3), &bundle);

	for (size_t i = 0; i < 4; i++) {
		assert_null(lppack_verified_select(v, absent[i], &f->err));
		assert_non_null(strstr(f->err.hint, "demo"));
		assert_non_null(strstr(f->err.message, "b.lpb"));
		expect_error(&f->err, LPPACK_E_NO_KERNEL, absent[i]);
		assert_null(lppack_verified_select(v, absent[i], NULL));
	}
	for (size_t i = 0; i < 7; i++) {
		assert_null(lppack_verified_select(v, bad[i], &f->err));
		expect_error(&f->err, LPPACK_E_USAGE, "is not a build ID");
	}
	lppack_entry_free(NULL);
}

/* What one kernel costs, of a bundle with that many: bytes read for head, index page, members and base. */
static uint64_t cost_of_one(struct fixture *f, unsigned int n, unsigned int i)
{
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 1, &f->err);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
	LP_AUTO_ENTRY struct lppack_entry *entry = NULL;
	char *module = fixture_module(f, "m.ko", &(struct elf_maker_options){ .filler = 500 });
	const void *bytes = NULL;
	size_t size = 0;
	uint64_t framing;
	char id[41];

	for (unsigned int k = 0; k < n; k++)
		expect_ok(fixture_add_kernel(spec, module, fixture_build_id(k, id), &f->err), &f->err);
	unlink(fixture_path(f, "b.lpb"));
	expect_ok(fixture_create(f, spec, fixture_path(f, "b.lpb")), &f->err);
	v = fixture_verify(f, fixture_path(f, "b.lpb"), &bundle);
	entry = select_kernel(f, v, i);
	expect_ok(lppack_entry_load_module(entry, &bytes, &size, &f->err), &f->err);
	/* The head is read raw and compared once more, the fence has 64 bytes a page. */
	framing = 2 * bundle->head.payload_at + lp_verified_contents(v)->fence.len + 2 * LP_INDEX_PAGE;
	assert_in_range(lppack_bundle_bytes_read(bundle), 1,
			framing + 4 * LP_TAR_BLOCK + lp_tar_span(lp_verified_contents(v)->manifest.metadata_max) +
				2 * lp_tar_span(lp_verified_contents(v)->manifest.frame_max));
	return lppack_bundle_bytes_read(bundle) - lp_verified_contents(v)->fence.len;
}

static void one_kernel_costs_the_same_of_few_and_of_many(void **state)
{
	struct fixture *f = *state;
	uint64_t few = cost_of_one(f, 3, 0);
	uint64_t many = cost_of_one(f, 2000, 1777);

	assert_in_range(many, few - 2048, few + 8192);
}

/* Damage elsewhere is none of this kernel's business. */
static void damage_to_others_is_not_read(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 3);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	LP_AUTO_ENTRY struct lppack_entry *mine = select_kernel(f, v, 1);
	LP_AUTO_ENTRY struct lppack_entry *other = select_kernel(f, v, 2);
	const void *bytes = NULL;
	size_t n = 0;

	assert_int_equal(mine->record.base, LP_INDEX_NO_BASE);
	fixture_flip(path, bundle->head.payload_at + other->record.offset + lp_tar_span(other->record.metadata_size) +
				   LP_TAR_BLOCK + 20);
	expect_ok(lppack_entry_load_module(mine, &bytes, &n, &f->err), &f->err);
	assert_int_equal(lppack_entry_load_module(other, &bytes, &n, &f->err), -LPPACK_E_CORRUPT);
	expect_error(&f->err, LPPACK_E_CORRUPT, "ko.zst");
	/* A failure is not remembered as success. */
	assert_int_equal(lppack_entry_load_module(other, &bytes, &n, &f->err), -LPPACK_E_CORRUPT);
	expect_error(&f->err, LPPACK_E_CORRUPT, "b.lpb");
}

static void damage_to_the_base_is(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 3);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	LP_AUTO_ENTRY struct lppack_entry *base = select_kernel(f, v, 1);
	LP_AUTO_ENTRY struct lppack_entry *entry = select_kernel(f, v, 0);
	const void *bytes = NULL;
	size_t n = 0;

	assert_int_equal(entry->record.base, 1);
	fixture_flip(path, bundle->head.payload_at + base->record.offset + lp_tar_span(base->record.metadata_size) +
				   LP_TAR_BLOCK + 20);
	assert_int_equal(lppack_entry_load_module(entry, &bytes, &n, &f->err), -LPPACK_E_CORRUPT);
	expect_error(&f->err, LPPACK_E_CORRUPT, "b.lpb");
}

static void damage_to_index_and_metadata(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 3);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	size_t page = lp_verified_contents(v)->layout.pages_at + LP_TAR_BLOCK;
	size_t metadata = lp_verified_contents(v)->layout.kernels_at + LP_TAR_BLOCK;
	char id[41];

	fixture_flip(path, page + 4095);
	assert_null(lppack_verified_select(v, fixture_build_id(0, id), &f->err));
	expect_error(&f->err, LPPACK_E_CORRUPT, "index/pages");
	fixture_flip(path, page + 4095);
	fixture_flip(path, metadata + 15);
	assert_null(lppack_verified_select(v, fixture_build_id(0, id), &f->err));
	expect_error(&f->err, LPPACK_E_CORRUPT, ".yaml");
	fixture_flip(path, metadata + 15);
	fixture_flip(path, metadata - LP_TAR_BLOCK + 150);
	assert_null(lppack_verified_select(v, fixture_build_id(0, id), &f->err));
	expect_error(&f->err, LPPACK_E_STRUCTURE, "header");
}

static void extracts(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 2), &bundle);
	LP_AUTO_ENTRY struct lppack_entry *entry = select_kernel(f, v, 1);
	LP_AUTO_FREE char *path = NULL;
	LP_AUTO_BUF struct lp_buf one = { 0 };
	LP_AUTO_BUF struct lp_buf other = { 0 };
	char *directory = fixture_path(f, "out");

	assert_int_equal(mkdir(directory, 0755), 0);
	expect_ok(lppack_entry_extract(entry, directory, 0, &path, &f->err), &f->err);
	assert_string_equal(path, fixture_path(f, "out/livepatch_1.ko"));
	fixture_read(path, &one);
	fixture_read(fixture_path(f, "m1.ko"), &other);
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.data, other.data, one.len);
	assert_int_equal(lppack_entry_extract(entry, directory, 0, NULL, &f->err), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "out/livepatch_1.ko");
	expect_ok(lppack_entry_extract(entry, directory, 1, NULL, &f->err), &f->err);
	free(path);
	assert_int_equal(lppack_entry_extract(entry, fixture_path(f, "gone"), 0, &path, &f->err), -LPPACK_E_IO);
	assert_null(path);
	expect_error(&f->err, LPPACK_E_IO, "gone");
	assert_int_equal(fixture_count(f, "out"), 1);
}

/* Nothing appears of a module that is not what it must be. */
static void nothing_is_extracted_of_a_damaged_module(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	LP_AUTO_ENTRY struct lppack_entry *entry = select_kernel(f, v, 0);
	const void *bytes = path;
	size_t n = 1;

	assert_int_equal(mkdir(fixture_path(f, "out"), 0755), 0);
	fixture_flip(path, bundle->in.size - LP_END_OF_ARCHIVE - 600);
	assert_int_equal(lppack_entry_extract(entry, fixture_path(f, "out"), 0, NULL, &f->err), -LPPACK_E_CORRUPT);
	expect_error(&f->err, LPPACK_E_CORRUPT, "b.lpb");
	assert_int_equal(lppack_entry_load_module(entry, &bytes, &n, NULL), -LPPACK_E_CORRUPT);
	assert_null(bytes);
	assert_int_equal(n, 0);
	assert_int_equal(fixture_count(f, "out"), 0);
}

/* Signed metadata that do not say what the module is. */
static void metadata_that_lie(void **state)
{
	static const char *const lies[][2] = { { "arch: \"x86_64\"", "arch: \"s390x\"" },
					       { "name: \"livepatch_0\"", "name: \"../../evil\"" },
					       { "sympos: 0", "sympos: 1" },
					       { "replace: \"proved\"", "replace: \"declared\"" },
					       { "signed: false", "signed: true" },
					       { "states: []", "states:\n  - id: 1\n    version: 1" } };
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 1);

	assert_int_equal(mkdir(fixture_path(f, "out"), 0755), 0);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		LP_AUTO_FORGE struct forge forge;
		LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
		LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
		LP_AUTO_ENTRY struct lppack_entry *entry = NULL;

		forge_open(f, good, &forge);
		forge_replace(&forge.metadata[0], lies[i][0], lies[i][1]);
		v = fixture_verify(f, forge_seal(f, &forge, "forged.lpb"), &bundle);
		entry = select_kernel(f, v, 0);
		assert_int_equal(lppack_entry_extract(entry, fixture_path(f, "out"), 0, NULL, &f->err),
				 -LPPACK_E_FACTS);
		expect_error(&f->err, LPPACK_E_FACTS, "forged.lpb");
	}
	assert_int_equal(fixture_count(f, "out"), 0);
}

static void describe(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 2), &bundle);
	LP_AUTO_ENTRY struct lppack_entry *entry = select_kernel(f, v, 1);
	LP_AUTO_VALUE struct lppack_value *map = lppack_entry_describe(entry, &f->err);
	char id[41];

	assert_string_equal(lppack_value_text(lppack_value_get(map, "build_id")), fixture_build_id(1, id));
	assert_string_equal(lppack_value_text(lppack_value_get(map, "release")), "6.1.0-1-test");
	assert_string_equal(lppack_value_text(lppack_value_get(lppack_value_get(map, "module"), "name")),
			    "livepatch_1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(modules_come_out_as_they_went_in),
		fixture_test(ids_that_are_not_there),
		fixture_test(one_kernel_costs_the_same_of_few_and_of_many),
		fixture_test(damage_to_others_is_not_read),
		fixture_test(damage_to_the_base_is),
		fixture_test(damage_to_index_and_metadata),
		fixture_test(extracts),
		fixture_test(nothing_is_extracted_of_a_damaged_module),
		fixture_test(metadata_that_lie),
		fixture_test(describe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
