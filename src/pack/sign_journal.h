/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What completes a change of signatures that was interrupted. */
#ifndef LP_PACK_SIGN_JOURNAL_H
#define LP_PACK_SIGN_JOURNAL_H

#include "shared/buf.h"
#include "base/error.h"

/*
 * The journal of a change in place is the new head, complete, in a file of its own beside the bundle. It is durable
 * before the first byte of the bundle changes and removed after the last has.
 */
int lp_sign_journal_write(const char *path, const struct lp_buf *head, struct lppack_error *err);
int lp_sign_journal_remove(const char *path, struct lppack_error *err);
/* 1 if there is one, 0 if not. */
int lp_sign_journal_exists(const char *path, struct lppack_error *err);
/* Writes the journal's area into the bundle (a descriptor) if it belongs there and is intact. LPPACK_E_STATE
 * otherwise. */
int lp_sign_journal_replay(const char *path, int fd, struct lppack_error *err);

#endif
