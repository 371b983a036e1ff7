/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is installed to take trust away, and takes none: nobody would notice before it is needed. Each is a warning where
 * it is met, and a finding of status.
 */
#ifndef LP_TRUST_GAPS_H
#define LP_TRUST_GAPS_H

#include "base/value.h"
#include "bundle/bundle.h"
#include "trust/keyring.h"

/* Finds them for a ring that holds what is installed below root ("" or a prefix), and keeps them in it. */
int lp_gaps_find(struct lppack_keyring *ring, const char *root, struct lppack_error *err);
void lp_gaps_free(struct lppack_keyring *ring);
/*
 * Adds {kind, file, text, hint} to the list for each, but for revocation lists that an authority has issued which one of
 * these bundles embeds.
 */
void lp_gaps_describe(const struct lppack_keyring *ring, struct lppack_bundle *const *bundles, size_t n_bundles,
		      struct lppack_value **list);
/* Whether the policy revokes the key, or a list of an authority of the ring the certificate (NULL: a bare key). */
bool lp_gaps_is_revoked(const struct lppack_keyring *ring, const char *id, const struct lp_certificate *certificate,
			const char **by);

#endif
