/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Did you mean": the known name nearest to a mistyped one. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

/*
 * Of a NULL-terminated list, the only candidate that begins with name, or the nearest by edit distance; NULL if none
 * is near.
 */
const char *suggest_nearest(const char *name, const char *const *candidates);

#endif
