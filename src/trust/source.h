/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller gives by a path or in memory. */
#ifndef LP_TRUST_SOURCE_H
#define LP_TRUST_SOURCE_H

#include "shared/buf.h"

#include <lppack/keys.h>

struct lp_source {
	const char *path;                 /* NULL: it is in `bytes`, or not given */
	const struct lppack_bytes *bytes; /* data NULL: not given */
	const char *what;                 /* for messages: "the certificate" */
};

/* Reads the file into *room, or borrows the bytes; out->data is NULL if neither is given. LPPACK_E_USAGE for both. */
int lp_source_read(const struct lp_source *source, size_t max, struct lp_buf *room, struct lppack_bytes *out,
		   struct lppack_error *err);
/* For messages. */
const char *lp_source_name(const struct lp_source *source);

#endif
