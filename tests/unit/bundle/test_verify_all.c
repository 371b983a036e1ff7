/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the verification of every byte and every statement of a bundle. */
#include "format/manifest.h"
#include "format/format.h"
#include "support/fixture.h"

#include "format/tar.h"
#include "format/zstd.h"
#include "crypto/digest.h"

static void assert_forged(struct fixture *f, struct forge *forge, int code, const char *words)
{
	assert_int_equal(fixture_check(f, forge_seal(f, forge, "forged.lpb")), -code);
	assert_non_null(strstr(f->err.message, "forged.lpb"));
	expect_error(&f->err, code, words);
}

static int watched;

static void watch(void *context, const struct lppack_progress *now)
{
	assert_ptr_equal(context, &watched);
	assert_string_equal(now->phase, "verifying");
	assert_int_equal(now->total, 33);
	assert_int_equal(now->done, ++watched);
}

static void progress(void **state)
{
	LPPACK_OPTIONS(lppack_verify_options, how, .progress = watch, .context = &watched);
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 33), &bundle);

	watched = 0;
	expect_ok(lppack_verified_check_all(v, &how, &f->err), &f->err);
	assert_int_equal(watched, 33);
	/* Nothing is left behind by the first time. */
	watched = 0;
	expect_ok(lppack_verified_check_all(v, &how, &f->err), &f->err);
}

/* Headers, data, padding, the index, the end: every byte that is changed is found. */
static void bytes_of_the_payload(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);

	for (size_t at = bundle->head.payload_at; at < bundle->in.size; at += 29) {
		int rc;

		fixture_flip(path, at);
		rc = fixture_check(f, path);
		fixture_flip(path, at);
		if (rc == 0)
			fail_msg("byte %zu", at);
		expect_error(&f->err, -rc, "b.lpb");
	}
	expect_ok(fixture_check(f, path), &f->err);
}

static void lie_offset(struct lp_record *records, size_t n)
{
	records[n - 1].offset += 512;
}

static void lie_overlap(struct lp_record *records, size_t n)
{
	records[n - 1].offset = records[0].offset;
}

static void lie_far(struct lp_record *records, size_t n)
{
	records[n - 1].offset = UINT64_MAX - 511;
}

static void lie_before(struct lp_record *records, size_t n)
{
	(void)n;
	records[0].offset = 0;
}

static void lie_large(struct lp_record *records, size_t n)
{
	records[n - 1].plain_size = UINT32_MAX;
}

static void lie_plain(struct lp_record *records, size_t n)
{
	(void)n;
	records[0].plain_size--;
}

static void lie_frame_digest(struct lp_record *records, size_t n)
{
	records[n - 1].packed_sha256.bytes[5] ^= 1;
}

static void records_that_lie(void **state)
{
	static const struct {
		void (*lie)(struct lp_record *records, size_t n);
		int code;
	} lies[] = { { lie_offset, LPPACK_E_STRUCTURE },    { lie_overlap, LPPACK_E_STRUCTURE },
		     { lie_far, LPPACK_E_STRUCTURE },       { lie_before, LPPACK_E_STRUCTURE },
		     { lie_large, LPPACK_E_LIMIT },         { lie_plain, LPPACK_E_STRUCTURE },
		     { lie_frame_digest, LPPACK_E_CORRUPT } };
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 3);

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		LP_AUTO_FORGE struct forge forge;

		forge_open(f, good, &forge);
		forge.lie_index = lies[i].lie;
		assert_forged(f, &forge, lies[i].code, NULL);
	}
}

static void lie_limit(struct lp_manifest *m)
{
	m->module_max++;
}

static void lie_limit_of_frames(struct lp_manifest *m)
{
	m->frame_max++;
}

static void lie_limit_of_metadata(struct lp_manifest *m)
{
	m->metadata_max++;
}

static void lie_depth(struct lp_manifest *m)
{
	m->base_depth = 2;
}

