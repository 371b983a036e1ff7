/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading single parts of a bundle, each compared with the digest that reaches it. */
#include "bundle/contents.h"

#include "shared/text.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/tar.h"
#include "format/zstd.h"
#include "inspect/module.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

static const char again[] = "fetch the bundle again";
static const char nonconforming[] = "the bundle was not made by a conforming writer";

int lp_digest_expect(const struct lp_digest *expected, const void *bytes, size_t n, const char *file, const char *what,
		     struct lppack_error *err)
{
	struct lp_digest is;
	int rc = lp_sha256(bytes, n, &is, err);

	if (rc < 0)
		return rc;
	if (!lp_digest_equal(&is, expected))
		return lp_fail(err, LPPACK_E_CORRUPT, again, "%s: %s does not have the digest it must have", file,
			       what);
	return 0;
}

/* A member of the payload whose size and digest the manifest gives. */
static int read_proved_member(struct lp_contents *c, uint64_t at, const char *name,
			      const struct lp_member_digest *member, struct lp_buf *out, struct lppack_error *err)
{
	int rc = lp_member_read(&c->bundle->in, at, name, member->size, c->manifest.id.created, out, err);

	if (rc < 0)
		return rc;
	return lp_digest_expect(&member->sha256, out->data, out->len, c->bundle->in.name, name, err);
}

int lp_contents_open_index(struct lp_contents *c, bool lenient, struct lppack_error *err)
{
	int rc = lenient ? 0 : lp_head_check(&c->bundle->in, &c->bundle->head, &c->manifest, err);

	if (rc < 0)
		return rc;
	lp_layout_compute(&c->manifest, c->bundle->head.payload_at, &c->layout);
	rc = read_proved_member(c, c->layout.fence_at, LP_MEMBER_FENCE, &c->manifest.fence, &c->fence, err);
	return rc < 0 ? rc : lp_fence_check(&c->fence, c->bundle->in.name, err);
}

int lp_contents_open(struct lppack_bundle *bundle, struct lp_contents **out, struct lppack_error *err)
{
	const struct lp_buf *manifest = &bundle->head.manifest;
	LP_AUTO_FREE char *name = lp_text_format("%s: " LP_MEMBER_MANIFEST, bundle->in.name);
	LP_AUTO_CONTENTS struct lp_contents *c = calloc(1, sizeof(*c));
	int rc;

	*out = NULL;
	if (!name || !c)
		return lp_fail_nomem(err);
	c->bundle = lp_bundle_ref(bundle);
	rc = lp_manifest_decode(manifest->data, manifest->len, name, &c->manifest, err);
	if (rc < 0)
		return rc;
	rc = lp_sha256(manifest->data, manifest->len, &c->manifest.id.digest, err);
	if (rc < 0)
		return rc;
	lp_hex_encode(c->manifest.id.digest.bytes, LP_DIGEST_SIZE, c->digest_text);
	*out = LP_TAKE(c);
	return 0;
}

struct lp_contents *lp_contents_ref(struct lp_contents *c)
{
	lp_ref_take(&c->ref);
	return c;
}

void lp_contents_unref(struct lp_contents *c)
{
	if (!c || !lp_ref_drop(&c->ref))
		return;
	lp_manifest_free(&c->manifest);
	lp_buf_free(&c->fence);
	lp_module_cache_free(&c->cache);
	lppack_bundle_close(c->bundle);
	free(c);
}

static int check_record_limits(const struct lp_contents *c, const struct lp_record *record, struct lppack_error *err)
{
	const struct lp_manifest *m = &c->manifest;
	uint64_t span = lp_tar_span(record->metadata_size) + lp_tar_span(record->packed_size);
	char hex[LP_BUILD_ID_TEXT];

	if (record->plain_size > m->module_max || record->packed_size > m->frame_max ||
	    record->metadata_size > m->metadata_max)
		return lp_fail(err, LPPACK_E_LIMIT, nonconforming, "%s: kernel %s: larger than the manifest's limits",
			       c->bundle->in.name, lp_build_id_format(&record->build_id, hex));
	if (!lp_range_ok(record->offset, span, m->payload_size - LP_END_OF_ARCHIVE) ||
	    c->bundle->head.payload_at + record->offset < c->layout.kernels_at)
		return lp_fail(err, LPPACK_E_STRUCTURE, nonconforming, "%s: kernel %s: does not lie in the payload",
			       c->bundle->in.name, lp_build_id_format(&record->build_id, hex));
	return 0;
}

