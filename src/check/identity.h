/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the module is for this kernel at all: architecture, release, vermagic, configuration, signature. */
#ifndef LP_CHECK_IDENTITY_H
#define LP_CHECK_IDENTITY_H

#include "check/collect.h"

/* Each adds to the check. */
void lp_check_identity(struct lp_check *check); /* architecture, release, vermagic */
void lp_check_config(struct lp_check *check);
void lp_check_signature(struct lp_check *check);

/* Whether the kernel insists on module signatures. */
bool lp_check_is_sig_enforced(const struct lp_check *check);

#endif
