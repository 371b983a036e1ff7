/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A decompressed vmlinux in memory: bytes by address, and texts that stand in it. */
#include "inspect/kernel_image.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/file.h"
#include "inspect/elf.h"
#include "inspect/symbol_set.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define EHDR_PHOFF 32u
#define EHDR_PHENTSIZE 54u
#define EHDR_PHNUM 56u
#define PHDR_SIZE 56u

#define TEXT_LENGTH_MAX 1024u

static int image_compare_ranges(const void *a, const void *b)
{
	const struct lp_kernel_range *left = a;
	const struct lp_kernel_range *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

/* Debug files keep the segments of the file that they were split from: sections come first. */
static int image_read_sections(struct lp_kernel_image *image, struct lppack_error *err)
{
	image->ranges = calloc(image->elf.n_sections, sizeof(*image->ranges));
	if (!image->ranges)
		return lp_fail_nomem(err);
	for (size_t i = 1; i < image->elf.n_sections; i++) {
		const struct lp_elf_section *section = &image->elf.sections[i];

		if (section->bytes && section->size && (section->flags & SHF_ALLOC) &&
		    !(section->flags & SHF_COMPRESSED))
			image->ranges[image->n_ranges++] = (struct lp_kernel_range){ section->address, section->size,
										     section->bytes };
	}
	return 0;
}

static int image_read_segments(struct lp_kernel_image *image, struct lppack_error *err)
{
	bool big_endian = image->big_endian;
	uint64_t table = lp_word_get(image->bytes + EHDR_PHOFF, 8, big_endian);
	size_t n = (size_t)lp_word_get(image->bytes + EHDR_PHNUM, 2, big_endian);

	if (lp_word_get(image->bytes + EHDR_PHENTSIZE, 2, big_endian) != PHDR_SIZE ||
	    !lp_range_ok(table, n * PHDR_SIZE, image->size))
		return 0;
	image->ranges = calloc(n ? n : 1, sizeof(*image->ranges));
	if (!image->ranges)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = image->bytes + table + i * PHDR_SIZE;
		uint64_t offset = lp_word_get(at + 8, 8, big_endian);
		uint64_t size = lp_word_get(at + 32, 8, big_endian);

		if (lp_word_get(at, 4, big_endian) == PT_LOAD && size && lp_range_ok(offset, size, image->size))
			image->ranges[image->n_ranges++] = (struct lp_kernel_range){
				lp_word_get(at + 16, 8, big_endian), size, image->bytes + offset };
	}
	return 0;
}

int lp_kernel_image_open(struct lp_kernel_image *image, const void *bytes, size_t n, const char *name,
			 struct lppack_error *err)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;
	int rc;

	*image = (struct lp_kernel_image){ .name = name, .bytes = bytes, .size = n };
	if (lp_elf_open_linked(&image->elf, bytes, n, name, &cause) < 0) {
		enum lppack_code code = (enum lppack_code)cause.code;

		lp_kernel_image_close(image);
		return lp_fail(err, code == LPPACK_E_MODULE ? LPPACK_E_KERNEL_IMAGE : code,
			       "give the vmlinuz, or the vmlinux or its debug file", "%s", cause.message);
	}
	image->arch = image->elf.arch;
	image->big_endian = image->elf.big_endian;
	rc = image->elf.n_sections > 1 ? image_read_sections(image, err) : image_read_segments(image, err);
	if (rc < 0)
		lp_kernel_image_close(image);
	else if (image->n_ranges)
		qsort(image->ranges, image->n_ranges, sizeof(*image->ranges), image_compare_ranges);
	return rc;
}

void lp_kernel_image_close(struct lp_kernel_image *image)
{
	lp_elf_close(&image->elf);
	free(image->ranges);
	*image = (struct lp_kernel_image){ 0 };
}

/* The last range at or below an address, or NULL. */
static const struct lp_kernel_range *image_find_range(const struct lp_kernel_image *image, uint64_t address)
{
	size_t above = LP_LOWER_BOUND(image->n_ranges, i, image->ranges[i].address <= address);

	return above ? &image->ranges[above - 1] : NULL;
}

const uint8_t *lp_kernel_image_at(const struct lp_kernel_image *image, uint64_t address, uint64_t n)
{
	const struct lp_kernel_range *range = image_find_range(image, address);

	if (!range || !lp_range_ok(address - range->address, n, range->size))
		return NULL;
	return range->bytes + (address - range->address);
}

const char *lp_kernel_image_text(const struct lp_kernel_image *image, uint64_t address)
{
	const struct lp_kernel_range *range = image_find_range(image, address);
	struct lp_elf_section section;

	if (!range)
		return NULL;
	section = (struct lp_elf_section){ .bytes = range->bytes, .size = range->size };
	return lp_elf_text_at(&section, address - range->address);
}

