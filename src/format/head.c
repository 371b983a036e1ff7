/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a bundle: its members, read and compared with the manifest. */
#include "format/head.h"

#include "format/format.h"
#include "format/manifest.h"
#include "format/tar.h"

#include <string.h>

static const char again[] = "fetch the file again";
static const char magic_family[] = "lppack ";

void lp_head_free(struct lp_head *head)
{
	lp_buf_free(&head->manifest);
	for (size_t i = 0; i < head->n_signatures; i++)
		free(head->signatures[i].bytes);
	*head = (struct lp_head){ 0 };
}

static int not_a_bundle(struct lp_input *in, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_NOT_BUNDLE, "name a file that lppack create made", "%s: not a lppack bundle",
		       in->name);
}

static int truncated_or_foreign(struct lp_input *in, const uint8_t *block, struct lppack_error *err)
{
	uint64_t known = in->size < strlen(LP_MEMBER_MAGIC) + 1 ? in->size : strlen(LP_MEMBER_MAGIC) + 1;

	if (in->size == 0)
		return lp_fail(err, LPPACK_E_TRUNCATED, again, "%s: is empty", in->name);
	if (memcmp(block, LP_MEMBER_MAGIC, known) == 0)
		return lp_fail(err, LPPACK_E_TRUNCATED, again, "%s: ends at byte %llu", in->name,
			       (unsigned long long)in->size);
	return not_a_bundle(in, err);
}

static int read_magic(struct lp_input *in, struct lppack_error *err)
{
	uint8_t block[2 * LP_TAR_BLOCK] = { 0 };
	char name[LP_TAR_NAME_MAX + 1];
	uint64_t size = 0;
	const char *content = (const char *)block + LP_TAR_BLOCK;
	int rc = lp_input_read(in, 0, block, in->size < sizeof(block) ? in->size : sizeof(block), err);

	if (rc < 0)
		return rc;
	if (in->size < sizeof(block))
		return truncated_or_foreign(in, block, err);
	if (lp_tar_peek(block, name, &size, in->name, 0, NULL) < 0 || strcmp(name, LP_MEMBER_MAGIC) != 0)
		return not_a_bundle(in, err);
	if (size == strlen(LP_MAGIC) && memcmp(content, LP_MAGIC, size) == 0)
		return 0;
	if (size < LP_TAR_BLOCK && memcmp(content, magic_family, strlen(magic_family)) == 0)
		return lp_fail(err, LPPACK_E_UNSUPPORTED, "use a newer lppack",
			       "%s: the bundle's format is not version %u", in->name, LP_FORMAT_VERSION);
	return not_a_bundle(in, err);
}

/* Name and size that the header at an offset claims. */
static int peek(struct lp_input *in, uint64_t offset, char name[LP_TAR_NAME_MAX + 1], uint64_t *size,
		struct lppack_error *err)
{
	uint8_t header[LP_TAR_BLOCK];
	int rc = lp_input_read(in, offset, header, sizeof(header), err);

	return rc < 0 ? rc : lp_tar_peek(header, name, size, in->name, offset, err);
}

static int wrong_member(struct lp_input *in, uint64_t offset, const char *name, const char *expected,
			struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_STRUCTURE, again, "%s: byte %llu: member '%s' where %s must stand", in->name,
		       (unsigned long long)offset, name, expected);
}

static int read_manifest(struct lp_input *in, struct lp_head *head, struct lppack_error *err)
{
	const uint64_t at = lp_tar_span(strlen(LP_MAGIC));
	char name[LP_TAR_NAME_MAX + 1];
	uint64_t size = 0;
	uint8_t *to;
	int rc = peek(in, at, name, &size, err);

	if (rc < 0)
		return rc;
	if (strcmp(name, LP_MEMBER_MANIFEST) != 0)
		return wrong_member(in, at, name, "'" LP_MEMBER_MANIFEST "'", err);
	if (size == 0 || size > LP_MANIFEST_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, again,
			       "%s: " LP_MEMBER_MANIFEST " has %llu bytes; 1 to %u are allowed", in->name,
			       (unsigned long long)size, LP_MANIFEST_MAX);
	to = lp_buf_grow(&head->manifest, size);
	if (!to)
		return lp_fail_nomem(err);
	head->area_at = at + lp_tar_span(size);
	return lp_input_read(in, at + LP_TAR_BLOCK, to, size, err);
}

