/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of modules that depmod and the kernel's build leave in lib/modules/RELEASE. */
#include "inspect/module_index.h"

#include "shared/array.h"
#include "inspect/arena.h"
#include "inspect/kernel_limits.h"

#include <string.h>

/* kernel: MODULE_NAME_LEN is 56 on 64-bit; file names get some more room. */
#define NAME_ROOM 256u

#define INDEX_HINT "give lib/modules/RELEASE as the kernel's package installs it, with depmod run on it"

bool lp_module_name_of_path(const char *path, char *out, size_t room)
{
	const char *base = strrchr(path, '/');
	const char *suffix;

	base = base ? base + 1 : path;
	suffix = strstr(base, ".ko");
	while (suffix && strcmp(suffix, ".ko") != 0 && strcmp(suffix, ".ko.gz") != 0 &&
	       strcmp(suffix, ".ko.xz") != 0 && strcmp(suffix, ".ko.zst") != 0)
		suffix = strstr(suffix + 1, ".ko");
	if (!suffix || suffix == base || (size_t)(suffix - base) >= room)
		return false;
	for (; base < suffix; base++)
		*out++ = *base == '-' ? '_' : *base;
	*out = '\0';
	return true;
}

static int index_compare_entries(const void *a, const void *b)
{
	const struct lp_module_entry *left = a;
	const struct lp_module_entry *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->builtin != right->builtin ? (int)left->builtin - (int)right->builtin :
						 strcmp(left->path, right->path);
}

/* "kernel/a/b.ko: kernel/c/d.ko ..." of modules.dep, "kernel/a/b.ko" of modules.builtin. The line is cut up. */
static bool index_parse_line(char *line, bool builtin, struct lp_module_entry *out)
{
	char *colon = builtin ? NULL : strchr(line, ':');

	if (!builtin && !colon)
		return false;
	out->builtin = builtin;
	out->path = line;
	if (!colon)
		return true;
	*colon++ = '\0';
	colon += strspn(colon, " \t");
	out->depends = *colon ? colon : NULL;
	return true;
}

static int index_add_lines(struct lp_module_index *index, struct lp_lines *lines, bool builtin, const char *name,
			   struct lppack_error *err)
{
	char *line;

	while ((line = lp_lines_next(lines))) {
		struct lp_module_entry *entry = &index->entries[index->n];
		char text[NAME_ROOM];

		if (!*line)
			continue;
		*entry = (struct lp_module_entry){ 0 };
		if (!index_parse_line(line, builtin, entry) || !lp_module_name_of_path(entry->path, text, sizeof(text)))
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, INDEX_HINT, "%s: line %zu is no \"%s\"", name,
				       lines->number, builtin ? "PATH.ko" : "PATH.ko: PATHS");
		entry->name = lp_arena_add(&index->arena, text, strlen(text));
		if (!entry->name)
			return lp_fail_nomem(err);
		index->n++;
	}
	return 0;
}

static int read_index(struct lp_module_index *index, const void *bytes, size_t n, bool builtin, const char *name,
		      struct lppack_error *err)
{
	struct lp_module_entry *grown;
	struct lp_lines lines;
	int rc;

	if (!lp_lines_open(&lines, &index->arena, bytes, n))
		return lp_fail_nomem(err);
	if (lines.count > LP_KERNEL_SYMBOLS_MAX)
		return lp_kernel_file_too_large(name, "lines", err);
	grown = reallocarray(index->entries, index->n + lines.count, sizeof(*grown));
	if (!grown)
		return lp_fail_nomem(err);
	index->entries = grown;
	rc = index_add_lines(index, &lines, builtin, name, err);
	if (rc < 0)
		return rc;
	if (index->n)
		qsort(index->entries, index->n, sizeof(*index->entries), index_compare_entries);
	return 0;
}

int lp_module_index_read_dep(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
			     struct lppack_error *err)
{
	int rc = read_index(index, bytes, n, false, name, err);

	if (rc < 0)
		lp_module_index_free(index);
	return rc;
}

int lp_module_index_read_builtin(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
				 struct lppack_error *err)
{
	int rc = read_index(index, bytes, n, true, name, err);

	if (rc < 0)
		lp_module_index_free(index);
	return rc;
}

void lp_module_index_free(struct lp_module_index *index)
{
	free(index->entries);
	lp_arena_free(&index->arena);
	*index = (struct lp_module_index){ 0 };
}

/* As strcmp() of a name in which '-' counts as '_'. */
static int compare_to_name(const char *entry, const char *name)
{
	for (;; entry++, name++) {
		char c = *name == '-' ? '_' : *name;

		if (*entry != c || !c)
			return (unsigned char)*entry - (unsigned char)c;
	}
}

const struct lp_module_entry *lp_module_index_find(const struct lp_module_index *index, const char *name)
{
	size_t at = LP_LOWER_BOUND(index->n, i, compare_to_name(index->entries[i].name, name) < 0);

	return at < index->n && compare_to_name(index->entries[at].name, name) == 0 ? &index->entries[at] : NULL;
}
