/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories of what lppack keeps. */
#ifndef LP_BASE_DIRECTORY_H
#define LP_BASE_DIRECTORY_H

#include "base/error.h"

/* Makes what is missing of the path below root ("" or a prefix), durably: a file that is synced in a directory that is
 * not would be lost with it. Mode 0755. LPPACK_E_PRIVILEGE, IO. */
int lp_directory_make(const char *root, const char *path, struct lppack_error *err);

#endif
