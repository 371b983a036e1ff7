/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a boot of the running kernel does with each installed level, as far as it can be told without the keys: one
 * answer for boots themselves, status, install and coverage. */
#ifndef LP_MACHINE_BOOT_CHOICE_H
#define LP_MACHINE_BOOT_CHOICE_H

#include "machine/snapshot.h"

enum lp_boot_choice {
	LP_BOOT_CHOICE_APPLIED,      /* put in force */
	LP_BOOT_CHOICE_RESERVE,      /* tried if what is put in force turns out to be bad */
	LP_BOOT_CHOICE_HELD,         /* kept away by a hold */
	LP_BOOT_CHOICE_SKIPPED,      /* boots with it did not become healthy */
	LP_BOOT_CHOICE_OTHER_KERNEL, /* has nothing for the running kernel */
	LP_BOOT_CHOICE_REFUSED,      /* the installed keys and policy do not accept it */
	LP_BOOT_CHOICE_DAMAGED,      /* its file, or what would decide over it, cannot be read */
	LP_BOOT_CHOICE_NOT_CHOSEN,   /* newer than the level that boots begin with, or of another stream */
	LP_BOOT_CHOICE_REMOVED,      /* lppack remove has left boots nothing to begin with */
};

/* In order: what lppack-status-json(5) calls them. */
extern const char *const lp_boot_choice_names[];

struct lp_boot_candidate {
	const struct lp_installed *release; /* borrowed of the snapshot's store */
	enum lp_boot_choice at_boot;
	bool in_turn;        /* the level that boots begin with, or below it */
	bool is_passed_over; /* in turn, and before the one that is put in force */
	struct lppack_error refusal; /* why the keys do not accept it; code 0: they do, or were not asked */
};

struct lp_boot_candidates {
	struct lp_boot_candidate *items; /* of each level, in the order of the store */
	size_t n;
};

/* Only lack of memory fails. The snapshot's releases are open. keyring: what a boot verifies them by; NULL: that is not
 * asked. Where its kernel cannot be asked, as of an image that
 * runs none, it is one that the releases are for. */
int lp_boot_candidates_read(const struct lp_snapshot *snapshot, const struct lppack_keyring *keyring,
			    struct lp_boot_candidates *out, struct lppack_error *err);
void lp_boot_candidates_free(struct lp_boot_candidates *candidates);
/* Borrowed, or NULL. */
const struct lp_boot_candidate *lp_boot_candidates_find(const struct lp_boot_candidates *candidates,
							const struct lp_digest *digest);

/* The one that a boot applies; NULL: none. */
const struct lp_installed *lp_boot_candidates_taken(const struct lp_boot_candidates *candidates);

/* The level that boots begin with, from which they go down: the target, unless a freeze found applied what is installed
 * and would not be come to. NULL if there is none. */
const struct lp_installed *lp_boot_choice_first(const struct lp_snapshot *snapshot);
/* Whether a boot may take the level at all: LPPACK_E_BOOT_LOOP or HELD, or what is damaged. */
int lp_boot_choice_check(const struct lp_snapshot *snapshot, const struct lp_installed *release,
			 struct lppack_error *err);

/* A list of maps, as lppack_store_describe() has them; NULL without memory. */
struct lppack_value *lp_boot_candidates_describe(const struct lp_snapshot *snapshot,
						 const struct lp_boot_candidates *candidates);
/* How the machine is set up for boots. */
struct lp_boot_setup {
	int unit_enabled;  /* lp_boot_is_enabled() */
	bool switched_off; /* lppack.apply=0 on the kernel's command line */
};

void lp_boot_setup_read(struct lppack_host *host, struct lp_boot_setup *out);

/* Whether boots pass the release over because boots with it did not become healthy. Failed boots with a release that no
 * boot tries any more are history: newer ones are before it, or it is gone. */
bool lp_boot_trial_is_skipped(const struct lp_boot_trial *trial, const struct lp_boot_candidates *candidates);

/* A map for status (lppack-status-json(5), BOOT); NULL on failure. */
struct lppack_value *lp_boot_describe(const struct lp_snapshot *snapshot, const struct lp_boot_candidates *candidates,
				      const struct lp_boot_setup *setup, struct lppack_error *err);

#define LP_AUTO_BOOT_CANDIDATES LP_AUTO(lp_boot_candidates_free)

#endif
