/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking for the kernels that the next boot may come up with, and for what covers them. */
#include "machine/coverage.h"

#include "shared/text.h"
#include "base/root_glob.h"
#include "base/value_add.h"
#include "format/metadata.h"
#include "check/kernel_file.h"
#include "machine/boot_choice.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What is held, skipped or damaged stays away from every kernel. */
static bool is_tried(const struct lp_boot_candidate *candidate)
{
	return candidate->at_boot != LP_BOOT_CHOICE_HELD && candidate->at_boot != LP_BOOT_CHOICE_SKIPPED &&
	       candidate->at_boot != LP_BOOT_CHOICE_DAMAGED;
}

/* The first level whose turn comes at a boot of that kernel, and that has something for it. */
static void describe_match(struct lppack_value **map, const struct lp_boot_candidates *candidates,
			   const struct lp_build_id *id)
{
	bool covered = false;

	for (size_t i = 0; i < candidates->n && !covered; i++) {
		const struct lp_boot_candidate *candidate = &candidates->items[i];
		struct lp_contents *c = candidate->level->opened ? candidate->level->opened->contents : NULL;
		LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
		struct lp_record record;

		if (!candidate->in_turn || !is_tried(candidate) || !c)
			continue;
		if (lp_contents_find(c, id, &record, NULL, NULL) < 0 ||
		    lp_contents_metadata(c, &record, &metadata, NULL) < 0)
			continue;
		covered = true;
		lp_value_add_text(map, "stream", c->manifest.id.stream);
		lp_value_add_int(map, "serial", c->manifest.id.serial);
		lp_value_add_text(map, "module", metadata.facts.name);
	}
	lp_value_add_bool(map, "covered", covered);
}

static struct lppack_value *describe_file(struct lppack_host *host, const struct lp_boot_candidates *candidates,
					  const char *file, const char *release)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *map = lp_value_map();
	int rc = lp_kernel_file_read(file, &facts, &why);

	lp_value_add_text(&map, "release", release);
	lp_value_add_text(&map, "file", file);
	if (rc < 0) {
		lp_value_add_text(&map, "unreadable", why.message);
		/* Distributions keep kernels from everybody but root. */
		if (faccessat(AT_FDCWD, file, R_OK, AT_EACCESS) < 0 && errno == EACCES)
			lp_value_add_bool(&map, "root_only", true);
		lp_value_add_bool(&map, "running", false);
		return map;
	}
	lp_value_add_bool(&map, "running", lp_build_id_equal(&facts.build_id, &host->kernel.build_id));
	lp_value_add_build_id(&map, "build_id", &facts.build_id);
	describe_match(&map, candidates, &facts.build_id);
	return map;
}

/* The release that a path tells; malloc'd, NULL if it tells none (and without memory). */
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

static bool is_listed(const struct lppack_value *list, const char *release)
{
	for (size_t i = 0; i < lppack_value_count(list); i++) {
		const struct lppack_value *item = lppack_value_at(list, i, NULL);

		if (lp_text_equal(lppack_value_text(lppack_value_get(item, "release")), release))
			return true;
	}
	return false;
}

static int add_pattern(struct lppack_value **list, struct lppack_host *host,
		       const struct lp_boot_candidates *candidates, const char *pattern, struct lppack_error *err)
{
	LP_AUTO_GLOB glob_t found = { 0 };
	int rc = lp_root_glob(host->io.root, pattern, &found, err);

	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		LP_AUTO_FREE char *release = release_of(found.gl_pathv[i]);

		if (release && *release && lp_text_is_clean(release, strlen(release), false) &&
		    !is_listed(*list, release))
			lp_value_push(list, describe_file(host, candidates, found.gl_pathv[i], release));
	}
	return rc;
}

struct lppack_value *lp_coverage_describe(struct lppack_host *host, const struct lp_boot_candidates *candidates,
					  struct lppack_error *err)
{
	static const char *const patterns[] = { "/boot/vmlinuz-*", "/boot/vmlinux-*", "/lib/modules/*/vmlinuz" };
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();
	int rc = 0;

	/* Reading a kernel takes about 0.1 s, for which nobody asks where nothing can be covered. */
	for (size_t i = 0; rc == 0 && candidates->n && i < sizeof(patterns) / sizeof(patterns[0]); i++)
		rc = add_pattern(&list, host, candidates, patterns[i], err);
	if (rc == 0 && !list)
		lp_fail_nomem(err);
	return rc < 0 ? NULL : LP_TAKE(list);
}
