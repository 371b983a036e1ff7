/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever packs a module should know or do about it. */
#ifndef LP_OPS_FINDINGS_H
#define LP_OPS_FINDINGS_H

#include "base/facts.h"
#include "base/value.h"
#include "inspect/anatomy.h"

/* A list of {id, severity, message, hint, code, error}, errors first; NULL without memory. */
struct lppack_value *lp_findings_list(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy);

#endif
