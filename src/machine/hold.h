/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds: what the operator wants kept away from the machine, in /var/lib/lppack/holds.yaml. */
#ifndef LP_MACHINE_HOLD_H
#define LP_MACHINE_HOLD_H

#include "format/release.h"

#include <lppack/host.h>

#define LP_HOLD_FILE "holds.yaml"

/* Either nothing new may come, or nothing beyond a serial, or nothing that was made after a date. */
struct lp_hold {
	bool freeze;
	int64_t ends;              /* of a freeze; 0: when it is taken away */
	struct lp_release_id frozen; /* of a freeze: what was in force then, and may come back at a boot */
	bool has_serial;
	struct lp_release_id
		newest; /* that may come, if has_serial: a new epoch lies beyond it; stream NULL: of every one */
	int64_t until;  /* bundles that were created later are kept away; 0: no such bound */
	int64_t set_at;
};

struct lp_holds {
	struct lp_hold *items; /* at most one for a stream, and one for every stream */
	size_t n;
};

int lp_holds_read(const char *root, struct lp_holds *out, struct lppack_error *err);
int lp_holds_write(const char *root, const struct lp_holds *holds, struct lppack_error *err);
void lp_holds_free(struct lp_holds *holds);
void lp_hold_free(struct lp_hold *hold);

/* Of which bundle is asked. */
struct lp_hold_subject {
	struct lp_release_id id; /* borrowed */
	bool installed;          /* a boot asks, which would rather have an older level than none */
};

/* A freeze that has ended: it stays listed until it is cleared, and keeps nothing away. */
bool lp_hold_is_over(const struct lp_hold *hold, int64_t now);
bool lp_hold_keeps_away(const struct lp_hold *hold, const struct lp_hold_subject *subject, int64_t now);
/* "demo: frozen until ...", malloc'd; NULL without memory. */
char *lp_hold_format(const struct lp_hold *hold, int64_t now);

/* The hold that keeps such a bundle away at the time `now`, borrowed, or NULL. */
const struct lp_hold *lp_holds_find(const struct lp_holds *holds, const struct lp_hold_subject *subject, int64_t now);

/* LPPACK_E_HELD if a hold keeps a bundle of this identity away; the message says which. Ask it
 * for every bundle that is not in force already, also when going back: a freeze is meant. */
int lp_hold_check(const struct lp_holds *holds, const struct lp_hold_subject *subject, int64_t now,
		  struct lppack_error *err);
/* The freeze that a bundle of this stream is subject to, borrowed, or NULL. */
const struct lp_hold *lp_holds_find_freeze(const struct lp_holds *holds, const char *stream, int64_t now);

/* A list of maps, as lppack_hold_describe() tells it; NULL without memory. in_force: NULL if it is not known. */
struct lppack_value *lp_holds_describe(const struct lp_holds *holds, const struct lp_hold_subject *active, int64_t now);

#define LP_AUTO_HOLDS LP_AUTO(lp_holds_free)

#endif
