/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream release on a kernel: the one that is applied, as the state file has it, or the one that a call is applying,
 * as its journal has it. */
#ifndef LP_MACHINE_APPLIED_H
#define LP_MACHINE_APPLIED_H

#include "base/facts.h"
#include "base/value.h"
#include "format/doc.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/release.h"
#include "format/yaml.h"
#include "machine/claims.h"

/* Strings are owned. */
struct lp_applied {
	struct lp_module_facts module; /* name, build ID, builder, replace mode, objects and states */
	struct lp_build_id kernel;
	char *release; /* of the kernel */
	struct lp_release_id id;
	uint64_t rollback_floor;
	int64_t applied_at; /* 0: not yet */
	struct lp_claims claims; /* not known where the release was applied by its record alone */
};

void lp_applied_free(struct lp_applied *applied);
/* What a plan is about to apply; `claims` stays unknown. */
int lp_applied_set(struct lp_applied *out, const struct lp_manifest *manifest, const struct lp_module_facts *facts,
		   const struct lp_kernel_facts *kernel, struct lppack_error *err);
int lp_applied_copy(struct lp_applied *out, const struct lp_applied *from, struct lppack_error *err);

/* As lp_applied_decode() reads it, and what of that is for people. NULL without memory. */
struct lppack_value *lp_applied_encode(const struct lp_applied *applied);
struct lppack_value *lp_applied_describe(const struct lp_applied *applied);
int lp_applied_decode(struct lp_doc *doc, struct lp_applied *out);

#define LP_AUTO_APPLIED LP_AUTO(lp_applied_free)

#endif
