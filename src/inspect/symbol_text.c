/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symbols as text: System.map (nm -n) and /proc/kallsyms (kernel/kallsyms.c, s_show()). */
#include "inspect/symbol_text.h"

#include "inspect/arena.h"
#include "inspect/elf.h"
#include "inspect/symbol_set.h"

#include <ctype.h>
#include <string.h>

#define MAP_HINT "give the System.map that was made with the kernel, or the vmlinuz, whose own table is as good"
#define PROC_HINT "give a copy of /proc/kallsyms"

/* "ffffffff81000000 T name", then in /proc/kallsyms perhaps "\t[module]". The line is cut up. */
static bool symbol_parse_line(char *line, struct lp_kernel_symbol *out)
{
	size_t digits = 0;
	char *name;
	char *rest;

	for (; isxdigit((unsigned char)line[digits]); digits++)
		out->address = out->address << 4 |
			       (uint64_t)(isdigit((unsigned char)line[digits]) ? line[digits] - '0' :
										 (line[digits] | 0x20) - 'a' + 10);
	if (digits == 0 || digits > 16 || line[digits] != ' ' || !isgraph((unsigned char)line[digits + 1]) ||
	    line[digits + 2] != ' ')
		return false;
	out->type = line[digits + 1];
	name = line + digits + 3;
	rest = name + strcspn(name, " \t");
	if (rest == name || rest - name >= LP_ELF_NAME_MAX)
		return false;
	out->name = name;
	if (*rest == '\0')
		return true;
	*rest++ = '\0';
	rest += strspn(rest, " \t");
	if (*rest != '[' || strcspn(rest, "]") != strlen(rest) - 1 || rest[1] == ']')
		return false;
	rest[strlen(rest) - 1] = '\0';
	out->object = rest + 1;
	return true;
}

static const char stub_start[] = "ffffffffffffffff B ";

/* Debian's linux-image packages: "... B The real System.map is in the linux-image-<version>-dbg package" */
static bool is_stub(const char *bytes, size_t n)
{
	const size_t start = sizeof(stub_start) - 1;
	const char *newline = n ? memchr(bytes, '\n', n) : NULL;
	size_t line = newline ? (size_t)(newline - bytes) : n;

	return line > start && memcmp(bytes, stub_start, start) == 0 && memchr(bytes + start, ' ', line - start);
}

static int fail_stub(const char *bytes, size_t n, const char *name, struct lppack_error *err)
{
	struct lp_arena arena = { 0 };
	struct lp_lines lines;
	int rc;

	if (lp_lines_open(&lines, &arena, bytes, n))
		rc = lp_fail(err, LPPACK_E_KERNEL_IMAGE,
			     "leave it out, the vmlinuz has the same table within; or give that of the debug package",
			     "%s: no System.map but a note: %.200s", name,
			     lp_lines_next(&lines) + sizeof(stub_start) - 1);
	else
		rc = lp_fail_nomem(err);
	lp_arena_free(&arena);
	return rc;
}

static int symbol_read_lines(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name, const char *hint,
			     struct lppack_error *err)
{
	bool is_proc = set->source == LP_SYMBOLS_PROC;
	struct lp_lines lines;
	char *line;
	int rc;

	if (!lp_lines_open(&lines, &set->arena, bytes, n))
		return lp_fail_nomem(err);
	rc = lp_symbol_set_reserve(set, lines.count, name, err);
	if (rc < 0)
		return rc;
	while ((line = lp_lines_next(&lines))) {
		struct lp_kernel_symbol *symbol = &set->symbols[set->n];

		if (!symbol_parse_line(line, symbol) || (symbol->object && !is_proc))
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, hint,
				       "%s: line %zu is no \"ADDRESS TYPE NAME%s\"", name, lines.number,
				       is_proc ? " [MODULE]" : "");
		if (symbol->address)
			set->has_addresses = true;
		set->n++;
	}
	if (set->n == 0)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, hint, "%s: is empty", name);
	return 0;
}

static int symbol_read_text(struct lp_symbol_set *set, enum lp_symbol_source source, const void *bytes, size_t n,
			    const char *name, const char *hint, struct lppack_error *err)
{
	int rc;

	*set = (struct lp_symbol_set){ .source = source };
	rc = symbol_read_lines(set, bytes, n, name, hint, err);
	if (rc < 0) {
		lp_symbol_set_free(set);
		return rc;
	}
	return lp_symbol_set_finish(set, err);
}

int lp_symbol_set_read_map(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			   struct lppack_error *err)
{
	*set = (struct lp_symbol_set){ 0 };
	if (is_stub(bytes, n))
		return fail_stub(bytes, n, name, err);
	return symbol_read_text(set, LP_SYMBOLS_MAP, bytes, n, name, MAP_HINT, err);
}

int lp_symbol_set_read_proc(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			    struct lppack_error *err)
{
	return symbol_read_text(set, LP_SYMBOLS_PROC, bytes, n, name, PROC_HINT, err);
}
