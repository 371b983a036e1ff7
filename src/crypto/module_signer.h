/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By which key the kernel looks for the signer of a module. */
#ifndef LP_CRYPTO_MODULE_SIGNER_H
#define LP_CRYPTO_MODULE_SIGNER_H

#include "shared/buf.h"

/*
 * What the kernel finds the key of the i-th signer by (its asymmetric_key_generate_id()), appended to out: the contents
 * of serial number and issuer, or the subject key identifier. False for bytes that are no such signature and past the
 * last.
 */
bool lp_module_signature_id(const void *der, size_t n, size_t i, struct lp_buf *out);

#endif
