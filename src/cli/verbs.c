/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of verbs, and what every verb does before and after its own work. */
#include "cli/verbs.h"

#include "cli/json.h"
#include "cli/output.h"
#include "cli/suggest.h"

#include <stdlib.h>
#include <string.h>

const struct verb *const verbs[] = {
	&verb_keygen,        &verb_inspect, &verb_check,
	&verb_create,        &verb_sign,    &verb_trust,
	&verb_verify,        &verb_show,    &verb_diff,
	&verb_extract,       &verb_apply,   &verb_rollback,
	&verb_remove,        &verb_recover, &verb_status,
	&verb_install,       &verb_confirm, &verb_hold,
	&verb_unhold,        &verb_history, &verb_effective_version,
	&verb_reboot_needed, &verb_help,    NULL,
};

const struct option_spec top_options[] = {
	OPTION_HELP_ROW,
	{ .name = "version", .letter = 'V', .kind = OPTION_FLAG, .help = "print the version and exit" },
	{ 0 },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *verb_find(const char *name, struct lppack_error *err)
{
	const char *names[VERBS] = { NULL };
	const char *nearest = NULL;
	int rc = 0;

	for (size_t i = 0; verbs[i]; i++) {
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
		names[i] = verbs[i]->name;
	}
	nearest = suggest_nearest(name, names);
	rc = cli_fail(err, LPPACK_E_USAGE, "'lppack help' lists the verbs", "unknown verb '%s'", name);
	if (nearest)
		cli_hint(err, rc, "did you mean '%s'?", nearest);
	return NULL;
}

static int check_arguments(const struct verb *verb, const struct text_list *arguments, struct lppack_error *err)
{
	int rc = 0;

	if (arguments->n < verb->min_arguments)
		rc = cli_fail(err, LPPACK_E_USAGE, NULL, "%s: %s is missing", verb->name, verb->arguments);
	else if (arguments->n > verb->max_arguments)
		rc = cli_fail(err, LPPACK_E_USAGE, NULL, "%s: unexpected argument '%s'", verb->name,
			      arguments->items[verb->max_arguments]);
	if (rc < 0)
		cli_hint(err, rc, "lppack %s [OPTION]...%s%s", verb->name, *verb->arguments ? " " : "",
			 verb->arguments);
	return rc;
}

static int run_parsed(const struct verb *verb, const void *values, const struct text_list *arguments)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	int rc = check_arguments(verb, arguments, &err);

	if (rc == 0)
		rc = verb->run(values, arguments, &err);
	progress_clear();
	if (rc >= 0)
		return rc;
	error_print(&err);
	if (options_has_flag(verb->options, values, "json"))
		json_error_document(&err);
	return -rc;
}

int verb_run(const struct verb *verb, int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct text_list arguments = { 0 };
	void *values = calloc(1, verb->values_size);
	int status = LPPACK_E_NO_MEMORY;

	if (!values)
		return status;
	switch (options_parse(verb->options, argc, argv, values, &arguments, &err)) {
	case PARSED_FAILED:
		cli_wrap(&err, 0, "%s", verb->name);
		if (!err.hint[0])
			cli_hint(&err, 0, "'lppack %s --help' lists the options", verb->name);
		error_print(&err);
		status = err.code;
		break;
	case PARSED_HELP:
		verb_print_help(verb);
		status = LPPACK_OK;
		break;
	case PARSED_OK:
		status = run_parsed(verb, values, &arguments);
		break;
	}
	options_free(verb->options, values, &arguments);
	free(values);
	return status;
}

void verb_print_help(const struct verb *verb)
{
	const char *space = *verb->arguments ? " " : "";

	printf("Usage: lppack %s [OPTION]...%s%s\n\n", verb->name, space, verb->arguments);
	printf("%c%s.\n", verb->summary[0] - 'a' + 'A', verb->summary + 1);
	if (verb->details)
		printf("\n%s", verb->details);
	printf("\nOptions:\n");
	options_print_help(verb->options, stdout);
	if (verb != &verb_help)
		printf("\nSee lppack-%s(1).\n", verb->name);
}

void verbs_print_help(void)
{
	printf("Usage: lppack VERB [OPTION]... [ARGUMENT]...\n\n"
	       "Signed bundles of cumulative kernel livepatches: make, verify and apply them.\n\nVerbs:\n");
	for (size_t i = 0; verbs[i]; i++)
		printf("  %-19s%s\n", verbs[i]->name, verbs[i]->summary);
	printf("\nOptions:\n");
	options_print_help(top_options, stdout);
	printf("\n'lppack VERB --help' tells more; so do lppack(1) and lppack-VERB(1).\n");
}
