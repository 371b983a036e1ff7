/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's own signature, put onto modules while they are packed. */
#ifndef LP_PACK_SIGN_MODULE_H
#define LP_PACK_SIGN_MODULE_H

#include "shared/buf.h"
#include "base/value.h"
#include "trust/signer.h"

/* signer NULL: modules stay as they are. Both borrowed. */
struct lp_module_signing {
	const struct lppack_signer *signer;
	const char *digest;
};

/* What a caller gave: digest NULL is "sha256". LPPACK_E_KEY without a certificate, LPPACK_E_USAGE with a chain, or for
 * a digest without a signer. */
int lp_module_signing_settle(struct lp_module_signing *out, const struct lppack_signer *signer, const char *digest,
			     struct lppack_error *err);

/*
 * Signs the module of that file and appends the signature to it; *signature, zeroed at first, gets a copy, so that the
 * same one can be appended when the file is read again. LPPACK_E_SIGNED if the module has a signature, and what
 * lp_module_sign() says.
 */
int lp_module_signing_apply(const struct lp_module_signing *signing, const char *path, struct lp_buf *module,
			    struct lp_buf *signature, struct lppack_error *err);

/* By what modules are signed: {subject, issuer, serial, key_id, digest}. There must be a signer. */
struct lppack_value *lp_module_signing_describe(const struct lp_module_signing *signing);

#endif
