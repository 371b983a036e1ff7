/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel that is not running, by any file that names it: its facts and its image. */
#ifndef LP_CHECK_KERNEL_FILE_H
#define LP_CHECK_KERNEL_FILE_H

#include "shared/buf.h"
#include "base/facts.h"
#include "base/file.h"

/*
 * Facts of a kernel that is not running, from whatever file names it: a vmlinuz (x86 bzImage, EFI zboot, unified
 * kernel image, flat Image), a vmlinux or its debug file (possibly compressed), a copy of /sys/kernel/notes, or a
 * .deb or .rpm that holds one of them. The kind is recognised by content. Fails with LPPACK_E_KERNEL_IMAGE if there is
 * no build ID in it. root: "" or as base/root.h has it.
 */
int lp_kernel_file_read(const char *root, const char *path, struct lp_kernel_facts *out, struct lppack_error *err);
/* The same in a cell: of a file that nobody answers for. */
int lp_kernel_file_read_in_cell(const char *path, struct lp_kernel_facts *out, struct lppack_error *err);
/* Of what is open, with the whole vmlinux, unless image is NULL; of mere notes and of a flat image
 * it stays empty. */
int lp_kernel_file_load(struct lp_input *in, struct lp_kernel_facts *facts, struct lp_buf *image,
			struct lppack_error *err);

/* What is left of some bytes in memory, and its struct lp_stream's read function. */
struct lp_byte_source {
	const uint8_t *at;
	size_t left;
};

int64_t lp_byte_source_read(void *context, void *out, size_t n, struct lppack_error *err);

#endif
