/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounded access to a 64-bit relocatable ELF file in memory: sections, object symbols, absolute relocations. */
#ifndef LP_INSPECT_ELF_H
#define LP_INSPECT_ELF_H

#include "shared/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_MODULE_HINT "give the kernel module (.ko) as its build made it"

/* Longest name of an object or function, with its NUL (kernel: KSYM_NAME_LEN). */
#define LP_ELF_NAME_MAX 512

/* include/uapi/linux/elf.h: relocation sections that livepatch itself applies. */
#define LP_SHF_RELA_LIVEPATCH 0x00100000u

/* Not in every elf.h: "LoongArch ELF ABI". */
#define LP_EM_LOONGARCH 258

struct lp_elf_section {
	const char *name;     /* NUL-terminated within the file */
	const uint8_t *bytes; /* NULL if the section has none in the file */
	uint64_t address;     /* of a linked file */
	uint64_t size;
	uint64_t flags;
	uint64_t align;
	uint32_t type;
	uint32_t link;
	uint32_t info;
};

/* An absolute 64-bit relocation of allocated, non-executable data. */
struct lp_elf_reloc {
	uint64_t offset;
	uint64_t to_offset;
	uint32_t section;
	uint32_t to_section; /* 0: outside the module */
};

/* A symbol of type STT_OBJECT. */
struct lp_elf_symbol {
	uint64_t offset;
	uint64_t size;
	uint32_t section;
};

struct lp_elf {
	const char *name; /* for messages; borrowed */
	const char *arch; /* as uname -m says it */
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	uint16_t machine;
	struct lp_elf_section *sections; /* [0] is the null section */
	size_t n_sections;
	struct lp_elf_reloc *relocs; /* sorted by section and offset, no two of one place */
	size_t n_relocs;
	struct lp_elf_symbol *symbols; /* sorted by section and offset */
	size_t n_symbols;
};

/* bytes and name stay borrowed. LPPACK_E_MODULE if it is no relocatable file of a known architecture. */
int lp_elf_open(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err);
/* The same of a linked 64-bit file of any architecture (arch may be NULL): its sections alone, which may be none. */
int lp_elf_open_linked(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err);
void lp_elf_close(struct lp_elf *elf);

/* The first section of that name with bytes in the file, or 0. */
uint32_t lp_elf_find_section(const struct lp_elf *elf, const char *name);
/* Whether the section is allocated data (not code) with bytes in the file. */
bool lp_elf_is_data(const struct lp_elf *elf, uint32_t section);
/* An allocated section without bytes: zeroes when loaded. */
bool lp_elf_is_bss(const struct lp_elf *elf, uint32_t section);
bool lp_elf_is_code(const struct lp_elf *elf, uint32_t section);
/* The relocation of exactly that place, or NULL. */
const struct lp_elf_reloc *lp_elf_find_reloc(const struct lp_elf *elf, uint32_t section, uint64_t offset);
/* The size of the object symbol that starts exactly there, or 0. */
uint64_t lp_elf_symbol_size(const struct lp_elf *elf, uint32_t section, uint64_t offset);
/* Whether n bytes lie in the section, are zero, and none of them is relocated. */
bool lp_elf_is_zero(const struct lp_elf *elf, uint32_t section, uint64_t offset, uint64_t n);
/* An integer of 1 to 8 bytes; 0 or -1 if it lies outside the section. */
int lp_elf_get(const struct lp_elf *elf, uint32_t section, uint64_t offset, size_t size, uint64_t *out);
/* The name that a relocation points at: printable ASCII under LP_ELF_NAME_MAX, or NULL. Borrowed from the file. */
const char *lp_elf_name_at(const struct lp_elf *elf, const struct lp_elf_reloc *reloc);

#define LP_AUTO_ELF LP_AUTO(lp_elf_close)

#endif
