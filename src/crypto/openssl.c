/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crypto/openssl.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

int lp_fail_openssl(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	char what[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	ERR_clear_error();
	return lp_fail(err, code, hint, "%s: %s", what, reason ? reason : "no reason given by OpenSSL");
}
