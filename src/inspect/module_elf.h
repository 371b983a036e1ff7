/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A .ko as an ELF file: without its appended signature, and places in it as addresses. */
#ifndef LP_INSPECT_MODULE_ELF_H
#define LP_INSPECT_MODULE_ELF_H

#include "inspect/elf.h"

/* What follows an appended signature: struct module_signature and the marker. */
#define LP_SIGNATURE_TRAILER_SIZE (12u + 28u)

/* Cuts an appended signature off: *n becomes the size of the ELF file before it. */
int lp_signature_split(const uint8_t *bytes, size_t *n, const char *name, bool *has_signature,
		       struct lppack_error *err);
/* A .ko without its appended signature. */
int lp_module_elf_open(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err);

/* An address for a place in a .ko: unique, ascending within a section. */
static inline uint64_t lp_module_address(uint32_t section, uint64_t offset)
{
	return (uint64_t)section << 32 | (uint32_t)offset;
}

#endif
