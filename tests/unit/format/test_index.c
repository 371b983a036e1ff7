/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the pages of the index and finding a kernel in them. */
#include "format/format.h"
#include "format/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct index {
	struct lp_record *records;
	size_t n;
	struct lp_buf pages;
	struct lp_buf fence;
};

static void index_free(struct index *index)
{
	free(index->records);
	lp_buf_free(&index->pages);
	lp_buf_free(&index->fence);
}

#define AUTO_INDEX LP_AUTO(index_free)

/* The i-th build ID: ascending, with room before, between and after. */
static struct lp_build_id id_of(uint32_t i)
{
	const uint32_t value = 2 * i + 1;
	const uint8_t bytes[20] = { 1, (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value, [19] = 9 };
	struct lp_build_id id;

	assert_int_equal(lp_build_id_set(&id, bytes, i % 2 ? 20 : 4), 0);
	return id;
}

static void build(struct index *index, size_t n)
{
	*index = (struct index){ .records = calloc(n, sizeof(struct lp_record)), .n = n };
	for (size_t i = 0; i < n; i++)
		index->records[i] = (struct lp_record){ .build_id = id_of((uint32_t)i),
							.base = i ? 0 : LP_INDEX_NO_BASE,
							.offset = UINT64_C(0x0102030405060708) + i,
							.metadata_size = 0xa1a2a3a4,
							.packed_size = 0xb1b2b3b4,
							.plain_size = 0xc1c2c3c4,
							.metadata_sha256.bytes[31] = 0xdd,
							.packed_sha256.bytes[0] = 0xee };
	lp_index_encode(index->records, n, &index->pages);
	for (size_t page = 0; page < lp_index_page_count(n); page++) {
		const struct lp_digest digest = { { (uint8_t)page } };

		lp_fence_append(&index->fence, &index->records[page * LP_INDEX_PER_PAGE].build_id, &digest);
	}
	assert_true(lp_buf_ok(&index->pages) && lp_buf_ok(&index->fence));
}

/* As a narrow reader looks it up: the ordinal, or -1. */
static int64_t look_up(const struct index *index, const struct lp_build_id *id)
{
	struct lp_record records[LP_INDEX_PER_PAGE];
	int64_t page = lp_fence_find(&index->fence, id);
	int n;

	if (page < 0)
		return -1;
	n = lp_index_decode_page(index->pages.data + (size_t)page * LP_INDEX_PAGE, (uint64_t)page, index->n, "f",
				 records, NULL);
	assert_true(n > 0);
	for (int i = 0; i < n; i++)
		if (lp_build_id_equal(&records[i].build_id, id))
			return page * LP_INDEX_PER_PAGE + i;
	return -1;
}

static void every_kernel_is_found_and_no_other(void **state)
{
	static const size_t sizes[] = { 1, 2, 31, 32, 33, 63, 64, 65, 1000 };

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		AUTO_INDEX struct index index;
		struct lp_build_id id;

		build(&index, sizes[s]);
		assert_int_equal(index.pages.len, (sizes[s] + 31) / 32 * 4096);
		assert_int_equal(lp_fence_check(&index.fence, "f", NULL), 0);
		for (uint32_t i = 0; i < sizes[s]; i++) {
			id = id_of(i);
			assert_int_equal(look_up(&index, &id), i);
			/* Just before and just after it. */
			id.bytes[3]--;
			assert_int_equal(look_up(&index, &id), -1);
			id.bytes[3]++;
			id.bytes[LP_BUILD_ID_MAX - 1] = 1;
			id.len = LP_BUILD_ID_MAX;
			assert_int_equal(look_up(&index, &id), -1);
		}
		assert_int_equal(lp_build_id_parse("00000000", &id), 0);
		assert_int_equal(look_up(&index, &id), -1);
		assert_int_equal(lp_build_id_parse("ffffffff", &id), 0);
		assert_int_equal(look_up(&index, &id), -1);
	}
}

/* Equal once filled with zeros, but of another length: not the same kernel. */
static void lengths_tell_ids_apart(void **state)
{
	AUTO_INDEX struct index index;
	struct lp_build_id id = id_of(0);

	(void)state;
	build(&index, 3);
	id.len = 5;
	assert_int_equal(look_up(&index, &id), -1);
}

static void fence_of_ten_thousand(void **state)
{
	LP_AUTO_BUF struct lp_buf fence = { 0 };
	const struct lp_digest digest = { { 0 } };

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		struct lp_build_id id = id_of(i);

		lp_fence_append(&fence, &id, &digest);
	}
	assert_int_equal(lp_fence_check(&fence, "f", NULL), 0);
	for (uint32_t i = 0; i < 10000; i++) {
		struct lp_build_id id = id_of(i);

		assert_int_equal(lp_fence_find(&fence, &id), i);
		id.bytes[3]--; /* even: between two */
		assert_int_equal(lp_fence_find(&fence, &id), (int64_t)i - 1);
	}
}

