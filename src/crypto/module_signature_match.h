/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a module's signature is by the key of a certificate. */
#ifndef LP_CRYPTO_MODULE_SIGNATURE_MATCH_H
#define LP_CRYPTO_MODULE_SIGNATURE_MATCH_H

#include <stddef.h>

enum lp_signature_match {
	LP_SIGNATURE_OTHER_KEY,
	LP_SIGNATURE_WRONG, /* by that key, but of other bytes */
	LP_SIGNATURE_RIGHT,
};

/* Whether such a signature over content is by the key of an X.509 certificate in DER (what is none is another key). The
 * certificate itself is trusted: it is the kernel's. */
enum lp_signature_match lp_module_signature_match(const void *der, size_t n, const void *certificate, size_t size,
						  const void *content, size_t content_size);

#endif
