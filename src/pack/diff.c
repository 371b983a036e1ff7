/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes from one release of a stream, or one module, to the next: trees, and the rule of cumulativity. */
#include "shared/text.h"
#include "base/export.h"
#include "base/value_add.h"
#include "format/format.h"
#include "format/metadata.h"
#include "format/release.h"
#include "crypto/digest.h"
#include "bundle/describe.h"
#include "bundle/findings.h"
#include "check/module_file.h"
#include "pack/release_facts.h"

#include <lppack/diff.h>

static const char *const type_names[] = { "gained", "lost", "raised", "lowered", "other" };

/* A bundle's release, or a bare module. */
static struct lppack_value *describe_side(const struct lp_release_facts *side)
{
	const struct lp_module_facts *module = &side->kernels[0]->facts;
	struct lppack_value *map = lp_value_map();
	uint64_t modules_size = 0;

	for (size_t i = 0; i < side->n_kernels; i++)
		modules_size += side->kernels[i]->module_size;
	lp_value_add_text(&map, "name", side->name);
	if (side->id.stream) {
		lp_release_describe(&map, &side->id);
		lp_value_add_text(&map, "version", side->id.version);
		lp_value_add_int(&map, "kernels", side->n_kernels);
	} else {
		lp_value_add_text(&map, "module", module->name);
		lp_value_add_text(&map, "release", module->release);
		lp_value_add_text(&map, "arch", module->arch);
		lp_value_add_text(&map, "replace", lp_replace_names[module->replace]);
	}
	lp_value_add_int(&map, "size", side->size);
	lp_value_add_int(&map, "modules_size", modules_size);
	return map;
}

static struct lppack_value *describe_change(const struct lp_change *change)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "kind", change->kind);
	lp_value_add_text(&map, "id", change->id);
	lp_value_add_text(&map, "kernel", change->kernel);
	lp_value_add_text(&map, "change", type_names[change->type]);
	lp_value_add_bool(&map, "violation", change->violation);
	lp_value_add_text(&map, "withdrawn", change->withdrawn);
	return map;
}

static struct lppack_value *describe_rollback(const struct lp_release_facts *older,
					      const struct lp_release_facts *newer, const struct lp_metadata *from,
					      const struct lp_metadata *to)
{
	LP_AUTO_FREE char *why = NULL;
	struct lppack_value *map;

	if (lp_rollback_obstacle(older, newer, &from->facts, &to->facts, &why, NULL) < 0)
		return NULL;
	map = lp_value_map();
	lp_value_add_text(&map, "kernel", from->facts.release);
	lp_value_add_build_id(&map, "build_id", &from->build_id);
	lp_value_add_text(&map, "verdict", why ? "one-way" : "reversible");
	lp_value_add_text(&map, "why", why);
	return map;
}

/* One for each kernel that both have. */
static struct lppack_value *describe_rollbacks(const struct lp_release_facts *older,
					       const struct lp_release_facts *newer)
{
	struct lp_release_walk walk = { .older = older, .newer = newer };
	struct lppack_value *list = lp_value_list();

	while (lp_release_walk_next(&walk))
		if (walk.old && walk.new)
			lp_value_push(&list, describe_rollback(older, newer, walk.new, walk.old));
	return list;
}

static struct lppack_value *describe_findings(const struct lp_release_facts *older,
					      const struct lp_release_facts *newer)
{
	struct lp_release_walk walk = { .older = older, .newer = newer };
	LP_AUTO_FINDINGS struct lp_findings list = { 0 };

	while (lp_release_walk_next(&walk))
		if (lp_release_walk_is_name_taken(&walk))
			lp_findings_add(&list, &(struct lp_finding){
						       .id = "same-name",
						       .severity = LP_SEVERITY_WARNING,
						       .subject = walk.new->facts.name,
						       .message = lp_text_format(
							       "for kernel %s both modules are called %s: the new one "
							       "cannot be loaded over the old one",
							       walk.new->facts.release, walk.new->facts.name),
						       .hint = LP_SAME_NAME_HINT });
	return lp_findings_describe(&list);
}

