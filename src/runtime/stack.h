/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The livepatches that sysfs lists, read at one moment. */
#ifndef LP_RUNTIME_STACK_H
#define LP_RUNTIME_STACK_H

#include "runtime/kernel_io.h"

/* One object of a live patch with its functions, as /sys/kernel/livepatch/PATCH/OBJECT/FUNCTION,SYMPOS tells them. */
struct lp_live_object {
	/* First, for lp_object_compare(). Callbacks unknown: 0; sympos as sysfs shows it (0 appears as 1). */
	struct lp_object object;
	int patched; /* 1, 0 (pending), or -1 where the kernel does not tell (before 6.1) */
};

struct lp_live_patch {
	char *name;
	int enabled;                 /* 1, 0, -1 unknown */
	int transition;              /* 1, 0, -1 */
	int replace;                 /* 1, 0, -1 */
	int stack_order;             /* 1 is the oldest; -1 */
	int refcnt;                  /* of the module; -1 */
	struct lp_build_id build_id; /* of the module (its notes/.note.gnu.build-id); empty if unreadable */
	struct lp_live_object *objects;
	size_t n_objects;
};

/* Every patch that sysfs lists, by stack_order where shown, else by name. */
struct lp_stack {
	struct lp_live_patch *patches;
	size_t n;
};

/* LPPACK_E_NO_LIVEPATCH if /sys/kernel/livepatch does not exist. Copes with directories that vanish meanwhile and
 * with attributes it may not read. */
int lp_stack_read(struct lp_kernel_io *io, struct lp_stack *stack, struct lppack_error *err);
void lp_stack_free(struct lp_stack *stack);
const struct lp_live_patch *lp_stack_find(const struct lp_stack *stack, const char *name);

/* The patch of this very build (by its module's build ID), or NULL. */
const struct lp_live_patch *lp_stack_find_build(const struct lp_stack *stack, const struct lp_module_facts *facts,
						const char *name);

/* The build ID of a loaded module; empty where it cannot be read. */
void lp_module_read_build_id(struct lp_kernel_io *io, const char *name, struct lp_build_id *id);

/* LPPACK_E_NO_LIVEPATCH with what is missing. */
int lp_stack_check_livepatch(struct lp_kernel_io *io, struct lppack_error *err);

#define LP_AUTO_STACK LP_AUTO(lp_stack_free)

#endif
