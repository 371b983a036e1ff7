/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where passphrases and PINs come from: a file, or the terminal. */
#ifndef CLI_PASSPHRASE_H
#define CLI_PASSPHRASE_H

#include <lppack/error.h>

#include <stdbool.h>
#include <stddef.h>

struct passphrase {
	const char *file; /* its first line; NULL: ask on the terminal */
	bool is_new;      /* asked twice, as nobody could tell a mistyped one */
};

/* What struct lppack_key_options and lppack_signer_options ask; context is a struct passphrase. */
int passphrase_get(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);

#define PASSPHRASE_ROW(type) \
	{ .name = "passphrase-file", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "FILE", \
	  .offset = offsetof(type, passphrase_file), \
	  .help = "read the passphrase or PIN from FILE instead of the terminal" }

#endif
