/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file that names a kernel: its kind by its content, then its facts and its image. */
#include "check/kernel_file.h"

#include "base/export.h"
#include "base/root.h"
#include "format/facts_tree.h"
#include "format/stream.h"
#include "inspect/bzimage.h"
#include "inspect/efi_image.h"
#include "inspect/flat_image.h"
#include "inspect/notes.h"
#include "inspect/vmlinux.h"
#include "cell/cell.h"

#include <lppack/check.h>

#include <string.h>

/* Enough for every header: a bzImage's setup code is at most 32 KiB, and notes are shorter. */
#define HEAD_MAX 65536u

#define IMAGE_HINT \
	"give a vmlinuz (bzImage, zboot, unified or flat), a vmlinux or its debug file, a copy of /sys/kernel/notes, or a kernel package"

/* A vmlinux with its debug sections has some 800 MB. */
#define IMAGE_MAX (SIZE_MAX >> 2 < (UINT64_C(2) << 30) ? SIZE_MAX >> 2 : (size_t)(UINT64_C(2) << 30))
/* One without them has some 60 MB. */
#define FLAT_MAX ((size_t)256 << 20)
/* A unified kernel image holds a kernel file of any kind, but no other unified one. */
#define NESTED_MAX 2u

/* What is wanted of a kernel file. */
struct wanted {
	struct lp_kernel_facts *facts;
	struct lp_buf *image; /* the whole vmlinux, or NULL: no more is read than the facts need */
};

/* A stream whose first bytes have been looked at. */
struct peeked {
	struct lp_stream stream;
	struct lp_stream *below;
	uint8_t *head;
	size_t size;
	size_t at;
};

static void cleanup_peeked(struct peeked *p)
{
	free(p->head);
}

static int64_t peeked_read(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct peeked *p = context;
	size_t left = p->size - p->at;

	if (left == 0)
		return p->below->read(p->below->context, out, n, err);
	if (n > left)
		n = left;
	memcpy(out, p->head + p->at, n);
	p->at += n;
	return (int64_t)n;
}

static int peeked_open(struct peeked *p, struct lp_stream *below, struct lppack_error *err)
{
	p->below = below;
	p->stream = (struct lp_stream){ peeked_read, p, below->name };
	p->head = malloc(HEAD_MAX);
	if (!p->head)
		return lp_fail_nomem(err);
	while (p->size < HEAD_MAX) {
		int64_t got = below->read(below->context, p->head + p->size, HEAD_MAX - p->size, err);

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		p->size += (size_t)got;
	}
	return 0;
}

/* "6.1.0-56-cloud-amd64 (who) #1 SMP ..." */
static int kernel_file_take_banner(const char *banner, struct lp_kernel_facts *out, struct lppack_error *err)
{
	const char *version = strstr(banner, " #");

	if (banner[0] && banner[0] != ' ') {
		out->release = strndup(banner, strcspn(banner, " "));
		if (!out->release)
			return lp_fail_nomem(err);
	}
	if (!version)
		return 0;
	out->version = strdup(version + 1);
	return out->version ? 0 : lp_fail_nomem(err);
}

/* All but gzip's payloads end with the size of the kernel (the size_append of scripts/Makefile.lib), which is no part
 * of the compressed data. */
static uint64_t compressed_size(const struct peeked *p, const struct lp_bzimage *image)
{
	bool known = image->payload_offset + 2 <= p->size;
	const uint8_t *magic = p->head + (known ? image->payload_offset : 0);

	if (image->payload_size <= 4 || (known && memcmp(magic, "\x1f\x8b", 2) == 0) ||
	    (known && memcmp(magic,
			     "\x7f"
			     "E",
			     2) == 0))
		return image->payload_size;
	return image->payload_size - 4;
}

int64_t lp_byte_source_read(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct lp_byte_source *source = context;

	(void)err;
	if (n > source->left)
		n = source->left;
	if (n)
		memcpy(out, source->at, n);
	source->at += n;
	source->left -= n;
	return (int64_t)n;
}

/* Reads all of the stream, so that nothing is decompressed twice. */
static int kernel_file_read_image(struct lp_stream *stream, size_t max, struct lp_buf *image, struct lppack_error *err)
{
	const size_t step = 1 << 17;

	for (;;) {
		uint8_t *to = image->len < max ? lp_buf_grow(image, step) : NULL;
		int64_t got;

		if (image->len >= max)
			return lp_fail(err, LPPACK_E_LIMIT, "strip its debug sections (strip -g)",
				       "%s: the kernel has more than %zu MiB", stream->name, max >> 20);
		if (!to)
			return lp_fail_nomem(err);
		got = stream->read(stream->context, to, step, err);
		image->len -= step - (got > 0 ? (size_t)got : 0);
		if (got <= 0)
			return (int)got;
	}
}

