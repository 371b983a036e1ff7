/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is behind a struct lppack_signer: a key, its certificate, or a callback, that signs bundles and policies. */
#ifndef LP_TRUST_SIGNER_H
#define LP_TRUST_SIGNER_H

#include "format/head.h"
#include "crypto/certificate.h"

#include <lppack/keys.h>

struct lppack_signer {
	struct lp_private_key *key;         /* NULL: `sign` signs */
	struct lp_public_key public_key;    /* of either */
	struct lp_certificate *certificate; /* NULL: signs by the bare key */
	struct lp_certificates chain;
	int (*sign)(void *context, const void *message, size_t n, void *signature, size_t room,
		    struct lppack_error *err);
	void *context; /* for sign */
	char id[LPPACK_KEY_ID_SIZE];
};

/* A signature member without a place: "signatures/KEYID.SCHEME" and its data, which the caller frees. message is what
 * lp_pre_authentication() makes. LPPACK_E_LIMIT if it is larger than a member may be. */
int lp_signer_sign(const struct lppack_signer *signer, const struct lp_buf *message, struct lp_signature *out,
		   struct lppack_error *err);
/* A member of these data, copied. 0 or without memory. */
int lp_signature_set(struct lp_signature *out, const char *id, const char *scheme, const void *bytes, size_t n,
		     struct lppack_error *err);

#endif
