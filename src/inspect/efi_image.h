/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels within EFI executables: the section .linux of a unified kernel image, and the payload of a zboot image. */
#ifndef LP_INSPECT_EFI_IMAGE_H
#define LP_INSPECT_EFI_IMAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the file. */
struct lp_efi_part {
	uint64_t offset;
	uint64_t size;
};

/* head: the first n bytes of the file. Whether it is a PE executable with a section .linux, as systemd-stub's and
 * Ubuntu's stubble are; out: what that section holds, which is a kernel file again. */
bool lp_efi_find_linux(const void *head, size_t n, struct lp_efi_part *out);

/* Whether it is a zboot image, as arm64, riscv64 and loongarch64 make vmlinuz.efi. */
bool lp_zboot_is(const void *head, size_t n);
/* Where its compressed kernel is. file_size: UINT64_MAX where only reading tells. LPPACK_E_KERNEL_IMAGE. */
int lp_zboot_parse(const void *head, size_t n, uint64_t file_size, const char *name, struct lp_efi_part *out,
		   struct lppack_error *err);

#endif
