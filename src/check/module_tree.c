/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules of a tree lib/modules/RELEASE, by name: those that modprobe would find. */
#include "check/module_tree.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"
#include "inspect/module_index.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Far above any distribution's. */
#define MODULES_MAX 65536u
#define DEPTH_MAX 32u

static void free_module(struct lp_tree_module *module)
{
	free(module->name);
	free(module->path);
}

void lp_module_tree_free(struct lp_module_tree *tree)
{
	for (size_t i = 0; i < tree->n; i++)
		free_module(&tree->modules[i]);
	free(tree->modules);
	*tree = (struct lp_module_tree){ 0 };
}

static int module_tree_add(struct lp_module_tree *tree, const char *path, const char *name, struct lppack_error *err)
{
	struct lp_tree_module *module;

	if (tree->n == MODULES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "name the directory lib/modules/RELEASE",
			       "%s: more than %u modules", path, MODULES_MAX);
	module = lp_array_add(&tree->modules, &tree->n, sizeof(*module));
	if (!module)
		return lp_fail_nomem(err);
	module->name = strdup(name);
	module->path = strdup(path);
	if (!module->name || !module->path)
		return lp_fail_nomem(err);
	return 0;
}

static int module_tree_compare(const void *a, const void *b)
{
	const struct lp_tree_module *left = a;
	const struct lp_tree_module *right = b;
	int order = strcmp(left->name, right->name);
	bool left_inner = strstr(left->path, "/kernel/") != NULL;
	bool right_inner = strstr(right->path, "/kernel/") != NULL;

	if (order || left_inner != right_inner)
		return order ? order : (int)left_inner - (int)right_inner;
	return strcmp(left->path, right->path);
}

static void drop_repeated(struct lp_module_tree *tree)
{
	size_t kept = 0;

	if (tree->n)
		qsort(tree->modules, tree->n, sizeof(*tree->modules), module_tree_compare);
	for (size_t i = 0; i < tree->n; i++) {
		if (kept && strcmp(tree->modules[kept - 1].name, tree->modules[i].name) == 0)
			free_module(&tree->modules[i]);
		else
			tree->modules[kept++] = tree->modules[i];
	}
	tree->n = kept;
}

static void close_directory(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static bool is_directory(int dirfd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Takes fd over, -1 for a directory that may not be read. Links to the build's and the sources' directories are not
 * followed. */
static int module_tree_walk(int fd, const char *path, unsigned int depth, struct lp_module_tree *out,
			    struct lppack_error *err)
{
	LP_AUTO(close_directory) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	while (rc == 0 && dir && (entry = readdir(dir))) {
		LP_AUTO_FREE char *inner = lp_text_format("%s/%s", path, entry->d_name);
		char name[256];

		if (!inner)
			return lp_fail_nomem(err);
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!is_directory(dirfd(dir), entry)) {
			if (lp_module_name_of_path(inner, name, sizeof(name)))
				rc = module_tree_add(out, inner, name, err);
			continue;
		}
		if (depth == DEPTH_MAX)
			return lp_fail(err, LPPACK_E_LIMIT, "name the directory lib/modules/RELEASE",
				       "%s: more than %u directories in each other", path, DEPTH_MAX);
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		rc = module_tree_walk(fd, inner, depth + 1, out, err);
	}
	return rc;
}

int lp_module_tree_read(const char *root, const char *directory, struct lp_module_tree *out, struct lppack_error *err)
{
	int fd = lp_root_open(root, directory + strlen(root), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s", directory);
	rc = module_tree_walk(fd, directory, 0, out, err);
	if (rc < 0) {
		lp_module_tree_free(out);
		return rc;
	}
	drop_repeated(out);
	return 0;
}

static int module_tree_compare_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct lp_tree_module *)item)->name);
}

const struct lp_tree_module *lp_module_tree_find(const struct lp_module_tree *tree, const char *name)
{
	return tree->n ? bsearch(name, tree->modules, tree->n, sizeof(*tree->modules), module_tree_compare_name) : NULL;
}
