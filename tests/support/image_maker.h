/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel files around kernels, as they are found on machines that are no old PC. 0, or -1 without memory. */
#ifndef LP_TESTS_IMAGE_MAKER_H
#define LP_TESTS_IMAGE_MAKER_H

#include "support/elf_maker.h"

/* A flat image: a banner, a vDSO with a build ID of its own, the kernel's notes. arch: aarch64, riscv64, loongarch64. */
struct image_maker_flat {
	const char *arch;
	const char *release;
	struct lp_build_id build_id;
	struct lp_build_id other; /* in a second note outside of the vDSO; len 0: none */
	size_t padding;           /* bytes before the notes */
};

int image_maker_flat(const struct image_maker_flat *options, struct lp_buf *out);
/* An EFI zboot image around a compressed kernel. */
int image_maker_zboot(const char *compression, const void *payload, size_t n, struct lp_buf *out);
/* A PE executable with sections .osrel and, behind it in the table but first in the file, .linux. */
int image_maker_unified(const void *kernel, size_t n, struct lp_buf *out);

#endif
