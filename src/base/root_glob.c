/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patterns below a root, part by part, so that no link in between leads out of it. */
#include "base/root_glob.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

void lp_root_paths_free(struct lp_root_paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->items[i]);
	free(paths->items);
	*paths = (struct lp_root_paths){ 0 };
}

static int add_path(struct lp_root_paths *found, const char *path, struct lppack_error *err)
{
	char **item = lp_array_add(&found->items, &found->n, sizeof(*item));

	if (item)
		*item = strdup(path);
	return item && *item ? 0 : lp_fail_nomem(err);
}

static int expand(const char *root, const char *directory, const char *pattern, struct lp_root_paths *found,
		  struct lppack_error *err);

/* DIRECTORY/NAME, and what is left of the pattern below it. */
static int expand_name(const char *root, const char *directory, const char *name, const char *rest,
		       struct lp_root_paths *found, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/%s", directory, name);
	LP_AUTO_CLOSE int fd = -1;

	if (!path)
		return lp_fail_nomem(err);
	if (*rest)
		return expand(root, path, rest, found, err);
	fd = lp_root_open(root, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	return fd < 0 ? 0 : add_path(found, path, err);
}

static int expand_wildcard(const char *root, const char *directory, const char *part, const char *rest,
			   struct lp_root_paths *found, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = lp_root_open(root, *directory ? directory : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	struct dirent **names = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &names, NULL, alphasort);
	int rc = 0;

	for (int i = 0; i < n; i++) {
		if (rc == 0 && fnmatch(part, names[i]->d_name, FNM_PERIOD) == 0)
			rc = expand_name(root, directory, names[i]->d_name, rest, found, err);
		free(names[i]);
	}
	free(names);
	return rc;
}

static int expand(const char *root, const char *directory, const char *pattern, struct lp_root_paths *found,
		  struct lppack_error *err)
{
	const char *from = pattern + strspn(pattern, "/");
	size_t n = strcspn(from, "/");
	LP_AUTO_FREE char *part = strndup(from, n);

	if (!part)
		return lp_fail_nomem(err);
	return (strpbrk(part, "*?[\\") ? expand_wildcard : expand_name)(root, directory, part, from + n, found, err);
}

int lp_root_glob(const char *root, const char *pattern, struct lp_root_paths *found, struct lppack_error *err)
{
	return expand(root, "", pattern, found, err);
}
