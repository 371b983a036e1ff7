/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a directory of keys or of revocation lists count, and what masks one. */
#ifndef LP_TRUST_KEY_DIR_H
#define LP_TRUST_KEY_DIR_H

#include "shared/buf.h"
#include "base/error.h"

#include <stdbool.h>

/* Whether a file counts by its name: in a directory of keys, and in one of revocation lists. */
bool lp_key_file_is_named(const char *name);
bool lp_crl_file_is_named(const char *name);
/* A key file's content, or *masked: it is a link to /dev/null. Owner and mode are checked. */
int lp_key_file_read(const char *root, const char *path, struct lp_buf *pem, bool *masked, struct lppack_error *err);

#endif