static void fences_out_of_order(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	AUTO_INDEX struct index index;

	(void)state;
	build(&index, 65);
	memcpy(index.fence.data + LP_INDEX_FENCE_ENTRY, index.fence.data, LP_BUILD_ID_MAX);
	assert_int_equal(lp_fence_check(&index.fence, "file.lpb", &err), -LPPACK_E_STRUCTURE);
	assert_non_null(strstr(err.message, "file.lpb"));
}

static void records_come_back(void **state)
{
	struct lp_record out[LP_INDEX_PER_PAGE];
	AUTO_INDEX struct index index;
	struct lp_digest digest;
	uint8_t first[LP_BUILD_ID_MAX];

	(void)state;
	build(&index, 33);
	assert_int_equal(lp_index_decode_page(index.pages.data, 0, 33, "f", out, NULL), 32);
	assert_true(lp_build_id_equal(&out[5].build_id, &index.records[5].build_id));
	assert_int_equal(out[5].base, 0);
	assert_true(out[5].offset == UINT64_C(0x010203040506070d));
	assert_int_equal(out[5].metadata_size, 0xa1a2a3a4);
	assert_int_equal(out[5].packed_size, 0xb1b2b3b4);
	assert_int_equal(out[5].plain_size, 0xc1c2c3c4);
	assert_true(lp_digest_equal(&out[5].metadata_sha256, &index.records[5].metadata_sha256));
	assert_true(lp_digest_equal(&out[5].packed_sha256, &index.records[5].packed_sha256));
	/* Where the format says the fields are. */
	assert_int_equal(index.pages.data[5 * 128 + 32], 20);
	assert_int_equal(index.pages.data[5 * 128 + 40], 0x0d);
	assert_int_equal(index.pages.data[36], 0xff);
	assert_int_equal(index.pages.data[48], 0xa4);
	assert_int_equal(index.pages.data[64 + 31], 0xdd);
	assert_int_equal(index.pages.data[96], 0xee);
	assert_int_equal(lp_index_decode_page(index.pages.data + LP_INDEX_PAGE, 1, 33, "f", out, NULL), 1);
	lp_fence_entry(&index.fence, 1, first, &digest);
	assert_memory_equal(first, index.records[32].build_id.bytes, LP_BUILD_ID_MAX);
	assert_int_equal(digest.bytes[0], 1);
}

static void assert_page_refused(size_t at, uint8_t value, int code, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_record out[LP_INDEX_PER_PAGE];
	AUTO_INDEX struct index index;

	build(&index, 5);
	index.pages.data[at] = value;
	assert_int_equal(lp_index_decode_page(index.pages.data, 0, 5, "file.lpb", out, &err), -code);
	if (!strstr(err.message, words) || !strstr(err.message, "file.lpb"))
		fail_msg("'%s' is not in: %s", words, err.message);
}

static void malformed_pages(void **state)
{
	(void)state;
	assert_page_refused(32, 3, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(32, 0, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(32, 33, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(32, 255, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(31, 1, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(4, 1, LPPACK_E_STRUCTURE, "malformed build ID");
	assert_page_refused(33, 1, LPPACK_E_UNSUPPORTED, "unknown filter 1");
	assert_page_refused(34, 1, LPPACK_E_STRUCTURE, "reserved");
	assert_page_refused(35, 1, LPPACK_E_STRUCTURE, "reserved");
	assert_page_refused(60, 1, LPPACK_E_STRUCTURE, "reserved");
	assert_page_refused(63, 1, LPPACK_E_STRUCTURE, "reserved");
	assert_page_refused(128 + 36, 1, LPPACK_E_STRUCTURE, "no such base");
	assert_page_refused(128 + 36, 5, LPPACK_E_STRUCTURE, "no such base");
	assert_page_refused(39, 0xfe, LPPACK_E_STRUCTURE, "no such base");
	assert_page_refused(128, 0, LPPACK_E_STRUCTURE, "do not ascend");
	assert_page_refused(5 * 128, 1, LPPACK_E_STRUCTURE, "unused");
	assert_page_refused(4095, 1, LPPACK_E_STRUCTURE, "unused");
}

static void equal_ids_do_not_ascend(void **state)
{
	struct lp_record out[LP_INDEX_PER_PAGE];
	AUTO_INDEX struct index index;

	(void)state;
	build(&index, 5);
	memcpy(index.pages.data + 3 * 128, index.pages.data + 2 * 128, 33);
	assert_int_equal(lp_index_decode_page(index.pages.data, 0, 5, "f", out, NULL), -LPPACK_E_STRUCTURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kernel_is_found_and_no_other),
		cmocka_unit_test(lengths_tell_ids_apart),
		cmocka_unit_test(fence_of_ten_thousand),
		cmocka_unit_test(fences_out_of_order),
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(malformed_pages),
		cmocka_unit_test(equal_ids_do_not_ascend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
