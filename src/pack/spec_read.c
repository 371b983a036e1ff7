/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spec files: YAML into a struct lppack_spec, checked key by key (lppack-spec(5)). */
#include "shared/text.h"
#include "base/export.h"
#include "base/file.h"
#include "format/doc.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/text_list.h"
#include "format/yaml.h"
#include "pack/spec.h"

#include <fcntl.h>
#include <string.h>

#define SPEC_MAX (16u << 20)

LP_DEFINE_CLEANUP(struct lppack_spec, lppack_spec_free)

static void read_texts(struct lp_doc *doc, const char *key, struct lp_text_list *out)
{
	const struct lppack_value *list = lp_doc_list(doc, key, false);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *text = lp_doc_text_item(doc, list, i);

		if (text && (!*text || strlen(text) > LP_TEXT_MAX))
			lp_doc_fail(doc, key, NULL, "'%s' must have texts of 1 to %u bytes", key, LP_TEXT_MAX);
		else if (text && lp_text_list_add(out, text) < 0)
			doc->rc = lp_fail_nomem(doc->err);
	}
}

/* Also when a key is absent: a text of a sensible length. */
static void read_text(struct lp_doc *doc, const char *key, bool required, size_t max, char **out)
{
	lp_doc_text_dup(doc, key, required, out);
	if (doc->rc == 0 && *out && (!**out || strlen(*out) > max))
		lp_doc_fail(doc, key, NULL, "'%s' must have 1 to %zu bytes", key, max);
}

static void read_fix(struct lp_doc *doc, uint64_t serial, struct lp_spec_fix *fix)
{
	static const char *const keys[] = {
		"id", "summary", "severity", "cvss", "since", "functions", "not_for", NULL
	};

	fix->fix.since = serial;
	lp_doc_keys(doc, keys);
	read_text(doc, "id", true, LP_TEXT_MAX, &fix->fix.id);
	read_text(doc, "summary", false, LP_SUMMARY_MAX, &fix->fix.summary);
	read_text(doc, "severity", false, LP_TEXT_MAX, &fix->fix.severity);
	read_text(doc, "cvss", false, LP_TEXT_MAX, &fix->fix.cvss);
	lp_doc_int(doc, "since", false, serial, &fix->fix.since);
	read_texts(doc, "functions", &fix->fix.functions);
	read_texts(doc, "not_for", &fix->not_for);
	if (doc->rc == 0 && fix->fix.severity && !lp_text_is_one_of(fix->fix.severity, lp_severity_names))
		lp_doc_fail(doc, "severity", NULL, "'severity' must be low, medium, high or critical");
}

static void read_unfixable(struct lp_doc *doc, struct lp_unfixable *unfixable)
{
	static const char *const keys[] = { "id", "reason", NULL };

	lp_doc_keys(doc, keys);
	read_text(doc, "id", true, LP_TEXT_MAX, &unfixable->id);
	read_text(doc, "reason", true, LP_SUMMARY_MAX, &unfixable->reason);
}

static void read_withdrawn(struct lp_doc *doc, struct lp_withdrawn *withdrawn)
{
	static const char *const keys[] = { "kind", "id", "reason", NULL };
	const char *fault;

	lp_doc_keys(doc, keys);
	read_text(doc, "kind", true, LP_TEXT_MAX, &withdrawn->kind);
	read_text(doc, "id", true, LP_TEXT_MAX, &withdrawn->id);
	read_text(doc, "reason", true, LP_SUMMARY_MAX, &withdrawn->reason);
	if (doc->rc == 0 && !lp_text_is_one_of(withdrawn->kind, lp_withdrawn_kinds))
		lp_doc_fail(doc, "kind", NULL, "'kind' must be fix, function, kernel or state");
	fault = doc->rc == 0 ? lp_withdrawn_id_fault(withdrawn->kind, withdrawn->id) : NULL;
	if (fault)
		lp_doc_fail(doc, "id", NULL, "the id of a withdrawn %s must be %s: '%s'", withdrawn->kind, fault,
			    withdrawn->id);
}

static void read_kernel(struct lp_doc *doc, struct lp_spec_kernel *kernel)
{
	static const char *const keys[] = { "module",  "kernel", "build_id", "kernel_dir", "system_map",
					    "symvers", "config", "modules",  NULL };

	lp_doc_keys(doc, keys);
	kernel->line = doc->map ? doc->map->line : 0;
	read_text(doc, "module", true, LP_SUMMARY_MAX, &kernel->module);
	read_text(doc, "kernel", false, LP_SUMMARY_MAX, &kernel->kernel);
	lp_doc_build_id(doc, "build_id", false, &kernel->build_id);
	read_text(doc, "kernel_dir", false, LP_SUMMARY_MAX, &kernel->kernel_dir);
	read_text(doc, "system_map", false, LP_SUMMARY_MAX, &kernel->system_map);
	read_text(doc, "symvers", false, LP_SUMMARY_MAX, &kernel->symvers);
	read_text(doc, "config", false, LP_SUMMARY_MAX, &kernel->config);
	read_text(doc, "modules", false, LP_SUMMARY_MAX, &kernel->modules);
	if (doc->rc == 0 && !kernel->kernel == !kernel->build_id.len)
		lp_doc_fail(doc, NULL, "'kernel' names a vmlinuz, vmlinux, notes file or kernel .deb",
			    "give either 'kernel' or 'build_id'");
}