bool lp_kernel_image_address_of(const struct lp_kernel_image *image, const uint8_t *bytes, uint64_t *address)
{
	for (size_t i = 0; i < image->n_ranges; i++) {
		const struct lp_kernel_range *range = &image->ranges[i];

		if (bytes >= range->bytes && (uint64_t)(bytes - range->bytes) < range->size) {
			*address = range->address + (uint64_t)(bytes - range->bytes);
			return true;
		}
	}
	return false;
}

bool lp_kernel_image_find(const struct lp_kernel_image *image, const struct lp_symbol_set *symbols,
			  const char *section, const char *start, const char *stop, struct lp_kernel_range *out)
{
	uint32_t i = section && image->elf.n_sections ? lp_elf_find_section(&image->elf, section) : 0;
	const struct lp_kernel_symbol *from;
	const struct lp_kernel_symbol *to;

	if (i) {
		const struct lp_elf_section *found = &image->elf.sections[i];

		*out = (struct lp_kernel_range){ found->address, found->size, found->bytes };
		return true;
	}
	if (!symbols || !symbols->has_addresses || !start || !stop)
		return false;
	from = lp_symbol_set_find(symbols, NULL, start, 1);
	to = lp_symbol_set_find(symbols, NULL, stop, 1);
	if (!from || !to || to->address < from->address)
		return false;
	*out = (struct lp_kernel_range){ from->address, to->address - from->address, NULL };
	out->bytes = lp_kernel_image_at(image, from->address, out->size);
	return out->bytes != NULL;
}

bool lp_kernel_image_ikconfig(const struct lp_kernel_image *image, const uint8_t **bytes, size_t *n)
{
	static const char start[] = "IKCFG_ST";
	static const char stop[] = "IKCFG_ED";
	const size_t mark = sizeof(start) - 1;
	const uint8_t *from = memmem(image->bytes, image->size, start, mark);
	const uint8_t *to;

	if (!from)
		return false;
	from += mark;
	to = memmem(from, image->size - (size_t)(from - image->bytes), stop, mark);
	if (!to)
		return false;
	*bytes = from;
	*n = (size_t)(to - from);
	return true;
}

/* A NUL-terminated printable text from there on; malloc'd or NULL. */
static char *image_copy_text(const struct lp_kernel_image *image, const uint8_t *at)
{
	size_t left = image->size - (size_t)(at - image->bytes);
	size_t n = strnlen((const char *)at, left < TEXT_LENGTH_MAX ? left : TEXT_LENGTH_MAX);
	char *text = n < left && n < TEXT_LENGTH_MAX ? strndup((const char *)at, n) : NULL;

	for (char *c = text; c && *c; c++) {
		if (*c >= 0x20 && *c <= 0x7e)
			continue;
		*c = '\0';
		break;
	}
	return text;
}

static const uint8_t *image_search(const struct lp_kernel_image *image, const uint8_t *from, const char *text, size_t n)
{
	return memmem(from, image->size - (size_t)(from - image->bytes), text, n);
}

/* include/linux/vermagic.h: what follows the release. */
static bool is_vermagic(const char *text, size_t release)
{
	static const char *const first[] = { "SMP ", "preempt ", "preempt_rt ", "mod_unload ", "modversions " };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (strncmp(text + release + 1, first[i], strlen(first[i])) == 0)
			return true;
	return false;
}

char *lp_kernel_image_vermagic(const struct lp_kernel_image *image, const char *release)
{
	LP_AUTO_FREE char *start = lp_text_format("%s ", release);
	const uint8_t *at = image->bytes;
	size_t n = start ? strlen(start) : 0;

	while (start && (at = image_search(image, at, start, n))) {
		LP_AUTO_FREE char *text = at > image->bytes && at[-1] == '\0' ? image_copy_text(image, at) : NULL;

		if (text && is_vermagic(text, n - 1))
			return LP_TAKE(text);
		at += n;
	}
	return NULL;
}

char *lp_kernel_image_compiler(const struct lp_kernel_image *image)
{
	static const char start[] = "Linux version ";
	const uint8_t *at = image->bytes;

	while (at && (at = image_search(image, at, start, strlen(start)))) {
		LP_AUTO_FREE char *banner = image_copy_text(image, at);
		char *compiler = banner ? strstr(banner, ") (") : NULL;
		char *end = compiler ? strstr(compiler, ", ") : NULL;

		if (end && strstr(end, " #"))
			return strndup(compiler + 3, (size_t)(end - compiler) - 3);
		at += strlen(start);
	}
	return NULL;
}
