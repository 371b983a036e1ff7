/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a trusted key has signed. */
#ifndef LP_TRUST_VERIFY_H
#define LP_TRUST_VERIFY_H

#include "bundle/contents.h"
#include "bundle/signature_check.h"

#include <lppack/bundle.h>

/* As lppack_bundle_verify(), of what was accepted when it was installed: a policy that has expired since, or a clock that
 * has stopped, takes nothing away from a machine. */
struct lppack_verified *lp_bundle_verify_accepted(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
						  struct lppack_error *err);
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
/* Adds to a list of texts what is installed to take trust away and takes none, if the ring was what is installed. */
void lp_verified_warn(const struct lppack_verified *verified, struct lppack_value **warnings);
/* Remembers the policy by which it was verified, if that is the installed one below root ("" or a prefix). The caller
 * holds the machine's lock. What lp_policy_memory_see() fails with. */
int lp_verified_remember_policy(const struct lppack_verified *verified, const char *root, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_verified, lppack_verified_free)

#endif
