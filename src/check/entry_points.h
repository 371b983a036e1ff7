/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel finds the module's init and exit where the module has them. */
#ifndef LP_CHECK_ENTRY_POINTS_H
#define LP_CHECK_ENTRY_POINTS_H

#include "inspect/anatomy.h"
#include "inspect/btf.h"

/* A sentence about the first that is elsewhere; NULL if none is, without memory, or if the BTF does not describe it. */
char *lp_entry_points_fault(const struct lp_anatomy *anatomy, const struct lp_btf *btf);

#endif
