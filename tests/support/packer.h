/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressed files and packages for tests, by libarchive. */
#ifndef LP_TESTS_PACKER_H
#define LP_TESTS_PACKER_H

#include "shared/buf.h"

/* filter: as archive_write_add_filter_by_name() takes it. -1 if this libarchive lacks it. */
int packer_compress(const char *filter, const void *bytes, size_t n, struct lp_buf *out);
/* The legacy frame of LZ4 that kernels use: literals only. */
void packer_lz4_legacy(const void *bytes, size_t n, struct lp_buf *out);
/* A .deb whose data archive has one member of that path, compressed with filter ("none"). */
int packer_deb(const char *filter, const char *path, const void *bytes, size_t n, struct lp_buf *out);
/* A .rpm with one member of that path, its archive compressed with filter ("none"). */
int packer_rpm(const char *filter, const char *path, const void *bytes, size_t n, struct lp_buf *out);
/* A nameless file with these bytes; its path into out. Returns the descriptor that keeps it, or -1. */
int packer_file(const void *bytes, size_t n, char path[64]);

#endif
