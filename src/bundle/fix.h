/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a bundle fixes, as programs see it. */
#ifndef LP_BUNDLE_FIX_H
#define LP_BUNDLE_FIX_H

#include "format/fixes.h"
#include "format/format.h"

#include <lppack/bundle.h>

struct lppack_fix {
	const struct lp_fix *fix; /* borrowed */
};

#endif
