/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of .modinfo, hardening that the build left marks of, and the build salt. */
#ifndef LP_INSPECT_ANATOMY_MODINFO_H
#define LP_INSPECT_ANATOMY_MODINFO_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_modinfo(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);
int lp_anatomy_read_hardening(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);

#endif
