/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbols that a kernel image holds itself, which the kernel will look up. */
#ifndef LP_INSPECT_KALLSYMS_H
#define LP_INSPECT_KALLSYMS_H

#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

/*
 * Finds and decodes the kernel's own kallsyms tables by their shape, whatever their order (every kernel since 4.6 with
 * CONFIG_KALLSYMS_BASE_RELATIVE, and absolute ones). LPPACK_E_KERNEL_IMAGE if there are none.
 */
int lp_symbol_set_read_image(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err);

#endif