/* The list of a key and zeroed room for its elements. */
static const struct lppack_value *list_with_room(struct lp_doc *doc, const char *key, bool required, size_t size,
						 void **room)
{
	const struct lppack_value *list = lp_doc_list(doc, key, required);

	if (doc->rc < 0 || lppack_value_count(list) == 0)
		return NULL;
	*room = calloc(lppack_value_count(list), size);
	if (!*room)
		doc->rc = lp_fail_nomem(doc->err);
	return *room ? list : NULL;
}

static void read_fixes(struct lp_doc *doc, struct lppack_spec *spec)
{
	const struct lppack_value *list =
		list_with_room(doc, "fixes", false, sizeof(*spec->fixes), (void **)&spec->fixes);

	for (; doc->rc == 0 && spec->n_fixes < lppack_value_count(list); spec->n_fixes++) {
		struct lp_doc item = lp_doc_item(doc, list, spec->n_fixes);

		read_fix(&item, spec->id.serial, &spec->fixes[spec->n_fixes]);
		lp_doc_join(doc, &item);
	}
	if (doc->rc < 0 || spec->n_fixes == 0)
		return;
	qsort(spec->fixes, spec->n_fixes, sizeof(*spec->fixes), lp_spec_compare_fixes);
	for (size_t i = 1; i < spec->n_fixes; i++)
		if (lp_spec_compare_fixes(&spec->fixes[i - 1], &spec->fixes[i]) == 0)
			lp_doc_fail(doc, "fixes", "keep one of them", "the fix %s stands twice", spec->fixes[i].fix.id);
}

static void read_unfixables(struct lp_doc *doc, struct lppack_spec *spec)
{
	const struct lppack_value *list =
		list_with_room(doc, "unfixable", false, sizeof(*spec->unfixable), (void **)&spec->unfixable);

	for (; doc->rc == 0 && spec->n_unfixable < lppack_value_count(list); spec->n_unfixable++) {
		struct lp_doc item = lp_doc_item(doc, list, spec->n_unfixable);

		read_unfixable(&item, &spec->unfixable[spec->n_unfixable]);
		lp_doc_join(doc, &item);
	}
	if (doc->rc < 0 || spec->n_unfixable == 0)
		return;
	qsort(spec->unfixable, spec->n_unfixable, sizeof(*spec->unfixable), lp_spec_compare_unfixable);
	for (size_t i = 1; i < spec->n_unfixable; i++)
		if (lp_spec_compare_unfixable(&spec->unfixable[i - 1], &spec->unfixable[i]) == 0)
			lp_doc_fail(doc, "unfixable", "keep one of them", "%s stands twice", spec->unfixable[i].id);
}

/* Of sorted fixes. */
static void check_withdrawn_fixes(struct lp_doc *doc, const struct lppack_spec *spec)
{
	for (size_t i = 0; doc->rc == 0 && spec->n_fixes && i < spec->n_withdrawn; i++) {
		const struct lp_withdrawn *one = &spec->withdrawn[i];
		const struct lp_spec_fix key = { .fix.id = one->id };

		if (strcmp(one->kind, "fix") == 0 &&
		    bsearch(&key, spec->fixes, spec->n_fixes, sizeof(key), lp_spec_compare_fixes))
			lp_doc_fail(doc, "withdrawn", "keep one of them",
				    "the fix %s is withdrawn, but stands under 'fixes' too", one->id);
	}
}

static void read_withdrawns(struct lp_doc *doc, struct lppack_spec *spec)
{
	const struct lppack_value *list =
		list_with_room(doc, "withdrawn", false, sizeof(*spec->withdrawn), (void **)&spec->withdrawn);

	for (; doc->rc == 0 && spec->n_withdrawn < lppack_value_count(list); spec->n_withdrawn++) {
		struct lp_doc item = lp_doc_item(doc, list, spec->n_withdrawn);

		read_withdrawn(&item, &spec->withdrawn[spec->n_withdrawn]);
		lp_doc_join(doc, &item);
	}
	if (doc->rc < 0 || spec->n_withdrawn == 0)
		return;
	qsort(spec->withdrawn, spec->n_withdrawn, sizeof(*spec->withdrawn), lp_spec_compare_withdrawn);
	for (size_t i = 1; i < spec->n_withdrawn; i++)
		if (lp_spec_compare_withdrawn(&spec->withdrawn[i - 1], &spec->withdrawn[i]) == 0)
			lp_doc_fail(doc, "withdrawn", "keep one of them", "%s %s stands twice", spec->withdrawn[i].kind,
				    spec->withdrawn[i].id);
	check_withdrawn_fixes(doc, spec);
}

