/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version of the library that runs. */
#include "base/export.h"
#include "config.h"

#include <lppack/lppack.h>

LP_EXPORT const char *lppack_version(void)
{
	return PACKAGE_VERSION;
}
