/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module imports, with the CRCs it expects, and what it exports. */
#ifndef LP_INSPECT_ANATOMY_IMPORTS_H
#define LP_INSPECT_ANATOMY_IMPORTS_H

#include "inspect/anatomy.h"
#include "inspect/elf.h"

/* Fills this part of a zeroed anatomy. */
int lp_anatomy_read_imports(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err);

#endif
