/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/runtime.h"

#include "base/text.h"

#include <fcntl.h>
#include <unistd.h>

bool lp_module_is_loaded(const struct lp_kernel_io *io, const char *name)
{
	LP_AUTO_FREE char *path = lp_text_format("sys/module/%s/initstate", name);

	return path && faccessat(io->rootfd, path, F_OK, 0) == 0;
}
