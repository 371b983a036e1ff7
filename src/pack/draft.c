/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laying a bundle out, signing its manifest and writing it. */
#include "pack/draft.h"

#include "shared/text.h"
#include "base/output.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/head.h"
#include "format/manifest.h"
#include "format/tar.h"
#include "crypto/digest.h"
#include "trust/signer.h"
#include "pack/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

void lp_draft_free(struct lp_draft *draft)
{
	lp_pack_free(&draft->pack);
	/* stream and version are borrowed */
	draft->manifest.id.stream = NULL;
	draft->manifest.id.version = NULL;
	lp_manifest_free(&draft->manifest);
	lp_buf_free(&draft->head);
	lp_buf_free(&draft->index);
	lppack_value_free(draft->checked.warnings);
}

/* Offsets and the largest values. Returns the offset behind the last kernel. */
static uint64_t lay_out(struct lp_draft *draft, uint64_t cursor)
{
	struct lp_manifest *m = &draft->manifest;

	for (size_t i = 0; i < draft->pack.n; i++) {
		struct lp_record *record = &draft->pack.items[i].record;

		record->offset = cursor;
		cursor += lp_tar_span(record->metadata_size) + lp_tar_span(record->packed_size);
		if (record->plain_size > m->module_max)
			m->module_max = record->plain_size;
		if (record->packed_size > m->frame_max)
			m->frame_max = record->packed_size;
		if (record->metadata_size > m->metadata_max)
			m->metadata_max = record->metadata_size;
		if (record->base != LP_INDEX_NO_BASE)
			m->base_depth = 1;
	}
	return cursor;
}

static int encode_index(const struct lp_draft *draft, struct lp_buf *pages, struct lp_buf *fence,
			struct lppack_error *err)
{
	LP_AUTO_FREE struct lp_record *records = calloc(draft->pack.n, sizeof(*records));

	if (!records)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < draft->pack.n; i++)
		records[i] = draft->pack.items[i].record;
	lp_index_encode(records, draft->pack.n, pages);
	for (size_t page = 0; lp_buf_ok(pages) && page * LP_INDEX_PAGE < pages->len; page++) {
		struct lp_digest digest;
		int rc = lp_sha256(pages->data + page * LP_INDEX_PAGE, LP_INDEX_PAGE, &digest, err);

		if (rc < 0)
			return rc;
		lp_fence_append(fence, &records[page * LP_INDEX_PER_PAGE].build_id, &digest);
	}
	return lp_buf_ok(pages) && lp_buf_ok(fence) ? 0 : lp_fail_nomem(err);
}

static int describe_member(const struct lp_buf *bytes, struct lp_member_digest *out, struct lppack_error *err)
{
	out->size = bytes->len;
	return lp_sha256(bytes->data, bytes->len, &out->sha256, err);
}

int lp_draft_payload(struct lp_draft *draft, const struct lp_fixes *list, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf fixes = { 0 };
	LP_AUTO_BUF struct lp_buf pages = { 0 };
	LP_AUTO_BUF struct lp_buf fence = { 0 };
	struct lp_manifest *m = &draft->manifest;
	uint64_t page_count = lp_index_page_count(draft->pack.n);
	uint64_t kernels_at;
	int rc = lp_fixes_encode(list, &fixes, err);

	if (rc < 0)
		return rc;
	m->kernels = draft->pack.n;
	m->pages_size = page_count * LP_INDEX_PAGE;
	kernels_at =
		lp_tar_span(fixes.len) + lp_tar_span(page_count * LP_INDEX_FENCE_ENTRY) + lp_tar_span(m->pages_size);
	m->payload_size = lay_out(draft, kernels_at) + LP_END_OF_ARCHIVE;
	rc = encode_index(draft, &pages, &fence, err);
	if (rc < 0)
		return rc;
	rc = describe_member(&fixes, &m->fixes, err);
	if (rc < 0)
		return rc;
	rc = describe_member(&fence, &m->fence, err);
	if (rc < 0)
		return rc;
	lp_member_append(&draft->index, LP_MEMBER_FIXES, fixes.data, fixes.len, m->id.created);
	lp_member_append(&draft->index, LP_MEMBER_FENCE, fence.data, fence.len, m->id.created);
	lp_member_append(&draft->index, LP_MEMBER_PAGES, pages.data, pages.len, m->id.created);
	return lp_buf_ok(&draft->index) ? 0 : lp_fail_nomem(err);
}

