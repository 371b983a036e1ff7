/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The link check of what is about to be packed. */
#ifndef LP_PACK_CHECK_H
#define LP_PACK_CHECK_H

#include "pack/pack.h"

/*
 * The link check of every module whose kernel's files the spec names. LPPACK_E_UNLOADABLE names the first module, its
 * kernel and the finding. out->warnings is the caller's, also on failure.
 */
struct lp_pack_checked {
	size_t n;                      /* modules whose kernel's files are named */
	struct lppack_value *warnings; /* list of {release, module, message, hint} */
};

int lp_pack_check(const struct lppack_spec *spec, const struct lp_pack *pack, struct lp_pack_checked *out,
		  struct lppack_error *err);

#endif
