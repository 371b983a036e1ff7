/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences of bundles as people read them. */
#include "cli/diff_report.h"

#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/units.h"

#include <stdlib.h>
#include <string.h>

/* Releases that a line names; --json has them all. */
#define NAMED_MAX 3

/* A change, or a kernel's rollback. Texts are borrowed and never NULL. */
struct row {
	size_t section; /* into sections */
	size_t kind;    /* into kinds */
	const char *id;
	const char *release;
	const char *reason;
	bool violation;
};

struct rows {
	struct row *items;
	size_t n;
};

static const struct {
	const char *change;
	const char *title;
} sections[] = {
	{ "lost", "Lost" },	{ "lowered", "Lowered" }, { "other", "Does not follow" },
	{ "raised", "Raised" }, { "gained", "Gained" },
};

static const char *const kinds[] = { "stream", "epoch", "serial", "kernel", "fix", "object", "function", "state" };

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *diff_report_text_or(const struct lppack_value *map, const char *key, const char *otherwise)
{
	const char *text = value_text_at(map, key);

	return text ? text : otherwise;
}

static bool is_kernel(const struct row *row)
{
	return row->kind < KINDS && strcmp(kinds[row->kind], "kernel") == 0;
}

/* Kernels that came or went make one line each reason; anything else makes one for all kernels it changes for. */
static int compare_groups(const struct row *a, const struct row *b)
{
	int order = a->section != b->section ? (a->section < b->section ? -1 : 1) :
		    a->kind != b->kind	     ? (a->kind < b->kind ? -1 : 1) :
		    a->violation != b->violation ? (a->violation ? -1 : 1) : 0;

	if (order == 0 && !is_kernel(a))
		order = strcmp(a->id, b->id);
	return order ? order : strcmp(a->reason, b->reason);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;
	int order = compare_groups(left, right);

	if (order == 0)
		order = strverscmp(left->release, right->release);
	return order ? order : strcmp(left->id, right->id);
}

static void sort_rows(struct rows *rows)
{
	if (rows->n)
		qsort(rows->items, rows->n, sizeof(*rows->items), compare_rows);
}

/* Numbers that rise as they should stand above already. */
static bool is_worth_telling(const struct row *row)
{
	return row->section < SECTIONS && row->kind < KINDS &&
	       (row->violation || strcmp(sections[row->section].change, "raised") != 0 ||
		strcmp(kinds[row->kind], "state") == 0);
}

static struct rows read_changes(const struct lppack_value *list)
{
	struct rows rows = { .items = calloc(lppack_value_count(list) + 1, sizeof(struct row)) };

	for (size_t i = 0; rows.items && i < lppack_value_count(list); i++) {
		const struct lppack_value *change = lppack_value_at(list, i, NULL);
		struct row row = { .id = diff_report_text_or(change, "id", "?"),
				   .release = diff_report_text_or(change, "kernel", ""),
				   .reason = diff_report_text_or(change, "withdrawn", ""),
				   .violation = lppack_value_bool(lppack_value_get(change, "violation")) };

		while (row.section < SECTIONS &&
		       strcmp(sections[row.section].change, diff_report_text_or(change, "change", "")) != 0)
			row.section++;
		while (row.kind < KINDS && strcmp(kinds[row.kind], diff_report_text_or(change, "kind", "")) != 0)
			row.kind++;
		if (is_worth_telling(&row))
			rows.items[rows.n++] = row;
	}
	sort_rows(&rows);
	return rows;
}

/* "6.1.0-1, 6.1.0-2, 6.1.0-3 and 17 more": malloc'd, or NULL. Build IDs too, where they are needed to withdraw. */
static char *format_releases(const struct row *rows, size_t n)
{
	bool with_ids = is_kernel(rows) && rows->violation;
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return NULL;
	for (size_t i = 0; i < n && i < NAMED_MAX; i++)
		fprintf(memory, "%s%s%s%s%s", i ? ", " : "", rows[i].release, with_ids ? " (" : "",
			with_ids ? rows[i].id : "", with_ids ? ")" : "");
	if (n > NAMED_MAX)
		fprintf(memory, " and %zu more", n - NAMED_MAX);
	fclose(memory);
	return text;
}

/* " for all 20 kernels", " for 2 of 20 kernels: 6.1.0-1, 6.1.0-2"; total 0: modules, whose kernels stand above. */
static char *format_extent(const struct row *rows, size_t n, size_t total)
{
	char *releases LP_AUTO_FREE = format_releases(rows, n);
	char *text = NULL;
	int rc;

	if (total == 0 || !*rows->release)
		return strdup("");
	if (n == total)
		rc = asprintf(&text, n == 1 ? "  for the kernel of both" : "  for all %zu kernels", n);
	else
		rc = asprintf(&text, "  for %zu of %zu kernels: %s", n, total, releases ? releases : "?");
	return rc < 0 ? NULL : text;
}

/* total: kernels that both have. */
static void print_group(const struct row *rows, size_t n, size_t total)
{
	char *line = NULL;
	char *extent LP_AUTO_FREE = is_kernel(rows) ? format_releases(rows, n) : format_extent(rows, n, total);
	int rc;

	if (is_kernel(rows))
		rc = asprintf(&line, "%zu kernel%s: %s", n, n == 1 ? "" : "s", extent ? extent : "?");
	else
		rc = asprintf(&line, "%s %s%s", kinds[rows->kind], rows->id, extent ? extent : "");
	if (rc >= 0) {
		line_print(stdout, "%s %s", rows->violation ? "!" : " ", line);
		free(line);
	}
	if (*rows->reason)
		subfield_print("  withdrawn", rows->reason);
}

