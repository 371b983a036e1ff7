/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that sign share: --key, --cert and --chain, in the order in which they are given. */
#ifndef CLI_SIGNERS_H
#define CLI_SIGNERS_H

#include "cli/options.h"
#include "cli/passphrase.h"

#include <lppack/keys.h>

/* Zeroed at first. */
struct signers {
	struct lppack_signer **at;
	size_t n;
	struct lppack_signer *module; /* of --sign-module; NULL without one */
};

/* list: what the rows below collected, and --sign-module; --cert and --chain belong to the key before them. */
int signers_open(struct signers *signers, const struct text_list *list, const char *passphrase_file,
		 struct lppack_error *err);
void signers_close(struct signers *signers);

#define AUTO_SIGNERS __attribute__((cleanup(signers_close)))

/* The --key row is the verb's own, with the same field. */
#define SIGNER_ROWS(type, field) \
	{ .name = "cert", .kind = OPTION_LIST, .completion = COMPLETE_FILE, .argument = "FILE", \
	  .offset = offsetof(type, field), .help = "the X.509 certificate of the key before: sign by CMS" }, \
	{ .name = "chain", .kind = OPTION_LIST, .completion = COMPLETE_FILE, .argument = "FILE", \
	  .offset = offsetof(type, field), .help = "put the --cert's issuers in FILE into the signature" }, \
	PASSPHRASE_ROW(type)

#endif
