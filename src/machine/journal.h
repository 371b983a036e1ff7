/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a call means to do to the kernel, on the disk before it does it: /var/lib/lppack/journal.yaml. It is of a call
 * that was killed if nobody holds the lock.
 */
#ifndef LP_MACHINE_JOURNAL_H
#define LP_MACHINE_JOURNAL_H

#include "runtime/attempt.h"
#include "runtime/lock.h"
#include "machine/applied.h"
#include "machine/host.h"
#include "machine/loss.h"

#define LP_JOURNAL_FILE "journal.yaml"

enum lp_verb {
	LP_VERB_APPLY,
	LP_VERB_ROLLBACK,
	LP_VERB_REMOVE,
};

extern const char *const lp_verb_names[];
extern const char *const lp_intent_names[];

/* A patch that was in force when the call began. */
struct lp_previous_patch {
	char *name;
	struct lp_build_id build_id;
};

struct lp_journal {
	enum lp_verb verb;
	enum lp_intent phase;
	char *boot_id;
	int64_t started_at; /* seconds since 1970 */
	bool replace;
	bool take_over;
	bool keep_target; /* what boots put in force stays what it is */
	struct lp_previous_patch *from;
	size_t n_from;
	struct lp_applied to;           /* of apply and rollback; module.name NULL: nothing */
	struct lp_losses losses;        /* allowed by the operator, once `to` is recorded */
	struct lppack_value *took_over; /* the foreign ones of `from`, for people; or NULL */
};

void lp_journal_free(struct lp_journal *journal);
/* 1 and *out, 0 if no call is unfinished, or LPPACK_E_STATE, UNSAFE_FILE. root: "" or a prefix. */
int lp_journal_read(const char *root, struct lp_journal *out, struct lppack_error *err);
int lp_journal_write(const char *root, const struct lp_journal *journal, struct lppack_error *err);
/* Nothing is unfinished any more. The file stays, so that its loss can be told. */
int lp_journal_clear(const char *root, struct lppack_error *err);

/* The build ID of the module that an unfinished call of that boot is loading; NULL if there is none. */
const struct lp_build_id *lp_journal_build(const struct lp_journal *journal, const char *boot_id);

int lp_journal_set_from(struct lp_journal *journal, const struct lp_stack *stack, struct lppack_error *err);

/* verb, phase, started_at, from, took_over and to, for people. NULL without memory. */
struct lppack_value *lp_journal_tree(const struct lp_journal *journal);

/* The same with `boot` (this, earlier), and `running`: another lppack is at work on it, unless the lock's state is
 * unknown. NULL without memory. */
struct lppack_value *lp_journal_describe(const struct lp_journal *journal, const char *boot_id,
					 enum lp_lock_state lock);

#define LP_AUTO_JOURNAL LP_AUTO(lp_journal_free)

#endif