static size_t group_length(const struct row *rows, size_t n)
{
	size_t length = 1;

	while (length < n && compare_groups(rows, rows + length) == 0)
		length++;
	return length;
}

static void print_changes(const struct rows *rows, size_t total)
{
	size_t length;

	for (size_t i = 0; i < rows->n; i += length) {
		length = group_length(rows->items + i, rows->n - i);
		if (i == 0 || rows->items[i].section != rows->items[i - 1].section)
			section_print("%s:", sections[rows->items[i].section].title);
		print_group(rows->items + i, length, total);
	}
}

/* A bundle's release, or a bare module. */
static void print_side(const char *label, const struct lppack_value *side)
{
	char *serial LP_AUTO_FREE = describe_format_serial(side);
	uint64_t kernels = lppack_value_int(lppack_value_get(side, "kernels"), 0);
	char size[UNITS_TEXT], modules[UNITS_TEXT];

	size_format(lppack_value_int(lppack_value_get(side, "size"), 0), size);
	size_format(lppack_value_int(lppack_value_get(side, "modules_size"), 0), modules);
	if (lppack_value_get(side, "stream"))
		subfield_printf(label, "%s, %s; %llu kernel%s, %s (modules: %s)",
				diff_report_text_or(side, "stream", "?"), serial ? serial : "?",
				(unsigned long long)kernels, kernels == 1 ? "" : "s", size, modules);
	else
		subfield_printf(label, "%s for %s (%s), replace %s, %s", diff_report_text_or(side, "module", "?"),
				diff_report_text_or(side, "release", "an unknown kernel"),
				diff_report_text_or(side, "arch", "?"), diff_report_text_or(side, "replace", "?"),
				modules);
}

static void diff_report_print_verdict(const struct lppack_value *diff)
{
	bool cumulative = lppack_value_bool(lppack_value_get(diff, "cumulative"));
	char *text = NULL;

	if (asprintf(&text, "%s %s", cumulative ? "supersedes" : "DOES NOT SUPERSEDE",
		     diff_report_text_or(lppack_value_get(diff, "old"), "name", "?")) < 0)
		return;
	headline_print(diff_report_text_or(lppack_value_get(diff, "new"), "name", "?"), text);
	free(text);
}

/* The kernels of one-way verdicts, with why; *reversible counts the others. */
static struct rows read_rollbacks(const struct lppack_value *list, size_t *reversible)
{
	struct rows rows = { .items = calloc(lppack_value_count(list) + 1, sizeof(struct row)) };

	*reversible = 0;
	for (size_t i = 0; rows.items && i < lppack_value_count(list); i++) {
		const struct lppack_value *kernel = lppack_value_at(list, i, NULL);

		if (strcmp(diff_report_text_or(kernel, "verdict", ""), "reversible") == 0)
			++*reversible;
		else
			rows.items[rows.n++] = (struct row){ .kind = KINDS,
							     .id = "",
							     .release = diff_report_text_or(kernel, "kernel", ""),
							     .reason = diff_report_text_or(kernel, "why", "?") };
	}
	sort_rows(&rows);
	return rows;
}

static void print_one_way(const struct rows *rows, size_t total, bool is_first)
{
	size_t length;

	for (size_t i = 0; i < rows->n; i += length) {
		const struct row *row = rows->items + i;
		char *releases LP_AUTO_FREE = NULL;

		length = group_length(row, rows->n - i);
		releases = format_releases(row, length);
		if (total == 1)
			subfield_printf("going back", "not safe: %s", row->reason);
		else
			subfield_printf(is_first && i == 0 ? "going back" : "",
					"not safe for %zu of %zu kernels: %s (%s)", length, total, row->reason,
					releases ? releases : "?");
	}
}

void diff_print_rollback(const struct lppack_value *diff)
{
	const struct lppack_value *list = lppack_value_get(diff, "rollback");
	size_t total = lppack_value_count(list);
	size_t reversible;
	struct rows rows = read_rollbacks(list, &reversible);

	if (total == 0)
		subfield_print("going back", "no kernel is in both");
	else if (reversible == total && total == 1)
		subfield_print("going back", "safe");
	else if (reversible == total)
		subfield_printf("going back", "safe for all %zu kernels", total);
	else if (reversible)
		subfield_printf("going back", "safe for %zu of %zu kernels", reversible, total);
	print_one_way(&rows, total, reversible == 0);
	free(rows.items);
}

void diff_print(const struct lppack_value *diff)
{
	bool are_bundles = lppack_value_get(lppack_value_get(diff, "new"), "stream");
	struct rows rows = read_changes(lppack_value_get(diff, "changes"));

	diff_report_print_verdict(diff);
	print_side("old", lppack_value_get(diff, "old"));
	print_side("new", lppack_value_get(diff, "new"));
	diff_print_rollback(diff);
	print_changes(&rows, are_bundles ? lppack_value_count(lppack_value_get(diff, "rollback")) : 0);
	if (rows.items && rows.n == 0)
		printf("\nNothing was gained or lost.\n");
	if (!lppack_value_bool(lppack_value_get(diff, "cumulative")))
		printf("\n! breaks cumulativity; what is lost on purpose, lppack-spec(5) names under 'withdrawn'.\n");
	describe_print_findings(lppack_value_get(diff, "findings"));
	free(rows.items);
}
