/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Foreign compressed files and packages, as streams. Never used on bundles (format-spec: "Reading"). */
#ifndef LP_FORMAT_STREAM_H
#define LP_FORMAT_STREAM_H

#include "base/facts.h"
#include "base/file.h"
#include "format/format.h"

struct lp_decompressor;

/* Decompresses a range of a file with whatever of gzip, xz, lzma, bzip2, zstd, lz4 (also legacy) and lzo its magic
 * names; bytes without a known magic pass unchanged. in stays borrowed. */
int lp_decompressor_open(struct lp_decompressor **out, struct lp_input *in, uint64_t offset, uint64_t size,
			 struct lppack_error *err);
/* The same of a stream's bytes from offset on, at most size of them. source stays borrowed. */
int lp_decompressor_open_stream(struct lp_decompressor **out, struct lp_stream *source, uint64_t offset, uint64_t size,
				struct lppack_error *err);
/* Whether it is a .deb or a .rpm, by the first n bytes. */
bool lp_package_is(const void *head, size_t n);
/* The member of a .deb's data archive, or of a .rpm, whose path matches one of the NULL-terminated fnmatch patterns (first member
 * wins; leading "./" ignored). *member receives its malloc'd path. LPPACK_E_KERNEL_IMAGE if none does. */
int lp_decompressor_open_package(struct lp_decompressor **out, struct lp_input *in, const char *const *patterns,
				 char **member, struct lppack_error *err);
/* The stream; owned by the decompressor. */
struct lp_stream *lp_decompressor_stream(struct lp_decompressor *d);
void lp_decompressor_close(struct lp_decompressor *d);

LP_DEFINE_CLEANUP(struct lp_decompressor, lp_decompressor_close)
#define LP_AUTO_DECOMPRESSOR LP_AUTO(cleanup_lp_decompressor_close)

/* Whether bytes with this beginning (16 are enough) are decompressed. */
bool lp_stream_is_compressed(const uint8_t *head, size_t n);
/* All of what is open, at most max bytes, decompressed if its magic says so (.ko, .ko.gz, .ko.xz, .ko.zst). */
int lp_input_read_decompressed(struct lp_input *in, size_t max, struct lp_buf *out, struct lppack_error *err);

#endif
