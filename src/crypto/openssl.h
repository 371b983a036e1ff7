/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_CRYPTO_OPENSSL_H
#define LP_CRYPTO_OPENSSL_H

#include "base/error.h"

/* As lp_fail, with the reason of OpenSSL's oldest queued error appended; empties its queue. */
int lp_fail_openssl(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
	LP_PRINTF(4, 5);

#endif
