/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form of a module's symbol versions. */
#ifndef LP_INSPECT_VERSIONS_JUDGE_H
#define LP_INSPECT_VERSIONS_JUDGE_H

#include "base/facts.h"
#include "inspect/elf.h"
#include "inspect/fault.h"

/* Adds what is wrong to the faults. *unknown: the first __version_ext_ section that no kernel is known to read, or NULL;
 * owned. */
int lp_versions_judge(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_faults *faults,
		      char **unknown, struct lppack_error *err);

#endif
