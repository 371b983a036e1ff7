/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding, encoding and checking manifest.yaml. */
#include "format/manifest.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/index.h"
#include "format/release.h"
#include "format/tar.h"
#include "format/text_list.h"
#include "format/yaml.h"

#include <stdio.h>
#include <string.h>

/* Features this reader knows. Unknown names in "incompat" are refused, in "compat" ignored. */
static const char *const known_incompat[] = { NULL };

void lp_manifest_free(struct lp_manifest *manifest)
{
	lp_text_list_free(&manifest->incompat);
	lp_text_list_free(&manifest->compat);
	lp_release_free(&manifest->id);
	*manifest = (struct lp_manifest){ 0 };
}

bool lp_stream_name_is_valid(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(text);

	return len > 0 && len <= LP_STREAM_MAX && strspn(text, allowed) == len && !strchr("._-", text[0]);
}

static void add_member(struct lppack_value **map, const char *key, const struct lp_member_digest *member)
{
	struct lppack_value *part = lp_value_map();

	lp_value_add_int(&part, "size", member->size);
	lp_value_add_digest(&part, "sha256", &member->sha256);
	lp_value_add(map, key, part);
}

int lp_manifest_encode(const struct lp_manifest *m, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *limits = lp_value_map();

	lp_value_add_int(&limits, "module_size", m->module_max);
	lp_value_add_int(&limits, "frame_size", m->frame_max);
	lp_value_add_int(&limits, "metadata_size", m->metadata_max);
	lp_value_add_int(&limits, "base_depth", m->base_depth);
	lp_value_add_int(&map, "format", LP_FORMAT_VERSION);
	lp_value_add_texts(&map, "incompat", m->incompat.items, m->incompat.n);
	lp_value_add_texts(&map, "compat", m->compat.items, m->compat.n);
	lp_release_describe(&map, &m->id);
	lp_value_add_text(&map, "version", m->id.version);
	lp_value_add_time(&map, "created", m->id.created);
	if (m->expires)
		lp_value_add_time(&map, "expires", m->expires);
	if (m->rollback_floor)
		lp_value_add_int(&map, "rollback_floor", m->rollback_floor);
	lp_value_add_int(&map, "kernels", m->kernels);
	lp_value_add(&map, "limits", limits);
	lp_value_add_int(&map, "signature_area", m->signature_area);
	add_member(&map, "fixes", &m->fixes);
	add_member(&map, "fence", &m->fence);
	lp_value_add_int(&map, "pages_size", m->pages_size);
	lp_value_add_int(&map, "payload_size", m->payload_size);
	if (!map)
		return lp_fail_nomem(err);
	lp_yaml_emit(map, out);
	if (!lp_buf_ok(out))
		return lp_fail_nomem(err);
	if (out->len > LP_MANIFEST_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "shorten the version text", "the manifest exceeds %u bytes",
			       LP_MANIFEST_MAX);
	return 0;
}

static void read_features(struct lp_doc *doc, const char *key, struct lp_text_list *out)
{
	const struct lppack_value *list = lp_doc_list(doc, key, true);

	if (lppack_value_count(list) > LP_FEATURES_MAX)
		lp_doc_fail(doc, key, NULL, "'%s' has more than %u names", key, LP_FEATURES_MAX);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *name = lp_doc_text_item(doc, list, i);

		/* named as streams are */
		if (name && (!lp_stream_name_is_valid(name) || (i > 0 && strcmp(out->items[i - 1], name) >= 0)))
			lp_doc_fail(doc, key, NULL, "'%s' must be feature names in ascending order", key);
		else if (name && lp_text_list_add(out, name) < 0)
			doc->rc = lp_fail_nomem(doc->err);
	}
}

static void refuse_unknown(struct lp_doc *doc, const struct lp_text_list *incompat)
{
	for (size_t i = 0; doc->rc == 0 && i < incompat->n; i++)
		if (!lp_text_is_one_of(incompat->items[i], known_incompat))
			doc->rc = lp_fail(doc->err, LPPACK_E_UNSUPPORTED, "use a newer lppack",
					  "%s: the bundle needs the feature '%s', which this lppack does not know",
					  doc->name, incompat->items[i]);
}

static void read_limits(struct lp_doc *doc, struct lp_manifest *m)
{
	static const char *const keys[] = { "module_size", "frame_size", "metadata_size", "base_depth", NULL };
	struct lp_doc limits = lp_doc_map(doc, "limits", true);

	lp_doc_keys(&limits, keys);
	lp_doc_int(&limits, "module_size", true, LP_MODULE_MAX, &m->module_max);
	lp_doc_int(&limits, "frame_size", true, LP_FRAME_MAX, &m->frame_max);
	lp_doc_int(&limits, "metadata_size", true, LP_METADATA_MAX, &m->metadata_max);
	lp_doc_int(&limits, "base_depth", true, LP_BASE_DEPTH_MAX, &m->base_depth);
	lp_doc_join(doc, &limits);
}

static void read_member(struct lp_doc *doc, const char *key, uint64_t max, struct lp_member_digest *out)
{
	static const char *const keys[] = { "size", "sha256", NULL };
	struct lp_doc member = lp_doc_map(doc, key, true);

	lp_doc_keys(&member, keys);
	lp_doc_int(&member, "size", true, max, &out->size);
	lp_doc_digest(&member, "sha256", &out->sha256);
	lp_doc_join(doc, &member);
}

