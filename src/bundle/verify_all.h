/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Full verification: every byte of the payload is read and compared with what the head vouches for. */
#ifndef LP_BUNDLE_VERIFY_ALL_H
#define LP_BUNDLE_VERIFY_ALL_H

#include "bundle/contents.h"

/* Index, every digest, every frame, every module's facts against the metadata, and that no byte is unaccounted for. */
int lp_contents_verify_all(struct lp_contents *c, const struct lppack_verify_options *options,
			   struct lppack_error *err);

#endif
