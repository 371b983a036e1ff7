/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a spec to inspected modules that belong to their kernels. */
#include "pack/gather.h"

#include "shared/array.h"
#include "shared/text.h"
#include "format/format.h"
#include "format/metadata.h"
#include "format/text_list.h"
#include "crypto/digest.h"
#include "check/kernel_file.h"
#include "check/module_file.h"

#include <fnmatch.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

void lp_pack_free(struct lp_pack *pack)
{
	for (size_t i = 0; i < pack->n; i++) {
		free(pack->items[i].path);
		free(pack->items[i].kernel_path);
		lp_buf_free(&pack->items[i].signature);
		lp_metadata_free(&pack->items[i].metadata);
	}
	free(pack->items);
	lp_buf_free(&pack->metadata);
	if (pack->spool >= 0)
		close(pack->spool);
	*pack = (struct lp_pack){ .spool = -1 };
}

static int check_livepatch(const char *path, const struct lp_module_facts *facts, struct lppack_error *err)
{
	if (!facts->is_livepatch)
		return lp_fail(err, LPPACK_E_NOT_LIVEPATCH, "name a module that is built as a livepatch",
			       "%s: not a livepatch (no livepatch=Y in its modinfo)", path);
	if (facts->replace == LP_REPLACE_REFUTED)
		return lp_fail(err, LPPACK_E_NOT_REPLACE, "set .replace = true in its struct klp_patch",
			       "%s: not in replace mode; a bundle carries cumulative patches only", path);
	if (!facts->arch)
		return lp_fail(err, LPPACK_E_ARCH,
			       "use a 64-bit module of x86_64, aarch64, s390x, ppc64le, riscv64 or loongarch64",
			       "%s: for an unknown architecture", path);
	if (!facts->release)
		return lp_fail(err, LPPACK_E_MODULE, "build it with the kernel's own build system",
			       "%s: has no vermagic", path);
	if (!facts->name || !*facts->name)
		return lp_fail(err, LPPACK_E_MODULE, "build it with the kernel's own build system",
			       "%s: has no module name", path);
	if (!lp_module_name_is_good(facts->name))
		return lp_fail(err, LPPACK_E_MODULE_NAME, "rename it and build it again",
			       "%s: the module name '%s' is not up to %d letters, digits and '_'", path, facts->name,
			       LP_MODULE_NAME_MAX);
	return 0;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || at[-1] == ' ') && strchr(" ", at[len]))
			return true;
	return false;
}

/* What is not known of the kernel cannot contradict; neither can a release without a version: it is the build salt of
 * the notes, which need not be the release (kernel: CONFIG_BUILD_SALT). */
static int check_kernel(const struct lp_pack_item *item, const struct lp_kernel_facts *kernel, struct lppack_error *err)
{
	const struct lp_module_facts *facts = &item->metadata.facts;

	if (kernel->arch && strcmp(kernel->arch, facts->arch) != 0)
		return lp_fail(err, LPPACK_E_ARCH, "pair the module with the kernel it was built for",
			       "%s: for %s, but %s is a kernel for %s", item->path, facts->arch, item->kernel_path,
			       kernel->arch);
	if (!kernel->version)
		return 0;
	if (kernel->release && strcmp(kernel->release, facts->release) != 0)
		return lp_fail(err, LPPACK_E_VERMAGIC, "pair the module with the kernel it was built for",
			       "%s: its vermagic is for kernel %s, but %s is kernel %s", item->path, facts->release,
			       item->kernel_path, kernel->release);
	if (has_word(kernel->version, "SMP") != has_word(facts->vermagic, "SMP"))
		return lp_fail(err, LPPACK_E_VERMAGIC, "pair the module with the kernel it was built for",
			       "%s: its vermagic '%s' and %s, '%s', do not agree about SMP", item->path,
			       facts->vermagic, item->kernel_path, kernel->version);
	return 0;
}

/* Nothing can be said of what such a livepatch does, before it is loaded or after. */
static int check_recognised(const char *path, const struct lp_module_facts *facts, struct lppack_error *err)
{
	if (facts->builder != LP_BUILDER_UNKNOWN)
		return 0;
	return lp_fail(
		err, LPPACK_E_UNLOADABLE,
		"build it with kpatch-build, klp-build or a static struct klp_patch and keep its symbol table, or "
		"pass --allow-unrecognised",
		"%s: nothing of its livepatch is recognised", path);
}

