/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing options by a table, and printing their help. */
#include "cli/options.h"

#include "cli/output.h"
#include "cli/suggest.h"
#include "cli/units.h"

#include <stdlib.h>
#include <string.h>

const char *const completion_names[] = { "none", "word", "file", "dir" };

#define SUGGESTIONS_MAX 40

static const struct option_spec *find_long(const struct option_spec *specs, const char *name, size_t len)
{
	for (; specs->name; specs++)
		if (strlen(specs->name) == len && strncmp(specs->name, name, len) == 0)
			return specs;
	return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *specs, char letter)
{
	for (; specs->name; specs++)
		if (specs->letter && specs->letter == letter)
			return specs;
	return NULL;
}

static int fail_unknown(const struct option_spec *specs, const char *name, size_t len, struct lppack_error *err)
{
	const char *names[SUGGESTIONS_MAX + 1] = { NULL };
	const char *nearest = NULL;
	char *word = strndup(name, len);
	int rc = 0;

	for (size_t n = 0; specs->name; specs++)
		if (!specs->hidden && n < SUGGESTIONS_MAX)
			names[n++] = specs->name;
	nearest = word ? suggest_nearest(word, names) : NULL;
	rc = cli_fail(err, LPPACK_E_USAGE, "--help lists the options", "unknown option '--%s'", word ? word : name);
	if (nearest)
		cli_hint(err, rc, "did you mean '--%s'?", nearest);
	free(word);
	return rc;
}

int text_list_add(struct text_list *list, const char *item, const char *name, struct lppack_error *err)
{
	const char **items = reallocarray(list->items, list->n + 1, sizeof(*items));
	const char **names = NULL;

	if (items) {
		list->items = items;
		names = reallocarray(list->names, list->n + 1, sizeof(*names));
	}
	if (!names)
		return cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	list->names = names;
	items[list->n] = item;
	names[list->n++] = name;
	return 0;
}

static int set_number(const struct option_spec *spec, struct number *number, const char *text,
		      struct lppack_error *err)
{
	if (number->is_set)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s is given twice", spec->name);
	if (number_parse(text, &number->value) < 0 || number->value < spec->min || number->value > spec->max)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s: '%s' is not a whole number from %llu to %llu",
				spec->name, text, (unsigned long long)spec->min, (unsigned long long)spec->max);
	number->is_set = true;
	return 0;
}

static int set_text(const struct option_spec *spec, const char **field, const char *text, struct lppack_error *err)
{
	if (*field)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s is given twice", spec->name);
	if (!*text)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s: the argument is empty", spec->name);
	*field = text;
	return 0;
}

static int set_duration(const struct option_spec *spec, int64_t *field, const char *text, struct lppack_error *err)
{
	if (*field)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s is given twice", spec->name);
	if (duration_parse(text, field) < 0)
		return cli_fail(err, LPPACK_E_USAGE, "write seconds, or a unit: 60, 1.5, 500ms, 90s, 2m; at most a day",
				"--%s: '%s' is not a duration", spec->name, text);
	return 0;
}

static int set_option(const struct option_spec *spec, void *values, const char *text, struct lppack_error *err)
{
	void *field = (char *)values + spec->offset;

	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		return set_text(spec, field, text, err);
	case OPTION_LIST:
		if (!*text)
			return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s: the argument is empty", spec->name);
		return text_list_add(field, text, spec->name, err);
	case OPTION_NUMBER:
		return set_number(spec, field, text, err);
	case OPTION_DURATION:
		return set_duration(spec, field, text, err);
	case OPTION_HELP:
		break;
	}
	return 0;
}

/* The words left to parse. */
struct words {
	int n;
	char **at;
};

static int take_argument(const struct option_spec *spec, struct words *words, const char **out,
			 struct lppack_error *err)
{
	if (words->n == 0)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "--%s needs an argument: %s", spec->name, spec->argument);
	*out = *words->at++;
	words->n--;
	return 0;
}

/* "--name", "--name=value" or "--name value"; word is without its dashes. */
static enum parsed parse_long(const struct option_spec *specs, const char *word, struct words *words, void *values,
			      struct lppack_error *err)
{
	size_t len = strcspn(word, "=");
	const char *text = word[len] ? word + len + 1 : NULL;
	const struct option_spec *spec = find_long(specs, word, len);
	int rc = 0;

	if (!spec)
		rc = fail_unknown(specs, word, len, err);
	else if (!spec->argument && text)
		rc = cli_fail(err, LPPACK_E_USAGE, NULL, "--%s takes no argument", spec->name);
	else if (spec->kind == OPTION_HELP)
		return PARSED_HELP;
	else if (spec->argument && !text)
		rc = take_argument(spec, words, &text, err);
	if (rc == 0)
		rc = set_option(spec, values, text, err);
	return rc < 0 ? PARSED_FAILED : PARSED_OK;
}

