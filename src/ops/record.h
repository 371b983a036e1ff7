/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack remembers of its last successful apply: /var/lib/lppack/applied.yaml. */
#ifndef LP_OPS_RECORD_H
#define LP_OPS_RECORD_H

#include "base/facts.h"

#define LP_RECORD_DIRECTORY "/var/lib/lppack"
#define LP_RECORD_FILE "applied.yaml"

/* Strings are owned. */
struct lp_applied {
	char *boot_id; /* of the boot it was applied in; "" where the kernel does not tell */
	struct lp_build_id kernel;
	char *release;
	char *module;
	struct lp_build_id module_build_id;
	char *stream;
	uint64_t epoch;
	uint64_t serial;
	char *version;
	struct lp_digest digest; /* of the bundle's manifest */
	int64_t applied_at;
};

void lp_applied_free(struct lp_applied *applied);

/* root: "" or a prefix. Written whole or not at all, synced. */
int lp_applied_write(const char *root, const struct lp_applied *applied, struct lppack_error *err);
/* Returns 1 and fills *out, 0 if there is no record, or a negative code if it is unreadable. */
int lp_applied_read(const char *root, struct lp_applied *out, struct lppack_error *err);

#define LP_AUTO_APPLIED LP_AUTO(lp_applied_free)

#endif
