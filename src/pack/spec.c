/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into a bundle, as calls say it; spec files are read in pack/spec_read.c. */
#include "pack/spec.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/export.h"
#include "base/file.h"
#include "base/options.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/release.h"
#include "format/text_list.h"
#include "format/yaml.h"

#include <string.h>

LP_DEFINE_CLEANUP(struct lppack_spec, lppack_spec_free)

static void free_unfixable(struct lp_unfixable *unfixable)
{
	free(unfixable->id);
	free(unfixable->reason);
}

static void free_withdrawn(struct lp_withdrawn *withdrawn)
{
	free(withdrawn->kind);
	free(withdrawn->id);
	free(withdrawn->reason);
}

static void free_fix(struct lp_spec_fix *fix)
{
	free(fix->fix.id);
	free(fix->fix.summary);
	free(fix->fix.severity);
	free(fix->fix.cvss);
	lp_text_list_free(&fix->fix.functions);
	lp_text_list_free(&fix->not_for);
}

static void free_kernel(struct lp_spec_kernel *kernel)
{
	free(kernel->module);
	free(kernel->kernel);
	free(kernel->kernel_dir);
	free(kernel->system_map);
	free(kernel->symvers);
	free(kernel->config);
	free(kernel->modules);
}

LP_EXPORT void lppack_spec_free(struct lppack_spec *spec)
{
	if (!spec)
		return;
	for (size_t i = 0; i < spec->n_fixes; i++)
		free_fix(&spec->fixes[i]);
	for (size_t i = 0; i < spec->n_unfixable; i++)
		free_unfixable(&spec->unfixable[i]);
	for (size_t i = 0; i < spec->n_withdrawn; i++)
		free_withdrawn(&spec->withdrawn[i]);
	for (size_t i = 0; i < spec->n_kernels; i++)
		free_kernel(&spec->kernels[i]);
	free(spec->fixes);
	free(spec->unfixable);
	free(spec->withdrawn);
	free(spec->kernels);
	free(spec->name);
	free(spec->directory);
	lp_release_free(&spec->id);
	free(spec);
}

char *lp_spec_path(const struct lppack_spec *spec, const char *path)
{
	if (path[0] == '/' || !*spec->directory)
		return strdup(path);
	return lp_text_format("%s/%s", spec->directory, path);
}

int lp_spec_compare_fixes(const void *a, const void *b)
{
	return strcmp(((const struct lp_spec_fix *)a)->fix.id, ((const struct lp_spec_fix *)b)->fix.id);
}

int lp_spec_compare_unfixable(const void *a, const void *b)
{
	return strcmp(((const struct lp_unfixable *)a)->id, ((const struct lp_unfixable *)b)->id);
}

int lp_spec_compare_withdrawn(const void *a, const void *b)
{
	const struct lp_withdrawn *left = a;
	const struct lp_withdrawn *right = b;
	int order = strcmp(left->kind, right->kind);

	return order ? order : strcmp(left->id, right->id);
}

LP_EXPORT struct lppack_spec *lppack_spec_new(const char *stream, uint64_t serial, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_spec_free) struct lppack_spec *spec = NULL;

	if (!stream || !lp_stream_name_is_valid(stream)) {
		lp_fail(err, LPPACK_E_USAGE,
			"use up to 64 lower-case letters, digits, '.', '_' and '-', a letter or digit first",
			"'%s' cannot be the name of a stream", stream ? stream : "");
		return NULL;
	}
	if (serial > LP_NUMBER_MAX) {
		lp_fail(err, LPPACK_E_USAGE, "count the bundles of a stream from 1 on", "serial %llu is too large",
			(unsigned long long)serial);
		return NULL;
	}
	spec = calloc(1, sizeof(*spec));
	if (spec) {
		spec->name = strdup("command line");
		spec->directory = strdup("");
		spec->id.stream = strdup(stream);
		spec->id.serial = serial;
	}
	if (!spec || !spec->name || !spec->directory || !spec->id.stream) {
		lp_fail_nomem(err);
		return NULL;
	}
	return LP_TAKE(spec);
}

/* A text of a sensible length, on one line; NULL where it is not required. */
static int check_text(const char *what, const char *text, bool required, size_t max, struct lppack_error *err)
{
	size_t n = text ? strlen(text) : 0;

	if (!text && !required)
		return 0;
	if (n > 0 && n <= max && lp_text_is_clean(text, n, false))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "use a short printable text", "the %s must have 1 to %zu printable bytes",
		       what, max);
}

