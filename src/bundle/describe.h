/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of facts for people and --json. Each function returns NULL without memory. */
#ifndef LP_BUNDLE_DESCRIBE_H
#define LP_BUNDLE_DESCRIBE_H

#include "base/value.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "bundle/contents.h"
#include "bundle/signature_check.h"

/* id, scheme, checked, trusted, status and, where there is one, the reason of each. */
struct lppack_value *lp_describe_signers(const struct lp_signature_report *reports, size_t n);
/* Adds file, digest, format, the release's keys, features, kernel_count and sizes. */
void lp_describe_contents(struct lppack_value **map, const struct lp_contents *c);
/* Adds fixes, unfixable and withdrawn, which are read. */
int lp_describe_fixes(struct lppack_value **map, struct lp_contents *c, struct lppack_error *err);
/* Adds kernels, whose metadata are read. */
int lp_describe_kernels(struct lppack_value **map, struct lp_contents *c, struct lppack_error *err);
struct lppack_value *lp_describe_kernel(const struct lp_record *record, const struct lp_metadata *metadata);

/* Adds stream, epoch, serial, version, created and, where there is one, expires. */
void lp_describe_release(struct lppack_value **map, const struct lp_manifest *manifest);

#endif
