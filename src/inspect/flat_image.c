/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding a kernel's notes and banner in an image that has no table of where they are. */
#include "inspect/flat_image.h"

#include "base/error.h"
#include "base/file.h"
#include "inspect/efi_image.h"
#include "inspect/notes.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

/* Documentation/arch/{arm64/booting,riscv/boot-image-header}.rst; include/linux/pe.h for LoongArch's. */
#define MAGIC_AT 56u
#define PE_OFFSET 0x3cu
#define PE_MACHINE_LOONGARCH64 0x6264u

#define BANNER_MAX 512u
#define NOTE_HEADER 12u

const char *lp_flat_image_arch(const void *head, size_t n)
{
	const uint8_t *bytes = head;
	uint64_t pe;

	if (n < 64 || lp_zboot_is(head, n))
		return NULL;
	if (memcmp(bytes + MAGIC_AT, "ARM\x64", 4) == 0)
		return "aarch64";
	if (memcmp(bytes + MAGIC_AT, "RSC\x05", 4) == 0)
		return "riscv64";
	pe = lp_word_get(bytes + PE_OFFSET, 4, false);
	if (memcmp(bytes + MAGIC_AT, "\xcd\x23\x82\x81", 4) == 0 && lp_range_ok(pe, 6, n) &&
	    memcmp(bytes + pe, "PE\0\0", 4) == 0 && lp_word_get(bytes + pe + 4, 2, false) == PE_MACHINE_LOONGARCH64)
		return "loongarch64";
	return NULL;
}

/* Where an ELF file within the image ends, by its tables: at least behind its header. 0 if there is none at bytes. */
static size_t size_of_elf(const uint8_t *bytes, size_t n)
{
	bool wide = n > EI_CLASS && bytes[EI_CLASS] == ELFCLASS64;
	size_t word = wide ? 8 : 4;
	const uint8_t *counts = bytes + (wide ? 54 : 42);
	uint64_t segments;
	uint64_t sections;
	uint64_t end = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	uint64_t size;

	if (n < sizeof(Elf64_Ehdr) || (!wide && bytes[EI_CLASS] != ELFCLASS32) || bytes[EI_DATA] != ELFDATA2LSB ||
	    bytes[EI_VERSION] != EV_CURRENT)
		return 0;
	segments = lp_word_get(bytes + (wide ? 32 : 28), word, false);
	sections = lp_word_get(bytes + (wide ? 40 : 32), word, false);
	size = lp_word_get(counts + 4, 2, false) * lp_word_get(counts + 6, 2, false);
	if (lp_range_ok(sections, size, n) && sections + size > end)
		end = sections + size;
	size = lp_word_get(counts, 2, false);
	for (uint64_t i = 0; i < lp_word_get(counts + 2, 2, false); i++) {
		const uint8_t *at = bytes + segments + i * size;
		uint64_t offset;
		uint64_t length;

		if (!lp_range_ok(segments, (i + 1) * size, n) ||
		    size < (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
			break;
		offset = lp_word_get(at + (wide ? 8 : 4), word, false);
		length = lp_word_get(at + (wide ? 32 : 16), word, false);
		if (lp_range_ok(offset, length, n) && offset + length > end)
			end = offset + length;
	}
	return (size_t)end;
}

/* The build ID notes of a range that is in no ELF file. False if one differs from what is known. */
static bool take_build_ids(const uint8_t *bytes, size_t n, struct lp_kernel_facts *out)
{
	static const char mark[] = "\x03\0\0\0GNU";
	const uint8_t *at = bytes;

	while ((at = memmem(at, n - (size_t)(at - bytes), mark, sizeof(mark)))) {
		size_t offset = (size_t)(at - bytes);
		struct lp_build_id id = { .len = 0 };
		struct lp_note note;

		at++;
		if (offset < NOTE_HEADER - 4)
			continue;
		offset -= NOTE_HEADER - 4;
		if (!lp_note_next(bytes, n, false, &offset, &note) || !lp_note_build_id(&note, &id))
			continue;
		if (out->build_id.len && !lp_build_id_equal(&out->build_id, &id))
			return false;
		out->build_id = id;
	}
	return true;
}

/* "Linux version 6.12.0 (who) (compiler) #1 SMP ...": the release and what is after it. */
static int take_banner(const uint8_t *bytes, size_t n, struct lp_kernel_facts *out, struct lppack_error *err)
{
	static const char mark[] = "Linux version ";
	const size_t prefix = sizeof(mark) - 1;
	const uint8_t *at = bytes;

	while ((at = memmem(at, n - (size_t)(at - bytes), mark, prefix))) {
		char text[BANNER_MAX] = "";
		size_t left = n - (size_t)(at - bytes) - prefix;
		const char *version;

		at += prefix;
		for (size_t i = 0; i < left && i < sizeof(text) - 1 && at[i] >= 0x20 && at[i] <= 0x7e; i++)
			text[i] = (char)at[i];
		version = strstr(text, " #");
		if (text[0] < '0' || text[0] > '9' || !version)
			continue;
		out->release = strndup(text, strcspn(text, " "));
		out->version = strdup(version + 1);
		return out->release && out->version ? 0 : lp_fail_nomem(err);
	}
	return 0;
}

int lp_flat_image_read(const void *bytes, size_t n, const char *name, struct lp_kernel_facts *out,
		       struct lppack_error *err)
{
	const char *arch = lp_flat_image_arch(bytes, n);
	const uint8_t *from = bytes;
	size_t left = n;

	if (!arch)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, NULL, "%s: no flat kernel image that is known", name);
	while (left) {
		const uint8_t *elf = memmem(from, left, ELFMAG, SELFMAG);
		size_t before = elf ? (size_t)(elf - from) : left;
		size_t skip = elf ? size_of_elf(elf, left - before) : 0;

		if (!take_build_ids(from, before, out))
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE,
				       "give the vmlinux of the same build, or a copy of /sys/kernel/notes",
				       "%s: has several GNU build IDs, and nothing says which is the kernel's", name);
		if (elf && skip == 0)
			skip = SELFMAG;
		from += before + skip;
		left -= before + skip;
	}
	if (!out->build_id.len)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE,
			       "the kernel was built without --build-id, or its notes were stripped",
			       "%s: has no GNU build ID", name);
	out->arch = strdup(arch);
	return out->arch ? take_banner(bytes, n, out, err) : lp_fail_nomem(err);
}
