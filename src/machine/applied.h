/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack remembers of its last successful apply: /var/lib/lppack/applied.yaml. */
#ifndef LP_MACHINE_APPLIED_H
#define LP_MACHINE_APPLIED_H

#include "format/release.h"
#include "base/value.h"

#define LP_RECORD_FILE "applied.yaml"

struct lp_fixes;
struct lp_metadata;

/* Strings are owned. */
struct lp_applied {
	char *boot_id; /* of the boot it was applied in; "" where the kernel does not tell */
	struct lp_build_id kernel;
	char *release;
	char *module;
	struct lp_build_id module_build_id;
	struct lp_release_id id;
	int64_t applied_at;
	/* What lppack status tells of the level when its bundle is not kept: "fixes" (id, severity, functions),
	 * "unfixable" (id, reason) and "not_applicable" (ids). NULL in a record that says nothing of it. */
	struct lppack_value *level;
};

void lp_applied_free(struct lp_applied *applied);

/* root: "" or a prefix. Written whole or not at all, synced. */
int lp_applied_write(const char *root, const struct lp_applied *applied, struct lppack_error *err);
/* Returns 1 and fills *out, 0 if there is no record, or LPPACK_E_STATE if it is unreadable or gone. */
int lp_applied_read(const char *root, struct lp_applied *out, struct lppack_error *err);
/* Nothing is in force any more. */
int lp_applied_forget(const char *root, struct lppack_error *err);

/* The `level` of a bundle's kernel; NULL on failure. */
struct lppack_value *lp_applied_level(const struct lp_fixes *fixes, const struct lp_metadata *metadata,
				      struct lppack_error *err);

#define LP_AUTO_APPLIED LP_AUTO(lp_applied_free)

#endif
