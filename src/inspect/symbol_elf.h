/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symbols of ELF symbol tables: a vmlinux, its debug file, a module. */
#ifndef LP_INSPECT_SYMBOL_ELF_H
#define LP_INSPECT_SYMBOL_ELF_H

#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

/* .symtab of a vmlinux or of its debug file. LPPACK_E_KERNEL_IMAGE without one. */
int lp_symbol_set_read_elf(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err);
/* .symtab of an uncompressed .ko, appended signature or not; object: the module's name. LPPACK_E_MODULE. */
int lp_symbol_set_read_module(struct lp_symbol_set *set, const void *bytes, size_t n, const char *object,
			      const char *name, struct lppack_error *err);

#endif
