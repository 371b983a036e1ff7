/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kernel of a bundle: its record and metadata, and its module once it is asked for. */
#include "bundle/entry.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "base/output.h"
#include "format/metadata.h"
#include "format/text_list.h"
#include "bundle/describe.h"
#include "bundle/fix.h"

#include <string.h>

static struct lppack_entry *new_entry(struct lp_contents *contents, const struct lp_record *record, uint64_t ordinal,
				      struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_entry_free) struct lppack_entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		lp_fail_nomem(err);
		return NULL;
	}
	entry->contents = lp_contents_ref(contents);
	entry->record = *record;
	entry->ordinal = ordinal;
	lp_build_id_format(&record->build_id, entry->build_id);
	return lp_contents_metadata(contents, record, &entry->metadata, err) < 0 ? NULL : LP_TAKE(entry);
}

struct lppack_entry *lp_entry_find(struct lp_contents *contents, const struct lp_build_id *id, struct lppack_error *err)
{
	struct lp_record record;
	uint64_t ordinal;

	if (lp_contents_find(contents, id, &record, &ordinal, err) < 0)
		return NULL;
	return new_entry(contents, &record, ordinal, err);
}

struct lppack_entry *lp_entry_at(struct lp_contents *contents, uint64_t ordinal, struct lppack_error *err)
{
	struct lp_record record;

	return lp_contents_record(contents, ordinal, &record, err) < 0 ? NULL :
									 new_entry(contents, &record, ordinal, err);
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

LP_EXPORT const char *lppack_entry_build_id(const struct lppack_entry *entry)
{
	return entry->build_id;
}

LP_EXPORT const char *lppack_entry_kernel_release(const struct lppack_entry *entry)
{
	return entry->metadata.facts.release;
}

LP_EXPORT const char *lppack_entry_arch(const struct lppack_entry *entry)
{
	return entry->metadata.facts.arch;
}

LP_EXPORT const char *lppack_entry_module_name(const struct lppack_entry *entry)
{
	return entry->metadata.facts.name;
}

LP_EXPORT uint64_t lppack_entry_module_size(const struct lppack_entry *entry)
{
	return entry->metadata.module_size;
}

LP_EXPORT size_t lppack_entry_functions(const struct lppack_entry *entry)
{
	return lp_module_facts_count_functions(&entry->metadata.facts);
}

LP_EXPORT int lppack_entry_has_fix(const struct lppack_entry *entry, const struct lppack_fix *fix)
{
	const struct lp_text_list *without = &entry->metadata.not_applicable;

	for (size_t i = 0; i < without->n; i++)
		if (strcmp(without->items[i], lppack_fix_id(fix)) == 0)
			return 0;
	return 1;
}

LP_EXPORT int lppack_entry_load_module(struct lppack_entry *entry, const void **bytes, size_t *n,
				       struct lppack_error *err)
{
	*bytes = NULL;
	*n = 0;
	if (!entry->module.data) {
		LP_AUTO_BUF struct lp_buf module = { 0 };
		int rc = lp_contents_plain(entry->contents, &entry->record, &module, err);

		if (rc < 0)
			return rc;
		rc = lp_module_prove(entry->contents, &entry->metadata, &module, err);
		if (rc < 0)
			return rc;
		entry->module = module;
		module = (struct lp_buf){ 0 };
	}
	*bytes = entry->module.data;
	*n = entry->module.len;
	return 0;
}

int lp_extract_flags_check(uint32_t flags, struct lppack_error *err)
{
	if (!(flags & ~LPPACK_EXTRACT_OVERWRITE))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of extracting that are unknown: %#x", flags);
}

LP_EXPORT int lppack_entry_extract(struct lppack_entry *entry, const char *directory, uint32_t flags, char **path,
				   struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	const char *name = entry->metadata.facts.name;
	LP_AUTO_FREE char *file = lp_text_format("%s/%s.ko", directory, name);
	const void *bytes = NULL;
	size_t n = 0;
	int rc = lp_extract_flags_check(flags, err);

	if (path)
		*path = NULL;
	if (rc < 0)
		return rc;
	rc = lppack_entry_load_module(entry, &bytes, &n, err);
	if (rc < 0)
		return rc;
	if (!file)
		return lp_fail_nomem(err);
	/* It comes from signed metadata and was compared with the module; still it becomes a file name here. */
	if (!*name || strchr(name, '/') || name[0] == '.')
		return lp_fail(err, LPPACK_E_MODULE_NAME, NULL, "%s: '%s' cannot be a file's name",
			       entry->contents->bundle->in.name, name);
	rc = lp_output_open(&out, file, 0644, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, bytes, n, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&out, !(flags & LPPACK_EXTRACT_OVERWRITE), err);
	if (rc < 0)
		return rc;
	if (path)
		*path = LP_TAKE(file);
	return 0;
}
