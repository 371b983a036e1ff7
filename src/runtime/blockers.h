/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tasks that keep a transition from ending. */
#ifndef LP_RUNTIME_BLOCKERS_H
#define LP_RUNTIME_BLOCKERS_H

#include "runtime/stack.h"

/* What kind of task it is, and so what can be done about it: a signal, its own work, its guest. */
enum lp_task_kind {
	LP_TASK_USER,
	LP_TASK_KERNEL,
	LP_TASK_VCPU, /* a thread that runs a virtual machine's CPU */
};

/* Names of the kinds in order, NULL-terminated. */
extern const char *const lp_task_kind_names[];

/* A task that keeps the transition from ending. */
struct lp_blocker {
	int pid;
	int tid;
	char comm[32];
	char state; /* R, S, D, ... */
	enum lp_task_kind kind;
	char *stack_top; /* up to five frames "func+0x1/0x2", joined by " < "; NULL where unreadable */
	char *function;  /* the function of the new or old patches it stands in, or NULL */
};

/* The tasks that the transition of the stack waits for; facts (may be NULL) and stack: whose functions to look for in
 * their stacks. None where no transition runs. 0, or -1 without memory for all of them. */
int lp_blockers_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
		     struct lp_blocker **blockers, size_t *n);
void lp_blockers_free(struct lp_blocker *blockers, size_t n);

/* The tasks that have not reached the target (enum klp_target state: 1 patched, 0 unpatched). */
int lp_blockers_collect(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
			int target, struct lp_blocker **blockers, size_t *n);
/* Names the first of them for a message. */
void lp_blockers_print(const struct lp_blocker *blockers, size_t n, struct lp_buf *text);

/* Whether this process sees how far every task is (patch_state in /proc); what cannot be told counts as yes. */
bool lp_blockers_are_visible(struct lp_kernel_io *io);

#endif