int lp_contents_page(struct lp_contents *c, uint64_t number, struct lp_record out[LP_INDEX_PER_PAGE],
		     struct lppack_error *err)
{
	const char *file = c->bundle->in.name;
	uint8_t page[LP_INDEX_PAGE];
	uint8_t first[LP_BUILD_ID_MAX];
	char what[64];
	struct lp_digest digest;
	int n;
	int rc = lp_input_read(&c->bundle->in, c->layout.pages_at + LP_TAR_BLOCK + number * LP_INDEX_PAGE, page,
			       sizeof(page), err);

	if (rc < 0)
		return rc;
	snprintf(what, sizeof(what), LP_MEMBER_PAGES " page %llu", (unsigned long long)number);
	lp_fence_entry(&c->fence, number, first, &digest);
	rc = lp_digest_expect(&digest, page, sizeof(page), file, what, err);
	if (rc < 0)
		return rc;
	n = lp_index_decode_page(page, number, c->manifest.kernels, file, out, err);
	if (n < 0)
		return n;
	if (n > 0 && memcmp(out[0].build_id.bytes, first, LP_BUILD_ID_MAX) != 0)
		return lp_fail(err, LPPACK_E_STRUCTURE, nonconforming,
			       "%s: " LP_MEMBER_FENCE ": the key of page %llu is not its first build ID", file,
			       (unsigned long long)number);
	for (int i = 0; i < n; i++) {
		rc = check_record_limits(c, &out[i], err);
		if (rc < 0)
			return rc;
	}
	return n;
}

int lp_contents_record(struct lp_contents *c, uint64_t ordinal, struct lp_record *out, struct lppack_error *err)
{
	struct lp_record records[LP_INDEX_PER_PAGE];
	int rc = lp_contents_page(c, ordinal / LP_INDEX_PER_PAGE, records, err);

	if (rc < 0)
		return rc;
	*out = records[ordinal % LP_INDEX_PER_PAGE];
	return 0;
}

int lp_contents_find(struct lp_contents *c, const struct lp_build_id *id, struct lp_record *out, uint64_t *ordinal,
		     struct lppack_error *err)
{
	struct lp_record records[LP_INDEX_PER_PAGE];
	int64_t page = lp_fence_find(&c->fence, id);
	int n = page < 0 ? 0 : lp_contents_page(c, (uint64_t)page, records, err);
	char hex[LP_BUILD_ID_TEXT];

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++)
		if (lp_build_id_equal(&records[i].build_id, id)) {
			*out = records[i];
			if (ordinal)
				*ordinal = (uint64_t)page * LP_INDEX_PER_PAGE + (uint64_t)i;
			return 0;
		}
	return lp_hint(err,
		       lp_fail(err, LPPACK_E_NO_KERNEL, NULL, "%s: has nothing for the kernel with build ID %s",
			       c->bundle->in.name, lp_build_id_format(id, hex)),
		       "lppack show --kernels lists its %llu; ask the vendor of stream %s for this one",
		       (unsigned long long)c->manifest.kernels, c->manifest.id.stream);
}

int lp_contents_metadata(struct lp_contents *c, const struct lp_record *record, struct lp_metadata *out,
			 struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_FREE char *where = NULL;
	char name[LP_MEMBER_NAME];
	int rc;

	lp_member_metadata_name(&record->build_id, name);
	rc = lp_member_read(&c->bundle->in, c->bundle->head.payload_at + record->offset, name, record->metadata_size,
			    c->manifest.id.created, &bytes, err);
	if (rc < 0)
		return rc;
	rc = lp_digest_expect(&record->metadata_sha256, bytes.data, bytes.len, c->bundle->in.name, name, err);
	if (rc < 0)
		return rc;
	where = lp_text_format("%s: %s", c->bundle->in.name, name);
	if (!where)
		return lp_fail_nomem(err);
	rc = lp_metadata_decode(bytes.data, bytes.len, where, out, err);
	if (rc < 0)
		return rc;
	if (lp_build_id_equal(&out->build_id, &record->build_id) && out->module_size == record->plain_size)
		return 0;
	lp_metadata_free(out);
	return lp_fail(err, LPPACK_E_STRUCTURE, nonconforming, "%s: build ID or size is not that of the index", where);
}