LP_EXPORT int lppack_spec_set_epoch(struct lppack_spec *spec, uint64_t epoch, struct lppack_error *err)
{
	if (epoch > LP_NUMBER_MAX)
		return lp_fail(err, LPPACK_E_USAGE, "count epochs from 0 on", "epoch %llu is too large",
			       (unsigned long long)epoch);
	spec->id.epoch = epoch;
	return 0;
}

LP_EXPORT int lppack_spec_set_version(struct lppack_spec *spec, const char *version, struct lppack_error *err)
{
	char *copy;
	int rc = check_text("version text", version, true, LP_TEXT_MAX, err);

	if (rc < 0)
		return rc;
	copy = strdup(version);
	if (!copy)
		return lp_fail_nomem(err);
	free(spec->id.version);
	spec->id.version = copy;
	return 0;
}

/* 0 stands for "not given" and "never", so that it can be neither time. */
static int parse_time(const char *what, const char *text, int64_t *out, struct lppack_error *err)
{
	int64_t seconds = 0;

	if (!text || lp_time_parse(text, &seconds) < 0)
		return lp_fail(err, LPPACK_E_USAGE, "write it like 2027-01-31T00:00:00Z", "'%s' is not a time in UTC",
			       text ? text : "");
	if (seconds <= 0 || seconds > LP_TIME_MAX)
		return lp_fail(err, LPPACK_E_USAGE, "choose a later time, before 2242", "a bundle cannot %s on %s",
			       what, text);
	*out = seconds;
	return 0;
}

LP_EXPORT int lppack_spec_set_created(struct lppack_spec *spec, const char *created, struct lppack_error *err)
{
	return parse_time("be created", created, &spec->id.created, err);
}

LP_EXPORT int lppack_spec_set_expires(struct lppack_spec *spec, const char *expires, struct lppack_error *err)
{
	return parse_time("expire", expires, &spec->expires, err);
}

LP_EXPORT int lppack_spec_set_rollback_floor(struct lppack_spec *spec, uint64_t floor, struct lppack_error *err)
{
	if (floor > spec->id.serial)
		return lp_fail(err, LPPACK_E_USAGE, NULL, "the rollback floor %llu is above the serial %llu",
			       (unsigned long long)floor, (unsigned long long)spec->id.serial);
	spec->rollback_floor = floor;
	return 0;
}

LP_EXPORT int lppack_spec_set_require(struct lppack_spec *spec, uint32_t flags, struct lppack_error *err)
{
	if (flags & ~LPPACK_REQUIRE_MODULE_SIGNATURE)
		return lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of requirements that are unknown: %#x",
			       flags);
	spec->require_module_signature = flags & LPPACK_REQUIRE_MODULE_SIGNATURE;
	return 0;
}

static int copy_list(const char *what, const char *const *from, struct lp_text_list *to, struct lppack_error *err)
{
	for (; from && *from; from++) {
		int rc = check_text(what, *from, true, LP_TEXT_MAX, err);

		if (rc < 0)
			return rc;
		if (lp_text_list_add(to, *from) < 0)
			return lp_fail_nomem(err);
	}
	return 0;
}

static int check_fix(const struct lppack_spec *spec, const struct lppack_spec_fix *fix, struct lppack_error *err)
{
	int rc = check_text("id of a fix", fix->id, true, LP_TEXT_MAX, err);

	if (rc < 0)
		return rc;
	rc = check_text("summary of a fix", fix->summary, false, LP_SUMMARY_MAX, err);
	if (rc < 0)
		return rc;
	rc = check_text("CVSS score of a fix", fix->cvss, false, LP_TEXT_MAX, err);
	if (rc < 0)
		return rc;
	if (fix->flags & ~LPPACK_SPEC_FIX_SINCE)
		return lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of a fix that are unknown: %#x", fix->flags);
	if (fix->severity && !lp_text_is_one_of(fix->severity, lp_severity_names))
		return lp_fail(err, LPPACK_E_USAGE, NULL, "the severity of %s must be low, medium, high or critical",
			       fix->id);
	if (fix->since > spec->id.serial)
		return lp_fail(err, LPPACK_E_USAGE, NULL, "%s is said to come with a later serial", fix->id);
	for (size_t i = 0; i < spec->n_fixes; i++)
		if (strcmp(spec->fixes[i].fix.id, fix->id) == 0)
			return lp_fail(err, LPPACK_E_USAGE, "keep one of them", "the fix %s stands twice", fix->id);
	for (size_t i = 0; i < spec->n_withdrawn; i++)
		if (strcmp(spec->withdrawn[i].kind, "fix") == 0 && strcmp(spec->withdrawn[i].id, fix->id) == 0)
			return lp_fail(err, LPPACK_E_USAGE, "keep one of them",
				       "the fix %s is withdrawn, but added too", fix->id);
	return 0;
}