static int inspect_module(struct lp_pack_item *item, const struct lp_pack *pack, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lppack_error fault = LPPACK_ERROR_INIT;
	struct lp_metadata *metadata = &item->metadata;
	int rc = lp_module_file_read(item->path, &bytes, NULL, err);

	if (rc < 0)
		return rc;
	rc = lp_module_file_inspect(&bytes, item->path, &metadata->facts, &fault, err);
	if (rc < 0)
		return rc;
	rc = check_livepatch(item->path, &metadata->facts, err);
	if (rc < 0)
		return rc;
	if (fault.code)
		return lp_error_move(err, &fault);
	rc = pack->allow_unrecognised ? 0 : check_recognised(item->path, &metadata->facts, err);
	if (rc < 0)
		return rc;
	rc = lp_module_signing_apply(&pack->signing, item->path, &bytes, &item->signature, err);
	if (rc < 0)
		return rc;
	metadata->facts.has_signature |= item->signature.len > 0;
	metadata->module_size = bytes.len;
	return lp_sha256(bytes.data, bytes.len, &metadata->module_sha256, err);
}

char *lp_pack_path(const struct lppack_spec *spec, const char *pattern, const char *release)
{
	static const char mark[] = "{release}";
	LP_AUTO_BUF struct lp_buf filled = { 0 };
	const char *at;

	while ((at = strstr(pattern, mark))) {
		lp_buf_append(&filled, pattern, (size_t)(at - pattern));
		lp_buf_text(&filled, release);
		pattern = at + strlen(mark);
	}
	lp_buf_text(&filled, pattern);
	return lp_buf_ok(&filled) ? lp_spec_path(spec, (const char *)filled.data) : NULL;
}

static int no_kernel(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel, const char *path,
		     const struct lp_pack_item *item, struct lppack_error *err)
{
	if (kernel->line)
		return lp_fail(err, LPPACK_E_SPEC, "relative paths begin at the spec's directory, or at --directory",
			       "%s:%u: no kernel for %s: no file matches %s", spec->name, kernel->line, item->path,
			       path);
	return lp_fail(err, LPPACK_E_IO, "give a kernel file, or a build ID of 8 to 64 lower-case hex digits",
		       "%s: no such kernel file, for %s", path, item->path);
}

static int many_kernels(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel, const char *path, size_t n,
			const struct lp_pack_item *item, struct lppack_error *err)
{
	static const char hint[] = "narrow the pattern, for example by {release}";

	if (kernel->line)
		return lp_fail(err, LPPACK_E_SPEC, hint, "%s:%u: %s matches %zu files, but %s belongs to one kernel",
			       spec->name, kernel->line, path, n, item->path);
	return lp_fail(err, LPPACK_E_SPEC, hint, "%s matches %zu files, but %s belongs to one kernel", path, n,
		       item->path);
}

/* glob(3), but a file of that very name is itself, whatever its name looks like. */
static int find_files(const char *path, glob_t *found)
{
	LP_AUTO_BUF struct lp_buf literal = { 0 };

	if (!path)
		return GLOB_NOSPACE;
	if (access(path, F_OK) != 0)
		return glob(path, 0, NULL, found);
	for (const char *p = path; *p; p++) {
		if (strchr("*?[\\", *p))
			lp_buf_text(&literal, "\\");
		lp_buf_append(&literal, p, 1);
	}
	lp_buf_append(&literal, "", 1);
	return lp_buf_ok(&literal) ? glob((const char *)literal.data, 0, NULL, found) : GLOB_NOSPACE;
}

/* The one file that the kernel's pattern names for this module. */
static int resolve_kernel_path(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel,
			       struct lp_pack_item *item, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_pack_path(spec, kernel->kernel, item->metadata.facts.release);
	LP_AUTO(globfree) glob_t found = { 0 };
	int rc = find_files(path, &found);

	if (rc == GLOB_NOSPACE)
		return lp_fail_nomem(err);
	if (rc != 0)
		return no_kernel(spec, kernel, path, item, err);
	if (found.gl_pathc > 1)
		return many_kernels(spec, kernel, path, found.gl_pathc, item, err);
	item->kernel_path = strdup(found.gl_pathv[0]);
	return item->kernel_path ? 0 : lp_fail_nomem(err);
}

static int identify_kernel(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel,
			   struct lp_pack_item *item, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	int rc;

	if (!kernel->kernel) {
		item->metadata.build_id = kernel->build_id;
		return 0;
	}
	rc = resolve_kernel_path(spec, kernel, item, err);
	if (rc < 0)
		return rc;
	rc = lp_kernel_file_read_in_cell(item->kernel_path, &facts, err);
	if (rc < 0)
		return rc;
	item->metadata.build_id = facts.build_id;
	return check_kernel(item, &facts, err);
}

static int mark_not_applicable(const struct lppack_spec *spec, struct lp_metadata *metadata, struct lppack_error *err)
{
	for (size_t i = 0; i < spec->n_fixes; i++) {
		const struct lp_spec_fix *fix = &spec->fixes[i];

		for (size_t j = 0; j < fix->not_for.n; j++) {
			if (fnmatch(fix->not_for.items[j], metadata->facts.release, 0) != 0)
				continue;
			if (lp_text_list_add(&metadata->not_applicable, fix->fix.id) < 0)
				return lp_fail_nomem(err);
			break;
		}
	}
	return 0;
}

