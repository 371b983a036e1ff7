/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting errors. Every helper returns the negative code, so that "return lp_fail(...)" reads well. */
#ifndef LP_BASE_ERROR_H
#define LP_BASE_ERROR_H

#include "shared/attribute.h"

#include <lppack/error.h>

/* Sets code, hint (may be NULL) and message, unless an earlier cause is set. */
int lp_fail(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
	LP_PRINTF(4, 5);

/* As lp_fail, with errno's text appended. ENOSPC and EDQUOT turn LPPACK_E_IO into NO_SPACE, ENOMEM turns
 * it into NO_MEMORY, so that the exit status tells them apart. */
int lp_fail_sys(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
	LP_PRINTF(4, 5);

int lp_fail_nomem(struct lppack_error *err);

/* Gives err the whole cause that another error holds, unless an earlier one is set; returns the negative code of it.
 * Never by assignment: the caller's struct may be smaller than this library's. */
int lp_error_move(struct lppack_error *err, const struct lppack_error *cause);

/* Puts "context: " in front of the message of a set error; returns its negative code. */
int lp_wrap(struct lppack_error *err, int rc, const char *fmt, ...) LP_PRINTF(3, 4);

/* Replaces the hint of a set error; returns its negative code. */
int lp_hint(struct lppack_error *err, int rc, const char *fmt, ...) LP_PRINTF(3, 4);

#endif
