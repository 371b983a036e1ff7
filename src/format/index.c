/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index: fence, pages and records, encoded and decoded field by field. */
#include "format/index.h"

#include "format/format.h"

#include <string.h>

/* Offsets of a record's fields. */
enum {
	BUILD_ID = 0,
	BUILD_ID_LEN = 32,
	FILTER = 33,
	RESERVED_1 = 34,
	BASE = 36,
	OFFSET = 40,
	METADATA_SIZE = 48,
	PACKED_SIZE = 52,
	PLAIN_SIZE = 56,
	RESERVED_2 = 60,
	METADATA_SHA256 = 64,
	PACKED_SHA256 = 96,
};

static void put_le(uint8_t *to, unsigned int bytes, uint64_t value)
{
	for (unsigned int i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_le(const uint8_t *from, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static void encode_record(const struct lp_record *record, uint8_t *to)
{
	memcpy(to + BUILD_ID, record->build_id.bytes, LP_BUILD_ID_MAX);
	to[BUILD_ID_LEN] = record->build_id.len;
	put_le(to + BASE, 4, record->base);
	put_le(to + OFFSET, 8, record->offset);
	put_le(to + METADATA_SIZE, 4, record->metadata_size);
	put_le(to + PACKED_SIZE, 4, record->packed_size);
	put_le(to + PLAIN_SIZE, 4, record->plain_size);
	memcpy(to + METADATA_SHA256, record->metadata_sha256.bytes, LP_DIGEST_SIZE);
	memcpy(to + PACKED_SHA256, record->packed_sha256.bytes, LP_DIGEST_SIZE);
}

void lp_index_encode(const struct lp_record *records, size_t n, struct lp_buf *pages)
{
	uint8_t *to = lp_buf_grow(pages, lp_index_page_count(n) * LP_INDEX_PAGE);

	for (size_t i = 0; to && i < n; i++)
		encode_record(&records[i], to + i * LP_INDEX_RECORD);
}

static bool is_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

static int decode_record(const uint8_t *from, uint64_t ordinal, uint64_t kernels, const char *name,
			 struct lp_record *out, struct lppack_error *err)
{
	static const char hint[] = "the bundle was not made by a conforming writer";
	uint8_t len = from[BUILD_ID_LEN];

	if (len > LP_BUILD_ID_MAX || lp_build_id_set(&out->build_id, from + BUILD_ID, len) < 0 ||
	    !is_zero(from + BUILD_ID + len, LP_BUILD_ID_MAX - len))
		return lp_fail(err, LPPACK_E_STRUCTURE, hint, "%s: record %llu: malformed build ID", name,
			       (unsigned long long)ordinal);
	if (from[FILTER])
		return lp_fail(err, LPPACK_E_UNSUPPORTED, "use a newer lppack", "%s: record %llu: unknown filter %u",
			       name, (unsigned long long)ordinal, from[FILTER]);
	if (!is_zero(from + RESERVED_1, 2) || !is_zero(from + RESERVED_2, 4))
		return lp_fail(err, LPPACK_E_STRUCTURE, hint, "%s: record %llu: reserved bytes are not zero", name,
			       (unsigned long long)ordinal);
	out->base = (uint32_t)get_le(from + BASE, 4);
	out->offset = get_le(from + OFFSET, 8);
	out->metadata_size = (uint32_t)get_le(from + METADATA_SIZE, 4);
	out->packed_size = (uint32_t)get_le(from + PACKED_SIZE, 4);
	out->plain_size = (uint32_t)get_le(from + PLAIN_SIZE, 4);
	memcpy(out->metadata_sha256.bytes, from + METADATA_SHA256, LP_DIGEST_SIZE);
	memcpy(out->packed_sha256.bytes, from + PACKED_SHA256, LP_DIGEST_SIZE);
	if (out->base != LP_INDEX_NO_BASE && (out->base >= kernels || out->base == ordinal))
		return lp_fail(err, LPPACK_E_STRUCTURE, hint, "%s: record %llu: no such base", name,
			       (unsigned long long)ordinal);
	return 0;
}

int lp_index_decode_page(const uint8_t *page, uint64_t number, uint64_t kernels, const char *name,
			 struct lp_record out[LP_INDEX_PER_PAGE], struct lppack_error *err)
{
	uint64_t first = number * LP_INDEX_PER_PAGE;
	uint64_t n = kernels - first < LP_INDEX_PER_PAGE ? kernels - first : LP_INDEX_PER_PAGE;

	for (uint64_t i = 0; i < n; i++) {
		int rc = decode_record(page + i * LP_INDEX_RECORD, first + i, kernels, name, &out[i], err);

		if (rc < 0)
			return rc;
		if (i > 0 && memcmp(out[i - 1].build_id.bytes, out[i].build_id.bytes, LP_BUILD_ID_MAX) >= 0)
			return lp_fail(err, LPPACK_E_STRUCTURE, "the bundle was not made by a conforming writer",
				       "%s: record %llu: build IDs do not ascend", name,
				       (unsigned long long)(first + i));
	}
	if (!is_zero(page + n * LP_INDEX_RECORD, LP_INDEX_PAGE - n * LP_INDEX_RECORD))
		return lp_fail(err, LPPACK_E_STRUCTURE, "the bundle was not made by a conforming writer",
			       "%s: unused records are not zero", name);
	return (int)n;
}

void lp_fence_append(struct lp_buf *fence, const struct lp_build_id *first, const struct lp_digest *page)
{
	lp_buf_append(fence, first->bytes, LP_BUILD_ID_MAX);
	lp_buf_append(fence, page->bytes, LP_DIGEST_SIZE);
}

void lp_fence_entry(const struct lp_buf *fence, uint64_t number, uint8_t first[LP_BUILD_ID_MAX], struct lp_digest *page)
{
	const uint8_t *entry = fence->data + number * LP_INDEX_FENCE_ENTRY;

	memcpy(first, entry, LP_BUILD_ID_MAX);
	memcpy(page->bytes, entry + LP_BUILD_ID_MAX, LP_DIGEST_SIZE);
}

int lp_fence_check(const struct lp_buf *fence, const char *name, struct lppack_error *err)
{
	for (size_t at = LP_INDEX_FENCE_ENTRY; at < fence->len; at += LP_INDEX_FENCE_ENTRY)
		if (memcmp(fence->data + at - LP_INDEX_FENCE_ENTRY, fence->data + at, LP_BUILD_ID_MAX) >= 0)
			return lp_fail(err, LPPACK_E_STRUCTURE, "the bundle was not made by a conforming writer",
				       "%s: " LP_MEMBER_FENCE ": build IDs do not ascend", name);
	return 0;
}

int64_t lp_fence_find(const struct lp_buf *fence, const struct lp_build_id *id)
{
	size_t low = 0;
	size_t high = fence->len / LP_INDEX_FENCE_ENTRY;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(fence->data + middle * LP_INDEX_FENCE_ENTRY, id->bytes, LP_BUILD_ID_MAX) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (int64_t)low - 1;
}
