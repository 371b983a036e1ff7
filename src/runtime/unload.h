/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules whose livepatch is gone: which are loaded, left over or pinned, and unloading them. */
#ifndef LP_RUNTIME_UNLOAD_H
#define LP_RUNTIME_UNLOAD_H

#include "runtime/attempt.h"

/* Whether a module of that name is loaded. */
bool lp_module_is_loaded(const struct lp_kernel_io *io, const char *name);

/* Removes a module once nothing refers to it, patiently. 0, also if it is gone already, or -1 with errno. */
int lp_unload_module(struct lp_kernel_io *io, const char *name, int64_t deadline_ns);
/* Patience with references that the kernel drops a moment later: until when. */
int64_t lp_unload_deadline(struct lp_kernel_io *io, const struct lp_limits *limits);
/* Removes the modules in attempt->old and moves their names to result->superseded; *left names those that stay, with the
 * errno returned, or 0. */
int lp_unload_old(struct lp_attempt *attempt, struct lp_buf *left);
/* Removes the modules of the replaced patches, or LPPACK_E_LEFTOVER. */
int lp_unload_replaced(struct lp_attempt *attempt, struct lppack_error *err);
/* A livepatch module that is loaded, but whose patch is not listed: what a call left behind, or a forced transition. */
enum lp_remnant {
	LP_REMNANT_NONE,
	LP_REMNANT_STALE,  /* nothing refers to it */
	LP_REMNANT_PINNED, /* something does */
};

enum lp_remnant lp_module_remnant(struct lp_kernel_io *io, const char *name);

/* Whether it is stale and lppack loaded it in this boot. Somebody else's module is not ours to remove. */
bool lp_unload_is_own_remnant(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name);

/* Removes those: what an interrupted apply leaves behind. Their names are appended to *names; the error is of memory. */
int lp_unload_stale(struct lp_kernel_io *io, const struct lp_terms *terms, char ***names, size_t *n,
		    struct lppack_error *err);

/* The build IDs of the livepatch modules that are loaded, whether their patches are listed or not; malloc'd. 0, or
 * negative where they cannot be listed. */
int lp_unload_list_loaded(struct lp_kernel_io *io, struct lp_build_id **ids, size_t *n);

/* The module of a livepatch that is no longer listed, but stays pinned (into out): a transition was forced in this
 * boot, or something refers to it, which the kernel does not tell apart. One that is about to lose its last reference
 * is waited for, up to a second. */
bool lp_unload_find_pinned(struct lp_kernel_io *io, char *out, size_t room);
/* With the module's name. */
#define LP_PINNED_TEXT \
	"%s: its livepatch is no longer listed, but the module stays pinned: a transition was forced in this boot, " \
	"or something else still uses it"

#endif
