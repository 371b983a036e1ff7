/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the running kernel would take a module, as far as can be known before it is loaded. */
#ifndef LP_CHECK_RUNNING_H
#define LP_CHECK_RUNNING_H

#include "base/facts.h"
#include "runtime/kernel_io.h"

/*
 * What the running kernel's /proc/kallsyms and /sys/kernel/btf/vmlinux say against loading the module: a patched
 * function of vmlinux or of a loaded module that is missing or ambiguous, a livepatch symbol (.klp.sym) that does not
 * resolve, or structs of another size than the module's; and whether its memory is free (MemAvailable of
 * /proc/meminfo). Changes nothing. bytes: the proved module without compression; facts: of the very module.
 * LPPACK_E_UNLOADABLE and LPPACK_E_MEMORY only for what is sure: sources that are absent or may not be read are no
 * error, and neither is a target module that is not loaded. One pass over /proc/kallsyms.
 */
int lp_check_running(struct lp_kernel_io *host, const void *bytes, size_t n, const struct lp_module_facts *facts,
		     struct lppack_error *err);

#endif
