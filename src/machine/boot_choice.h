/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a boot of the running kernel does with each installed level, as far as it can be told without the keys: one
 * answer for boots themselves, status, install and coverage. */
#ifndef LP_MACHINE_BOOT_CHOICE_H
#define LP_MACHINE_BOOT_CHOICE_H

#include "machine/host.h"
#include "machine/store_write.h"

enum lp_at_boot {
	LP_AT_BOOT_APPLIED,      /* put in force */
	LP_AT_BOOT_RESERVE,      /* tried if what is put in force turns out to be bad */
	LP_AT_BOOT_HELD,         /* kept away by a hold */
	LP_AT_BOOT_SKIPPED,      /* boots with it did not become healthy */
	LP_AT_BOOT_OTHER_KERNEL, /* has nothing for the running kernel */
	LP_AT_BOOT_DAMAGED,      /* its file, or what would decide over it, cannot be read */
	LP_AT_BOOT_NOT_CHOSEN,   /* newer than the level that boots begin with, or of another stream */
	LP_AT_BOOT_REMOVED,      /* lppack remove has left boots nothing to begin with */
};

/* In order: what lppack-status-json(5) calls them. */
extern const char *const lp_at_boot_names[];

struct lp_outlook {
	const struct lp_kept *level; /* borrowed of the store */
	enum lp_at_boot at_boot;
	bool in_turn;                /* the level that boots begin with, or below it */
	bool is_passed_over;         /* in turn, and before the one that is put in force */
	struct lp_kept_contents kept; /* open, unless it is held, skipped or damaged */
};

struct lp_outlooks {
	struct lp_outlook *items; /* of each level, in the order of the store */
	size_t n;
};

/* Only lack of memory fails. host: whose kernel is asked; where it cannot be, as of an image that runs none, it is one
 * that the levels are for. */
int lp_outlooks_read(struct lppack_host *host, const struct lp_store *store, struct lp_outlooks *out,
		     struct lppack_error *err);
void lp_outlooks_free(struct lp_outlooks *outlooks);
/* Borrowed, or NULL. */
const struct lp_outlook *lp_outlooks_find(const struct lp_outlooks *outlooks, const struct lp_digest *digest);

/* The level that boots begin with, from which they go down: the target, unless a freeze found in force what is
 * installed and would not be come to. NULL if there is none. */
const struct lp_kept *lp_at_boot_first(struct lppack_host *host, const struct lp_store *store);
/* Whether a boot may take the level at all: LPPACK_E_BOOT_LOOP or HELD, or what is damaged. */
int lp_at_boot_allowed(struct lppack_host *host, const struct lp_kept *level, struct lppack_error *err);

#define LP_AUTO_OUTLOOKS LP_AUTO(lp_outlooks_free)

#endif
