/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking for the kernels that the next boot may come up with, and for what covers them. */
#include "machine/coverage.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root_glob.h"
#include "base/value_add.h"
#include "format/metadata.h"
#include "check/kernel_file.h"
#include "machine/boot_choice.h"

#include <errno.h>
#include <string.h>

void lp_coverage_free(struct lp_coverage *coverage)
{
	for (size_t i = 0; i < coverage->n; i++) {
		struct lp_installed_kernel *kernel = &coverage->kernels[i];

		free(kernel->release);
		free(kernel->file);
		free(kernel->unreadable);
		free(kernel->module);
	}
	free(coverage->kernels);
	*coverage = (struct lp_coverage){ 0 };
}

/* What is held, skipped or damaged stays away from every kernel. */
static bool is_tried(const struct lp_boot_candidate *candidate)
{
	return candidate->in_turn && candidate->at_boot != LP_BOOT_CHOICE_HELD &&
	       candidate->at_boot != LP_BOOT_CHOICE_SKIPPED && candidate->at_boot != LP_BOOT_CHOICE_REFUSED &&
	       candidate->at_boot != LP_BOOT_CHOICE_DAMAGED;
}

bool lp_coverage_match(struct lp_installed_kernel *kernel, const struct lp_boot_candidates *candidates)
{
	bool ok = true;

	for (size_t i = 0; i < candidates->n && !kernel->covered_by; i++) {
		const struct lp_boot_candidate *candidate = &candidates->items[i];
		struct lp_contents *c = candidate->release->opened ? candidate->release->opened->contents : NULL;
		LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
		struct lp_record record;

		if (!is_tried(candidate) || !c)
			continue;
		if (lp_contents_find(c, &kernel->build_id, &record, NULL, NULL) < 0 ||
		    lp_contents_metadata(c, &record, &metadata, NULL) < 0)
			continue;
		kernel->covered_by = candidate->release;
		kernel->module = lp_text_dup(metadata.facts.name, &ok);
	}
	return ok;
}

/* path: below the root. */
static bool read_kernel(struct lppack_host *host, const struct lp_boot_candidates *candidates, const char *path,
			struct lp_installed_kernel *kernel)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	bool ok = true;

	if (lp_kernel_file_read(host->io.root, path, &facts, &why) < 0) {
		kernel->unreadable = lp_text_dup(why.message, &ok);
		/* Distributions keep kernels from everybody but root. */
		kernel->is_private = why.sys_errno == EACCES;
		return ok;
	}
	kernel->build_id = facts.build_id;
	kernel->is_running = lp_build_id_equal(&facts.build_id, &host->kernel.build_id);
	return lp_coverage_match(kernel, candidates);
}

/* The kernel release that a path names; malloc'd, NULL if it names none (and without memory). */
static char *release_of(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	const char *dash = strchr(name, '-');
	const char *end = name - 1;
	const char *start = end;

	if (strncmp(name, "vmlinuz-", 8) == 0 || strncmp(name, "vmlinux-", 8) == 0)
		return strdup(dash + 1);
	while (start > path && start[-1] != '/')
		start--;
	return strndup(start, (size_t)(end - start));
}

static bool is_listed(const struct lp_coverage *coverage, const char *release)
{
	for (size_t i = 0; i < coverage->n; i++)
		if (strcmp(coverage->kernels[i].release, release) == 0)
			return true;
	return false;
}

static int add_pattern(struct lp_coverage *out, struct lppack_host *host, const struct lp_boot_candidates *candidates,
		       const char *pattern, struct lppack_error *err)
{
	LP_AUTO_ROOT_PATHS struct lp_root_paths found = { 0 };
	int rc = lp_root_glob(host->io.root, pattern, &found, err);

	for (size_t i = 0; rc == 0 && i < found.n; i++) {
		LP_AUTO_FREE char *release = release_of(found.items[i]);
		struct lp_installed_kernel *kernel;

		if (!release || !*release || !lp_text_is_clean(release, strlen(release), false) ||
		    is_listed(out, release))
			continue;
		kernel = lp_array_add(&out->kernels, &out->n, sizeof(*kernel));
		if (!kernel)
			return lp_fail_nomem(err);
		kernel->release = LP_TAKE(release);
		kernel->file = lp_text_format("%s%s", host->io.root, found.items[i]);
		if (!kernel->file || !read_kernel(host, candidates, found.items[i], kernel))
			return lp_fail_nomem(err);
	}
	return rc;
}

int lp_coverage_read(struct lppack_host *host, const struct lp_boot_candidates *candidates, struct lp_coverage *out,
		     struct lppack_error *err)
{
	static const char *const patterns[] = { "/boot/vmlinuz-*", "/boot/vmlinux-*", "/lib/modules/*/vmlinuz" };

	*out = (struct lp_coverage){ 0 };
	for (size_t i = 0; candidates->n && i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		int rc = add_pattern(out, host, candidates, patterns[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct lppack_value *describe_kernel(const struct lp_installed_kernel *kernel)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "release", kernel->release);
	lp_value_add_text(&map, "file", kernel->file);
	lp_value_add_text(&map, "unreadable", kernel->unreadable);
	if (kernel->is_private)
		lp_value_add_bool(&map, "root_only", true);
	lp_value_add_bool(&map, "running", kernel->is_running);
	if (kernel->unreadable)
		return map;
	lp_value_add_build_id(&map, "build_id", &kernel->build_id);
	if (kernel->covered_by) {
		lp_value_add_text(&map, "stream", kernel->covered_by->id.stream);
		lp_value_add_int(&map, "serial", kernel->covered_by->id.serial);
		lp_value_add_text(&map, "module", kernel->module);
	}
	lp_value_add_bool(&map, "covered", kernel->covered_by != NULL);
	return map;
}

struct lppack_value *lp_coverage_describe(const struct lp_coverage *coverage)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < coverage->n; i++)
		lp_value_push(&list, describe_kernel(&coverage->kernels[i]));
	return list;
}
