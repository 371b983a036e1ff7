/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A vmlinux as a stream: its notes are found by the program headers, which come first. Debug files made by elfutils
 * keep the program headers of the stripped file; there the section headers, which come last, tell where the notes
 * are. Those stand near the start, which is kept for that.
 */
#include "inspect/vmlinux.h"

#include "shared/buf.h"
#include "base/file.h"
#include "inspect/elf.h"
#include "inspect/notes.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define EHDR_SIZE 64u
#define PHDR_SIZE 56u
#define SHDR_SIZE 64u
#define NOTES_MAX (1u << 20)
#define SEGMENTS_MAX 64u
#define SECTIONS_MAX 4096u
/* No vmlinux is longer; a compressed stream of zeros may be. */
#define OFFSET_MAX (4ull << 30)
#define KEPT_MAX (4u << 20)

#define IMAGE_HINT "give the vmlinuz, the vmlinux or its debug file, or a copy of /sys/kernel/notes"

struct range {
	uint64_t offset;
	uint64_t size;
};

struct reader {
	struct lp_stream *stream;
	uint64_t at;
	struct lp_buf kept; /* the first bytes of the stream */
	bool big_endian;
	uint8_t header[EHDR_SIZE];
};

static void cleanup_reader(struct reader *r)
{
	lp_buf_free(&r->kept);
}

/* Reads exactly n bytes. */
static int vmlinux_read_bytes(struct reader *r, void *out, size_t n, struct lppack_error *err)
{
	uint8_t *to = out;

	while (n > 0) {
		int64_t got = r->stream->read(r->stream->context, to, n, err);
		size_t room;

		if (got < 0)
			return (int)got;
		if (got == 0)
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the file may be incomplete: fetch it again",
				       "%s: ends at byte %llu", r->stream->name, (unsigned long long)r->at);
		room = KEPT_MAX - r->kept.len;
		if (room)
			lp_buf_append(&r->kept, to, (size_t)got < room ? (size_t)got : room);
		r->at += (uint64_t)got;
		to += got;
		n -= (size_t)got;
	}
	return lp_buf_ok(&r->kept) ? 0 : lp_fail_nomem(err);
}

static int vmlinux_skip_to(struct reader *r, uint64_t offset, struct lppack_error *err)
{
	uint8_t waste[65536];

	if (offset > OFFSET_MAX)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: its notes are out of reach, at byte %llu",
			       r->stream->name, (unsigned long long)offset);
	while (r->at < offset) {
		uint64_t left = offset - r->at;
		int rc = vmlinux_read_bytes(r, waste, left < sizeof(waste) ? (size_t)left : sizeof(waste), err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Appends a range to out, from what is kept or from the stream ahead. *reached is false if it has gone by. */
static int vmlinux_fetch(struct reader *r, const struct range *range, struct lp_buf *out, bool *reached,
			 struct lppack_error *err)
{
	uint8_t *to;
	int rc;

	*reached = true;
	if (lp_range_ok(range->offset, range->size, KEPT_MAX)) {
		rc = vmlinux_skip_to(r, range->offset + range->size, err);
		if (rc < 0)
			return rc;
		lp_buf_append(out, r->kept.data + range->offset, (size_t)range->size);
		return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
	}
	*reached = range->offset >= r->at;
	if (!*reached)
		return 0;
	rc = vmlinux_skip_to(r, range->offset, err);
	if (rc < 0)
		return rc;
	to = lp_buf_grow(out, (size_t)range->size);
	return to ? vmlinux_read_bytes(r, to, (size_t)range->size, err) : lp_fail_nomem(err);
}

static uint64_t vmlinux_field(const struct reader *r, const uint8_t *from, size_t offset, size_t size)
{
	return lp_word_get(from + offset, size, r->big_endian);
}

static const char *arch_name(unsigned int machine, bool big_endian)
{
	switch (machine) {
	case EM_X86_64:
		return "x86_64";
	case EM_AARCH64:
		return "aarch64";
	case EM_S390:
		return "s390x";
	case EM_PPC64:
		return big_endian ? "ppc64" : "ppc64le";
	case EM_RISCV:
		return "riscv64";
	case LP_EM_LOONGARCH:
		return "loongarch64";
	default:
		return NULL;
	}
}

static int vmlinux_read_header(struct reader *r, struct lp_kernel_facts *out, struct lppack_error *err)
{
	const char *arch;
	int rc = vmlinux_read_bytes(r, r->header, EHDR_SIZE, err);

	if (rc < 0)
		return rc;
	if (memcmp(r->header, ELFMAG, SELFMAG) != 0)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: holds no ELF kernel", r->stream->name);
	if (r->header[EI_CLASS] != ELFCLASS64)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "livepatches exist on 64-bit kernels only",
			       "%s: a 32-bit kernel", r->stream->name);
	r->big_endian = r->header[EI_DATA] == ELFDATA2MSB;
	if (vmlinux_field(r, r->header, 16, 2) == ET_REL)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: a module or object file, not a kernel",
			       r->stream->name);
	arch = arch_name((unsigned int)vmlinux_field(r, r->header, 18, 2), r->big_endian);
	if (!arch || out->arch)
		return 0;
	out->arch = strdup(arch);
	return out->arch ? 0 : lp_fail_nomem(err);
}