LP_EXPORT int lppack_spec_add_fix(struct lppack_spec *spec, const struct lppack_spec_fix *given,
				  struct lppack_error *err)
{
	LP_AUTO(free_fix) struct lp_spec_fix made = { 0 };
	struct lppack_spec_fix fix;
	struct lp_spec_fix *item;
	bool ok = true;
	int rc = LP_OPTIONS_TAKE(lppack_spec_fix, flags, &fix, given, err);

	if (rc < 0)
		return rc;
	rc = check_fix(spec, &fix, err);
	if (rc < 0)
		return rc;
	rc = copy_list("functions of a fix", fix.functions, &made.fix.functions, err);
	if (rc < 0)
		return rc;
	rc = copy_list("releases of a fix", fix.not_for, &made.not_for, err);
	if (rc < 0)
		return rc;
	made.fix.id = lp_text_dup(fix.id, &ok);
	made.fix.summary = lp_text_dup(fix.summary, &ok);
	made.fix.severity = lp_text_dup(fix.severity, &ok);
	made.fix.cvss = lp_text_dup(fix.cvss, &ok);
	made.fix.since = fix.flags & LPPACK_SPEC_FIX_SINCE ? fix.since : spec->id.serial;
	item = ok ? lp_array_add(&spec->fixes, &spec->n_fixes, sizeof(*item)) : NULL;
	if (!item)
		return lp_fail_nomem(err);
	*item = made;
	made = (struct lp_spec_fix){ 0 };
	qsort(spec->fixes, spec->n_fixes, sizeof(*spec->fixes), lp_spec_compare_fixes);
	return 0;
}

LP_EXPORT int lppack_spec_add_unfixable(struct lppack_spec *spec, const char *id, const char *reason,
					struct lppack_error *err)
{
	LP_AUTO(free_unfixable) struct lp_unfixable made = { 0 };
	struct lp_unfixable *item;
	bool ok = true;
	int rc = check_text("id of what is unfixable", id, true, LP_TEXT_MAX, err);

	if (rc < 0)
		return rc;
	rc = check_text("reason", reason, true, LP_SUMMARY_MAX, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < spec->n_unfixable; i++)
		if (strcmp(spec->unfixable[i].id, id) == 0)
			return lp_fail(err, LPPACK_E_USAGE, "keep one of them", "%s stands twice", id);
	made.id = lp_text_dup(id, &ok);
	made.reason = lp_text_dup(reason, &ok);
	item = ok ? lp_array_add(&spec->unfixable, &spec->n_unfixable, sizeof(*item)) : NULL;
	if (!item)
		return lp_fail_nomem(err);
	*item = made;
	made = (struct lp_unfixable){ 0 };
	qsort(spec->unfixable, spec->n_unfixable, sizeof(*spec->unfixable), lp_spec_compare_unfixable);
	return 0;
}

static int check_withdrawn(const struct lppack_spec *spec, const struct lp_withdrawn *one, struct lppack_error *err)
{
	const char *fault;

	if (!lp_text_is_one_of(one->kind, lp_withdrawn_kinds))
		return lp_fail(err, LPPACK_E_USAGE, NULL, "what is withdrawn is a fix, function, kernel or state: '%s'",
			       one->kind);
	fault = lp_withdrawn_id_fault(one->kind, one->id);
	if (fault)
		return lp_fail(err, LPPACK_E_USAGE, NULL, "the id of a withdrawn %s must be %s: '%s'", one->kind, fault,
			       one->id);
	for (size_t i = 0; i < spec->n_withdrawn; i++)
		if (lp_spec_compare_withdrawn(&spec->withdrawn[i], one) == 0)
			return lp_fail(err, LPPACK_E_USAGE, "keep one of them", "%s %s stands twice", one->kind,
				       one->id);
	for (size_t i = 0; i < spec->n_fixes; i++)
		if (strcmp(one->kind, "fix") == 0 && strcmp(spec->fixes[i].fix.id, one->id) == 0)
			return lp_fail(err, LPPACK_E_USAGE, "keep one of them",
				       "the fix %s is withdrawn, but added too", one->id);
	return 0;
}

