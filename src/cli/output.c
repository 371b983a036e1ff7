/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: errors, progress, fields, lists and tables. */
#include "cli/output.h"

#include "shared/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LABEL_WIDTH 12
#define WRAP_COLUMN 100

static bool progress_shown;

int cli_fail(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
{
	va_list args;

	if (err->code)
		return -(int)code;
	err->code = (int)code;
	va_start(args, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	lp_text_make_printable(err->message);
	snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
	lp_text_make_printable(err->hint);
	return -(int)code;
}

int cli_hint(struct lppack_error *err, int rc, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	lp_text_make_printable(err->hint);
	return rc;
}

int cli_wrap(struct lppack_error *err, int rc, const char *fmt, ...)
{
	char context[sizeof(err->message) / 2];
	char message[sizeof(err->message)];
	size_t used = 0;
	va_list args;

	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	lp_text_make_printable(context);
	memcpy(message, err->message, sizeof(message));
	snprintf(err->message, sizeof(err->message), "%s: ", context);
	used = strlen(err->message);
	message[sizeof(message) - 1 - used] = '\0';
	memcpy(err->message + used, message, sizeof(message) - used);
	return rc;
}

static bool has_colours(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

__attribute__((format(printf, 2, 0))) static void print_line(FILE *out, const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	if (text)
		lp_text_make_printable(text);
	fprintf(out, "%s\n", text ? text : "out of memory");
	free(text);
}

void line_print(FILE *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_line(out, fmt, args);
	va_end(args);
}

void section_print(const char *fmt, ...)
{
	va_list args;

	putchar('\n');
	va_start(args, fmt);
	print_line(stdout, fmt, args);
	va_end(args);
}

void path_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (isatty(STDOUT_FILENO)) {
		print_line(stdout, fmt, args);
	} else {
		vprintf(fmt, args);
		putchar('\n');
	}
	va_end(args);
}

void banner_print(FILE *out, const char *text)
{
	bool colours = has_colours(out);

	fputs(colours ? "\033[1;31m" : "", out);
	line_print(out, "%s", text);
	fputs(colours ? "\033[0m" : "", out);
}

void hint_print(const char *hint)
{
	fflush(stdout);
	if (hint && *hint)
		line_print(stderr, "lppack: hint: %s", hint);
}

void error_print(const struct lppack_error *err)
{
	bool colours = has_colours(stderr);

	fflush(stdout);
	progress_clear();
	fprintf(stderr, "lppack: %serror:%s ", colours ? "\033[1;31m" : "", colours ? "\033[0m" : "");
	line_print(stderr, "%s", err->message[0] ? err->message : lppack_error_meaning(err->code));
	hint_print(err->hint);
}

void warning_print(const char *hint, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	fflush(stdout);
	progress_clear();
	line_print(stderr, "lppack: warning: %s", text ? text : "out of memory");
	hint_print(hint);
	free(text);
}

void progress_print(const char *fmt, ...)
{
	va_list args;
	char *text = NULL;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return;
	lp_text_make_printable(text);
	fprintf(stderr, "\r\033[K%s", text);
	fflush(stderr);
	free(text);
	progress_shown = true;
}

void progress_clear(void)
{
	if (!progress_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress_shown = false;
}

void headline_print(const char *path, const char *text)
{
	line_print(stdout, "%s: %s", path, text);
}

__attribute__((format(printf, 3, 0))) static void print_labelled(int indent, const char *label, const char *fmt,
								 va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	/* vermagic ends with a space. */
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
	line_print(stdout, "%*s%-*s %s", indent, "", LABEL_WIDTH, label, text);
	free(text);
}

void field_printf(const char *label, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_labelled(0, label, fmt, args);
	va_end(args);
}

void subfield_printf(const char *label, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_labelled(2, label, fmt, args);
	va_end(args);
}

void field_print(const char *label, const char *text)
{
	if (text)
		field_printf(label, "%s", text);
}

void subfield_print(const char *label, const char *text)
{
	if (text)
		subfield_printf(label, "%s", text);
}

void note_print(const char *text)
{
	if (text)
		line_print(stdout, "    %s", text);
}

static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* A function that is not the first of its name is shown as sysfs shows it: name,position. */
static void format_item(const struct lppack_value *item, char *out, size_t size)
{
	const char *text = lppack_value_text(item);
	uint64_t sympos = lppack_value_int(lppack_value_get(item, "sympos"), 0);

	if (!text)
		text = lppack_value_text(lppack_value_get(item, "name"));
	if (!text)
		text = lppack_value_text(lppack_value_get(item, "id"));
	snprintf(out, size, sympos > 1 ? "%s,%llu" : "%s", text ? text : "?", (unsigned long long)sympos);
	lp_text_make_printable(out);
}

static void print_list(const char *label, int label_width, const struct lppack_value *list)
{
	const size_t indent = 2 + (size_t)label_width + 1;
	size_t n = lppack_value_count(list);
	size_t column = indent;

	if (n == 0)
		return;
	printf("  %-*s ", label_width, label);
	for (size_t i = 0; i < n; i++) {
		char text[512];
		size_t width = 0;

		format_item(lppack_value_at(list, i, NULL), text, sizeof(text));
		width = text_width(text);
		if (column > indent && column + width + 2 > WRAP_COLUMN) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		}
		printf("%s%s%s", column > indent ? " " : "", text, i + 1 < n ? "," : "\n");
		column += width + 2;
	}
}

void subfield_print_list(const char *label, const struct lppack_value *list)
{
	print_list(label, LABEL_WIDTH, list);
}

void subfield_print_sublist(const struct lppack_value *list)
{
	print_list("", LABEL_WIDTH + 2, list);
}

static void add_cell(struct table *table, const char *text)
{
	size_t column = table->n % table->columns;
	char **cells = reallocarray(table->cells, table->n + 1, sizeof(*cells));
	char *copy = cells ? strdup(text && *text ? text : "-") : NULL;

	if (cells)
		table->cells = cells;
	if (!copy) {
		table->failed = true;
		return;
	}
	lp_text_make_printable(copy);
	if (text_width(copy) > table->widths[column])
		table->widths[column] = text_width(copy);
	cells[table->n++] = copy;
}

void table_begin(struct table *table, size_t columns, ...)
{
	va_list args;

	*table = (struct table){ .columns = columns };
	va_start(args, columns);
	for (size_t i = 0; i < columns; i++)
		add_cell(table, va_arg(args, const char *));
	va_end(args);
}

void table_row(struct table *table, ...)
{
	va_list args;

	va_start(args, table);
	for (size_t i = 0; i < table->columns && !table->failed; i++)
		add_cell(table, va_arg(args, const char *));
	va_end(args);
}

void table_end(struct table *table)
{
	for (size_t i = 0; i < table->n && table->n > table->columns && !table->failed; i++) {
		size_t column = i % table->columns;
		bool is_last = column + 1 == table->columns;
		size_t padding = is_last ? 0 : table->widths[column] - text_width(table->cells[i]) + 2;

		printf("%s%*s%s", table->cells[i], (int)padding, "", is_last ? "\n" : "");
	}
	for (size_t i = 0; i < table->n; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){ 0 };
}
