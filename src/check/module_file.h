/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module's file that nobody has signed: its bytes, and what a cell says of them. */
#ifndef LP_CHECK_MODULE_FILE_H
#define LP_CHECK_MODULE_FILE_H

#include "shared/buf.h"
#include "base/facts.h"

/* The module in the file (.ko, .ko.gz, .ko.xz, .ko.zst; it is decompressed in a cell) and the size of the file, which
 * may be NULL. */
int lp_module_file_read(const char *path, struct lp_buf *out, uint64_t *file_size, struct lppack_error *err);

/* What a cell reads in a module. fault: receives what no kernel makes good, as an error of its own, if there is any; may
 * be NULL. */
int lp_module_file_inspect(const struct lp_buf *bytes, const char *path, struct lp_module_facts *out,
			   struct lppack_error *fault, struct lppack_error *err);

#endif
