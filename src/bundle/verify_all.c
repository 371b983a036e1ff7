/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full verification: every byte of the payload is read, proved and accounted for, in the order of the file. */
#include "bundle/verify_all.h"

#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/tar.h"

#include <string.h>

static const char nonconforming[] = "the bundle was not made by a conforming writer";

struct walk {
	struct lp_contents *c;
	struct lp_fixes fixes;
	uint32_t *bases;         /* per record */
	uint64_t done;           /* records */
	uint64_t cursor;         /* where the next metadata header must be, from the payload's start */
	struct lp_build_id last; /* the record before */
	uint64_t module_max;
	uint64_t frame_max;
	uint64_t metadata_max;
	const struct lppack_verify_options *options;
	struct lppack_error *err;
};

static void walk_free(struct walk *w)
{
	free(w->bases);
	lp_fixes_free(&w->fixes);
}

static int check_fixes(struct walk *w)
{
	int rc = lp_contents_fixes(w->c, &w->fixes, w->err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->fixes.n_fixes; i++)
		if (w->fixes.fixes[i].since > w->c->manifest.id.serial)
			return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming,
				       "%s: " LP_MEMBER_FIXES ": %s is said to come with a later serial",
				       w->c->bundle->in.name, w->fixes.fixes[i].id);
	return 0;
}

/* Both lists ascend. */
static int check_not_applicable(struct walk *w, const struct lp_metadata *metadata)
{
	size_t at = 0;

	for (size_t i = 0; i < metadata->not_applicable.n; i++) {
		const char *id = metadata->not_applicable.items[i];

		while (at < w->fixes.n_fixes && strcmp(w->fixes.fixes[at].id, id) < 0)
			at++;
		if (at == w->fixes.n_fixes || strcmp(w->fixes.fixes[at].id, id) != 0)
			return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming,
				       "%s: kernel %s: not_applicable names %s, which is no fix of this bundle",
				       w->c->bundle->in.name, metadata->facts.release, id);
	}
	return 0;
}

static void raise_to(uint64_t *max, uint64_t value)
{
	if (value > *max)
		*max = value;
}

static int check_place(struct walk *w, const struct lp_record *record)
{
	char hex[LP_BUILD_ID_TEXT];

	lp_build_id_format(&record->build_id, hex);
	if (w->done > 0 && memcmp(w->last.bytes, record->build_id.bytes, LP_BUILD_ID_MAX) >= 0)
		return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming, "%s: index: build IDs do not ascend at %s",
			       w->c->bundle->in.name, hex);
	if (record->offset != w->cursor)
		return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming,
			       "%s: kernel %s: its members do not follow those before them", w->c->bundle->in.name,
			       hex);
	w->last = record->build_id;
	w->cursor += lp_tar_span(record->metadata_size) + lp_tar_span(record->packed_size);
	raise_to(&w->module_max, record->plain_size);
	raise_to(&w->frame_max, record->packed_size);
	raise_to(&w->metadata_max, record->metadata_size);
	return 0;
}

static int check_kernel(struct walk *w, const struct lp_record *record)
{
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
	LP_AUTO_BUF struct lp_buf module = { 0 };
	int rc = check_place(w, record);

	if (rc < 0)
		return rc;
	rc = lp_contents_metadata(w->c, record, &metadata, w->err);
	if (rc < 0)
		return rc;
	rc = check_not_applicable(w, &metadata);
	if (rc < 0)
		return rc;
	rc = lp_contents_plain(w->c, record, &module, w->err);
	if (rc < 0)
		return rc;
	rc = lp_module_prove(w->c, &metadata, &module, w->err);
	if (rc < 0)
		return rc;
	w->bases[w->done++] = record->base;
	if (w->options->progress) {
		const struct lppack_progress now = {
			.size = sizeof(now), .phase = "verifying", .done = w->done, .total = w->c->manifest.kernels
		};

		w->options->progress(w->options->context, &now);
	}
	return 0;
}

static int check_kernels(struct walk *w)
{
	struct lp_record records[LP_INDEX_PER_PAGE];

	for (uint64_t page = 0; page < lp_index_page_count(w->c->manifest.kernels); page++) {
		int n = lp_contents_page(w->c, page, records, w->err);

		if (n < 0)
			return n;
		for (int i = 0; i < n; i++) {
			int rc = check_kernel(w, &records[i]);

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* The longest chain of bases. Chains longer than the limit failed when they were decompressed. */
static uint64_t base_depth(const struct walk *w)
{
	uint64_t deepest = 0;

	for (uint64_t i = 0; i < w->done; i++) {
		uint64_t depth = 0;

		for (uint32_t at = w->bases[i]; at != LP_INDEX_NO_BASE && depth <= LP_BASE_DEPTH_MAX; at = w->bases[at])
			depth++;
		raise_to(&deepest, depth);
	}
	return deepest;
}

static int check_limits(struct walk *w)
{
	const struct lp_manifest *m = &w->c->manifest;

	if (w->module_max != m->module_max || w->frame_max != m->frame_max || w->metadata_max != m->metadata_max ||
	    base_depth(w) != m->base_depth)
		return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming,
			       "%s: the manifest's limits are not the largest values that occur",
			       w->c->bundle->in.name);
	return 0;
}

static int check_end(struct walk *w)
{
	uint64_t end = w->c->bundle->head.payload_at + w->cursor;

	if (end != w->c->layout.end_at)
		return lp_fail(w->err, LPPACK_E_STRUCTURE, nonconforming, "%s: %llu bytes belong to no member",
			       w->c->bundle->in.name, (unsigned long long)(w->c->layout.end_at - end));
	return lp_tar_expect_zeros(&w->c->bundle->in, end, LP_END_OF_ARCHIVE, "the end of the archive", w->err);
}

int lp_contents_verify_all(struct lp_contents *c, const struct lppack_verify_options *options, struct lppack_error *err)
{
	LP_AUTO(walk_free) struct walk w = { .c = c, .options = options, .err = err };
	const struct lp_manifest *m = &c->manifest;
	struct lp_input *in = &c->bundle->in;
	int rc;

	w.cursor = c->layout.kernels_at - c->bundle->head.payload_at;
	w.bases = calloc(m->kernels, sizeof(*w.bases));
	if (!w.bases)
		return lp_fail_nomem(err);
	rc = check_fixes(&w);
	if (rc < 0)
		return rc;
	rc = lp_tar_expect(in, c->layout.pages_at, LP_MEMBER_PAGES, m->pages_size, m->id.created, err);
	if (rc < 0)
		return rc;
	rc = lp_tar_expect_padding(in, c->layout.pages_at + LP_TAR_BLOCK, m->pages_size, err);
	if (rc < 0)
		return rc;
	rc = check_kernels(&w);
	if (rc < 0)
		return rc;
	rc = check_limits(&w);
	return rc < 0 ? rc : check_end(&w);
}
