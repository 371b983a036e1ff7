/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_OPS_PLAN_H
#define LP_OPS_PLAN_H

#include "ops/bundle.h"
#include "ops/host.h"

struct lppack_plan {
	struct lppack_host *host;         /* borrowed */
	struct lppack_verified *verified; /* borrowed */
	struct lppack_entry *entry;
	struct lp_swap_request request; /* points into the entry */
	struct lp_stack stack;          /* as it was when the plan was made */
	bool already;
};

struct lppack_receipt {
	struct lppack_value *about; /* kernel, bundle, module */
	struct lp_swap_result result;
	struct lppack_error error; /* code 0: none */
};

/* kernel, bundle and module of a plan, added to a map. */
void lp_plan_describe_subject(const struct lppack_plan *plan, struct lppack_value **map);

LP_DEFINE_CLEANUP(struct lppack_plan, lppack_plan_free)
LP_DEFINE_CLEANUP(struct lppack_receipt, lppack_receipt_free)

#endif
