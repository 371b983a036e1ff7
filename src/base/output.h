/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output files, which appear whole or not at all. */
#ifndef LP_BASE_OUTPUT_H
#define LP_BASE_OUTPUT_H

#include "shared/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An output file that appears under its name only by lp_output_commit(). */
struct lp_output {
	int fd;
	int dirfd;
	char *path;   /* as the user named it */
	char *target; /* its last part, below dirfd */
	char *temp;   /* name of the temporary file, below dirfd; NULL while it has none (O_TMPFILE) */
	mode_t mode;
	bool takes_links; /* replaces a link of that name, but never what it leads to */
};

/* Creates a temporary file beside path, with the given mode. Never in place of what is no regular file, a link least of
 * all: LPPACK_E_USAGE. */
int lp_output_open(struct lp_output *out, const char *path, mode_t mode, struct lppack_error *err);
/* The same for the path below a root (base/root.h), for what lppack names itself: a link is replaced. */
int lp_output_open_below(struct lp_output *out, const char *root, const char *path, mode_t mode,
			 struct lppack_error *err);
int lp_output_write(struct lp_output *out, const void *bytes, size_t n, struct lppack_error *err);
/* fsync, rename (never over an existing file if `exclusive`: LPPACK_E_EXISTS), fsync of the directory. */
int lp_output_commit(struct lp_output *out, bool exclusive, struct lppack_error *err);
/* Removes what was not committed. */
void lp_output_close(struct lp_output *out);

#define LP_AUTO_OUTPUT LP_AUTO(lp_output_close)

#endif
