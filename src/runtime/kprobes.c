/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the kernel's list of probes. */
#include "runtime/kprobes.h"

#include "shared/array.h"
#include "base/root.h"

#include <string.h>

#define PROBES_MAX (16u << 20)

/* One line of the kernel's list: "ffffffff81234567  k  name+0x10  module [FTRACE]", where the module's place is blank
 * for the kernel itself (kernel/kprobes.c, report_probe()). */
struct line {
	char kind[8];
	char name[512];
	char module[64];
	bool by_ftrace;
};

static bool kprobes_parse_line(const char *text, struct line *line)
{
	char *offset;
	int n = sscanf(text, "%*s %7s %511s %63s", line->kind, line->name, line->module);

	if (n < 2)
		return false;
	if (n < 3 || line->module[0] == '[')
		snprintf(line->module, sizeof(line->module), "vmlinux");
	offset = strrchr(line->name, '+');
	if (offset)
		*offset = '\0';
	line->by_ftrace = strstr(text, "[FTRACE]") != NULL;
	return true;
}

static const struct lp_func *find_func(const struct lp_module_facts *facts, const struct line *line)
{
	for (size_t i = 0; i < facts->n_objects; i++) {
		const struct lp_object *object = &facts->objects[i];

		if (strcmp(object->name, line->module) != 0)
			continue;
		for (size_t j = 0; j < object->n_funcs; j++)
			if (strcmp(object->funcs[j].name, line->name) == 0)
				return &object->funcs[j];
	}
	return NULL;
}

static bool is_noted(const struct lp_probe *probes, size_t n, const struct lp_probe *probe)
{
	for (size_t i = 0; i < n; i++)
		if (probes[i].func == probe->func && probes[i].is_return == probe->is_return &&
		    probes[i].by_ftrace == probe->by_ftrace)
			return true;
	return false;
}

int lp_kprobes_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lp_probe **probes, size_t *n,
		    struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf list = { 0 };
	char *rest;
	char *text;

	if (lp_below_read(io->rootfd, "sys/kernel/debug/kprobes/list", PROBES_MAX, &list, NULL) < 0 || !list.data)
		return 0;
	rest = (char *)list.data;
	while ((text = strsep(&rest, "\n"))) {
		struct lp_probe probe = { 0 };
		struct lp_probe *item;
		struct line line;

		if (kprobes_parse_line(text, &line))
			probe = (struct lp_probe){ find_func(facts, &line), line.kind[0] == 'r', line.by_ftrace };
		if (!probe.func || is_noted(*probes, *n, &probe))
			continue;
		item = lp_array_add(probes, n, sizeof(*item));
		if (!item)
			return lp_fail_nomem(err);
		*item = probe;
	}
	return 0;
}
