/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames: one zstd frame a module, alone or against a base given as prefix (format-spec, "Modules"). */
#ifndef LP_FORMAT_ZSTD_H
#define LP_FORMAT_ZSTD_H

#include "shared/buf.h"
#include "base/error.h"
#include "format/format.h"

/* Appends one frame. base NULL: stands alone. The bytes depend on the arguments and the libzstd version only. */
int lp_zstd_compress(const void *plain, size_t n, const void *base, size_t base_n, int level, struct lp_buf *out,
		     struct lppack_error *err);

/* Decompresses exactly one frame of exactly n bytes that declares exactly plain_size bytes of content. Anything else is
 * STRUCTURE (wrong framing) or CORRUPT (undecodable). */
int lp_zstd_decompress(const void *frame, size_t n, const void *base, size_t base_n, size_t plain_size,
		       const char *name, struct lp_buf *out, struct lppack_error *err);

#define LP_ZSTD_LEVEL_DEFAULT 19
int lp_zstd_level_max(void);

#endif
