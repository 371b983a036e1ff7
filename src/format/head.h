/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the archive from its beginning: first the raw head (nothing parsed), then, with the manifest at hand, every
 * framing byte of it compared; and the layout of what follows. */
#ifndef LP_FORMAT_HEAD_H
#define LP_FORMAT_HEAD_H

#include "base/file.h"
#include "format/format.h"
#include "format/manifest.h"

struct lp_signature {
	char name[LP_MEMBER_NAME];
	uint8_t *bytes;
	size_t size;
	uint64_t header_at; /* 0 for one that is not in a file yet */
};

/* Raw bytes, none of them believed. */
struct lp_head {
	struct lp_buf manifest;
	struct lp_signature signatures[LP_SIGNATURES_MAX];
	size_t n_signatures;
	uint64_t area_at; /* first byte after the manifest member */
	uint64_t pad_at;
	uint64_t pad_size;
	uint64_t payload_at;
};

/* NOT_BUNDLE, UNSUPPORTED (another format version), TRUNCATED, STRUCTURE or LIMIT. */
int lp_head_read(struct lp_input *in, struct lp_head *head, struct lppack_error *err);
void lp_head_free(struct lp_head *head);

/* Compares every header of the head with the one the manifest implies, pad and padding with zeros, the signature
 * area's and the file's size with the manifest's. */
int lp_head_check(struct lp_input *in, const struct lp_head *head, const struct lp_manifest *manifest,
		  struct lppack_error *err);
/* The same without the file's size: for a head that stands alone. */
int lp_head_check_members(struct lp_input *in, const struct lp_head *head, const struct lp_manifest *manifest,
			  struct lppack_error *err);

/* Where the members of the payload begin (their headers). */
struct lp_layout {
	uint64_t fixes_at;
	uint64_t fence_at;
	uint64_t pages_at;
	uint64_t kernels_at;
	uint64_t end_at; /* of the two zero blocks */
};

void lp_layout_compute(const struct lp_manifest *manifest, uint64_t payload_at, struct lp_layout *layout);

/* Reads a whole member whose name, size and time are known: header compared, padding required to be zeros. */
int lp_member_read(struct lp_input *in, uint64_t header_at, const char *name, uint64_t size, int64_t mtime,
		   struct lp_buf *out, struct lppack_error *err);

/* Appends a member: header, data, padding. */
void lp_member_append(struct lp_buf *out, const char *name, const void *bytes, size_t n, int64_t mtime);

/* Orders signatures by name, for qsort(). */
int lp_signature_compare(const void *a, const void *b);

/* Appends everything before the payload: the encoded manifest, the signatures, which ascend by name, and the pad that
 * fills their area up (format-spec, [S7]). unit and mtime are the manifest's signature_area and created. */
void lp_head_append(struct lp_buf *out, const struct lp_buf *manifest, const struct lp_signature *signatures, size_t n,
		    uint64_t unit, int64_t mtime);

/* The size of a signature area that holds `spans` bytes of signature members and a pad of at least no data. */
uint64_t lp_signature_area_size(uint64_t spans, uint64_t unit);

#endif