static int read_signature(struct lp_input *in, uint64_t at, const char *name, uint64_t size, struct lp_head *head,
			  struct lppack_error *err)
{
	struct lp_signature *signature = &head->signatures[head->n_signatures];

	if (head->n_signatures == LP_SIGNATURES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, again, "%s: more than %u signatures", in->name, LP_SIGNATURES_MAX);
	if (size == 0 || size > LP_SIGNATURE_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, again, "%s: %s has %llu bytes; 1 to %u are allowed", in->name, name,
			       (unsigned long long)size, LP_SIGNATURE_MAX);
	if (head->n_signatures > 0 && strcmp(signature[-1].name, name) >= 0)
		return lp_fail(err, LPPACK_E_STRUCTURE, again, "%s: byte %llu: %s: signatures do not ascend by name",
			       in->name, (unsigned long long)at, name);
	memcpy(signature->name, name, LP_TAR_NAME_MAX + 1);
	signature->size = size;
	signature->header_at = at;
	signature->bytes = malloc(size);
	if (!signature->bytes)
		return lp_fail_nomem(err);
	head->n_signatures++;
	return lp_input_read(in, at + LP_TAR_BLOCK, signature->bytes, size, err);
}

static int read_area(struct lp_input *in, struct lp_head *head, struct lppack_error *err)
{
	uint64_t at = head->area_at;

	for (;;) {
		char name[LP_TAR_NAME_MAX + 1];
		uint64_t size = 0;
		int rc = peek(in, at, name, &size, err);

		if (rc < 0)
			return rc;
		if (strcmp(name, LP_MEMBER_PAD) == 0) {
			head->pad_at = at;
			head->pad_size = size;
			head->payload_at = at + lp_tar_span(size);
			return 0;
		}
		if (strncmp(name, LP_MEMBER_SIGNATURES, strlen(LP_MEMBER_SIGNATURES)) != 0)
			return wrong_member(in, at, name, "a signature or '" LP_MEMBER_PAD "'", err);
		rc = read_signature(in, at, name, size, head, err);
		if (rc < 0)
			return rc;
		at += lp_tar_span(size);
	}
}

int lp_head_read(struct lp_input *in, struct lp_head *head, struct lppack_error *err)
{
	LP_AUTO(lp_head_free) struct lp_head read = { 0 };
	int rc = read_magic(in, err);

	*head = read;
	if (rc < 0)
		return rc;
	rc = read_manifest(in, &read, err);
	if (rc < 0)
		return rc;
	rc = read_area(in, &read, err);
	if (rc < 0)
		return rc;
	*head = read;
	read = (struct lp_head){ 0 };
	return 0;
}

int lp_signature_compare(const void *a, const void *b)
{
	return strcmp(((const struct lp_signature *)a)->name, ((const struct lp_signature *)b)->name);
}

void lp_head_append(struct lp_buf *out, const struct lp_buf *manifest, const struct lp_signature *signatures, size_t n,
		    uint64_t unit, int64_t mtime)
{
	LP_AUTO_BUF struct lp_buf pad = { 0 };
	size_t start;
	size_t spans;

	lp_member_append(out, LP_MEMBER_MAGIC, LP_MAGIC, strlen(LP_MAGIC), mtime);
	lp_member_append(out, LP_MEMBER_MANIFEST, manifest->data, manifest->len, mtime);
	start = out->len;
	for (size_t i = 0; i < n; i++)
		lp_member_append(out, signatures[i].name, signatures[i].bytes, signatures[i].size, mtime);
	spans = out->len - start;
	lp_buf_grow(&pad, lp_signature_area_size(spans, unit) - spans - LP_TAR_BLOCK);
	if (!lp_buf_ok(&pad))
		out->failed = true;
	lp_member_append(out, LP_MEMBER_PAD, pad.data, pad.len, mtime);
}

uint64_t lp_signature_area_size(uint64_t spans, uint64_t unit)
{
	return (spans + LP_TAR_BLOCK + unit - 1) / unit * unit;
}

static int check_member(struct lp_input *in, uint64_t at, const char *name, uint64_t size, int64_t mtime,
			struct lppack_error *err)
{
	int rc = lp_tar_expect(in, at, name, size, mtime, err);

