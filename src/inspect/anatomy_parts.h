/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the anatomy share: the bound on items, and printable copies, prefixes. */
#ifndef LP_INSPECT_ANATOMY_PARTS_H
#define LP_INSPECT_ANATOMY_PARTS_H

#include "inspect/elf.h"

/* Far above any real module; they bound what a hostile file makes us allocate. */
#define LP_ANATOMY_ITEMS_MAX 65536u

/* More of something than LP_ANATOMY_ITEMS_MAX. */
int lp_anatomy_too_many(const struct lp_elf *elf, const char *what, struct lppack_error *err);
/* A copy of n bytes with what is not printable replaced, or NULL without memory. */
char *lp_anatomy_printable(const void *bytes, size_t n);
bool lp_anatomy_has_prefix(const char *text, const char *prefix);

#endif
