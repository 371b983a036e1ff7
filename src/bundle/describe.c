/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of what a bundle says, for people and --json. */
#include "bundle/describe.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/release.h"
#include "format/tar.h"
#include "cell/cell.h"

#include <string.h>

void lp_describe_release(struct lppack_value **map, const struct lp_manifest *m)
{
	lp_release_describe(map, &m->id);
	lp_value_add_text(map, "version", m->id.version);
	lp_value_add_time(map, "created", m->id.created);
	if (m->expires)
		lp_value_add_time(map, "expires", m->expires);
}

struct lppack_value *lp_describe_kernel(const struct lp_record *record, const struct lp_metadata *metadata)
{
	struct lppack_value *map = lp_metadata_tree(metadata);

	lp_value_add_int(&map, "packed_size", record->packed_size);
	lp_value_add_bool(&map, "stands_alone", record->base == LP_INDEX_NO_BASE);
	return map;
}

static struct lppack_value *describe_sizes(const struct lppack_bundle *bundle, const struct lp_manifest *m)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "file", bundle->in.size);
	lp_value_add_int(&map, "head", bundle->head.payload_at);
	lp_value_add_int(&map, "fixes", m->fixes.size);
	lp_value_add_int(&map, "index", m->fence.size + m->pages_size);
	lp_value_add_int(&map, "payload", m->payload_size);
	lp_value_add_int(&map, "largest_module", m->module_max);
	return map;
}

struct lppack_value *lp_describe_signers(const struct lp_signature_report *reports, size_t n)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < n; i++) {
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "id", reports[i].id);
		lp_value_add_text(&map, "scheme", reports[i].scheme);
		lp_value_add_bool(&map, "checked", reports[i].status != LP_SIGNATURE_UNSUPPORTED);
		lp_value_add_bool(&map, "trusted", reports[i].status == LP_SIGNATURE_GOOD);
		lp_value_add_text(&map, "status", lp_signature_status_names[reports[i].status]);
		lp_value_add_text(&map, "reason", reports[i].reason[0] ? reports[i].reason : NULL);
		lp_value_push(&list, map);
	}
	return list;
}

/* The signature members of a bundle that nobody verified: names only. */
static struct lppack_value *describe_signature_members(const struct lp_head *head)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < head->n_signatures; i++) {
		const char *id = head->signatures[i].name + strlen(LP_MEMBER_SIGNATURES);
		const char *dot = strrchr(id, '.');
		LP_AUTO_FREE char *copy = strndup(id, dot ? (size_t)(dot - id) : strlen(id));
		struct lppack_value *map = lp_value_map();

		if (copy)
			lp_text_make_printable(copy);
		lp_value_add(&map, "id", copy ? lp_value_string(copy) : NULL);
		if (dot && lp_text_is_clean(dot, strlen(dot), false))
			lp_value_add_text(&map, "scheme", dot + 1);
		lp_value_add_bool(&map, "checked", false);
		lp_value_add_bool(&map, "trusted", false);
		lp_value_push(&list, map);
	}
	return list;
}

void lp_describe_contents(struct lppack_value **map, const struct lp_contents *c)
{
	const struct lp_manifest *m = &c->manifest;

	lp_value_add_text(map, "file", c->bundle->in.name);
	lp_value_add_text(map, "digest", c->digest_text);
	lp_value_add_int(map, "format", LP_FORMAT_VERSION);
	lp_describe_release(map, m);
	if (m->rollback_floor)
		lp_value_add_int(map, "rollback_floor", m->rollback_floor);
	lp_value_add_texts(map, "incompat", m->incompat.items, m->incompat.n);
	lp_value_add_texts(map, "compat", m->compat.items, m->compat.n);
	lp_value_add_int(map, "kernel_count", m->kernels);
	lp_value_add(map, "sizes", describe_sizes(c->bundle, m));
}

static int describe_page(struct lppack_value **list, struct lp_contents *c, uint64_t page, struct lppack_error *err)
{
	struct lp_record records[LP_INDEX_PER_PAGE];
	int n = lp_contents_page(c, page, records, err);

	for (int i = 0; i < n; i++) {
		LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
		int rc = lp_contents_metadata(c, &records[i], &metadata, err);

		if (rc < 0)
			return rc;
		lp_value_push(list, lp_describe_kernel(&records[i], &metadata));
	}
	return n < 0 ? n : 0;
}

int lp_describe_kernels(struct lppack_value **map, struct lp_contents *c, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();

	for (uint64_t page = 0; page < lp_index_page_count(c->manifest.kernels); page++) {
		int rc = describe_page(&list, c, page, err);

		if (rc < 0)
			return rc;
	}
	lp_value_add(map, "kernels", LP_TAKE(list));
	return *map ? 0 : lp_fail_nomem(err);
}

int lp_describe_fixes(struct lppack_value **map, struct lp_contents *c, struct lppack_error *err)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	int rc = lp_contents_fixes(c, &fixes, err);

	if (rc < 0)
		return rc;
	lp_value_merge(map, lp_fixes_tree(&fixes));
	return *map ? 0 : lp_fail_nomem(err);
}

static struct lppack_value *describe_unverified_answer(void *context, struct lp_cell *cell,
						       const struct lp_cell_request *request, struct lppack_error *err)
{
	struct lppack_bundle *bundle = context;
	LP_AUTO_CONTENTS struct lp_contents *contents = NULL;
	LP_AUTO_VALUE struct lppack_value *payload = NULL;
	LP_AUTO_VALUE struct lppack_value *map = NULL;
	bool is_readable;

	(void)cell;
	(void)request;
	if (lp_contents_open(bundle, &contents, err) < 0)
		return NULL;
	is_readable = lp_contents_open_index(contents, true, NULL) == 0;
	map = lp_value_map();
	payload = lp_value_map();
	lp_describe_contents(&map, contents);
	lp_value_add(&map, "signatures", describe_signature_members(&bundle->head));
	/* What cannot be read is left out: it is said anyway that nothing here is verified. */
	if (is_readable && lp_describe_fixes(&payload, contents, NULL) == 0 &&
	    lp_describe_kernels(&payload, contents, NULL) == 0)
		lp_value_merge(&map, LP_TAKE(payload));
	if (!map)
		lp_fail_nomem(err);
	return LP_TAKE(map);
}

/* In a cell: nobody has signed it. That it is not verified and what it is called is not for the cell to say. */
LP_EXPORT struct lppack_value *lppack_bundle_describe_unverified(struct lppack_bundle *bundle, struct lppack_error *err)
{
	const struct lp_cell_service service = { .name = bundle->in.name,
						 .context = bundle,
						 .keep = &bundle->in.fd,
						 .n_keep = 1,
						 .answer = describe_unverified_answer };
	LP_AUTO_VALUE struct lppack_value *answer = NULL;
	struct lppack_value *map;

	if (lp_cell_run(&service, &answer, err) < 0)
		return NULL;
	map = lp_value_map();
	lp_value_add_bool(&map, "verified", false);
	lp_value_add_text(&map, "file", bundle->in.name);
	for (size_t i = 0; i < lppack_value_count(answer); i++) {
		const char *key = NULL;
		const struct lppack_value *item = lppack_value_at(answer, i, &key);

		if (key && strcmp(key, "verified") != 0 && strcmp(key, "file") != 0)
			lp_value_add(&map, key, lp_value_copy(item));
	}
	if (!map)
		lp_fail_nomem(err);
	return map;
}
