/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The modules of a tree lib/modules/RELEASE, by name: those that modprobe would find. */
#include "check/module_tree.h"

#include "shared/array.h"
#include "inspect/module_index.h"

#include <fts.h>
#include <string.h>

/* Far above any distribution's. */
#define MODULES_MAX 65536u

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

static int module_tree_add(struct lp_module_tree *tree, const FTSENT *entry, const char *name, struct lppack_error *err)
{
	struct lp_tree_module *module;

	if (tree->n == MODULES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "name the directory lib/modules/RELEASE",
			       "%s: more than %u modules", entry->fts_path, MODULES_MAX);
	module = lp_array_add(&tree->modules, &tree->n, sizeof(*module));
	if (!module)
		return lp_fail_nomem(err);
	module->name = strdup(name);
	module->path = strdup(entry->fts_path);
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

static void cleanup_fts(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

static int module_tree_walk(FTS *fts, struct lp_module_tree *out, struct lppack_error *err)
{
	FTSENT *entry;
	int rc = 0;

	while (rc == 0 && (entry = fts_read(fts))) {
		char name[256];

		/* Links to the build's and the sources' directories are not followed: FTS_PHYSICAL. */
		if ((entry->fts_info == FTS_F || entry->fts_info == FTS_SL) &&
		    lp_module_name_of_path(entry->fts_path, name, sizeof(name)))
			rc = module_tree_add(out, entry, name, err);
	}
	return rc;
}

int lp_module_tree_read(const char *directory, struct lp_module_tree *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = strdup(directory);
	char *const roots[] = { path, NULL };
	LP_AUTO(cleanup_fts) FTS *fts = path ? fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL) : NULL;
	int rc;

	if (!fts)
		return path ? lp_fail_sys(err, LPPACK_E_IO, NULL, "%s", directory) : lp_fail_nomem(err);
	rc = module_tree_walk(fts, out, err);
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
