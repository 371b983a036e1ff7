/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of kernel files share behind kernel_link.h. */
#ifndef LP_INSPECT_KERNEL_PARTS_H
#define LP_INSPECT_KERNEL_PARTS_H

#include "inspect/kernel_link.h"

/* Far above any kernel; they bound what a hostile file makes us allocate. */
#define LP_KERNEL_SYMBOLS_MAX (4u << 20)
#define LP_KERNEL_TEXT_MAX (128u << 20)

/* The address of bytes in the file; false if they have none. */
bool lp_kernel_image_address_of(const struct lp_kernel_image *image, const uint8_t *bytes, uint64_t *address);

/* Makes room for n symbols in an empty set. */
int lp_symbol_set_reserve(struct lp_symbol_set *set, size_t n, const char *name, struct lppack_error *err);
/* Computes sizes and indexes. Frees the set on failure. */
int lp_symbol_set_finish(struct lp_symbol_set *set, struct lppack_error *err);

/* By name, then module. */
void lp_kernel_exports_sort(struct lp_kernel_exports *exports);

/* The file is larger than anything of its kind. */
int lp_kernel_file_too_large(const char *name, const char *what, struct lppack_error *err);

/* An address for a place in a .ko: unique, ascending within a section. */
static inline uint64_t lp_module_address(uint32_t section, uint64_t offset)
{
	return (uint64_t)section << 32 | (uint32_t)offset;
}

/* A .ko without its appended signature. */
int lp_module_elf_open(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err);

#endif
