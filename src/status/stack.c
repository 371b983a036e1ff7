/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which livepatch owns a function. */
#include "status/stack.h"

#include "base/value.h"

#include <string.h>

struct function {
	const char *object;
	const struct lp_func *func;
};

static bool has_function(const struct lp_live_patch *patch, const struct function *wanted)
{
	for (size_t i = 0; i < patch->n_objects; i++) {
		const struct lp_object *object = &patch->objects[i].object;

		if (strcmp(object->name, wanted->object) != 0)
			continue;
		for (size_t j = 0; j < object->n_funcs; j++)
			if (object->funcs[j].sympos == wanted->func->sympos &&
			    strcmp(object->funcs[j].name, wanted->func->name) == 0)
				return true;
	}
	return false;
}

/* The patch that was enabled last: its function is the one that is called (kernel/livepatch/patch.c,
 * klp_ftrace_handler). NULL where several have it and the kernel does not tell the order (before 6.14). */
static const struct lp_live_patch *find_owner(const struct lp_stack *stack, const struct function *wanted)
{
	const struct lp_live_patch *owner = NULL;
	bool is_known = true;

	for (size_t i = 0; i < stack->n; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];

		if (!has_function(patch, wanted))
			continue;
		if (owner && (owner->stack_order < 0 || patch->stack_order < 0))
			is_known = false;
		if (!owner || patch->stack_order > owner->stack_order)
			owner = patch;
	}
	return is_known ? owner : NULL;
}

static struct lppack_value *describe_function(const struct lp_stack *stack, const struct function *function)
{
	const struct lp_live_patch *owner = find_owner(stack, function);
	struct lppack_value *map = lp_value_map();
	struct lppack_value *patches = lp_value_list();

	for (size_t i = 0; i < stack->n; i++)
		if (has_function(&stack->patches[i], function))
			lp_value_push(&patches, lp_value_string(stack->patches[i].name));
	lp_value_add_text(&map, "object", function->object);
	lp_value_add_text(&map, "name", function->func->name);
	lp_value_add_int(&map, "sympos", function->func->sympos);
	if (owner)
		lp_value_add_text(&map, "patch", owner->name);
	lp_value_add(&map, "patches", patches);
	return map;
}

/* Each function once, where the first patch of the stack has it. */
static void add_functions(const struct lp_stack *stack, size_t at, struct lppack_value **list)
{
	const struct lp_live_patch *patch = &stack->patches[at];

	for (size_t i = 0; i < patch->n_objects; i++) {
		const struct lp_object *object = &patch->objects[i].object;

		for (size_t j = 0; j < object->n_funcs; j++) {
			const struct function function = { object->name, &object->funcs[j] };
			bool seen = false;

			for (size_t k = 0; k < at && !seen; k++)
				seen = has_function(&stack->patches[k], &function);
			if (!seen)
				lp_value_push(list, describe_function(stack, &function));
		}
	}
}

struct lppack_value *lp_stack_describe_functions(const struct lp_stack *stack)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < stack->n; i++)
		add_functions(stack, i, &list);
	return list;
}
