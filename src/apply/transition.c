/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who keeps a transition from ending, for people and --json. */
#include "apply/transition.h"

struct lppack_value *lp_describe_blockers(const struct lp_blocker *blockers, size_t n)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < n; i++) {
		const struct lp_blocker *blocker = &blockers[i];
		const char state[2] = { blocker->state, '\0' };
		struct lppack_value *map = lp_value_map();

		lp_value_add_int(&map, "pid", (uint64_t)blocker->pid);
		lp_value_add_int(&map, "tid", (uint64_t)blocker->tid);
		lp_value_add_text(&map, "command", blocker->comm);
		lp_value_add_text(&map, "kind", lp_task_kind_names[blocker->kind]);
		lp_value_add_text(&map, "state", state);
		lp_value_add_text(&map, "function", blocker->function);
		lp_value_add_text(&map, "stack", blocker->stack_top);
		lp_value_push(&list, map);
	}
	return list;
}
