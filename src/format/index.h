/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index: fixed-size records sorted by build ID in pages, and the fence over the pages (format-spec, "Index"). */
#ifndef LP_FORMAT_INDEX_H
#define LP_FORMAT_INDEX_H

#include "shared/buf.h"
#include "base/facts.h"
#include "format/format.h"

#define LP_INDEX_PAGE 4096u
#define LP_INDEX_RECORD 128u
#define LP_INDEX_PER_PAGE (LP_INDEX_PAGE / LP_INDEX_RECORD)
#define LP_INDEX_FENCE_ENTRY 64u
#define LP_INDEX_NO_BASE UINT32_MAX

struct lp_record {
	struct lp_build_id build_id;
	uint32_t base;   /* ordinal of the record whose module is the base, or LP_INDEX_NO_BASE */
	uint64_t offset; /* of the metadata member's header, from the start of the payload */
	uint32_t metadata_size;
	uint32_t packed_size; /* of the zstd frame */
	uint32_t plain_size;  /* of the module */
	struct lp_digest metadata_sha256;
	struct lp_digest packed_sha256;
};

static inline uint64_t lp_index_page_count(uint64_t kernels)
{
	return (kernels + LP_INDEX_PER_PAGE - 1) / LP_INDEX_PER_PAGE;
}

/* Encodes n records (sorted) into whole pages. */
void lp_index_encode(const struct lp_record *records, size_t n, struct lp_buf *pages);

/* Decodes page `number` of an index of `kernels` records. Refuses (STRUCTURE) wrong order, unknown bits, non-zero
 * reserved bytes and unused records. Returns the number of records, or a negative code. */
int lp_index_decode_page(const uint8_t *page, uint64_t number, uint64_t kernels, const char *name,
			 struct lp_record out[LP_INDEX_PER_PAGE], struct lppack_error *err);

/* One entry of the fence. */
void lp_fence_append(struct lp_buf *fence, const struct lp_build_id *first, const struct lp_digest *page);
/* Whether the keys ascend strictly; STRUCTURE otherwise. */
int lp_fence_check(const struct lp_buf *fence, const char *name, struct lppack_error *err);
/* The page that would hold the ID, or -1 if it is before the first. */
int64_t lp_fence_find(const struct lp_buf *fence, const struct lp_build_id *id);
void lp_fence_entry(const struct lp_buf *fence, uint64_t number, uint8_t first[LP_BUILD_ID_MAX],
		    struct lp_digest *page);

#endif
