/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the next boot is covered: the kernels that are installed, and what the kept levels have for them. */
#ifndef LP_MACHINE_COVERAGE_H
#define LP_MACHINE_COVERAGE_H

#include "machine/boot_choice.h"

/*
 * A list of maps by release: release, file, running, build_id, covered, and of what covers it stream, serial and
 * module; or "unreadable": why, and "root_only" if only root may read it, where the file is no kernel that can be
 * read. Kernels are looked for as /boot/vmlinuz-RELEASE, /boot/vmlinux-RELEASE and /lib/modules/RELEASE/vmlinuz. Empty
 * where no level is kept. NULL on failure.
 */
struct lppack_value *lp_coverage_describe(struct lppack_host *host, const struct lp_boot_candidates *candidates,
					  struct lppack_error *err);

#endif
