/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a release takes away from a machine: a fix whose state for a kernel gets worse, a klp_state, or a kernel that is no
 * longer covered. What the release's `withdrawn` names is no loss, and neither is a fix that it says the kernel does not
 * need (format-spec, "Fixes").
 */
#ifndef LP_MACHINE_LOSS_H
#define LP_MACHINE_LOSS_H

#include "format/doc.h"
#include "format/format.h"
#include "machine/claims.h"

enum lp_loss_kind {
	LP_LOSS_FIX,
	LP_LOSS_STATE,
	LP_LOSS_KERNEL,
};

extern const char *const lp_loss_kind_names[];

struct lp_loss {
	enum lp_loss_kind kind;
	char *id;                    /* of the fix or the state; the kernel's build ID; owned */
	char *release;               /* of the kernel; owned */
	struct lp_build_id build_id; /* of the kernel */
	struct lp_digest digest;     /* of the stream release that loses it */
};

struct lp_losses {
	struct lp_loss *items;
	size_t n;
};

/* A kernel and what a release has for it. */
struct lp_coverage_facts {
	const char *release; /* of the kernel */
	const struct lp_build_id *build_id;
	const struct lp_claims *claims;
	const struct lp_module_facts *module; /* NULL: nothing */
};

void lp_losses_free(struct lp_losses *losses);
/* Adds what a kernel loses when a release takes the place of what is there for it. next: claims and module of that
 * release. withdrawn: its fixes. */
int lp_losses_compare(const struct lp_coverage_facts *now, const struct lp_coverage_facts *next,
		      const struct lp_fixes *withdrawn, const struct lp_digest *digest, struct lp_losses *out,
		      struct lppack_error *err);
/* Adds a copy, unless the very loss of the very release is there. */
int lp_losses_add(struct lp_losses *to, const struct lp_loss *loss, struct lppack_error *err);
int lp_losses_add_all(struct lp_losses *to, const struct lp_losses *from, struct lppack_error *err);
bool lp_losses_have(const struct lp_losses *losses, const struct lp_loss *loss);
/* Whether all that a fix names is replaced by the module; false of a fix that names nothing. */
bool lp_fix_is_proved(const struct lp_fix *fix, const struct lp_module_facts *module);
/* Forgets what a kernel has again. */
void lp_losses_settle(struct lp_losses *losses, const struct lp_coverage_facts *has);

/* A list of maps: kind, id, release, build_id, digest. NULL without memory. */
struct lppack_value *lp_losses_encode(const struct lp_losses *losses);
void lp_losses_decode(struct lp_doc *doc, const char *key, struct lp_losses *out);
/* "CVE-2026-0001 for 6.1.0-57-amd64, state 7 for 6.1.0-57-amd64, all of kernel 6.1.0-56-amd64, and 3 more"; NULL without
 * memory. */
char *lp_losses_format(const struct lp_losses *losses);
/* LPPACK_E_LOSS if there are any but those that were allowed before, of the very release. name: the bundle's file. */
int lp_losses_check(const struct lp_losses *losses, const struct lp_losses *allowed, const char *name,
		    struct lppack_error *err);

#define LP_AUTO_LOSSES LP_AUTO(lp_losses_free)

#endif