/* "-f", "-fg", "-oVALUE" or "-o VALUE"; word is without its dash. */
static enum parsed parse_letters(const struct option_spec *specs, const char *word, struct words *words, void *values,
				 struct lppack_error *err)
{
	for (; *word; word++) {
		const struct option_spec *spec = find_letter(specs, *word);
		const char *text = NULL;
		int rc = 0;

		if (!spec)
			rc = cli_fail(err, LPPACK_E_USAGE, "--help lists the options", "unknown option '-%c'", *word);
		else if (spec->kind == OPTION_HELP)
			return PARSED_HELP;
		else if (spec->argument && word[1])
			text = word + 1;
		else if (spec->argument)
			rc = take_argument(spec, words, &text, err);
		if (rc == 0)
			rc = set_option(spec, values, text, err);
		if (rc < 0)
			return PARSED_FAILED;
		if (spec->argument)
			break;
	}
	return PARSED_OK;
}

static bool is_given(const struct option_spec *spec, const void *values)
{
	const void *field = (const char *)values + spec->offset;

	switch (spec->kind) {
	case OPTION_FLAG:
		return *(const bool *)field;
	case OPTION_TEXT:
		return *(const char *const *)field != NULL;
	case OPTION_LIST:
		return ((const struct text_list *)field)->n > 0;
	case OPTION_NUMBER:
		return ((const struct number *)field)->is_set;
	case OPTION_DURATION:
		return *(const int64_t *)field != 0;
	case OPTION_HELP:
		break;
	}
	return false;
}

static enum parsed check_required(const struct option_spec *specs, const void *values, struct lppack_error *err)
{
	for (; specs->name; specs++) {
		if (!specs->required || is_given(specs, values))
			continue;
		cli_fail(err, LPPACK_E_USAGE, NULL, "--%s %s is missing", specs->name, specs->argument);
		return PARSED_FAILED;
	}
	return PARSED_OK;
}

enum parsed options_parse(const struct option_spec *specs, int argc, char **argv, void *values,
			  struct text_list *arguments, struct lppack_error *err)
{
	struct words words = { argc, argv };
	bool only_arguments = false;

	while (words.n > 0) {
		const char *word = *words.at++;
		enum parsed parsed = PARSED_OK;

		words.n--;
		if (only_arguments || word[0] != '-' || !word[1])
			parsed = text_list_add(arguments, word, NULL, err) < 0 ? PARSED_FAILED : PARSED_OK;
		else if (strcmp(word, "--") == 0)
			only_arguments = true;
		else if (word[1] == '-')
			parsed = parse_long(specs, word + 2, &words, values, err);
		else
			parsed = parse_letters(specs, word + 1, &words, values, err);
		if (parsed != PARSED_OK)
			return parsed;
	}
	return check_required(specs, values, err);
}

static void free_list(struct text_list *list)
{
	free(list->items);
	free(list->names);
	*list = (struct text_list){ 0 };
}

void options_free(const struct option_spec *specs, void *values, struct text_list *arguments)
{
	for (; specs->name; specs++)
		if (specs->kind == OPTION_LIST)
			free_list((struct text_list *)(void *)((char *)values + specs->offset));
	free_list(arguments);
}

bool options_has_flag(const struct option_spec *specs, const void *values, const char *name)
{
	const struct option_spec *spec = find_long(specs, name, strlen(name));

	return spec && spec->kind == OPTION_FLAG && is_given(spec, values);
}

bool options_root_is_other(const char *root)
{
	return root && strcmp(root, "/") != 0;
}

#define HELP_COLUMN 30

void options_print_help(const struct option_spec *specs, FILE *out)
{
	for (; specs->name; specs++) {
		char left[80];

		if (specs->hidden)
			continue;
		snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", specs->letter ? '-' : ' ',
			 specs->letter ? specs->letter : ' ', specs->letter ? ',' : ' ', specs->name,
			 specs->argument ? " " : "", specs->argument ? specs->argument : "");
		if (strlen(left) >= HELP_COLUMN)
			fprintf(out, "%s\n%*s%s\n", left, HELP_COLUMN, "", specs->help);
		else
			fprintf(out, "%-*s%s\n", HELP_COLUMN, left, specs->help);
	}
}

void options_dump(const struct option_spec *specs, const char *verb, FILE *out)
{
	for (; specs->name; specs++) {
		char letter[] = { '-', specs->letter, '\0' };

		if (specs->hidden)
			continue;
		fprintf(out, "option\t%s\t--%s\t%s\t%s\t%s\n", verb, specs->name, letter,
			specs->argument ? specs->argument : "-", completion_names[specs->completion]);
	}
}
