/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a trusted key has signed. */
#ifndef LP_TRUST_VERIFY_H
#define LP_TRUST_VERIFY_H

#include "bundle/contents.h"
#include "bundle/signature_check.h"

/* One more reference, which lppack_verified_free() gives back. */
struct lppack_verified *lp_verified_ref(struct lppack_verified *verified);
/* What the keys vouch for, borrowed. Whoever needs verified facts takes a verified bundle and asks for it here. */
struct lp_contents *lp_verified_contents(const struct lppack_verified *verified);
/* How each signature was judged, borrowed. */
const struct lp_signature_report *lp_verified_reports(const struct lppack_verified *verified, size_t *n);
/* Whether every byte of it was verified too: lppack_verified_check_all() has succeeded. */
bool lp_verified_is_checked(const struct lppack_verified *verified);

/* Whether too few of the keys that signed it may still sign: their windows have ended since it was created. */
bool lp_verified_is_retired(const struct lppack_verified *verified);

LP_DEFINE_CLEANUP(struct lppack_verified, lppack_verified_free)

#endif