static int sign_manifest(const struct lppack_signer *const *signers, size_t n, const struct lp_buf *manifest,
			 struct lp_signature *signatures, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };

	lp_pre_authentication(manifest->data, manifest->len, &message);
	if (!lp_buf_ok(&message))
		return lp_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		int rc;

		for (size_t other = 0; other < i; other++)
			if (strcmp(signers[i]->id, signers[other]->id) == 0)
				return lp_fail(err, LPPACK_E_USAGE, "name each key once", "key %s is named twice",
					       signers[i]->id);
		rc = lp_signer_sign(signers[i], &message, &signatures[i], err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void signatures_free(struct lp_signature (*signatures)[LP_SIGNATURES_MAX])
{
	for (size_t i = 0; i < LP_SIGNATURES_MAX; i++)
		free((*signatures)[i].bytes);
}

int lp_draft_head(struct lp_draft *draft, const struct lppack_signer *const *signers, size_t n,
		  struct lppack_error *err)
{
	LP_AUTO(signatures_free) struct lp_signature signatures[LP_SIGNATURES_MAX] = { 0 };
	LP_AUTO_BUF struct lp_buf manifest = { 0 };
	int rc = lp_manifest_encode(&draft->manifest, &manifest, err);

	if (rc < 0)
		return rc;
	rc = lp_sha256(manifest.data, manifest.len, &draft->digest, err);
	if (rc < 0)
		return rc;
	rc = sign_manifest(signers, n, &manifest, signatures, err);
	if (rc < 0)
		return rc;
	qsort(signatures, n, sizeof(*signatures), lp_signature_compare);
	lp_head_append(&draft->head, &manifest, signatures, n, draft->manifest.signature_area,
		       draft->manifest.id.created);
	return lp_buf_ok(&draft->head) ? 0 : lp_fail_nomem(err);
}

int lp_draft_open_spool(struct lp_draft *draft, const struct lp_output *out, struct lppack_error *err)
{
	int fd = openat(out->dirfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	LP_AUTO_FREE char *name = NULL;

	draft->pack.spool = fd;
	if (fd >= 0)
		return 0;
	name = lp_text_format(".%s.%ld.spool", out->target, (long)getpid());
	if (!name)
		return lp_fail_nomem(err);
	fd = openat(out->dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: no temporary file can be made beside it", out->path);
	unlinkat(out->dirfd, name, 0);
	draft->pack.spool = fd;
	return 0;
}

static int write_frame(struct lp_draft *draft, const struct lp_pack_item *item, const char *name, struct lp_output *out,
		       struct lppack_error *err)
{
	static const uint8_t zeros[LP_TAR_BLOCK];
	uint8_t header[LP_TAR_BLOCK];
	uint8_t chunk[65536];
	uint64_t size = item->record.packed_size;
	int rc;

	lp_tar_header(name, size, draft->manifest.id.created, header);
	rc = lp_output_write(out, header, sizeof(header), err);
	for (uint64_t done = 0; rc == 0 && done < size;) {
		size_t now = size - done < sizeof(chunk) ? (size_t)(size - done) : sizeof(chunk);
		ssize_t got = pread(draft->pack.spool, chunk, now, (off_t)(item->spool_at + done));

		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "the temporary file beside %s cannot be read",
					   out->path);
		rc = lp_output_write(out, chunk, (size_t)got, err);
		done += (uint64_t)got;
	}
	return rc < 0 ? rc : lp_output_write(out, zeros, lp_tar_padding(size), err);
}

static int write_kernels(struct lp_draft *draft, struct lp_output *out, struct lppack_error *err)
{
	const uint8_t *metadata = draft->pack.metadata.data;

	for (size_t i = 0; i < draft->pack.n; i++) {
		const struct lp_pack_item *item = &draft->pack.items[i];
		LP_AUTO_BUF struct lp_buf member = { 0 };
		char name[LP_MEMBER_NAME];
		int rc;

		lp_member_metadata_name(&item->record.build_id, name);
		lp_member_append(&member, name, metadata, item->record.metadata_size, draft->manifest.id.created);
		metadata += item->record.metadata_size;
		if (!lp_buf_ok(&member))
			return lp_fail_nomem(err);
		rc = lp_output_write(out, member.data, member.len, err);
		if (rc < 0)
			return rc;
		lp_member_module_name(&item->record.build_id, name);
		rc = write_frame(draft, item, name, out, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int lp_draft_write(struct lp_draft *draft, struct lp_output *out, struct lppack_error *err)
{
	static const uint8_t end[LP_END_OF_ARCHIVE];
	int rc = lp_output_write(out, draft->head.data, draft->head.len, err);

	if (rc < 0)
		return rc;
	rc = lp_output_write(out, draft->index.data, draft->index.len, err);
	if (rc < 0)
		return rc;
	rc = write_kernels(draft, out, err);
	if (rc < 0)
		return rc;
	return lp_output_write(out, end, sizeof(end), err);
}