static int kernel_file_read_vmlinux(struct lp_stream *stream, const struct wanted *out, struct lppack_error *err)
{
	struct lp_byte_source source;
	int rc = out->image ? kernel_file_read_image(stream, IMAGE_MAX, out->image, err) : 0;

	if (rc < 0 || !out->image)
		return rc < 0 ? rc : lp_vmlinux_read(stream, out->facts, err);
	source = (struct lp_byte_source){ out->image->data, out->image->len };
	return lp_vmlinux_read(&(struct lp_stream){ lp_byte_source_read, &source, stream->name }, out->facts, err);
}

static int kernel_file_read_bzimage(struct peeked *p, uint64_t size, const struct wanted *out, struct lppack_error *err)
{
	LP_AUTO(lp_bzimage_free) struct lp_bzimage image = { 0 };
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	int rc = lp_bzimage_parse(p->head, p->size, size, p->stream.name, &image, err);

	if (rc < 0)
		return rc;
	rc = image.banner ? kernel_file_take_banner(image.banner, out->facts, err) : 0;
	if (rc < 0)
		return rc;
	rc = lp_decompressor_open_stream(&d, &p->stream, image.payload_offset, compressed_size(p, &image), err);
	return rc < 0 ? rc : kernel_file_read_vmlinux(lp_decompressor_stream(d), out, err);
}

static int kernel_file_read_notes(const struct peeked *p, struct lp_kernel_facts *out, struct lppack_error *err)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;
	int rc;

	if (p->size == 0)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: is empty", p->stream.name);
	if (p->size == HEAD_MAX)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: no kind of kernel file that is known",
			       p->stream.name);
	rc = lp_notes_parse(p->head, p->size, "as notes", out, &cause);
	if (rc < 0)
		return lp_fail(err, (enum lppack_code)cause.code, IMAGE_HINT,
			       "%s: no kind of kernel file that is known (%s)", p->stream.name, cause.message);
	if (!out->build_id.len)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, IMAGE_HINT, "%s: has no GNU build ID", p->stream.name);
	return 0;
}

/* Its notes may be anywhere, so that all of it is read; the rest of a check finds nothing in it. */
static int kernel_file_read_flat(struct lp_stream *stream, const struct wanted *out, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf image = { 0 };
	int rc = kernel_file_read_image(stream, FLAT_MAX, &image, err);

	return rc < 0 ? rc : lp_flat_image_read(image.data, image.len, stream->name, out->facts, err);
}

static int kernel_file_read_plain(struct lp_stream *stream, uint64_t size, unsigned int depth, const struct wanted *out,
				  struct lppack_error *err);

/* A part of an EFI executable, decompressed if it is compressed. */
static int kernel_file_read_part(struct peeked *p, const struct lp_efi_part *part, unsigned int depth,
				 const struct wanted *out, struct lppack_error *err)
{
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	int rc = lp_decompressor_open_stream(&d, &p->stream, part->offset, part->size, err);

	return rc < 0 ? rc : kernel_file_read_plain(lp_decompressor_stream(d), UINT64_MAX, depth + 1, out, err);
}

static int kernel_file_read_zboot(struct peeked *p, uint64_t size, unsigned int depth, const struct wanted *out,
				  struct lppack_error *err)
{
	struct lp_efi_part payload;
	int rc = lp_zboot_parse(p->head, p->size, size, p->stream.name, &payload, err);

	return rc < 0 ? rc : kernel_file_read_part(p, &payload, depth, out, err);
}

/* size: of the file, or UINT64_MAX where only its reading tells. */
static int kernel_file_read_plain(struct lp_stream *stream, uint64_t size, unsigned int depth, const struct wanted *out,
				  struct lppack_error *err)
{
	LP_AUTO(cleanup_peeked) struct peeked p = { 0 };
	struct lp_efi_part part;
	int rc = peeked_open(&p, stream, err);

