/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What modules and kernels are made of alike. */
#ifndef LP_TESTS_ELF_MAKER_PARTS_H
#define LP_TESTS_ELF_MAKER_PARTS_H

#include "shared/buf.h"
#include "base/facts.h"

/* The next of a series of numbers that looks like chance and is the same each time. */
uint64_t elf_maker_random(uint64_t *state);
uint64_t elf_maker_hash(uint64_t hash, const char *text);
/* A build ID of 20 bytes that follows from a number. */
struct lp_build_id elf_maker_derive_id(uint64_t hash);
void elf_maker_put_note(struct lp_buf *buf, const char *name, uint32_t type, const void *desc, size_t n,
			bool big_endian);

#endif
