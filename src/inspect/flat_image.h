/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A flat kernel image, as arm64, riscv64 and loongarch64 boot it: memory without headers that tell of its parts. */
#ifndef LP_INSPECT_FLAT_IMAGE_H
#define LP_INSPECT_FLAT_IMAGE_H

#include "base/facts.h"

#include <stdbool.h>

/* By the first n bytes: its architecture as uname -m says it, or NULL if it is no such image. */
const char *lp_flat_image_arch(const void *head, size_t n);
/* Facts of a whole image: the notes that stand in it, but for those of ELF files within (vDSOs), and its banner.
 * LPPACK_E_KERNEL_IMAGE if it has no GNU build ID, or two that differ. Free the facts also on failure. */
int lp_flat_image_read(const void *bytes, size_t n, const char *name, struct lp_kernel_facts *out,
		       struct lppack_error *err);

#endif
