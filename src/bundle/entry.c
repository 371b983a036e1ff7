/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kernel of a verified bundle. */
#include "bundle/bundle.h"

#include "base/export.h"
#include "base/output.h"
#include "shared/text.h"
#include "bundle/describe.h"
#include "check/kernel_file.h"

#include <string.h>

int lp_contents_find(struct lp_contents *c, const struct lp_build_id *id, struct lp_record *out,
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
			return 0;
		}
	return lp_hint(err,
		       lp_fail(err, LPPACK_E_NO_KERNEL, NULL, "%s: has nothing for the kernel with build ID %s",
			       c->bundle->in.name, lp_build_id_format(id, hex)),
		       "lppack show --kernels lists its %llu; ask the vendor of stream %s for this one",
		       (unsigned long long)c->manifest.kernels, c->manifest.id.stream);
}

LP_EXPORT struct lppack_entry *lppack_verified_select(struct lppack_verified *v, const char *build_id,
						      struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = NULL;
	struct lp_build_id id;

	if (!build_id || lp_build_id_parse(build_id, &id) < 0) {
		lp_fail(err, LPPACK_E_USAGE, "a build ID has 8 to 64 lower-case hex digits", "'%s' is not a build ID",
			build_id ? build_id : "");
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		lp_fail_nomem(err);
		return NULL;
	}
	entry->verified = lp_verified_ref(v);
	if (lp_contents_find(&v->contents, &id, &entry->record, err) < 0 ||
	    lp_contents_metadata(&v->contents, &entry->record, &entry->metadata, err) < 0)
		return NULL;
	return LP_TAKE(entry);
}

LP_EXPORT void lppack_entry_free(struct lppack_entry *entry)
{
	if (!entry)
		return;
	lp_metadata_free(&entry->metadata);
	lp_buf_free(&entry->module);
	lppack_verified_free(entry->verified);
	free(entry);
}

LP_EXPORT struct lppack_value *lppack_entry_describe(const struct lppack_entry *entry, struct lppack_error *err)
{
	struct lppack_value *map = lp_describe_kernel(&entry->record, &entry->metadata);

	if (!map)
		lp_fail_nomem(err);
	return map;
}

LP_EXPORT const char *lppack_entry_module_name(const struct lppack_entry *entry)
{
	return entry->metadata.facts.name;
}

LP_EXPORT const char *lppack_entry_release(const struct lppack_entry *entry)
{
	return entry->metadata.facts.release;
}

LP_EXPORT int lppack_entry_load_module(struct lppack_entry *entry, const void **bytes, size_t *n,
				       struct lppack_error *err)
{
	struct lp_contents *contents = &entry->verified->contents;
	int rc = 0;

	if (!entry->module.data) {
		rc = lp_contents_plain(contents, &entry->record, &entry->module, err);
		if (rc == 0)
			rc = lp_module_prove(contents, &entry->metadata, &entry->module, err);
		if (rc < 0)
			lp_buf_free(&entry->module);
	}
	if (rc == 0) {
		*bytes = entry->module.data;
		*n = entry->module.len;
	}
	return rc;
}

/* A module's name comes from signed metadata and was compared with the module; still it becomes a file name here. */
static bool is_plain_file_name(const char *name)
{
	return *name && !strchr(name, '/') && name[0] != '.';
}

LP_EXPORT int lppack_entry_extract(struct lppack_entry *entry, const char *directory, int overwrite, char **path,
				   struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *file = lp_text_format("%s/%s.ko", directory, entry->metadata.facts.name);
	const void *bytes = NULL;
	size_t n = 0;
	int rc = lppack_entry_load_module(entry, &bytes, &n, err);

	if (rc < 0)
		return rc;
	if (!file)
		return lp_fail_nomem(err);
	if (!is_plain_file_name(entry->metadata.facts.name))
		return lp_fail(err, LPPACK_E_MODULE_NAME, NULL, "%s: '%s' cannot be a file's name",
			       entry->verified->bundle->in.name, entry->metadata.facts.name);
	rc = lp_output_open(&out, file, 0644, err);
	if (rc == 0)
		rc = lp_output_write(&out, bytes, n, err);
	if (rc == 0)
		rc = lp_output_commit(&out, !overwrite, err);
	if (rc == 0 && path)
		*path = LP_TAKE(file);
	return rc;
}

LP_EXPORT char *lppack_kernel_file_build_id(const char *path, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	char hex[LP_BUILD_ID_TEXT];
	char *text;

	if (lp_kernel_file_read(path, &facts, err) < 0)
		return NULL;
	text = strdup(lp_build_id_format(&facts.build_id, hex));
	if (!text)
		lp_fail_nomem(err);
	return text;
}
