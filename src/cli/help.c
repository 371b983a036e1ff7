/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack help: the program's, or a verb's. */
#include "cli/output.h"
#include "cli/verbs.h"

struct help_options {
	bool dump;
};

static const struct option_spec options[] = {
	{ .name = "dump-options", .kind = OPTION_FLAG, .offset = offsetof(struct help_options, dump), .hidden = true,
	  .help = "print every verb and option for scripts" },
	OPTION_HELP_ROW,
	{ 0 },
};

/* "verb", name, completion of its arguments, summary; then its options. "-" stands for lppack itself. */
static void dump(void)
{
	options_dump(top_options, "-", stdout);
	for (size_t i = 0; verbs[i]; i++) {
		printf("verb\t%s\t%s\t%s\n", verbs[i]->name, completion_names[verbs[i]->completion],
		       verbs[i]->summary);
		options_dump(verbs[i]->options, verbs[i]->name, stdout);
	}
}

static int help_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct help_options *o = values;
	const struct verb *verb = NULL;

	if (o->dump) {
		dump();
		return LPPACK_OK;
	}
	if (arguments->n == 0) {
		verbs_print_help();
		return LPPACK_OK;
	}
	verb = verb_find(arguments->items[0], err);
	if (!verb)
		return -err->code;
	verb_print_help(verb);
	return LPPACK_OK;
}

const struct verb verb_help = {
	.name = "help",
	.arguments = "[VERB]",
	.summary = "list the verbs, or explain one",
	.options = options,
	.values_size = sizeof(struct help_options),
	.max_arguments = 1,
	.completion = COMPLETE_WORD,
	.run = help_run,
};
