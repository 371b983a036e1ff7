/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Structs of options as callers pass them, who may have been built with another version of the library. */
#ifndef LP_BASE_OPTIONS_H
#define LP_BASE_OPTIONS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* No struct of options comes near it: a size beyond is one that nobody has set. */
#define LP_OPTIONS_MAX 4096

/* For LPPACK_E_USAGE of a bit that is none of the flags of a call. */
#define LP_FLAGS_HINT "the program may need a newer liblppack"

struct lp_options_type {
	const char *name; /* "lppack_wait" */
	size_t known;     /* its size here */
	size_t least;     /* `size` and the first option */
};

/*
 * Copies what the caller gave to `to`, and makes zero what it does not know; all of it if `from` is NULL.
 * LPPACK_E_USAGE if its size is less than the first version's, or if it sets what this library does not know.
 */
int lp_options_take(const struct lp_options_type *type, void *to, const void *from, struct lppack_error *err);

/* The same for a struct lppack_TYPE whose first option is FIRST. */
#define LP_OPTIONS_TAKE(type, first, to, from, err) \
	lp_options_take(&(const struct lp_options_type){ #type, sizeof(struct type), \
							 offsetof(struct type, first) + \
								 sizeof(((struct type *)NULL)->first) }, \
			1 ? (to) : (struct type *)NULL, 1 ? (from) : (const struct type *)NULL, (err))

/* LPPACK_E_USAGE if a flag is set that is not among `known`; name: of the struct or function. */
int lp_flags_check(const char *name, uint32_t flags, uint32_t known, struct lppack_error *err);

#endif