static struct lppack_value *describe_diff(const struct lp_release_facts *older, const struct lp_release_facts *newer,
					  struct lppack_error *err)
{
	LP_AUTO(lp_changes_free) struct lp_changes changes = { 0 };
	struct lppack_value *map;
	struct lppack_value *list;
	bool cumulative = true;

	if (lp_release_facts_compare(older, newer, &changes, err) < 0)
		return NULL;
	map = lp_value_map();
	list = lp_value_list();
	for (size_t i = 0; i < changes.n; i++) {
		cumulative &= !changes.items[i].violation;
		lp_value_push(&list, describe_change(&changes.items[i]));
	}
	lp_value_add(&map, "old", describe_side(older));
	lp_value_add(&map, "new", describe_side(newer));
	lp_value_add_bool(&map, "cumulative", cumulative);
	lp_value_add(&map, "changes", list);
	lp_value_add(&map, "rollback", describe_rollbacks(older, newer));
	lp_value_add(&map, "findings", describe_findings(older, newer));
	if (!map)
		lp_fail_nomem(err);
	return map;
}

LP_EXPORT struct lppack_value *lppack_verified_diff(const struct lppack_verified *older,
						    const struct lppack_verified *newer, struct lppack_error *err)
{
	LP_AUTO(lp_release_facts_free) struct lp_bundle_release_facts old = { 0 };
	LP_AUTO(lp_release_facts_free) struct lp_bundle_release_facts new = { 0 };

	if (lp_release_facts_read(older, &old, err) < 0 || lp_release_facts_read(newer, &new, err) < 0)
		return NULL;
	return describe_diff(&old.facts, &new.facts, err);
}

LP_EXPORT int lppack_verified_check_supersedes(const struct lppack_verified *newer, const struct lppack_verified *older,
					       struct lppack_error *err)
{
	LP_AUTO(lp_release_facts_free) struct lp_bundle_release_facts old = { 0 };
	LP_AUTO(lp_release_facts_free) struct lp_bundle_release_facts new = { 0 };
	LP_AUTO(lp_changes_free) struct lp_changes changes = { 0 };
	int rc = lp_release_facts_read(older, &old, err);

	if (rc < 0)
		return rc;
	rc = lp_release_facts_read(newer, &new, err);
	if (rc < 0)
		return rc;
	rc = lp_release_facts_compare(&old.facts, &new.facts, &changes, err);
	return rc < 0 ? rc : lp_changes_check(&changes, &old.facts, &new.facts, err);
}

/* Also the size of the file, which may be compressed. */
static int read_module(const char *path, struct lp_metadata *out, uint64_t *size, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	int rc = lp_module_file_read(path, &bytes, size, err);

	if (rc < 0)
		return rc;
	rc = lp_module_file_inspect(&bytes, path, &out->facts, NULL, err);
	if (rc < 0)
		return rc;
	if (!out->facts.is_livepatch)
		return lp_fail(err, LPPACK_E_NOT_LIVEPATCH, "name two livepatch modules or two bundles",
			       "%s: not a livepatch", path);
	out->module_size = bytes.len;
	return lp_sha256(bytes.data, bytes.len, &out->module_sha256, err);
}

LP_EXPORT struct lppack_value *lppack_module_diff(const char *older, const char *newer, struct lppack_error *err)
{
	LP_AUTO_METADATA struct lp_metadata from = { 0 };
	LP_AUTO_METADATA struct lp_metadata to = { 0 };
	const struct lp_metadata *old_kernel = &from;
	const struct lp_metadata *new_kernel = &to;
	struct lp_release_facts old = { .name = older, .kernels = &old_kernel, .n_kernels = 1 };
	struct lp_release_facts new = { .name = newer, .kernels = &new_kernel, .n_kernels = 1 };

	if (read_module(older, &from, &old.size, err) < 0 || read_module(newer, &to, &new.size, err) < 0)
		return NULL;
	return describe_diff(&old, &new, err);
}
