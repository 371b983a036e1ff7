/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The link check of what is about to be packed. */
#include "pack/check.h"

#include "shared/text.h"
#include "base/value.h"
#include "check/kernel_cell.h"
#include "pack/gather.h"

#include <string.h>

/* The files that the spec names for one module; all owned. */
struct named {
	char *directory;
	char *system_map;
	char *symvers;
	char *config;
	char *modules;
};

static void cleanup_named(struct named *n)
{
	free(n->directory);
	free(n->system_map);
	free(n->symvers);
	free(n->config);
	free(n->modules);
}

static char *fill_path(const struct lppack_spec *spec, const struct lp_pack_item *item, const char *pattern, bool *ok)
{
	char *path = pattern ? lp_pack_path(spec, pattern, item->metadata.facts.release) : NULL;

	*ok = *ok && (path || !pattern);
	return path;
}

/* Without a directory of its own: what lies beside the kernel file. */
static char *directory_beside(const char *kernel, bool *ok)
{
	const char *slash = kernel ? strrchr(kernel, '/') : NULL;
	char *directory;

	if (!kernel)
		return NULL;
	directory = slash ? strndup(kernel, slash == kernel ? 1 : (size_t)(slash - kernel)) : strdup(".");
	*ok = *ok && directory;
	return directory;
}

static int resolve(const struct lppack_spec *spec, const struct lp_pack_item *item, struct named *out,
		   struct lppack_error *err)
{
	const struct lp_spec_kernel *from = item->from;
	bool ok = true;

	*out = (struct named){
		.directory = from->kernel_dir ? fill_path(spec, item, from->kernel_dir, &ok) :
						directory_beside(item->kernel_path, &ok),
		.system_map = fill_path(spec, item, from->system_map, &ok),
		.symvers = fill_path(spec, item, from->symvers, &ok),
		.config = fill_path(spec, item, from->config, &ok),
		.modules = fill_path(spec, item, from->modules, &ok),
	};
	return ok ? 0 : lp_fail_nomem(err);
}

/* Files of another build prove nothing. */
static int check_build(const struct lp_pack_item *item, const struct lppack_kernel *kernel, struct lppack_error *err)
{
	char expected[LP_BUILD_ID_TEXT];

	if (!kernel->facts.build_id.len || lp_build_id_equal(&kernel->facts.build_id, &item->metadata.build_id))
		return 0;
	return lp_fail(err, LPPACK_E_SPEC, "name the files of the very kernel that the module is for",
		       "%s: is for kernel build ID %s, but %s has %s", item->path,
		       lp_build_id_format(&item->metadata.build_id, expected), kernel->paths.at[LP_PATH_VMLINUZ],
		       kernel->build_id);
}

/* What is unknown is told, too: whoever packs may have the other files. */
static void add_warnings(struct lppack_value **list, const struct lp_pack_item *item,
			 const struct lppack_value *findings)
{
	static const char *const told[] = { "warning", "unknown", NULL };

	for (size_t i = 0; i < lppack_value_count(findings); i++) {
		const struct lppack_value *finding = lppack_value_at(findings, i, NULL);
		const char *severity = lppack_value_text(lppack_value_get(finding, "severity"));
		struct lppack_value *map;

		if (!severity || !lp_text_is_one_of(severity, told))
			continue;
		map = lp_value_map();
		lp_value_add_text(&map, "release", item->metadata.facts.release);
		lp_value_add_text(&map, "module", item->metadata.facts.name);
		lp_value_add_text(&map, "message", lppack_value_text(lppack_value_get(finding, "message")));
		lp_value_add_text(&map, "hint", lppack_value_text(lppack_value_get(finding, "hint")));
		lp_value_push(list, map);
	}
}

/* As the bundle will hold it, which is not what the file holds if modules are signed. */
static int check_item(const struct lp_pack_item *item, const struct lppack_kernel_files *files,
		      struct lp_pack_checked *out, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_kernel_close) struct lppack_kernel *kernel = lppack_kernel_open(files, err);
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	uint64_t code;
	int rc;

	if (!kernel)
		return lp_wrap(err, -LPPACK_E_USAGE, "%s: the files of its kernel", item->path);
	rc = check_build(item, kernel, err);
	if (rc < 0)
		return rc;
	rc = lp_pack_read(item, &bytes, err);
	if (rc < 0)
		return rc;
	rc = lp_kernel_check_bytes(kernel, item->path, bytes.data, bytes.len, &report, err);
	if (rc < 0)
		return rc;
	add_warnings(&out->warnings, item, lppack_value_get(report, "findings"));
	/* What the files do not tell keeps nobody from packing. */
	code = lppack_value_int(lppack_value_get(lppack_value_get(report, "verdict"), "code"), LPPACK_E_UNLOADABLE);
	return code == 0 || code == LPPACK_E_UNDECIDED ? 0 : lppack_check_report_judge(report, 0, err);
}

int lp_pack_check(const struct lppack_spec *spec, const struct lp_pack *pack, struct lp_pack_checked *out,
		  struct lppack_error *err)
{
	*out = (struct lp_pack_checked){ .warnings = lp_value_list() };
	for (size_t i = 0; i < pack->n; i++) {
		const struct lp_pack_item *item = &pack->items[i];
		LP_AUTO(cleanup_named) struct named named = { 0 };
		LPPACK_OPTIONS(lppack_kernel_files, files);
		int rc = resolve(spec, item, &named, err);

		if (rc < 0)
			return rc;
		if (!(named.directory || named.system_map || named.symvers || named.config || named.modules))
			continue;
		files.directory = named.directory;
		files.release = item->metadata.facts.release;
		files.vmlinuz = item->kernel_path;
		files.system_map = named.system_map;
		files.symvers = named.symvers;
		files.config = named.config;
		files.modules = named.modules;
		rc = check_item(item, &files, out, err);
		if (rc < 0)
			return rc;
		out->n++;
	}
	return 0;
}
