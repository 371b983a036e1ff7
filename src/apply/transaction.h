/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What apply, rollback, remove and recover share: whose the active livepatches are, the journal, and the end. */
#ifndef LP_APPLY_TRANSACTION_H
#define LP_APPLY_TRANSACTION_H

#include "runtime/attempt.h"
#include "machine/journal.h"
#include "machine/snapshot.h"

struct lp_transaction {
	struct lppack_host *host;    /* borrowed */
	struct lp_snapshot snapshot; /* as it was read last; what is recorded changes it and the disk alike */
	struct lp_build_id *known;   /* of modules that lppack loaded in this boot */
	size_t n_known;
	struct lp_journal journal;   /* what is written before the kernel is asked */
	bool journalled;             /* it was written, and is not cleared yet */
	struct lppack_value *damage; /* a list of texts: what cannot be read, but decides nothing here */
	struct lp_terms *terms;
};

/* From the snapshot into the terms: known, forced. terms and the snapshot's host are borrowed. Once more begins anew,
 * and leaves the journal as it is prepared. A damaged store is only reported, in `damage`: the next install writes it
 * anew. */
int lp_transaction_open(struct lp_transaction *t, struct lp_terms *terms, struct lppack_error *err);
/* Prepares the journal and has the change write it; the lock is held. */
int lp_transaction_begin(struct lp_transaction *t, enum lp_verb verb, struct lppack_error *err);
/* Remembers what the kernel has now: `to` of the journal is in force, or nothing is. */
int lp_transaction_record(struct lp_transaction *t, const struct lp_attempt_result *result, struct lppack_error *err);
/* Has boots begin with `to` of the journal, if it is installed; with nothing if there is no `to`. */
int lp_transaction_set_target(struct lp_transaction *t, struct lppack_error *err);
/* Remembers that a transition was forced, although what it led to is not in force. */
int lp_transaction_record_force(struct lp_transaction *t, struct lppack_error *err);
/* Remembers what a call that neither finished nor was undone leaves behind: its module, which may be in force; or that
 * a removal, half done, has taken lppack's own livepatch out of force. */
int lp_transaction_record_remains(struct lp_transaction *t, struct lppack_error *err);
/* Clears the journal, unless the outcome is still open or could not be recorded. */
int lp_transaction_end(struct lp_transaction *t, const struct lp_attempt_result *result, int rc,
		       struct lppack_error *err);
void lp_transaction_close(struct lp_transaction *t);

/* Whether the module is one that lppack loaded in this boot. */
bool lp_transaction_knows(const struct lp_transaction *t, const struct lp_live_patch *patch);

#define LP_AUTO_TRANSACTION LP_AUTO(lp_transaction_close)

#endif
