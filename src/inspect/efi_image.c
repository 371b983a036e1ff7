/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers of EFI executables that hold a kernel, by the Microsoft PE format and the kernel's zboot-header.S. */
#include "inspect/efi_image.h"

#include "base/file.h"
#include "inspect/word.h"

#include <string.h>

/* "PE Format", "MS-DOS Stub", "COFF File Header", "Section Table" */
#define PE_OFFSET 0x3cu
#define COFF_SECTIONS 6u
#define COFF_OPTIONAL_SIZE 20u
#define COFF_SIZE 24u
#define SECTION_SIZE 40u
#define SECTION_VIRTUAL_SIZE 8u
#define SECTION_RAW_SIZE 16u
#define SECTION_RAW_OFFSET 20u
/* Windows' loader takes no more. */
#define SECTIONS_MAX 96u

/* drivers/firmware/efi/libstub/zboot-header.S */
#define ZBOOT_MAGIC 4u
#define ZBOOT_OFFSET 8u
#define ZBOOT_SIZE 12u
#define ZBOOT_END 64u

static uint64_t efi_get(const uint8_t *at, size_t size)
{
	return lp_word_get(at, size, false);
}

bool lp_efi_find_linux(const void *head, size_t n, struct lp_efi_part *out)
{
	const uint8_t *bytes = head;
	uint64_t pe;
	uint64_t table;
	uint64_t sections;

	if (n < PE_OFFSET + 4 || memcmp(bytes, "MZ", 2) != 0)
		return false;
	pe = efi_get(bytes + PE_OFFSET, 4);
	if (!lp_range_ok(pe, COFF_SIZE, n) || memcmp(bytes + pe, "PE\0\0", 4) != 0)
		return false;
	sections = efi_get(bytes + pe + COFF_SECTIONS, 2);
	table = pe + COFF_SIZE + efi_get(bytes + pe + COFF_OPTIONAL_SIZE, 2);
	if (sections > SECTIONS_MAX || !lp_range_ok(table, sections * SECTION_SIZE, n))
		return false;
	for (uint64_t i = 0; i < sections; i++) {
		const uint8_t *section = bytes + table + i * SECTION_SIZE;
		uint64_t size = efi_get(section + SECTION_VIRTUAL_SIZE, 4);
		uint64_t raw_size = efi_get(section + SECTION_RAW_SIZE, 4);

		if (memcmp(section, ".linux\0\0", 8) != 0)
			continue;
		/* What is on disk is padded to the alignment of files. */
		*out = (struct lp_efi_part){ efi_get(section + SECTION_RAW_OFFSET, 4),
					     size && size < raw_size ? size : raw_size };
		return out->size > 0;
	}
	return false;
}

bool lp_zboot_is(const void *head, size_t n)
{
	const uint8_t *bytes = head;

	return n >= ZBOOT_END && memcmp(bytes, "MZ", 2) == 0 && memcmp(bytes + ZBOOT_MAGIC, "zimg", 4) == 0;
}

int lp_zboot_parse(const void *head, size_t n, uint64_t file_size, const char *name, struct lp_efi_part *out,
		   struct lppack_error *err)
{
	const uint8_t *bytes = head;

	*out = (struct lp_efi_part){ 0 };
	if (!lp_zboot_is(head, n))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: not an EFI zboot image", name);
	out->offset = efi_get(bytes + ZBOOT_OFFSET, 4);
	out->size = efi_get(bytes + ZBOOT_SIZE, 4);
	if (out->size == 0 || out->offset < ZBOOT_END || !lp_range_ok(out->offset, out->size, file_size))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the file may be incomplete: fetch it again",
			       "%s: its kernel (%llu bytes at %llu) reaches past the end of the file", name,
			       (unsigned long long)out->size, (unsigned long long)out->offset);
	return 0;
}
