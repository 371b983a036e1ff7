/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the modules of a spec and their kernels. */
#ifndef LP_PACK_GATHER_H
#define LP_PACK_GATHER_H

#include "pack/pack.h"

void lp_pack_free(struct lp_pack *pack);

/* Expands the spec's globs, inspects and signs every module, inspects its kernel, checks that they belong together. */
int lp_pack_gather(const struct lppack_spec *spec, struct lp_pack *pack, struct lppack_error *err);

/* A path of the spec with every {release} replaced; malloc'd, NULL without memory. */
char *lp_pack_path(const struct lppack_spec *spec, const char *pattern, const char *release);

#endif