LP_EXPORT int lppack_spec_add_withdrawn(struct lppack_spec *spec, const char *kind, const char *id, const char *reason,
					struct lppack_error *err)
{
	LP_AUTO(free_withdrawn) struct lp_withdrawn made = { 0 };
	struct lp_withdrawn *item;
	bool ok = true;
	int rc = check_text("kind of what is withdrawn", kind, true, LP_TEXT_MAX, err);

	if (rc < 0)
		return rc;
	rc = check_text("id of what is withdrawn", id, true, LP_TEXT_MAX, err);
	if (rc < 0)
		return rc;
	rc = check_text("reason", reason, true, LP_SUMMARY_MAX, err);
	if (rc < 0)
		return rc;
	made.kind = lp_text_dup(kind, &ok);
	made.id = lp_text_dup(id, &ok);
	made.reason = lp_text_dup(reason, &ok);
	if (!ok)
		return lp_fail_nomem(err);
	rc = check_withdrawn(spec, &made, err);
	if (rc < 0)
		return rc;
	item = lp_array_add(&spec->withdrawn, &spec->n_withdrawn, sizeof(*item));
	if (!item)
		return lp_fail_nomem(err);
	*item = made;
	made = (struct lp_withdrawn){ 0 };
	qsort(spec->withdrawn, spec->n_withdrawn, sizeof(*spec->withdrawn), lp_spec_compare_withdrawn);
	return 0;
}

static int check_kernel(const struct lppack_spec_kernel *kernel, struct lp_build_id *build_id, struct lppack_error *err)
{
	const char *const paths[] = { kernel->kernel,  kernel->kernel_dir, kernel->system_map,
				      kernel->symvers, kernel->config,     kernel->modules };
	int rc = check_text("path of a module", kernel->module, true, LP_SUMMARY_MAX, err);

	for (size_t i = 0; rc == 0 && i < sizeof(paths) / sizeof(paths[0]); i++)
		rc = check_text("path of a kernel's file", paths[i], false, LP_SUMMARY_MAX, err);
	if (rc < 0)
		return rc;
	if (!kernel->kernel == !kernel->build_id)
		return lp_fail(err, LPPACK_E_USAGE, "give either a file of the kernel or its build ID",
			       "%s: belongs to one kernel", kernel->module);
	if (kernel->build_id && lp_build_id_parse(kernel->build_id, build_id) < 0)
		return lp_fail(err, LPPACK_E_USAGE, "a build ID has 8 to 64 lower-case hex digits",
			       "'%s' is not a build ID", kernel->build_id);
	return 0;
}

LP_EXPORT int lppack_spec_add_kernel(struct lppack_spec *spec, const struct lppack_spec_kernel *given,
				     struct lppack_error *err)
{
	LP_AUTO(free_kernel) struct lp_spec_kernel made = { 0 };
	struct lppack_spec_kernel kernel;
	struct lp_spec_kernel *item;
	bool ok = true;
	int rc = LP_OPTIONS_TAKE(lppack_spec_kernel, module, &kernel, given, err);

	if (rc < 0)
		return rc;
	rc = check_kernel(&kernel, &made.build_id, err);
	if (rc < 0)
		return rc;
	made.module = lp_text_dup(kernel.module, &ok);
	made.kernel = lp_text_dup(kernel.kernel, &ok);
	made.kernel_dir = lp_text_dup(kernel.kernel_dir, &ok);
	made.system_map = lp_text_dup(kernel.system_map, &ok);
	made.symvers = lp_text_dup(kernel.symvers, &ok);
	made.config = lp_text_dup(kernel.config, &ok);
	made.modules = lp_text_dup(kernel.modules, &ok);
	item = ok ? lp_array_add(&spec->kernels, &spec->n_kernels, sizeof(*item)) : NULL;
	if (!item)
		return lp_fail_nomem(err);
	*item = made;
	made = (struct lp_spec_kernel){ 0 };
	return 0;
}