static int gather_module(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel, const char *path,
			 struct lp_pack *pack, struct lppack_error *err)
{
	struct lp_pack_item *item = lp_array_add(&pack->items, &pack->n, sizeof(*item));
	int rc;

	if (!item)
		return lp_fail_nomem(err);
	*item = (struct lp_pack_item){ .path = strdup(path), .from = kernel, .record.base = LP_INDEX_NO_BASE };
	if (!item->path)
		return lp_fail_nomem(err);
	rc = inspect_module(item, pack, err);
	if (rc < 0)
		return rc;
	if (spec->require_module_signature && !item->metadata.facts.has_signature)
		return lp_fail(err, LPPACK_E_MODULE, "add --sign-module KEY --cert CERT, or drop 'require'",
			       "%s: has no appended signature, which %s requires", path, spec->name);
	rc = identify_kernel(spec, kernel, item, err);
	if (rc < 0)
		return rc;
	item->record.build_id = item->metadata.build_id;
	item->record.plain_size = (uint32_t)item->metadata.module_size;
	return mark_not_applicable(spec, &item->metadata, err);
}

static int gather_pattern(const struct lppack_spec *spec, const struct lp_spec_kernel *kernel, struct lp_pack *pack,
			  struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_spec_path(spec, kernel->module);
	LP_AUTO(globfree) glob_t found = { 0 };
	int rc = find_files(path, &found);

	if (rc == GLOB_NOSPACE)
		return lp_fail_nomem(err);
	if (rc != 0 && kernel->line)
		return lp_fail(err, LPPACK_E_SPEC, "relative paths begin at the spec's directory, or at --directory",
			       "%s:%u: no file matches %s", spec->name, kernel->line, path);
	if (rc != 0)
		return lp_fail(err, LPPACK_E_IO, "check the path", "%s: no such file", path);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		rc = gather_module(spec, kernel, found.gl_pathv[i], pack, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int compare_items(const void *a, const void *b)
{
	const struct lp_pack_item *left = a;
	const struct lp_pack_item *right = b;

	return memcmp(left->record.build_id.bytes, right->record.build_id.bytes, LP_BUILD_ID_MAX);
}

static int check_duplicates(const struct lp_pack *pack, struct lppack_error *err)
{
	char hex[LP_BUILD_ID_TEXT];

	for (size_t i = 1; i < pack->n; i++)
		if (compare_items(&pack->items[i - 1], &pack->items[i]) == 0)
			return lp_fail(err, LPPACK_E_DUPLICATE, "keep one module for each kernel build",
				       "%s and %s are both for kernel build ID %s (%s)", pack->items[i - 1].path,
				       pack->items[i].path, lp_build_id_format(&pack->items[i].record.build_id, hex),
				       pack->items[i].metadata.facts.release);
	return 0;
}

static int encode_metadata(struct lp_pack *pack, struct lppack_error *err)
{
	for (size_t i = 0; i < pack->n; i++) {
		struct lp_pack_item *item = &pack->items[i];
		size_t before = pack->metadata.len;
		LP_AUTO_BUF struct lp_buf one = { 0 };
		int rc = lp_metadata_encode(&item->metadata, &one, err);

		if (rc < 0)
			return lp_wrap(err, rc, "%s", item->path);
		rc = lp_sha256(one.data, one.len, &item->record.metadata_sha256, err);
		if (rc < 0)
			return lp_wrap(err, rc, "%s", item->path);
		lp_buf_append(&pack->metadata, one.data, one.len);
		item->record.metadata_size = (uint32_t)(pack->metadata.len - before);
	}
	return lp_buf_ok(&pack->metadata) ? 0 : lp_fail_nomem(err);
}

int lp_pack_gather(const struct lppack_spec *spec, struct lp_pack *pack, struct lppack_error *err)
{
	int rc;

	for (size_t i = 0; i < spec->n_kernels; i++) {
		rc = gather_pattern(spec, &spec->kernels[i], pack, err);
		if (rc < 0)
			return rc;
	}
	if (pack->n == 0)
		return lp_fail(err, LPPACK_E_SPEC, "add at least one module and its kernel", "%s: no kernels",
			       spec->name);
	if (pack->n > LP_KERNELS_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "split the bundle", "%s: %zu kernels; a bundle holds %u",
			       spec->name, pack->n, LP_KERNELS_MAX);
	qsort(pack->items, pack->n, sizeof(*pack->items), compare_items);
	rc = check_duplicates(pack, err);
	return rc < 0 ? rc : encode_metadata(pack, err);
}
