/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Module.symvers (scripts/mod/modpost.c, write_dump(); Documentation/kbuild/modules.rst, "Symbols and CRCs"). */
#include "inspect/symvers.h"

#include "inspect/arena.h"
#include "inspect/kernel_exports.h"
#include "inspect/kernel_limits.h"

#include <stdlib.h>
#include <string.h>

#define SYMVERS_HINT "give the Module.symvers of the kernel's build; distributions ship it with the kernel headers"

#define FIELDS 5u

/* Cuts a line at its tabs; returns how many fields there are, FIELDS + 1 if more than that. */
static size_t symvers_split(char *line, char *fields[FIELDS])
{
	size_t n = 0;

	for (;;) {
		char *tab = strchr(line, '\t');

		if (n == FIELDS)
			return FIELDS + 1;
		fields[n++] = line;
		if (!tab)
			return n;
		*tab = '\0';
		line = tab + 1;
	}
}

static bool symvers_parse_crc(const char *text, uint32_t *crc)
{
	char *end = NULL;
	unsigned long long value;

	if (strncmp(text, "0x", 2) != 0 || strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text + 2))
		return false;
	value = strtoull(text + 2, &end, 16);
	*crc = (uint32_t)value;
	return end != text + 2 && value <= UINT32_MAX;
}

/* CRC, name, module, type and, since 5.4, the namespace. The module is a path without its suffix. */
static bool symvers_parse_line(char *line, struct lp_kernel_export *out)
{
	static const char gpl[] = "EXPORT_SYMBOL_GPL";
	char *fields[FIELDS] = { 0 };
	size_t n = symvers_split(line, fields);
	char *module;

	if (n < 4 || n > FIELDS || !symvers_parse_crc(fields[0], &out->crc) || !fields[1][0] || !fields[2][0] ||
	    strncmp(fields[3], "EXPORT_", 7) != 0)
		return false;
	/* Without CONFIG_MODVERSIONS all are zero. */
	out->has_crc = out->crc != 0;
	out->name = fields[1];
	out->gpl_only = strcmp(fields[3], gpl) == 0;
	out->name_space = n == FIELDS && fields[4][0] ? fields[4] : NULL;
	if (strcmp(fields[2], "vmlinux") == 0)
		return true;
	module = strrchr(fields[2], '/');
	module = module ? module + 1 : fields[2];
	for (char *c = module; *c; c++)
		if (*c == '-')
			*c = '_';
	out->module = module;
	return module[0] != '\0';
}

static int symvers_read_lines(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *name,
			      struct lppack_error *err)
{
	struct lp_lines lines;
	char *line;

	if (!lp_lines_open(&lines, &out->arena, bytes, n))
		return lp_fail_nomem(err);
	if (lines.count > LP_KERNEL_SYMBOLS_MAX)
		return lp_kernel_file_too_large(name, "lines", err);
	out->exports = calloc(lines.count, sizeof(*out->exports));
	if (!out->exports)
		return lp_fail_nomem(err);
	while ((line = lp_lines_next(&lines))) {
		if (!symvers_parse_line(line, &out->exports[out->n]))
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, SYMVERS_HINT,
				       "%s: line %zu is no \"CRC SYMBOL MODULE TYPE NAMESPACE\", separated by tabs",
				       name, lines.number);
		out->n++;
	}
	return out->n ? 0 : lp_fail(err, LPPACK_E_KERNEL_IMAGE, SYMVERS_HINT, "%s: is empty", name);
}

int lp_kernel_exports_read_symvers(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *name,
				   struct lppack_error *err)
{
	int rc;

	*out = (struct lp_kernel_exports){ 0 };
	rc = symvers_read_lines(out, bytes, n, name, err);
	if (rc < 0)
		lp_kernel_exports_free(out);
	else
		lp_kernel_exports_sort(out);
	return rc;
}
