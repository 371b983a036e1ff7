/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts of modules and kernels as trees, and back from trees that are not believed. */
#ifndef LP_FORMAT_FACTS_TREE_H
#define LP_FORMAT_FACTS_TREE_H

#include "base/facts.h"
#include "base/value.h"

/* NULL without memory. */
struct lppack_value *lp_module_facts_tree(const struct lp_module_facts *facts);
struct lppack_value *lp_kernel_facts_tree(const struct lp_kernel_facts *facts);

/* name: of the file, for messages. LPPACK_E_INTERNAL if it is none, NO_MEMORY. */
int lp_module_facts_take(const struct lppack_value *tree, const char *name, struct lp_module_facts *out,
			 struct lppack_error *err);
int lp_kernel_facts_take(const struct lppack_value *tree, const char *name, struct lp_kernel_facts *out,
			 struct lppack_error *err);

#endif
