/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the next boot is covered: the kernels that are installed, and what the installed releases have for them. */
#ifndef LP_MACHINE_COVERAGE_H
#define LP_MACHINE_COVERAGE_H

#include "machine/boot_choice.h"

/* One installed kernel. */
struct lp_installed_kernel {
	char *release; /* of the kernel, by its file's path */
	char *file;
	char *unreadable; /* why its build ID is unknown; NULL: it is known */
	bool is_private;  /* the file may be read by root only, which this process is not */
	bool is_running;
	struct lp_build_id build_id;
	const struct lp_installed
		*covered_by; /* what a boot of the kernel applies, of the snapshot's store; NULL: none */
	char *module;
};

struct lp_coverage {
	struct lp_installed_kernel *kernels;
	size_t n;
};

/*
 * Kernels are looked for as /boot/vmlinuz-RELEASE, /boot/vmlinux-RELEASE and /lib/modules/RELEASE/vmlinuz. Empty where
 * nothing is installed that could cover them: reading a kernel takes about 0.1 s. Free with lp_coverage_free() also on
 * failure.
 */
int lp_coverage_read(struct lppack_host *host, const struct lp_boot_candidates *candidates, struct lp_coverage *out,
		     struct lppack_error *err);
void lp_coverage_free(struct lp_coverage *coverage);
/* Sets covered_by and module of a kernel by its build ID: the first release whose turn comes at a boot of it, and that has
 * something for it. False without memory. */
bool lp_coverage_match(struct lp_installed_kernel *kernel, const struct lp_boot_candidates *candidates);

/* A list of maps: release, file, running, build_id, covered, and of what covers it stream, serial and module; or
 * "unreadable": why, and "root_only" if only root may read it. NULL without memory. */
struct lppack_value *lp_coverage_describe(const struct lp_coverage *coverage);

#define LP_AUTO_COVERAGE LP_AUTO(lp_coverage_free)

#endif
