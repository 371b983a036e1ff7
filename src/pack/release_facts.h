/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing two releases of a stream, whether they are bundles, one about to be written, or two modules. */
#ifndef LP_PACK_RELEASE_FACTS_H
#define LP_PACK_RELEASE_FACTS_H

#include "format/fixes.h"
#include "format/format.h"
#include "format/metadata.h"
#include "format/release.h"
#include "trust/verify.h"

/* The facts of a release, all borrowed but the array `kernels` itself. */
struct lp_release_facts {
	const char *name;        /* of the file */
	uint64_t size;           /* of the file, in bytes; 0: not known */
	struct lp_release_id id; /* stream NULL: two bare modules are compared */
	uint64_t rollback_floor;
	const struct lp_fixes *fixes;
	const struct lp_metadata **kernels; /* by build ID, no two of one */
	size_t n_kernels;
};

/* Those of a bundle, with what it borrows from. */
struct lp_bundle_release_facts {
	struct lp_release_facts facts;
	struct lp_fixes fixes;
	struct lp_metadata *metadata;
};

/* Reads all metadata of the bundle, and no modules. *out is freed by the caller, also on failure. */
int lp_release_facts_read(const struct lppack_verified *bundle, struct lp_bundle_release_facts *out,
			  struct lppack_error *err);
void lp_release_facts_free(struct lp_bundle_release_facts *bundle);

/* One kernel after the other in the order of build IDs; old or new is NULL where that release lacks it. */
struct lp_release_walk {
	const struct lp_release_facts *older;
	const struct lp_release_facts *newer;
	size_t i;
	size_t j;
	const struct lp_metadata *old;
	const struct lp_metadata *new;
};

bool lp_release_walk_next(struct lp_release_walk *walk);
/* Whether both have modules of one name that are not the same bytes: the kernel does not load a module over one of its
 * name. */
bool lp_release_walk_is_name_taken(const struct lp_release_walk *walk);

#define LP_SAME_NAME_HINT "put the serial into the module's name"

enum lp_change_type {
	LP_CHANGE_GAINED,
	LP_CHANGE_LOST,
	LP_CHANGE_RAISED,
	LP_CHANGE_LOWERED,
	LP_CHANGE_OTHER,
};

struct lp_change {
	const char *kind;   /* a literal */
	char *id;           /* owned; as `withdrawn` of the fixes names it (format-spec, "Fixes") */
	const char *kernel; /* release; borrowed from the releases; NULL if it is of no one kernel */
	enum lp_change_type type;
	bool violation;        /* cumulativity is broken */
	const char *withdrawn; /* the reason, borrowed, or NULL */
};

struct lp_changes {
	struct lp_change *items;
	size_t n;
};

/* Everything that differs, in a fixed order. */
int lp_release_facts_compare(const struct lp_release_facts *older, const struct lp_release_facts *newer,
			     struct lp_changes *out, struct lppack_error *err);
/* Fails with NOT_CUMULATIVE at the first violation. */
int lp_changes_check(const struct lp_changes *changes, const struct lp_release_facts *older,
		     const struct lp_release_facts *newer, struct lppack_error *err);
void lp_changes_free(struct lp_changes *changes);

/* Why a kernel cannot be taken back from the newer module to the older one, malloc'd into *why; NULL if nothing speaks
 * against it. Fails only without memory.
 * kernel: a state of the active patch that the next one lacks or has in a lower version is refused
 * (kernel/livepatch/state.c), and callbacks of a replaced patch never run (Documentation/livepatch/callbacks.rst). */
int lp_rollback_obstacle(const struct lp_release_facts *older, const struct lp_release_facts *newer,
			 const struct lp_module_facts *from, const struct lp_module_facts *to, char **why,
			 struct lppack_error *err);

#endif
