/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's configuration as scripts/kconfig/confdata.c writes it. */
#include "inspect/kconfig.h"

#include "inspect/arena.h"
#include "inspect/kernel_limits.h"

#include <string.h>

#define PREFIX "CONFIG_"
#define PREFIX_SIZE (sizeof(PREFIX) - 1)

/* Takes quotes and their escapes away where they stand; false if they do not match. */
static bool unquote(char *value)
{
	char *to = value;
	char *from = value + 1;

	if (*value != '"')
		return true;
	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	if (*from != '"' || from[1])
		return false;
	*to = '\0';
	return true;
}

/* 1: an item; 0: none; -1: malformed. */
static int kconfig_parse_line(char *line, struct lp_kconfig_item *out)
{
	static const char unset[] = " is not set";
	char *name = line;
	char *end;

	if (strncmp(line, "# " PREFIX, PREFIX_SIZE + 2) == 0) {
		name = line + 2;
		end = strstr(name, unset);
		if (!end || strcmp(end, unset) != 0)
			return 0;
		*end = '\0';
		*out = (struct lp_kconfig_item){ .name = name };
		return 1;
	}
	if (line[strspn(line, " \t")] == '\0' || line[0] == '#')
		return 0;
	end = strchr(line, '=');
	if (strncmp(line, PREFIX, PREFIX_SIZE) != 0 || !end)
		return -1;
	*end = '\0';
	*out = (struct lp_kconfig_item){ .name = name, .value = end + 1 };
	return unquote(end + 1) ? 1 : -1;
}

static int kconfig_compare_items(const void *a, const void *b)
{
	const struct lp_kconfig_item *left = a;
	const struct lp_kconfig_item *right = b;
	int order = strcmp(left->name, right->name);

	/* The texts stand in the order of the file. */
	return order ? order : left->name < right->name ? -1 : left->name > right->name;
}

/* Sorts by name and keeps the last item of each, as a later line overrides. */
static void kconfig_sort(struct lp_kconfig *config)
{
	size_t kept = 0;

	qsort(config->items, config->n, sizeof(*config->items), kconfig_compare_items);
	for (size_t i = 0; i < config->n; i++)
		if (i + 1 == config->n || strcmp(config->items[i].name, config->items[i + 1].name) != 0)
			config->items[kept++] = config->items[i];
	config->n = kept;
}

static int kconfig_read_lines(struct lp_kconfig *out, const void *bytes, size_t n, const char *name,
			      struct lppack_error *err)
{
	static const char hint[] = "give the config-RELEASE of /boot, or the .config of the kernel's headers";
	struct lp_lines lines;
	char *line;

	if (!lp_lines_open(&lines, &out->arena, bytes, n))
		return lp_fail_nomem(err);
	if (lines.count > LP_KERNEL_SYMBOLS_MAX)
		return lp_kernel_file_too_large(name, "lines", err);
	out->items = calloc(lines.count, sizeof(*out->items));
	if (!out->items)
		return lp_fail_nomem(err);
	while ((line = lp_lines_next(&lines))) {
		int found = kconfig_parse_line(line, &out->items[out->n]);

		if (found < 0)
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, hint, "%s: line %zu is no \"CONFIG_NAME=VALUE\"",
				       name, lines.number);
		out->n += (size_t)found;
	}
	return out->n ? 0 : lp_fail(err, LPPACK_E_KERNEL_IMAGE, hint, "%s: has no configuration", name);
}

int lp_kconfig_parse(struct lp_kconfig *out, const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	int rc;

	*out = (struct lp_kconfig){ 0 };
	rc = kconfig_read_lines(out, bytes, n, name, err);
	if (rc < 0)
		lp_kconfig_free(out);
	else
		kconfig_sort(out);
	return rc;
}

void lp_kconfig_free(struct lp_kconfig *config)
{
	free(config->items);
	lp_arena_free(&config->arena);
	*config = (struct lp_kconfig){ 0 };
}

static int kconfig_compare_name(const void *key, const void *element)
{
	const struct lp_kconfig_item *item = element;

	return strcmp(key, item->name + PREFIX_SIZE);
}

const char *lp_kconfig_get(const struct lp_kconfig *config, const char *name)
{
	const struct lp_kconfig_item *item;

	if (strncmp(name, PREFIX, PREFIX_SIZE) == 0)
		name += PREFIX_SIZE;
	if (!config->n)
		return NULL;
	item = bsearch(name, config->items, config->n, sizeof(*config->items), kconfig_compare_name);
	return item ? item->value : NULL;
}

bool lp_kconfig_is_on(const struct lp_kconfig *config, const char *name)
{
	const char *value = lp_kconfig_get(config, name);

	return value && strcmp(value, "y") == 0;
}
