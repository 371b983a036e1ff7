/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: errors and warnings, the progress line, fields, wrapped lists and tables. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "shared/attribute.h"

#include <lppack/error.h>
#include <lppack/value.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Sets an error unless one is set; returns the negative code. hint may be NULL. */
int cli_fail(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...) LP_PRINTF(4, 5);
/* Replaces the hint of a set error; passes rc through. */
int cli_hint(struct lppack_error *err, int rc, const char *fmt, ...) LP_PRINTF(3, 4);
/* Puts "context: " in front of a set error's message; passes rc through. */
int cli_wrap(struct lppack_error *err, int rc, const char *fmt, ...) LP_PRINTF(3, 4);

/* "lppack: error: ..." and "lppack: hint: ..." on stderr, after taking the progress line away. */
void error_print(const struct lppack_error *err);
/* "lppack: hint: ..." alone; nothing if there is none. */
void hint_print(const char *hint);
void warning_print(const char *hint, const char *fmt, ...) LP_PRINTF(2, 3);

/* A line on stderr that the next one overwrites; nothing unless stderr is a terminal. */
void progress_print(const char *fmt, ...) LP_PRINTF(1, 2);
void progress_clear(void);

/* A line that nobody may miss: bold and red where the terminal can and NO_COLOR is unset. */
void banner_print(FILE *out, const char *text);

/* A line of any text, made printable. */
void line_print(FILE *out, const char *fmt, ...) LP_PRINTF(2, 3);
/* The same on standard output, after an empty line: what heads a part. */
void section_print(const char *fmt, ...) LP_PRINTF(1, 2);
/* The name of a file that was made, for the next program as it is; a terminal is shown what it can show. */
void path_print(const char *fmt, ...) LP_PRINTF(1, 2);

/* "path: text": what the lines after it are about. */
void headline_print(const char *path, const char *text);
/* "label       text"; nothing if the text is NULL. */
void field_print(const char *label, const char *text);
void field_printf(const char *label, const char *fmt, ...) LP_PRINTF(2, 3);
/* The same, two columns further in: what belongs to the line before. */
void subfield_print(const char *label, const char *text);
void subfield_printf(const char *label, const char *fmt, ...) LP_PRINTF(2, 3);

/* "    text": a sentence about the line before; nothing if it is NULL. */
void note_print(const char *text);

/* The texts of a list, or the "name" or "id" of its maps, comma-separated, wrapped and indented. NULL: nothing. */
void subfield_print_list(const char *label, const struct lppack_value *list);
/* The same without a label, two columns further in. */
void subfield_print_sublist(const struct lppack_value *list);

#define TABLE_COLUMNS_MAX 8

/* Rows are kept until the widths are known. Cells are copied; a NULL cell is "-". */
struct table {
	size_t columns;
	size_t widths[TABLE_COLUMNS_MAX];
	char **cells;
	size_t n;
	bool failed;
};

void table_begin(struct table *table, size_t columns, ...);
void table_row(struct table *table, ...);
/* Prints and frees; a table without rows prints nothing. */
void table_end(struct table *table);

#endif