	if (rc < 0)
		return rc;
	if (lp_bzimage_is(p.head, p.size))
		return kernel_file_read_bzimage(&p, size, out, err);
	if (depth < NESTED_MAX && lp_zboot_is(p.head, p.size))
		return kernel_file_read_zboot(&p, size, depth, out, err);
	if (depth < NESTED_MAX && lp_efi_find_linux(p.head, p.size, &part))
		return kernel_file_read_part(&p, &part, depth, out, err);
	if (lp_flat_image_arch(p.head, p.size))
		return kernel_file_read_flat(&p.stream, out, err);
	if (p.size >= 4 && memcmp(p.head,
				  "\x7f"
				  "ELF",
				  4) == 0)
		return kernel_file_read_vmlinux(&p.stream, out, err);
	return kernel_file_read_notes(&p, out->facts, err);
}

static int kernel_file_read_package(struct lp_input *in, const struct wanted *out, struct lppack_error *err)
{
	static const char *const patterns[] = {
		"boot/vmlinuz-*",
		"boot/vmlinux-*",
		"lib/modules/*/vmlinuz",
		"usr/lib/modules/*/vmlinuz",
		"usr/lib/modules/*/vmlinuz.unsigned",
		"lib/modules/*/vmlinuz-virt.efi",
		"usr/lib/modules/*/vmlinuz-virt.efi",
		"boot/Image-*",
		"usr/lib/debug/boot/vmlinux-*",
		"usr/lib/debug/lib/modules/*/vmlinux",
		"usr/lib/debug/usr/lib/modules/*/vmlinux",
		NULL,
	};
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	LP_AUTO_FREE char *member = NULL;
	int rc = lp_decompressor_open_package(&d, in, patterns, &member, err);

	if (rc < 0)
		return rc;
	rc = kernel_file_read_plain(lp_decompressor_stream(d), UINT64_MAX, 0, out, err);
	return rc < 0 ? lp_wrap(err, rc, "%s", member) : 0;
}

/* Then the size of the file is that of what it holds. */
static bool is_uncompressed(const void *head, size_t n)
{
	return lp_bzimage_is(head, n) || memcmp(head, "MZ", 2) == 0;
}

static int kernel_file_read_input(struct lp_input *in, const struct wanted *out, struct lppack_error *err)
{
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	uint8_t head[1024] = { 0 };
	int rc = lp_input_read(in, 0, head, in->size < sizeof(head) ? (size_t)in->size : sizeof(head), err);

	if (rc < 0)
		return rc;
	if (lp_package_is(head, sizeof(head)))
		return kernel_file_read_package(in, out, err);
	rc = lp_decompressor_open(&d, in, 0, in->size, err);
	if (rc < 0)
		return rc;
	return kernel_file_read_plain(lp_decompressor_stream(d),
				      is_uncompressed(head, sizeof(head)) ? in->size : UINT64_MAX, 0, out, err);
}

int lp_kernel_file_load(struct lp_input *in, struct lp_kernel_facts *facts, struct lp_buf *image,
			struct lppack_error *err)
{
	int rc;

	*facts = (struct lp_kernel_facts){ 0 };
	rc = kernel_file_read_input(in, &(struct wanted){ facts, image }, err);
	if (rc < 0) {
		lp_kernel_facts_free(facts);
		if (image)
			lp_buf_free(image);
	}
	return rc;
}

int lp_kernel_file_read(const char *root, const char *path, struct lp_kernel_facts *out, struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	int rc = lp_root_input_open(&in, root, path, err);

	*out = (struct lp_kernel_facts){ 0 };
	return rc < 0 ? rc : lp_kernel_file_load(&in, out, NULL, err);
}

static struct lppack_value *kernel_file_answer(void *context, struct lp_cell *cell,
					       const struct lp_cell_request *request, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };

	(void)cell;
	(void)request;
	return lp_kernel_file_load(context, &facts, NULL, err) < 0 ? NULL : lp_kernel_facts_tree(&facts);
}

int lp_kernel_file_read_in_cell(const char *path, struct lp_kernel_facts *out, struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc = lp_input_open(&in, path, err);

	*out = (struct lp_kernel_facts){ 0 };
	if (rc < 0)
		return rc;
	rc = lp_cell_run(
		&(struct lp_cell_service){
			.name = path, .context = &in, .keep = &in.fd, .n_keep = 1, .answer = kernel_file_answer },
		&tree, err);
	return rc < 0 ? rc : lp_kernel_facts_take(tree, path, out, err);
}

LP_EXPORT char *lppack_kernel_file_build_id(const char *path, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	char hex[LP_BUILD_ID_TEXT];
	char *text;

	if (lp_kernel_file_read_in_cell(path, &facts, err) < 0)
		return NULL;
	text = strdup(lp_build_id_format(&facts.build_id, hex));
	if (!text)
		lp_fail_nomem(err);
	return text;
}
