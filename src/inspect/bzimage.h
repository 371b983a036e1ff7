/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of an x86 bzImage: where the compressed kernel stands in it, and its banner. */
#ifndef LP_INSPECT_BZIMAGE_H
#define LP_INSPECT_BZIMAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The header of an x86 bzImage (Documentation/arch/x86/boot.rst). */
struct lp_bzimage {
	uint64_t payload_offset; /* in the file */
	uint64_t payload_size;
	char *banner; /* "6.1.0-56-cloud-amd64 (who) #1 SMP ...", or NULL */
};

/* Whether the first bytes of a file are a bzImage's. */
bool lp_bzimage_is(const void *head, size_t n);
/* head: the first 64 KiB of the file or all of it. */
int lp_bzimage_parse(const void *head, size_t n, uint64_t file_size, const char *name, struct lp_bzimage *out,
		     struct lppack_error *err);
void lp_bzimage_free(struct lp_bzimage *image);

#endif