static void read_kernels(struct lp_doc *doc, struct lppack_spec *spec)
{
	const struct lppack_value *list =
		list_with_room(doc, "kernels", true, sizeof(*spec->kernels), (void **)&spec->kernels);

	for (; doc->rc == 0 && spec->n_kernels < lppack_value_count(list); spec->n_kernels++) {
		struct lp_doc item = lp_doc_item(doc, list, spec->n_kernels);

		read_kernel(&item, &spec->kernels[spec->n_kernels]);
		lp_doc_join(doc, &item);
	}
	if (doc->rc == 0 && spec->n_kernels == 0)
		lp_doc_fail(doc, "kernels", NULL, "'kernels' is empty");
}

/* What every module must have, beyond what makes it fit for a bundle. */
static void read_require(struct lp_doc *doc, struct lppack_spec *spec)
{
	static const char *const keys[] = { "module_signature", NULL };
	struct lp_doc require = lp_doc_map(doc, "require", false);

	if (require.map) {
		lp_doc_keys(&require, keys);
		lp_doc_bool(&require, "module_signature", false, &spec->require_module_signature);
	}
	lp_doc_join(doc, &require);
}

static void read_identity(struct lp_doc *doc, struct lppack_spec *spec)
{
	lp_doc_text_dup(doc, "stream", true, &spec->id.stream);
	if (doc->rc == 0 && !lp_stream_name_is_valid(spec->id.stream))
		lp_doc_fail(doc, "stream", NULL,
			    "'stream' must be up to %u of a-z, 0-9, '.', '_' and '-', a letter or digit first",
			    LP_STREAM_MAX);
	lp_doc_int(doc, "serial", true, LP_NUMBER_MAX, &spec->id.serial);
	lp_doc_int(doc, "epoch", false, LP_NUMBER_MAX, &spec->id.epoch);
	read_text(doc, "version", false, LP_TEXT_MAX, &spec->id.version);
	lp_doc_time(doc, "created", false, &spec->id.created);
	lp_doc_time(doc, "expires", false, &spec->expires);
	lp_doc_int(doc, "rollback_floor", false, spec->id.serial, &spec->rollback_floor);
	/* 0 means "not given" from here on. */
	if (doc->rc == 0 && lppack_value_get(doc->map, "created") && spec->id.created == 0)
		lp_doc_fail(doc, "created", "leave it out to take the current time",
			    "'created' is not after 1970-01-01");
	if (doc->rc == 0 && spec->id.created > LP_TIME_MAX)
		lp_doc_fail(doc, "created", NULL, "'created' is after the year 2242");
	/* 0 stands for "never" from here on. */
	if (doc->rc == 0 && lppack_value_get(doc->map, "expires") && spec->expires <= spec->id.created)
		lp_doc_fail(doc, "expires", NULL, "'expires' is not after 'created'");
}

static int read_spec(struct lppack_spec *spec, const struct lppack_value *tree, struct lppack_error *err)
{
	static const char *const keys[] = { "stream",  "serial",         "epoch", "version",   "created",
					    "expires", "rollback_floor", "fixes", "unfixable", "withdrawn",
					    "require", "kernels",        NULL };
	struct lp_doc doc = { .map = tree, .name = spec->name, .code = LPPACK_E_SPEC, .err = err };

	lp_doc_keys(&doc, keys);
	read_identity(&doc, spec);
	read_fixes(&doc, spec);
	read_unfixables(&doc, spec);
	read_withdrawns(&doc, spec);
	read_require(&doc, spec);
	read_kernels(&doc, spec);
	return doc.rc;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup("");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

LP_EXPORT struct lppack_spec *lppack_spec_read(const char *path, const char *directory, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_spec_free) struct lppack_spec *spec = calloc(1, sizeof(*spec));
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	if (spec) {
		spec->name = strdup(path);
		spec->directory = directory ? strdup(directory) : directory_of(path);
	}
	if (!spec || !spec->name || !spec->directory) {
		lp_fail_nomem(err);
		return NULL;
	}
	if (lp_file_read(AT_FDCWD, path, SPEC_MAX, &bytes, err) < 0 ||
	    lp_yaml_parse(bytes.data, bytes.len, path, LPPACK_E_SPEC, &tree, err) < 0 || read_spec(spec, tree, err) < 0)
		return NULL;
	return LP_TAKE(spec);
}
