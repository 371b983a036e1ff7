/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle about to be written: laid out, signed, and then in the output. */
#ifndef LP_PACK_DRAFT_H
#define LP_PACK_DRAFT_H

#include "base/file.h"
#include "base/output.h"
#include "format/fixes.h"
#include "format/manifest.h"
#include "pack/check.h"
#include "pack/pack.h"

#include <lppack/keys.h>

struct lp_draft {
	struct lp_pack pack;
	struct lp_manifest manifest;    /* stream and version are borrowed */
	struct lp_digest digest;        /* of the encoded manifest */
	struct lp_buf head;             /* everything up to the payload */
	struct lp_buf index;            /* fixes, fence and pages, as members */
	struct lp_pack_checked checked; /* by the link check */
};

void lp_draft_free(struct lp_draft *draft);

/* An unlinked file where the output will be, so that a full disk is met before anything is named. */
int lp_draft_open_spool(struct lp_draft *draft, const struct lp_output *out, struct lppack_error *err);
/* Once the pack is compressed: fixes, index, every offset, and what the manifest says of them. */
int lp_draft_payload(struct lp_draft *draft, const struct lp_fixes *fixes, struct lppack_error *err);
/* Then the manifest and its signatures. LPPACK_E_USAGE if a key is named twice. */
int lp_draft_head(struct lp_draft *draft, const struct lppack_signer *const *signers, size_t n,
		  struct lppack_error *err);
/* All of it into the output, which the caller commits. */
int lp_draft_write(struct lp_draft *draft, struct lp_output *out, struct lppack_error *err);

#endif
