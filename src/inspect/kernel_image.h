/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A decompressed vmlinux in memory (ELF, as a bzImage's payload is one): its bytes by address, and texts in it. */
#ifndef LP_INSPECT_KERNEL_IMAGE_H
#define LP_INSPECT_KERNEL_IMAGE_H

#include "inspect/elf.h"

struct lp_symbol_set;

/* Bytes of the file that stand at an address of the kernel. */
struct lp_kernel_range {
	uint64_t address;
	uint64_t size;
	const uint8_t *bytes;
};

struct lp_kernel_image {
	const char *name; /* borrowed */
	const char *arch; /* as uname -m says it; NULL if unknown */
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	struct lp_elf elf;              /* its sections; none if the file has no section headers */
	struct lp_kernel_range *ranges; /* its allocated sections, or else its segments, by address */
	size_t n_ranges;
};

/* bytes and name stay borrowed. LPPACK_E_KERNEL_IMAGE if it is no 64-bit ELF executable. */
int lp_kernel_image_open(struct lp_kernel_image *image, const void *bytes, size_t n, const char *name,
			 struct lppack_error *err);
void lp_kernel_image_close(struct lp_kernel_image *image);
/* The n bytes at an address, or NULL if not all of them are in the file. */
const uint8_t *lp_kernel_image_at(const struct lp_kernel_image *image, uint64_t address, uint64_t n);
/* The address of bytes in the file; false if they have none. */
bool lp_kernel_image_address_of(const struct lp_kernel_image *image, const uint8_t *bytes, uint64_t *address);
/* The text at an address: printable ASCII, under LP_ELF_NAME_MAX; or NULL. Borrowed from the bytes. */
const char *lp_kernel_image_text(const struct lp_kernel_image *image, uint64_t address);
/* The section of that name, or what stands between two symbols (symbols may be NULL). False if neither is there. */
bool lp_kernel_image_find(const struct lp_kernel_image *image, const struct lp_symbol_set *symbols, const char *section,
			  const char *start, const char *stop, struct lp_kernel_range *out);
/* The embedded configuration (CONFIG_IKCONFIG): gzip of the text that lp_kconfig_parse() reads. False if absent. */
bool lp_kernel_image_ikconfig(const struct lp_kernel_image *image, const uint8_t **bytes, size_t *n);
/* The vermagic of that release as it stands in the image, malloc'd; NULL if there is none, or without memory. */
char *lp_kernel_image_vermagic(const struct lp_kernel_image *image, const char *release);
/* "Linux version 6.1.0 (who) (COMPILER, linker) #1 ...": the compiler, malloc'd, or NULL. */
char *lp_kernel_image_compiler(const struct lp_kernel_image *image);

#define LP_AUTO_KERNEL_IMAGE LP_AUTO(lp_kernel_image_close)

#endif
