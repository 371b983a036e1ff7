/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change of the livepatch stack, whether it replaces or disables: its terms, its result, one attempt at it. */
#ifndef LP_RUNTIME_ATTEMPT_H
#define LP_RUNTIME_ATTEMPT_H

#include "runtime/blockers.h"
#include "runtime/caller.h"
#include "runtime/kmsg.h"
#include "runtime/watch.h"

/* What is about to be done to the kernel that cannot be read off it afterwards. */
enum lp_intent {
	LP_INTENT_LOAD,
	LP_INTENT_FORCE,
	LP_INTENT_DISABLE,
};

/* On what terms the kernel is changed, whatever the change is. */
struct lp_terms {
	struct lp_caller caller;
	struct lp_limits limits;
	bool replace;   /* may supersede active livepatches */
	bool take_over; /* also those that lppack did not load */
	/* Modules that lppack loaded in this boot, by build ID; borrowed. What is not among them is foreign. */
	const struct lp_build_id *known;
	size_t n_known;
	const char *forced; /* how it is known that a transition was forced in this boot; NULL: it is not */
	/* NULL for none. Called before the kernel is asked, with the stack as it is. If it fails, nothing is asked. */
	int (*intend)(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err);
	void *intend_context;
};

/* Whether lppack loaded the module of that build ID in this boot. */
bool lp_terms_know(const struct lp_terms *terms, const struct lp_build_id *id);

/* The module that is to replace all others; borrowed. */
struct lp_replace_job {
	const void *module; /* the verified bytes; what is loaded is a sealed copy of exactly these */
	size_t module_size;
	const struct lp_module_facts *facts; /* what the signature says of them */
};

/* What a killed call had begun: names of the patches that were active when it began; borrowed. */
struct lp_recovery {
	char *const *from;
	size_t n_from;
};

enum lp_attempt_outcome {
	LP_ATTEMPT_NOTHING, /* failed before the kernel took the module, or undone without a trace */
	LP_ATTEMPT_APPLIED,
	LP_ATTEMPT_ALREADY,
	LP_ATTEMPT_REVERSED, /* the old stack is active */
	LP_ATTEMPT_LEFT,     /* neither finished nor undone; look at the error */
	LP_ATTEMPT_DISABLED, /* of a removal: none is active */
};

struct lp_attempt_result {
	enum lp_attempt_outcome outcome;
	int64_t load_ns;       /* finit_module */
	int64_t transition_ns; /* from its return to the proof that the transition ended */
	int64_t remove_ns;     /* removing the superseded modules */
	int64_t total_ns;
	unsigned int attempts; /* 1, and the retries */
	bool timed_out;        /* the last attempt stalled by itself */
	bool forced;           /* the transition was ended by force */
	bool partial;          /* of a removal: some are disabled, others are not */
	char **superseded;     /* names of the patches replaced and removed */
	size_t n_superseded;
	char **stale; /* names of modules that an earlier call left loaded, removed before the load */
	size_t n_stale;
	char **pending; /* objects whose module is not loaded */
	size_t n_pending;
	struct lp_blocker *blockers; /* at the time-out */
	size_t n_blockers;
	struct lp_blocker *reverse_blockers; /* who kept the reversal from ending */
	size_t n_reverse_blockers;
	const char *note;         /* what was out of the ordinary, static; NULL: nothing */
	struct lp_buf kernel_log; /* lines of the kernel log since just before the load */
};

void lp_attempt_result_free(struct lp_attempt_result *result);

/* One attempt. */
struct lp_attempt {
	struct lp_kernel_io *io;
	const struct lp_terms *terms;
	struct lp_replace_job job;          /* empty when disabling */
	const struct lp_recovery *recovery; /* finishes what a killed call began, and loads nothing; else NULL */
	struct lp_attempt_result *result;
	char *name;             /* the module's, as the kernel shows it; NULL when disabling */
	struct lp_stack before; /* the stack as it was */
	char **old;             /* names of the patches active before, without the own one */
	size_t n_old;
	struct lp_kmsg kmsg;
	int64_t loaded_ns; /* when finit_module returned */
};

/* Room in result->superseded for all of attempt->old, so that nothing but the kernel can fail once it was asked. */
int lp_attempt_make_room(struct lp_attempt *attempt, struct lppack_error *err);
/* Tries, and tries again as often and as late as the limits say, while it stalls and is reversed. attempt: what each
 * attempt begins with. */
int lp_attempt_repeat(const struct lp_attempt *attempt,
		      int (*once)(struct lp_attempt *attempt, struct lppack_error *err), struct lppack_error *err);

#endif
