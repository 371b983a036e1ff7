/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One table of options a verb: parsing, --help, and what the man pages and completions are checked against. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <lppack/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
	OPTION_FLAG,     /* bool */
	OPTION_TEXT,     /* const char *, given at most once */
	OPTION_LIST,     /* struct text_list; options with the same offset share one list and keep their order */
	OPTION_NUMBER,   /* struct number, between min and max */
	OPTION_DURATION, /* int64_t, nanoseconds */
	OPTION_HELP,     /* nothing: parsing ends */
};

/* What a shell offers for an option's argument, or for a verb's. */
enum completion {
	COMPLETE_NONE,
	COMPLETE_WORD,
	COMPLETE_FILE,
	COMPLETE_DIR,
};

extern const char *const completion_names[];

struct option_spec {
	const char *name;     /* without its dashes; NULL ends a table */
	char letter;          /* or 0 */
	enum option_kind kind;
	enum completion completion;
	size_t offset;        /* of the value in the verb's struct */
	const char *argument; /* "FILE"; NULL for flags */
	const char *help;     /* one phrase without a full stop */
	bool required;
	bool hidden;
	uint64_t min, max;    /* OPTION_NUMBER */
};

#define OPTION_HELP_ROW { .name = "help", .letter = 'h', .kind = OPTION_HELP, .help = "print this help and exit" }

struct text_list {
	const char **items; /* borrowed from argv */
	const char **names; /* the option that brought each */
	size_t n;
};

struct number {
	uint64_t value;
	bool is_set;
};

enum parsed {
	PARSED_FAILED = -1,
	PARSED_OK,
	PARSED_HELP,
};

/*
 * Parses what follows the verb into the zeroed struct `values`; all else goes to `arguments`. Long options are never
 * abbreviated. Free with options_free(), also on failure.
 */
enum parsed options_parse(const struct option_spec *specs, int argc, char **argv, void *values,
			  struct text_list *arguments, struct lppack_error *err);
void options_free(const struct option_spec *specs, void *values, struct text_list *arguments);

/* Whether the table has a flag of that name and it is set. */
bool options_has_flag(const struct option_spec *specs, const void *values, const char *name);

/* Whether --root names another machine than the one that runs. */
bool options_root_is_other(const char *root);

void options_print_help(const struct option_spec *specs, FILE *out);
/* A line an option, tab-separated: "option", verb, --name, -letter or "-", argument or "-", completion. */
void options_dump(const struct option_spec *specs, const char *verb, FILE *out);

/* Appends; a failed allocation is LPPACK_E_NO_MEMORY. */
int text_list_add(struct text_list *list, const char *item, const char *name, struct lppack_error *err);

#endif
