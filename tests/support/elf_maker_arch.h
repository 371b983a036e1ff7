/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The architectures that elf_maker.h makes files for. */
#ifndef LP_TESTS_ELF_MAKER_ARCH_H
#define LP_TESTS_ELF_MAKER_ARCH_H

#include <stdbool.h>
#include <stdint.h>

struct elf_maker_arch {
	const char *name;
	uint16_t machine;
	bool big_endian;
	uint32_t absolute;
	uint32_t relative; /* some relocation that is not absolute */
};

/* NULL and what is unknown: x86_64. */
const struct elf_maker_arch *elf_maker_arch_find(const char *name);

#endif
