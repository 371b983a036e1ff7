/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kernel of a bundle: its record and metadata, and its module once it is asked for. */
#include "bundle/entry.h"

#include "base/export.h"
#include "base/output.h"
#include "shared/text.h"
#include "bundle/describe.h"

#include <string.h>

struct lppack_entry *lp_entry_find(struct lp_contents *contents, const struct lp_build_id *id,
				   struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		lp_fail_nomem(err);
		return NULL;
	}
	entry->contents = lp_contents_ref(contents);
	if (lp_contents_find(contents, id, &entry->record, err) < 0 ||
	    lp_contents_metadata(contents, &entry->record, &entry->metadata, err) < 0)
		return NULL;
	return LP_TAKE(entry);
}

LP_EXPORT void lppack_entry_free(struct lppack_entry *entry)
{
	if (!entry)
		return;
	lp_metadata_free(&entry->metadata);
	lp_buf_free(&entry->module);
	lp_contents_unref(entry->contents);
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
	struct lp_contents *contents = entry->contents;
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
			       entry->contents->bundle->in.name, entry->metadata.facts.name);
	rc = lp_output_open(&out, file, 0644, err);
	if (rc == 0)
		rc = lp_output_write(&out, bytes, n, err);
	if (rc == 0)
		rc = lp_output_commit(&out, !overwrite, err);
	if (rc == 0 && path)
		*path = LP_TAKE(file);
	return rc;
}
