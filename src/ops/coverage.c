/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/coverage.h"

#include "base/array.h"
#include "base/text.h"
#include "ops/boot.h"
#include "ops/describe.h"
#include "ops/hold.h"
#include "ops/kernel_file.h"
#include "ops/store_write.h"

#include <glob.h>
#include <string.h>
#include <time.h>

/* A level that a boot may put in force. */
struct candidate {
	const struct lp_kept *level;
	struct lp_kept_contents kept;
};

struct candidates {
	struct candidate *items; /* in the order in which a boot tries them */
	size_t n;
};

static void candidates_free(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++)
		lp_kept_contents_close(&candidates->items[i].kept);
	free(candidates->items);
}

/* What cannot be opened would not be applied either. */
static int add_candidate(struct candidates *candidates, struct lppack_host *host, const struct lp_kept *level,
			 struct lppack_error *err)
{
	struct lp_kept_contents kept = { 0 };
	struct candidate *item;
	struct lppack_error why = LPPACK_ERROR_INIT;

	if (lp_boot_check(host, &level->digest, &why) < 0 ||
	    lp_hold_check(host->host.root, level->stream, level->epoch, level->serial, level->created, time(NULL),
			  &why) < 0 ||
	    lp_kept_contents_open(&kept, host->host.root, level, &why) < 0)
		return 0;
	item = lp_array_add(&candidates->items, &candidates->n, sizeof(*item));
	if (!item) {
		lp_kept_contents_close(&kept);
		return lp_fail_nomem(err);
	}
	item->level = level;
	item->kept = kept;
	return 0;
}

static int find_candidates(struct candidates *out, struct lppack_host *host, const struct lp_store *store,
			   struct lppack_error *err)
{
	const struct lp_kept *level = lp_store_target(store);
	int rc = 0;

	for (; level && rc == 0; level = lp_store_below(store, level->stream, level->epoch, level->serial))
		rc = add_candidate(out, host, level, err);
	return rc;
}

static void describe_match(struct lppack_value **map, struct candidates *candidates, const struct lp_build_id *id)
{
	bool covered = false;

	for (size_t i = 0; i < candidates->n && !covered; i++) {
		struct lp_contents *c = &candidates->items[i].kept.contents;
		LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
		struct lp_record record;

		if (lp_contents_find(c, id, &record, NULL) < 0 || lp_contents_metadata(c, &record, &metadata, NULL) < 0)
			continue;
		covered = true;
		lp_value_add_text(map, "stream", c->manifest.stream);
		lp_value_add_int(map, "serial", c->manifest.serial);
		lp_value_add_text(map, "module", metadata.facts.name);
	}
	lp_value_add_bool(map, "covered", covered);
}

static struct lppack_value *describe_file(struct lppack_host *host, struct candidates *candidates, const char *file,
					  const char *release)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *map = lp_value_map();
	int rc = lp_kernel_file_read(file, &facts, &why);

	lp_value_add_text(&map, "release", release);
	lp_value_add_text(&map, "file", file);
	if (rc < 0) {
		lp_value_add_text(&map, "unreadable", why.message);
		lp_value_add_bool(&map, "running", false);
		lp_value_add_bool(&map, "covered", false);
		return map;
	}
	lp_value_add_bool(&map, "running", lp_build_id_equal(&facts.build_id, &host->kernel.build_id));
	lp_describe_build_id(&map, "build_id", &facts.build_id);
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

/* root is the operator's: characters of it that glob(3) knows are meant as they are. */
static char *escape(const char *root)
{
	LP_AUTO_BUF struct lp_buf out = { 0 };

	lp_buf_append(&out, "", 0);
	for (; *root; root++)
		lp_buf_printf(&out, "%s%c", strchr("*?[\\", *root) ? "\\" : "", *root);
	return lp_buf_ok(&out) ? (char *)LP_TAKE(out.data) : NULL;
}

static int add_pattern(struct lppack_value **list, struct lppack_host *host, struct candidates *candidates,
		       const char *pattern, struct lppack_error *err)
{
	LP_AUTO_FREE char *root = escape(host->host.root);
	LP_AUTO_FREE char *path = root ? lp_text_format("%s%s", root, pattern) : NULL;
	glob_t found = { 0 };
	int rc = path ? glob(path, 0, NULL, &found) : GLOB_NOSPACE;

	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		LP_AUTO_FREE char *release = release_of(found.gl_pathv[i]);

		if (release && *release && lp_text_is_clean(release, strlen(release), false) &&
		    !is_listed(*list, release))
			lp_value_push(list, describe_file(host, candidates, found.gl_pathv[i], release));
	}
	globfree(&found);
	return rc == GLOB_NOSPACE ? lp_fail_nomem(err) : 0;
}

struct lppack_value *lp_coverage_describe(struct lppack_host *host, struct lppack_error *err)
{
	static const char *const patterns[] = { "/boot/vmlinuz-*", "/boot/vmlinux-*", "/lib/modules/*/vmlinuz" };
	LP_AUTO(candidates_free) struct candidates candidates = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();
	int rc = lp_store_read(host->host.root, &store, err);

	if (rc >= 0) {
		lp_host_identify(host, NULL);
		rc = find_candidates(&candidates, host, &store, err);
	}
	/* Reading a kernel takes about 0.1 s, for which nobody asks where nothing can be covered. */
	for (size_t i = 0; rc == 0 && store.n && i < sizeof(patterns) / sizeof(patterns[0]); i++)
		rc = add_pattern(&list, host, &candidates, patterns[i], err);
	if (rc == 0 && !list)
		lp_fail_nomem(err);
	return rc < 0 ? NULL : LP_TAKE(list);
}
