/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flat images, zboot images and unified kernel images, far too small to boot. */
#include "support/image_maker.h"

#include "support/bytes.h"

#include "shared/text.h"

#include <elf.h>
#include <string.h>

#define PE_AT 0x80u
#define FILE_ALIGNMENT 512u

static void put_note(struct lp_buf *out, const struct lp_build_id *id)
{
	while (out->len % 4)
		bytes_put(out, 0xcc, 1, false);
	bytes_put(out, 4, 4, false);
	bytes_put(out, id->len, 4, false);
	bytes_put(out, 3, 4, false);
	lp_buf_append(out, "GNU", 4);
	lp_buf_append(out, id->bytes, id->len);
	while (out->len % 4)
		bytes_put(out, 0, 1, false);
}

/* DOS and COFF headers with room for sections, which follow at once. */
static uint8_t *put_pe(struct lp_buf *out, uint16_t machine, uint16_t sections)
{
	uint8_t *head = lp_buf_grow(out, FILE_ALIGNMENT);

	if (!head)
		return NULL;
	memcpy(head, "MZ", 2);
	bytes_put_at(head + 0x3c, PE_AT, 4, false);
	memcpy(head + PE_AT, "PE", 2);
	bytes_put_at(head + PE_AT + 4, machine, 2, false);
	bytes_put_at(head + PE_AT + 6, sections, 2, false);
	return head;
}

static uint16_t machine_of(const char *arch)
{
	return strcmp(arch, "aarch64") == 0 ? 0xaa64 : strcmp(arch, "riscv64") == 0 ? 0x5064 : 0x6264;
}

/* Without section headers: its one segment tells where it ends. */
static void put_vdso(struct lp_buf *out)
{
	static const struct lp_build_id id = { .bytes = "a vDSO has one, too", .len = 20 };
	LP_AUTO_BUF struct lp_buf note = { 0 };
	Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			      .e_type = ET_DYN,
			      .e_phoff = sizeof(header),
			      .e_phentsize = sizeof(Elf64_Phdr),
			      .e_phnum = 1 };
	Elf64_Phdr segment = { .p_type = PT_NOTE, .p_offset = sizeof(header) + sizeof(segment) };

	put_note(&note, &id);
	segment.p_filesz = note.len;
	lp_buf_append(out, &header, sizeof(header));
	lp_buf_append(out, &segment, sizeof(segment));
	lp_buf_append(out, note.data, note.len);
}

int image_maker_flat(const struct image_maker_flat *options, struct lp_buf *out)
{
	LP_AUTO_FREE char *banner =
		lp_text_format("Linux version %s (root@test) (gcc 12, ld 2.40) #1 SMP test\n", options->release);
	uint8_t *head = put_pe(out, machine_of(options->arch), 0);

	if (!head || !banner)
		return -1;
	memcpy(head + 56,
	       strcmp(options->arch, "aarch64") == 0 ? "ARM\x64" :
	       strcmp(options->arch, "riscv64") == 0 ? "RSC\x05" :
						       "\xcd\x23\x82\x81",
	       4);
	/* A format of such a text, and the mark of an ELF file that is none, are no more than that. */
	lp_buf_text(out, "Linux version %s (%s)");
	lp_buf_append(out, "\0\177ELF\0\0\0", 9);
	lp_buf_text(out, banner);
	put_vdso(out);
	lp_buf_grow(out, options->padding);
	if (options->build_id.len)
		put_note(out, &options->build_id);
	if (options->other.len)
		put_note(out, &options->other);
	lp_buf_grow(out, 100);
	return lp_buf_ok(out) ? 0 : -1;
}

int image_maker_zboot(const char *compression, const void *payload, size_t n, struct lp_buf *out)
{
	uint8_t *head = put_pe(out, 0xaa64, 0);

	if (!head)
		return -1;
	memcpy(head + 4, "zimg", 4);
	bytes_put_at(head + 8, FILE_ALIGNMENT, 4, false);
	bytes_put_at(head + 12, n, 4, false);
	snprintf((char *)head + 24, 32, "%s", compression);
	memcpy(head + 56, "\xcd\x23\x82\x81", 4);
	lp_buf_append(out, payload, n);
	/* The size of what it holds, which the header's size leaves out. */
	lp_buf_append(out, "\0\0\x20\0", 4);
	return lp_buf_ok(out) ? 0 : -1;
}

int image_maker_unified(const void *kernel, size_t n, struct lp_buf *out)
{
	const size_t padded = (n + FILE_ALIGNMENT - 1) / FILE_ALIGNMENT * FILE_ALIGNMENT;
	uint8_t *head = put_pe(out, 0x8664, 2);
	uint8_t *at;

	if (!head)
		return -1;
	at = head + PE_AT + 24;
	memcpy(at, ".osrel", 6);
	bytes_put_at(at + 8, 5, 4, false);
	bytes_put_at(at + 16, FILE_ALIGNMENT, 4, false);
	bytes_put_at(at + 20, FILE_ALIGNMENT + padded, 4, false);
	memcpy(at + 40, ".linux", 6);
	bytes_put_at(at + 48, n, 4, false);
	bytes_put_at(at + 56, padded, 4, false);
	bytes_put_at(at + 60, FILE_ALIGNMENT, 4, false);
	lp_buf_append(out, kernel, n);
	lp_buf_grow(out, padded - n);
	lp_buf_text(out, "ID=x\n");
	lp_buf_grow(out, FILE_ALIGNMENT - 5);
	return lp_buf_ok(out) ? 0 : -1;
}
