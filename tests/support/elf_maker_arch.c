/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machines, byte orders and relocations of the architectures that livepatches exist on. */
#include "support/elf_maker_arch.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

/* glibc's elf.h lacks it before 2.36. */
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif
#ifndef R_LARCH_64
#define R_LARCH_64 2
#endif
#ifndef R_LARCH_32_PCREL
#define R_LARCH_32_PCREL 99
#endif

static const struct elf_maker_arch arches[] = {
	{ "x86_64", EM_X86_64, false, R_X86_64_64, R_X86_64_PC32 },
	{ "aarch64", EM_AARCH64, false, R_AARCH64_ABS64, R_AARCH64_PREL32 },
	{ "s390x", EM_S390, true, R_390_64, R_390_PC32 },
	{ "ppc64le", EM_PPC64, false, R_PPC64_ADDR64, R_PPC64_REL32 },
	{ "riscv64", EM_RISCV, false, R_RISCV_64, R_RISCV_32_PCREL },
	{ "loongarch64", EM_LOONGARCH, false, R_LARCH_64, R_LARCH_32_PCREL },
};

const struct elf_maker_arch *elf_maker_arch_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(arches) / sizeof(arches[0]); i++)
		if (strcmp(arches[i].name, name) == 0)
			return &arches[i];
	return &arches[0];
}