static void lie_no_depth(struct lp_manifest *m)
{
	m->base_depth = 0;
}

static void limits_that_lie(void **state)
{
	static void (*const lies[])(struct lp_manifest * m) = { lie_limit, lie_limit_of_frames, lie_limit_of_metadata,
								lie_depth };
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 3);

	for (size_t i = 0; i < 4; i++) {
		LP_AUTO_FORGE struct forge forge;

		forge_open(f, good, &forge);
		forge.lie_manifest = lies[i];
		assert_forged(f, &forge, LPPACK_E_STRUCTURE, "limits");
	}
}

static void lie_cycle(struct lp_record *records, size_t n)
{
	for (size_t i = 0; i < n; i++)
		records[i].base = (uint32_t)((i + 1) % n);
}

static void chains_of_bases(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 3);
	LP_AUTO_FORGE struct forge none;
	LP_AUTO_FORGE struct forge cycle;

	forge_open(f, good, &none);
	none.lie_manifest = lie_no_depth;
	assert_forged(f, &none, LPPACK_E_STRUCTURE, "chain of bases");
	forge_open(f, good, &cycle);
	cycle.lie_index = lie_cycle;
	cycle.manifest.base_depth = LP_BASE_DEPTH_MAX;
	assert_forged(f, &cycle, LPPACK_E_STRUCTURE, "chain of bases");
}

/* As deep as the format allows, and one deeper than the manifest says. */
static void the_deepest_chain(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 9);
	LP_AUTO_FORGE struct forge forge;
	struct lp_buf modules[9] = { 0 };

	forge_open(f, good, &forge);
	for (size_t i = 0; i < 9; i++) {
		fixture_read(fixture_format(f, "%s/m%zu.ko", f->dir, i), &modules[i]);
		lp_buf_free(&forge.frames[i]);
		forge.records[i].base = i ? (uint32_t)(i - 1) : LP_INDEX_NO_BASE;
		expect_ok(lp_zstd_compress(modules[i].data, modules[i].len, i ? modules[i - 1].data : NULL,
					   i ? modules[i - 1].len : 0, 1, &forge.frames[i], &f->err),
			  &f->err);
	}
	forge.manifest.base_depth = 8;
	expect_ok(fixture_check(f, forge_seal(f, &forge, "forged.lpb")), &f->err);
	forge.manifest.base_depth = 7;
	assert_forged(f, &forge, LPPACK_E_STRUCTURE, NULL);
	for (size_t i = 0; i < 9; i++)
		lp_buf_free(&modules[i]);
}

static void fixes_that_lie(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 1);
	LP_AUTO_FORGE struct forge late;
	LP_AUTO_FORGE struct forge unknown;
	LP_AUTO_FORGE struct forge known;
	LP_AUTO_FORGE struct forge text;

	forge_open(f, good, &late);
	forge_replace(&late.fixes, "fixes: []", "fixes:\n  - id: \"a\"\n    since: 8\n    functions: []");
	assert_forged(f, &late, LPPACK_E_STRUCTURE, "later serial");
	forge_open(f, good, &unknown);
	forge_replace(&unknown.fixes, "fixes: []", "fixes:\n  - id: \"b\"\n    since: 7\n    functions: []");
	forge_replace(&unknown.metadata[0], "not_applicable: []", "not_applicable:\n  - \"a\"");
	assert_forged(f, &unknown, LPPACK_E_STRUCTURE, "not_applicable names a");
	forge_open(f, good, &known);
	forge_replace(&known.fixes, "fixes: []", "fixes:\n  - id: \"a\"\n    since: 7\n    functions: []");
	forge_replace(&known.metadata[0], "not_applicable: []", "not_applicable:\n  - \"a\"");
	expect_ok(fixture_check(f, forge_seal(f, &known, "forged.lpb")), &f->err);
	forge_open(f, good, &text);
	forge_replace(&text.fixes, "fixes: []", "fixes: [ ]");
	assert_forged(f, &text, LPPACK_E_STRUCTURE, "fixes.yaml:1");
}

