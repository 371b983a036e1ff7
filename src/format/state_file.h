/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lppack remembers between calls: small YAML files below /var/lib/lppack, each written whole or not at all,
 * synced, and never silently forgotten.
 *
 * An empty mark of the same name stands in LP_STATE_MARKS_INNER and LP_STATE_MARKS_OUTER while a file is to exist: the
 * first shows that a file is gone, the second that all of /var/lib/lppack is. Marks are made after the file and removed
 * before it, so that a power cut between any two steps leaves a file without marks, which is no alarm, and never a mark
 * without its file.
 */
#ifndef LP_FORMAT_STATE_FILE_H
#define LP_FORMAT_STATE_FILE_H

#include "base/value.h"
#include "format/doc.h"
#include "format/yaml.h"

#define LP_STATE_DIRECTORY "/var/lib/lppack"
/* Of each file, under the key `format`. A newer number is of a newer lppack: what it wrote is neither read nor
 * replaced. */
#define LP_STATE_FORMAT 1
#define LP_STATE_MARKS_INNER LP_STATE_DIRECTORY "/.kept"
#define LP_STATE_MARKS_OUTER "/etc/lppack/kept"

/*
 * Reads NAME ("freshness.yaml") below the state directory of root ("" or a prefix). Returns 1 with *tree, 0 if it was
 * never written (or deliberately removed), or LPPACK_E_STATE: malformed, or missing after having existed;
 * LPPACK_E_UNSUPPORTED: of a newer format; or LPPACK_E_UNSAFE_FILE if others than root and the caller could have written
 * it.
 */
int lp_state_file_read(const char *root, const char *name, struct lppack_value **tree, struct lppack_error *err);
/* Whether it is there, but nothing outside of the state directory says that it has to be: a loss of all of it would look
 * like a new machine. */
bool lp_state_file_is_unmarked(const char *root, const char *name);
/* Reads the required key `format`. */
void lp_state_file_format(struct lp_doc *doc);
/* Replaces it atomically and durably; makes the directory. Who writes has read it with the lock held, which refuses a
 * newer format. The tree's maps must be what core's YAML can hold. */
int lp_state_file_write(const char *root, const char *name, const struct lppack_value *tree, struct lppack_error *err);
/* Removes it, also a damaged one, so that lp_state_file_read() says 0; no error if it is not there.
 * LPPACK_E_UNSUPPORTED if it is of a newer format. */
int lp_state_file_remove(const char *root, const char *name, struct lppack_error *err);

#endif