	return rc < 0 ? rc : lp_tar_expect_padding(in, at + LP_TAR_BLOCK, size, err);
}

static int check_area(struct lp_input *in, const struct lp_head *head, const struct lp_manifest *m,
		      struct lppack_error *err)
{
	uint64_t area = lp_signature_area_size(head->pad_at - head->area_at, m->signature_area);
	int rc;

	for (size_t i = 0; i < head->n_signatures; i++) {
		const struct lp_signature *s = &head->signatures[i];

		rc = check_member(in, s->header_at, s->name, s->size, m->id.created, err);
		if (rc < 0)
			return rc;
	}
	rc = check_member(in, head->pad_at, LP_MEMBER_PAD, head->pad_size, m->id.created, err);
	if (rc < 0)
		return rc;
	if (head->pad_at + LP_TAR_BLOCK + head->pad_size != head->area_at + area)
		return lp_fail(err, LPPACK_E_STRUCTURE, again,
			       "%s: " LP_MEMBER_PAD " does not have the size it must have", in->name);
	return lp_tar_expect_zeros(in, head->pad_at + LP_TAR_BLOCK, head->pad_size, "the bytes of " LP_MEMBER_PAD, err);
}

int lp_head_check_members(struct lp_input *in, const struct lp_head *head, const struct lp_manifest *m,
			  struct lppack_error *err)
{
	const uint64_t manifest_at = lp_tar_span(strlen(LP_MAGIC));
	int rc = check_member(in, 0, LP_MEMBER_MAGIC, strlen(LP_MAGIC), m->id.created, err);

	if (rc < 0)
		return rc;
	rc = check_member(in, manifest_at, LP_MEMBER_MANIFEST, head->manifest.len, m->id.created, err);
	return rc < 0 ? rc : check_area(in, head, m, err);
}

int lp_head_check(struct lp_input *in, const struct lp_head *head, const struct lp_manifest *m,
		  struct lppack_error *err)
{
	uint64_t size = head->payload_at + m->payload_size;
	int rc = lp_head_check_members(in, head, m, err);

	if (rc < 0)
		return rc;
	if (in->size < size)
		return lp_fail(err, LPPACK_E_TRUNCATED, again, "%s: has %llu bytes of %llu", in->name,
			       (unsigned long long)in->size, (unsigned long long)size);
	if (in->size > size)
		return lp_fail(err, LPPACK_E_STRUCTURE, again, "%s: has %llu bytes after its end", in->name,
			       (unsigned long long)(in->size - size));
	return 0;
}

void lp_layout_compute(const struct lp_manifest *m, uint64_t payload_at, struct lp_layout *layout)
{
	layout->fixes_at = payload_at;
	layout->fence_at = layout->fixes_at + lp_tar_span(m->fixes.size);
	layout->pages_at = layout->fence_at + lp_tar_span(m->fence.size);
	layout->kernels_at = layout->pages_at + lp_tar_span(m->pages_size);
	layout->end_at = payload_at + m->payload_size - LP_END_OF_ARCHIVE;
}

int lp_member_read(struct lp_input *in, uint64_t header_at, const char *name, uint64_t size, int64_t mtime,
		   struct lp_buf *out, struct lppack_error *err)
{
	uint8_t *to;
	int rc = lp_tar_expect(in, header_at, name, size, mtime, err);

	if (rc < 0)
		return rc;
	if (!lp_range_ok(header_at + LP_TAR_BLOCK, size, in->size))
		return lp_fail(err, LPPACK_E_TRUNCATED, again, "%s: ends within %s", in->name, name);
	to = lp_buf_grow(out, size);
	if (!to)
		return lp_fail_nomem(err);
	rc = lp_input_read(in, header_at + LP_TAR_BLOCK, to, size, err);
	return rc < 0 ? rc : lp_tar_expect_padding(in, header_at + LP_TAR_BLOCK, size, err);
}

void lp_member_append(struct lp_buf *out, const char *name, const void *bytes, size_t n, int64_t mtime)
{
	uint8_t header[LP_TAR_BLOCK];

	lp_tar_header(name, n, mtime, header);
	lp_buf_append(out, header, sizeof(header));
	lp_buf_append(out, bytes, n);
	lp_buf_grow(out, lp_tar_padding(n));
}
