/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An opened bundle: a file behind one descriptor, and its raw head. Nothing of it is verified. */
#ifndef LP_BUNDLE_BUNDLE_H
#define LP_BUNDLE_BUNDLE_H

#include "base/ref.h"
#include "format/head.h"
#include "format/index.h"
#include "crypto/digest.h"
#include "bundle/module_cache.h"

#include <lppack/bundle.h>

struct lppack_bundle {
	struct lp_ref ref;
	struct lp_input in;
	struct lp_head head;
};

/* One more reference, which lppack_bundle_close() gives back. */
struct lppack_bundle *lp_bundle_ref(struct lppack_bundle *bundle);

/* Where a change of a bundle's signatures is noted while it is made: ".NAME.signing" beside it. malloc'd. */
char *lp_bundle_journal_path(const char *path, struct lppack_error *err);
/* A head that is torn rather than forged has such a journal beside it: adds to the error of a damaged one how it is
 * completed. Returns rc. */
int lp_bundle_hint_journal(const struct lppack_bundle *bundle, int rc, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_bundle, lppack_bundle_close)

#endif
