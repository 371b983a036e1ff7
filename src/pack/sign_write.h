/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a new signature area into a bundle. */
#ifndef LP_PACK_SIGN_WRITE_H
#define LP_PACK_SIGN_WRITE_H

#include "pack/sign_set.h"

/* Puts the set into the file. */
int lp_sign_write(struct lp_sign_set *s, struct lppack_error *err);

#endif