int lp_contents_fixes(struct lp_contents *c, struct lp_fixes *out, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_FREE char *where = lp_text_format("%s: " LP_MEMBER_FIXES, c->bundle->in.name);
	int rc = read_proved_member(c, c->layout.fixes_at, LP_MEMBER_FIXES, &c->manifest.fixes, &bytes, err);

	if (!where)
		return lp_fail_nomem(err);
	return rc < 0 ? rc : lp_fixes_decode(bytes.data, bytes.len, where, out, err);
}

static int read_frame(struct lp_contents *c, const struct lp_record *record, const char *name, struct lp_buf *frame,
		      struct lppack_error *err)
{
	uint64_t at = c->bundle->head.payload_at + record->offset + lp_tar_span(record->metadata_size);
	int rc = lp_member_read(&c->bundle->in, at, name, record->packed_size, c->manifest.id.created, frame, err);

	if (rc < 0)
		return rc;
	return lp_digest_expect(&record->packed_sha256, frame->data, frame->len, c->bundle->in.name, name, err);
}

static int plain_at_depth(struct lp_contents *c, const struct lp_record *record, uint64_t depth, struct lp_buf *out,
			  struct lppack_error *err);

/* The plain bytes of a base: from the cache, or proved now and kept there. Borrowed. */
static int fetch_base(struct lp_contents *c, uint64_t ordinal, uint64_t depth, const struct lp_buf **out,
		      struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf plain = { 0 };
	struct lp_record record;
	int rc;

	if (depth >= c->manifest.base_depth)
		return lp_fail(err, LPPACK_E_STRUCTURE, nonconforming,
			       "%s: a chain of bases longer than the manifest's %llu", c->bundle->in.name,
			       (unsigned long long)c->manifest.base_depth);
	*out = lp_module_cache_get(&c->cache, ordinal);
	if (*out)
		return 0;
	rc = lp_contents_record(c, ordinal, &record, err);
	if (rc < 0)
		return rc;
	rc = plain_at_depth(c, &record, depth + 1, &plain, err);
	if (rc < 0)
		return rc;
	*out = lp_module_cache_put(&c->cache, ordinal, &plain);
	return 0;
}

static int plain_at_depth(struct lp_contents *c, const struct lp_record *record, uint64_t depth, struct lp_buf *out,
			  struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf frame = { 0 };
	const struct lp_buf *base = NULL;
	LP_AUTO_FREE char *where = NULL;
	char name[LP_MEMBER_NAME];
	int rc;

	lp_member_module_name(&record->build_id, name);
	if (record->base != LP_INDEX_NO_BASE) {
		rc = fetch_base(c, record->base, depth, &base, err);
		if (rc < 0)
			return rc;
	}
	rc = read_frame(c, record, name, &frame, err);
	if (rc < 0)
		return rc;
	where = lp_text_format("%s: %s", c->bundle->in.name, name);
	if (!where)
		return lp_fail_nomem(err);
	return lp_zstd_decompress(frame.data, frame.len, base ? base->data : NULL, base ? base->len : 0,
				  record->plain_size, where, out, err);
}

int lp_contents_plain(struct lp_contents *c, const struct lp_record *record, struct lp_buf *out,
		      struct lppack_error *err)
{
	return plain_at_depth(c, record, 0, out, err);
}

int lp_module_prove(const struct lp_contents *c, const struct lp_metadata *metadata, const struct lp_buf *module,
		    struct lppack_error *err)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_FREE char *where = NULL;
	char name[LP_MEMBER_NAME];
	int rc;

	lp_member_module_name(&metadata->build_id, name);
	rc = lp_digest_expect(&metadata->module_sha256, module->data, module->len, c->bundle->in.name, name, err);
	if (rc < 0)
		return rc;
	where = lp_text_format("%s: %s", c->bundle->in.name, name);
	if (!where)
		return lp_fail_nomem(err);
	rc = lp_module_inspect(module->data, module->len, where, &facts, err);
	if (rc < 0)
		return rc;
	if (!facts.is_livepatch)
		return lp_fail(err, LPPACK_E_FACTS, nonconforming, "%s: not a livepatch", where);
	if (facts.name && !lp_module_name_is_good(facts.name))
		return lp_fail(err, LPPACK_E_MODULE_NAME, nonconforming,
			       "%s: its module's name is not up to %d letters, digits and '_'", where,
			       LP_MODULE_NAME_MAX);
	return lp_metadata_compare(&metadata->facts, &facts, where, err);
}