static void metadata_that_lie(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 2);
	LP_AUTO_FORGE struct forge id;
	LP_AUTO_FORGE struct forge facts;
	LP_AUTO_FORGE struct forge digest;

	forge_open(f, good, &id);
	forge_replace(&id.metadata[0], "build_id: \"00000001", "build_id: \"00000003");
	assert_forged(f, &id, LPPACK_E_STRUCTURE, "not that of the index");
	forge_open(f, good, &facts);
	forge_replace(&facts.metadata[1], "sympos: 0", "sympos: 7");
	assert_forged(f, &facts, LPPACK_E_FACTS, "'objects'");
	forge_open(f, good, &digest);
	memcpy(strstr((char *)digest.metadata[0].data, "sha256: \"") + 9, "0000", 4);
	assert_forged(f, &digest, LPPACK_E_CORRUPT, "ko.zst");
}

/* A module that is none, or no livepatch, signed with digests that fit. */
static void modules_that_are_none(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 1);
	LP_AUTO_FORGE struct forge forge;
	LP_AUTO_BUF struct lp_buf module = { 0 };
	struct lp_digest digest;
	char *at;

	forge_open(f, good, &forge);
	assert_int_equal(
		elf_maker_module(&(struct elf_maker_options){ .name = "livepatch_0", .not_livepatch = true }, &module),
		0);
	lp_buf_free(&forge.frames[0]);
	expect_ok(lp_zstd_compress(module.data, module.len, NULL, 0, 1, &forge.frames[0], &f->err), &f->err);
	at = strstr((char *)forge.metadata[0].data, "  size: ");
	forge_replace(&forge.metadata[0], fixture_format(f, "%.*s", (int)(strchr(at, '\n') - at), at),
		      fixture_format(f, "  size: %zu", module.len));
	forge.records[0].plain_size = (uint32_t)module.len;
	assert_int_equal(lp_sha256(module.data, module.len, &digest, NULL), 0);
	at = strstr((char *)forge.metadata[0].data, "sha256: \"") + 9;
	for (size_t i = 0; i < LP_DIGEST_SIZE; i++) {
		static const char digits[] = "0123456789abcdef";

		at[2 * i] = digits[digest.bytes[i] >> 4];
		at[2 * i + 1] = digits[digest.bytes[i] & 15];
	}
	assert_forged(f, &forge, LPPACK_E_FACTS, "not a livepatch");
}

static void zeros_after_a_frame(void **state)
{
	struct fixture *f = *state;
	char *good = fixture_bundle(f, "good.lpb", 1);
	LP_AUTO_FORGE struct forge forge;

	forge_open(f, good, &forge);
	lp_buf_grow(&forge.frames[0], 512);
	assert_forged(f, &forge, LPPACK_E_STRUCTURE, "zstd frame");
}

static void lie_gap(struct lp_manifest *m)
{
	m->payload_size += 512;
}

static void a_gap_before_the_end(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_FORGE struct forge forge;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	forge_open(f, fixture_bundle(f, "good.lpb", 1), &forge);
	forge.lie_manifest = lie_gap;
	fixture_read(forge_seal(f, &forge, "forged.lpb"), &bytes);
	lp_buf_grow(&bytes, 512);
	assert_int_equal(fixture_check(f, fixture_write(f, "forged.lpb", bytes.data, bytes.len)), -LPPACK_E_STRUCTURE);
	expect_error(&f->err, LPPACK_E_STRUCTURE, "512 bytes belong to no member");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(progress),
		fixture_test(bytes_of_the_payload),
		fixture_test(records_that_lie),
		fixture_test(limits_that_lie),
		fixture_test(chains_of_bases),
		fixture_test(the_deepest_chain),
		fixture_test(fixes_that_lie),
		fixture_test(metadata_that_lie),
		fixture_test(modules_that_are_none),
		fixture_test(zeros_after_a_frame),
		fixture_test(a_gap_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
