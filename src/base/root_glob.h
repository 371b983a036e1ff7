/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of a machine by a pattern. */
#ifndef LP_BASE_ROOT_GLOB_H
#define LP_BASE_ROOT_GLOB_H

#include "base/error.h"

#include <glob.h>

/* glob(3) below root ("" or a prefix, whose characters are meant as they are). What matches nothing, or may not be
 * read, finds nothing. Free with globfree() also on failure, which is lack of memory. */
int lp_root_glob(const char *root, const char *pattern, glob_t *found, struct lppack_error *err);

#define LP_AUTO_GLOB __attribute__((cleanup(globfree)))

#endif
