/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a module from memory. */
#ifndef LP_RUNTIME_LOAD_H
#define LP_RUNTIME_LOAD_H

#include "runtime/attempt.h"

/* A sealed anonymous file with these bytes, or negative code. */
int lp_load_seal(const void *bytes, size_t size, struct lppack_error *err);
/* Loads the module of the job from a sealed copy of its bytes. */
int lp_load_module(struct lp_attempt *attempt, struct lppack_error *err);

#endif
