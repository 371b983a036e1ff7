/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan, and how it is judged. */
#ifndef LP_APPLY_PLAN_H
#define LP_APPLY_PLAN_H

#include "bundle/entry.h"
#include "trust/verify.h"
#include "machine/freshness.h"
#include "machine/loss.h"
#include "apply/transaction.h"

/* What the bundle's module would do to the machine as a snapshot has it. */
struct lp_judgement {
	bool already;              /* nothing is to be done: the very build is applied */
	bool is_loadable;          /* all names that the module needs were found in the kernel with this stack */
	const char *reversibility; /* of the step, a literal; NULL if nothing is to be done */
	char *reversibility_why;
	struct lp_losses losses; /* of what is active */
	bool is_loss_allowed;    /* the operator was asked for them, and has allowed them */
	char *switched_from; /* the stream that the machine follows until then; NULL: it goes on following its own */
	struct lppack_value *warnings;         /* a list of texts */
	struct lppack_value *module_signature; /* apply/module_trust.h; NULL if nothing is to be done */
};

/* Where what is to be applied comes from. */
enum lp_plan_origin {
	LP_PLAN_GIVEN,     /* the caller's bundle */
	LP_PLAN_INSTALLED, /* lp_store_open_installed(): what boots begin with stays what it is, also where a lower
			    * release had to do */
	LP_PLAN_BOOT,      /* the same, and the boot's own apply: counted until the boot is confirmed */
};

struct lppack_plan {
	struct lppack_host *host;         /* a reference */
	struct lppack_verified *verified; /* a reference */
	uint32_t flags;                   /* LPPACK_APPLY_ */
	enum lp_plan_origin origin;
	struct lppack_entry *entry;
	struct lp_replace_job job; /* points into the entry */
	struct lp_terms terms;     /* points into the transaction */
	struct lp_transaction transaction;
	struct lp_judgement judgement; /* the last one */
};

/* Takes the caller's options over: what they imply is set, what cannot be is refused. */
int lp_apply_options_take(struct lppack_apply_options *options, const struct lppack_apply_options *given,
			  struct lppack_error *err);

/* lppack_plan_new() for a bundle that is not only given. */
struct lppack_plan *lp_plan_new(struct lppack_host *host, struct lppack_verified *verified, enum lp_plan_origin origin,
				const struct lppack_apply_options *given, struct lppack_error *err);

/*
 * Judges the plan by its transaction's snapshot: all that lppack_plan_new() asks, and once more with the lock held,
 * because until then another call may have come between. before: the stack that was judged last, NULL the first time;
 * *has_changed: whether what is applied is not what it was then, which a failure names.
 */
int lp_plan_judge(struct lppack_plan *plan, const struct lp_stack *before, bool *has_changed, struct lppack_error *err);

/* kernel, bundle and module of a plan, added to a map. */
void lp_plan_describe_subject(const struct lppack_plan *plan, struct lppack_value **map);
/* What the bundle's freshness is asked with. */
struct lp_freshness_options lp_plan_freshness(const struct lppack_plan *plan);

/* The patches of a stack that are in force: a list of {name, build_id}; foreign ones, by the transaction, marked. */
struct lppack_value *lp_stack_describe_active(const struct lp_stack *stack, const struct lp_transaction *t);
struct lppack_value *lp_host_describe_kernel(struct lppack_host *host);

LP_DEFINE_CLEANUP(struct lppack_plan, lppack_plan_free)

#endif
