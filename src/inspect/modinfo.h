/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module says of itself: .modinfo, the name in struct module. */
#ifndef LP_INSPECT_MODINFO_H
#define LP_INSPECT_MODINFO_H

#include "base/facts.h"
#include "inspect/elf.h"

/* Sets name, vermagic, release, srcversion, depends and is_livepatch. */
int lp_modinfo_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err);

#endif
