/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a status that changes while a transition runs. */
#include "base/export.h"
#include "base/value.h"
#include "apply/transition.h"
#include "status/status.h"

LP_EXPORT struct lppack_value *lppack_host_transition(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_STACK struct lp_stack stack = { 0 };
	struct lp_blocker *blockers = NULL;
	struct lppack_value *map;
	struct lppack_value *patches;
	bool in_transition = false;
	size_t n = 0;

	if (lp_stack_read(&host->io, &stack, err) < 0)
		return NULL;
	map = lp_value_map();
	patches = lp_value_list();
	for (size_t i = 0; i < stack.n; i++) {
		const struct lp_live_patch *live = &stack.patches[i];
		struct lppack_value *patch = lp_value_map();

		in_transition |= live->transition == 1;
		lp_value_add_text(&patch, "name", live->name);
		if (live->enabled >= 0)
			lp_value_add_bool(&patch, "enabled", live->enabled);
		if (live->transition >= 0)
			lp_value_add_bool(&patch, "transition", live->transition);
		lp_value_push(&patches, patch);
	}
	/* Scanning all tasks takes about 0.1 ms each. */
	(void)lp_blockers_find(&host->io, NULL, &stack, &blockers, &n);
	lp_value_add_bool(&map, "transition", in_transition);
	lp_value_add(&map, "patches", patches);
	lp_value_add(&map, "blockers", lp_describe_blockers(blockers, n));
	lp_value_add_bool(&map, "blockers_known", !in_transition || lp_blockers_are_visible(&host->io));
	lp_blockers_free(blockers, n);
	if (!map)
		lp_fail_nomem(err);
	return map;
}
