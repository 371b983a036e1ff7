/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that read bundles share: trusted keys, an open bundle, its verified head, and --kernel. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cli/options.h"

#include <lppack/bundle.h>
#include <lppack/keys.h>

#include <stdbool.h>

/* Zeroed at first; source_close() frees it at any stage. */
struct source {
	struct lppack_keyring *keyring;
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
};

/* Where trust is taken from. */
struct trust_options {
	const struct text_list *keys; /* --keys; empty: the installed ones, with the installed policy */
	const char *policy;           /* --policy, in the installed one's place; or NULL */
	const char *root;             /* NULL: this machine */
};

int source_load_trust(struct source *source, const struct trust_options *trust, struct lppack_error *err);
/* The keys of --keys, or the default ones below root (NULL: this machine). */
int source_load_keys(struct source *source, const struct text_list *keys, const char *root, struct lppack_error *err);
/* Keys, bundle and verified head in one. */
int source_open(struct source *source, const char *path, const struct text_list *keys, const char *root,
		struct lppack_error *err);
int source_open_trusted(struct source *source, const char *path, const struct trust_options *trust,
			struct lppack_error *err);
void source_close(struct source *source);

/* Whether the bundle has expired by this machine's clock. */
bool source_is_expired(const struct source *source);
/* Warns on stderr if it has: offline, expiry is the operator's to judge. */
void source_warn_expired(const struct source *source, const char *path);

/* The build ID that --kernel means: the text itself, or what is read from the file of that name. malloc'd or NULL. */
char *kernel_resolve(const char *text, struct lppack_error *err);

/* Whether the file is a bundle at all; other errors than NOT_BUNDLE are errors. */
int source_detect_bundle(const char *path, bool *is_bundle, struct lppack_error *err);

/* Rows for the option tables. */
#define KEYS_ROW(type) \
	{ .name = "keys", .letter = 'k', .kind = OPTION_LIST, .completion = COMPLETE_FILE, .argument = "FILE|DIR", \
	  .offset = offsetof(type, keys), .help = "trust these keys instead of the installed ones (repeatable)" }
#define POLICY_ROW(type) \
	{ .name = "policy", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "FILE", \
	  .offset = offsetof(type, policy), .help = "judge by this policy instead of the installed one" }
#define ROOT_ROW(type) \
	{ .name = "root", .kind = OPTION_TEXT, .completion = COMPLETE_DIR, .argument = "DIR", \
	  .offset = offsetof(type, root), .help = "look at the machine whose file systems are below DIR" }
#define VERBOSE_ROW(type) \
	{ \
		.name = "verbose", .letter = 'v', .kind = OPTION_FLAG, .offset = offsetof(type, verbose), \
		.help = "also say how the process that reads unsigned files is confined" \
	}
#define JSON_ROW(type) \
	{ .name = "json", .kind = OPTION_FLAG, .offset = offsetof(type, json), .help = "print JSON" }

/* What --verbose says, on stderr. */
void confinement_print(void);

#define AUTO_SOURCE __attribute__((cleanup(source_close)))

#endif
