/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of an x86 bzImage (Documentation/arch/x86/boot.rst). */
#include "inspect/bzimage.h"

#include "base/file.h"
#include "inspect/word.h"

#include <string.h>

/* Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define SETUP_SECTS 0x1f1u
#define BOOT_FLAG 0x1feu
#define MAGIC 0x202u
#define VERSION 0x206u
#define KERNEL_VERSION 0x20eu
#define PAYLOAD_OFFSET 0x248u
#define PAYLOAD_LENGTH 0x24cu
#define HEADER_END 0x250u

#define SECTOR 512u
#define SETUP_SECTS_DEFAULT 4u
#define VERSION_WITH_PAYLOAD 0x0208u
#define BANNER_MAX 512u

static uint64_t bzimage_get(const uint8_t *head, size_t offset, size_t size)
{
	return lp_word_get(head + offset, size, false);
}

bool lp_bzimage_is(const void *head, size_t n)
{
	const uint8_t *bytes = head;

	return n >= HEADER_END && bzimage_get(bytes, BOOT_FLAG, 2) == 0xaa55 && memcmp(bytes + MAGIC, "HdrS", 4) == 0;
}

/* The banner lies within the setup sectors; NULL if the header names none. */
static int bzimage_read_banner(const uint8_t *head, size_t n, uint64_t setup_size, const char *name, char **out,
			       struct lppack_error *err)
{
	uint64_t offset = bzimage_get(head, KERNEL_VERSION, 2);
	const char *text;
	size_t room;
	size_t len;

	if (offset == 0)
		return 0;
	offset += 0x200;
	if (offset >= setup_size || offset >= n)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: its version text lies outside the setup code",
			       name);
	text = (const char *)head + offset;
	room = n - (size_t)offset;
	len = strnlen(text, room < BANNER_MAX ? room : BANNER_MAX);
	if (len == room || len == BANNER_MAX)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: its version text does not end", name);
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: its version text is not printable", name);
	*out = strndup(text, len);
	return *out ? 0 : lp_fail_nomem(err);
}

int lp_bzimage_parse(const void *head, size_t n, uint64_t file_size, const char *name, struct lp_bzimage *out,
		     struct lppack_error *err)
{
	const uint8_t *bytes = head;
	uint64_t setup_size;

	*out = (struct lp_bzimage){ 0 };
	if (!lp_bzimage_is(head, n))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: not an x86 bzImage", name);
	if (bzimage_get(bytes, VERSION, 2) < VERSION_WITH_PAYLOAD)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL,
			       "%s: its boot protocol %#x does not tell where the kernel is", name,
			       (unsigned int)bzimage_get(bytes, VERSION, 2));
	setup_size = bzimage_get(bytes, SETUP_SECTS, 1);
	setup_size = ((setup_size ? setup_size : SETUP_SECTS_DEFAULT) + 1) * SECTOR;
	out->payload_offset = setup_size + bzimage_get(bytes, PAYLOAD_OFFSET, 4);
	out->payload_size = bzimage_get(bytes, PAYLOAD_LENGTH, 4);
	if (out->payload_size == 0 || !lp_range_ok(out->payload_offset, out->payload_size, file_size))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the file may be incomplete: fetch it again",
			       "%s: its kernel (%llu bytes at %llu) reaches past the end of the file", name,
			       (unsigned long long)out->payload_size, (unsigned long long)out->payload_offset);
	return bzimage_read_banner(bytes, n, setup_size, name, &out->banner, err);
}

void lp_bzimage_free(struct lp_bzimage *image)
{
	free(image->banner);
	*image = (struct lp_bzimage){ 0 };
}