static void read_identity(struct lp_doc *doc, struct lp_manifest *m)
{
	lp_doc_text_dup(doc, "stream", true, &m->id.stream);
	if (doc->rc == 0 && !lp_stream_name_is_valid(m->id.stream))
		lp_doc_fail(doc, "stream", NULL, "'stream' must be lower-case letters, digits, '.', '_' and '-'");
	lp_release_decode_number(doc, true, &m->id);
	lp_doc_text_dup(doc, "version", true, &m->id.version);
	if (doc->rc == 0 && (!*m->id.version || strlen(m->id.version) > LP_TEXT_MAX))
		lp_doc_fail(doc, "version", NULL, "'version' must have 1 to %u bytes", LP_TEXT_MAX);
	lp_doc_time(doc, "created", true, &m->id.created);
	lp_doc_time(doc, "expires", false, &m->expires);
	lp_doc_int(doc, "rollback_floor", false, m->id.serial, &m->rollback_floor);
	if (doc->rc == 0 && m->id.created > LP_TIME_MAX)
		lp_doc_fail(doc, "created", NULL, "'created' is after the year 2242");
	if (doc->rc == 0 && lppack_value_get(doc->map, "expires") && m->expires <= m->id.created)
		lp_doc_fail(doc, "expires", NULL, "'expires' is not after 'created'");
}

static void read_sizes(struct lp_doc *doc, struct lp_manifest *m)
{
	uint64_t pages;

	lp_doc_int(doc, "kernels", true, LP_KERNELS_MAX, &m->kernels);
	read_limits(doc, m);
	lp_doc_int(doc, "signature_area", true, LP_SIGNATURE_AREA_MAX, &m->signature_area);
	read_member(doc, "fixes", LP_FIXES_MAX, &m->fixes);
	read_member(doc, "fence", LP_NUMBER_MAX, &m->fence);
	lp_doc_int(doc, "pages_size", true, LP_NUMBER_MAX, &m->pages_size);
	lp_doc_int(doc, "payload_size", true, LP_NUMBER_MAX, &m->payload_size);
	if (doc->rc < 0)
		return;
	pages = lp_index_page_count(m->kernels);
	if (m->kernels == 0)
		lp_doc_fail(doc, "kernels", NULL, "a bundle has at least one kernel");
	if (m->signature_area < LP_SIGNATURE_AREA_MIN || m->signature_area % 512)
		lp_doc_fail(doc, "signature_area", NULL, "'signature_area' must be a multiple of 512 from %u on",
			    LP_SIGNATURE_AREA_MIN);
	if (m->pages_size != pages * LP_INDEX_PAGE || m->fence.size != pages * LP_INDEX_FENCE_ENTRY)
		lp_doc_fail(doc, "pages_size", NULL, "the index does not have the size for %llu kernels",
			    (unsigned long long)m->kernels);
	if (m->payload_size <
	    lp_tar_span(m->fixes.size) + lp_tar_span(m->fence.size) + lp_tar_span(m->pages_size) + LP_END_OF_ARCHIVE)
		lp_doc_fail(doc, "payload_size", NULL, "'payload_size' is smaller than the members");
}

int lp_manifest_decode(const void *bytes, size_t n, const char *name, struct lp_manifest *out, struct lppack_error *err)
{
	static const char *const keys[] = {
		"format",         "incompat", "compat",  "stream",         "epoch",        "serial",
		"version",        "created",  "expires", "rollback_floor", "kernels",      "limits",
		"signature_area", "fixes",    "fence",   "pages_size",     "payload_size", NULL
	};
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	struct lp_doc doc = { .name = name, .code = LPPACK_E_STRUCTURE, .err = err };
	uint64_t format = 0;

	doc.rc = lp_yaml_parse_canonical(bytes, n, name, &tree, err);
	if (doc.rc < 0)
		return doc.rc;
	doc.map = tree;
	/* Version and features first: a newer bundle may have keys that are unknown here. */
	lp_doc_int(&doc, "format", true, UINT64_MAX, &format);
	if (doc.rc == 0 && format != LP_FORMAT_VERSION)
		return lp_fail(err, LPPACK_E_UNSUPPORTED, "use a newer lppack",
			       "%s: format %llu; this lppack reads format %u", name, (unsigned long long)format,
			       LP_FORMAT_VERSION);
	read_features(&doc, "incompat", &m.incompat);
	refuse_unknown(&doc, &m.incompat);
	lp_doc_keys(&doc, keys);
	read_features(&doc, "compat", &m.compat);
	read_identity(&doc, &m);
	read_sizes(&doc, &m);
	if (doc.rc < 0)
		return doc.rc;
	*out = m;
	m = (struct lp_manifest){ 0 };
	return 0;
}

void lp_member_metadata_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME])
{
	char hex[LP_BUILD_ID_TEXT];

	snprintf(out, LP_MEMBER_NAME, "kernels/%s.yaml", lp_build_id_format(id, hex));
}

void lp_member_module_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME])
{
	char hex[LP_BUILD_ID_TEXT];

	snprintf(out, LP_MEMBER_NAME, "kernels/%s.ko.zst", lp_build_id_format(id, hex));
}

void lp_pre_authentication_as(const char *type, const void *bytes, size_t n, struct lp_buf *out)
{
	lp_buf_printf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, n);
	lp_buf_append(out, bytes, n);
}

void lp_pre_authentication(const void *manifest, size_t n, struct lp_buf *out)
{
	lp_pre_authentication_as(LP_MEDIA_TYPE, manifest, n, out);
}
