/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one table of verbs, and running one. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/options.h"

#include <lppack/error.h>

#include <stddef.h>

struct verb {
	const char *name;
	const char *arguments; /* for the usage line, options apart */
	const char *summary;   /* one phrase without a full stop */
	const char *details;   /* paragraphs for --help, or NULL */
	const struct option_spec *options;
	size_t values_size;    /* of the struct that the options fill */
	size_t min_arguments, max_arguments;
	enum completion completion; /* of the arguments */
	/* The exit status, or a negative code if the caller is to report err. values is the struct of options. */
	int (*run)(const void *values, const struct text_list *arguments, struct lppack_error *err);
};

extern const struct verb verb_keygen;
extern const struct verb verb_inspect;
extern const struct verb verb_check;
extern const struct verb verb_create;
extern const struct verb verb_sign;
extern const struct verb verb_trust;
extern const struct verb verb_verify;
extern const struct verb verb_show;
extern const struct verb verb_diff;
extern const struct verb verb_extract;
extern const struct verb verb_apply;
extern const struct verb verb_rollback;
extern const struct verb verb_remove;
extern const struct verb verb_recover;
extern const struct verb verb_status;
extern const struct verb verb_install;
extern const struct verb verb_confirm;
extern const struct verb verb_hold;
extern const struct verb verb_unhold;
extern const struct verb verb_history;
extern const struct verb verb_effective_version;
extern const struct verb verb_reboot_needed;
extern const struct verb verb_help;

/* NULL-terminated, in the order of a patch's life. */
extern const struct verb *const verbs[];

/* The options of lppack itself. */
extern const struct option_spec top_options[];

/* The verb of that name; otherwise NULL with an error that suggests one. */
const struct verb *verb_find(const char *name, struct lppack_error *err);
/* Parses, runs and reports; argv begins after the verb. Returns the exit status. */
int verb_run(const struct verb *verb, int argc, char **argv);
void verb_print_help(const struct verb *verb);
/* Usage and the table of verbs. */
void verbs_print_help(void);

#endif
