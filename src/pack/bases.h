/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which modules are packed against which. */
#ifndef LP_PACK_BASES_H
#define LP_PACK_BASES_H

#include "pack/pack.h"

/* Gives sibling kernels' modules one base: the star of format-spec "Modules". */
void lp_pack_choose_bases(struct lp_pack *pack);

#endif
