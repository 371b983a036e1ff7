/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The archive framing: ustar headers that are a pure function of name, size and time (format-spec, "Archive"). */
#ifndef LP_FORMAT_TAR_H
#define LP_FORMAT_TAR_H

#include "base/file.h"
#include "format/format.h"

#define LP_TAR_BLOCK 512
#define LP_TAR_NAME_MAX 99
#define LP_TAR_SIZE_MAX 077777777777ULL /* 11 octal digits */

/* The one header for a member. name is at most LP_TAR_NAME_MAX bytes, size and mtime at most LP_TAR_SIZE_MAX. */
void lp_tar_header(const char *name, uint64_t size, int64_t mtime, uint8_t out[LP_TAR_BLOCK]);

/* Bytes of zeros after a member's data, and the bytes of header, data and zeros together. */
uint64_t lp_tar_padding(uint64_t size);
uint64_t lp_tar_span(uint64_t size);

/* The name and size that a header claims, for finding members whose names are not known yet (the signatures).
 * Nothing else of it is believed: the caller compares the whole header with lp_tar_header(). LPPACK_E_STRUCTURE. */
int lp_tar_peek(const uint8_t header[LP_TAR_BLOCK], char name[LP_TAR_NAME_MAX + 1], uint64_t *size, const char *file,
		uint64_t offset, struct lppack_error *err);

/* Reads the header at offset and compares all its bytes with the one for this member. */
int lp_tar_expect(struct lp_input *in, uint64_t offset, const char *name, uint64_t size, int64_t mtime,
		  struct lppack_error *err);
/* Reads the bytes after a member's data and requires zeros; offset and size are those of its data. */
int lp_tar_expect_padding(struct lp_input *in, uint64_t offset, uint64_t size, struct lppack_error *err);
/* Requires n zero bytes at offset. */
int lp_tar_expect_zeros(struct lp_input *in, uint64_t offset, uint64_t n, const char *what, struct lppack_error *err);

#endif
