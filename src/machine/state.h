/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lppack did and what boots are to do: /var/lib/lppack/state.yaml. Which release is applied, which modules lppack
 * has loaded in this boot, whether it forced a transition, and with which release boots begin are one fact that changes
 * in one write.
 */
#ifndef LP_MACHINE_STATE_H
#define LP_MACHINE_STATE_H

#include "machine/applied.h"
#include "machine/loss.h"

#define LP_STATE_FILE "state.yaml"
#define LP_STATE_HINT "look at what is applied (lppack status), then: lppack recover --discard"

struct lp_stack;

struct lp_state {
	char *stream;                /* the one that the machine follows, unless lppack.yaml says so; NULL: none yet */
	struct lp_losses allowed;    /* what was lost on purpose and no release has brought back */
	char *boot_id;               /* of the boot that what follows is of; "" where the kernel does not say */
	bool forced;                 /* lppack has forced a transition */
	struct lp_build_id *modules; /* what lppack has loaded and may still be there */
	size_t n_modules;
	bool has_applied;
	struct lp_applied applied;
	bool has_target;         /* without one a boot applies nothing */
	struct lp_digest target; /* of the installed release that boots begin with */
};

/* root: "" or a prefix. 1, 0 if nothing was ever written, or LPPACK_E_STATE and what else lp_state_file_read() fails
 * with. Free with lp_state_free() also on failure. */
int lp_state_read(const char *root, struct lp_state *out, struct lppack_error *err);
int lp_state_write(const char *root, const struct lp_state *state, struct lppack_error *err);
void lp_state_free(struct lp_state *state);

/* Whether the texts name the same boot; what cannot be told apart counts as the same. */
bool lp_boot_ids_match(const char *a, const char *b);
/* What was applied in that boot; NULL: nothing. */
const struct lp_applied *lp_state_active(const struct lp_state *state, const char *boot_id);
/* From now on of that boot (NULL: unknown): what an earlier one did is forgotten. */
int lp_state_enter_boot(struct lp_state *state, const char *boot_id, struct lppack_error *err);
int lp_state_add_module(struct lp_state *state, const struct lp_build_id *id, struct lppack_error *err);
/* Forgets modules that are not among the loaded ones, but for the applied one: nobody can ask whose they are. */
void lp_state_forget_gone(struct lp_state *state, const struct lp_build_id *loaded, size_t n);

/* A list of build IDs with one more; 0 or LPPACK_E_NO_MEMORY. */
int lp_build_ids_add(struct lp_build_id **ids, size_t *n, const struct lp_build_id *id, struct lppack_error *err);

#define LP_AUTO_STATE LP_AUTO(lp_state_free)

#endif