static int vmlinux_compare_ranges(const void *a, const void *b)
{
	const struct range *left = a;
	const struct range *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Takes what out lacks from the notes in the ranges; passes over those that make no sense. */
static int vmlinux_read_notes(struct reader *r, struct range *ranges, size_t n, struct lp_kernel_facts *out,
			      struct lppack_error *err)
{
	uint64_t sections = vmlinux_field(r, r->header, 40, 8);

	qsort(ranges, n, sizeof(*ranges), vmlinux_compare_ranges);
	for (size_t i = 0; i < n; i++) {
		LP_AUTO_BUF struct lp_buf notes = { 0 };
		bool reached = false;
		int rc;

		/* Nothing but the section headers comes last. */
		if (ranges[i].size > NOTES_MAX || (sections && ranges[i].offset >= sections))
			continue;
		rc = vmlinux_fetch(r, &ranges[i], &notes, &reached, err);
		if (rc < 0)
			return rc;
		if (reached && !lp_notes_collect(notes.data, notes.len, r->big_endian, out))
			return lp_fail_nomem(err);
	}
	return 0;
}

static int vmlinux_read_segments(struct reader *r, struct lp_kernel_facts *out, struct lppack_error *err)
{
	struct range table = { vmlinux_field(r, r->header, 32, 8), 0 };
	struct range ranges[SEGMENTS_MAX];
	LP_AUTO_BUF struct lp_buf headers = { 0 };
	uint64_t n = vmlinux_field(r, r->header, 56, 2);
	bool reached = false;
	size_t found = 0;
	int rc;

	if (n == 0 || n > SEGMENTS_MAX || vmlinux_field(r, r->header, 54, 2) != PHDR_SIZE)
		return 0;
	table.size = n * PHDR_SIZE;
	rc = vmlinux_fetch(r, &table, &headers, &reached, err);
	if (rc < 0 || !reached)
		return rc;
	for (uint64_t i = 0; i < n; i++) {
		const uint8_t *at = headers.data + i * PHDR_SIZE;

		if (vmlinux_field(r, at, 0, 4) == PT_NOTE)
			ranges[found++] = (struct range){ vmlinux_field(r, at, 8, 8), vmlinux_field(r, at, 32, 8) };
	}
	return vmlinux_read_notes(r, ranges, found, out, err);
}

static int vmlinux_read_sections(struct reader *r, struct lp_kernel_facts *out, struct lppack_error *err)
{
	struct range table = { vmlinux_field(r, r->header, 40, 8), 0 };
	LP_AUTO_FREE struct range *ranges = NULL;
	LP_AUTO_BUF struct lp_buf headers = { 0 };
	uint64_t n = vmlinux_field(r, r->header, 60, 2);
	bool reached = false;
	size_t found = 0;
	int rc;

	if (n == 0 || n > SECTIONS_MAX || vmlinux_field(r, r->header, 58, 2) != SHDR_SIZE)
		return 0;
	table.size = n * SHDR_SIZE;
	rc = vmlinux_fetch(r, &table, &headers, &reached, err);
	if (rc < 0 || !reached)
		return rc;
	ranges = calloc((size_t)n, sizeof(*ranges));
	if (!ranges)
		return lp_fail_nomem(err);
	for (uint64_t i = 0; i < n; i++) {
		const uint8_t *at = headers.data + i * SHDR_SIZE;

		if (vmlinux_field(r, at, 4, 4) == SHT_NOTE)
			ranges[found++] = (struct range){ vmlinux_field(r, at, 24, 8), vmlinux_field(r, at, 32, 8) };
	}
	return vmlinux_read_notes(r, ranges, found, out, err);
}

int lp_vmlinux_read(struct lp_stream *stream, struct lp_kernel_facts *out, struct lppack_error *err)
{
	LP_AUTO(cleanup_reader) struct reader r = { .stream = stream };
	struct lppack_error segments = LPPACK_ERROR_INIT;
	int rc = vmlinux_read_header(&r, out, err);

	if (rc < 0)
		return rc;
	/* In a debug file the segments may point anywhere. */
	rc = vmlinux_read_segments(&r, out, &segments);
	if (rc == 0 && !out->build_id.len)
		rc = vmlinux_read_sections(&r, out, &segments);
	if (out->build_id.len)
		return 0;
	if (rc < 0)
		return lp_error_move(err, &segments);
	return lp_fail(err, LPPACK_E_KERNEL_IMAGE,
		       "the kernel was built without --build-id, or its notes were stripped",
		       "%s: has no GNU build ID", stream->name);
}
