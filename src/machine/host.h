/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that a call is about: the way to its kernel, and what of that never changes while it runs. */
#ifndef LP_MACHINE_HOST_H
#define LP_MACHINE_HOST_H

#include "base/facts.h"
#include "base/ref.h"
#include "runtime/caller.h"
#include "runtime/kernel_io.h"
#include "machine/applied.h"

#include <lppack/host.h>

struct lppack_host {
	struct lp_ref ref;
	struct lp_kernel_io io;
	struct lp_kernel_facts kernel; /* names from the start, if it runs one; the build ID once asked for */
	char build_id[LP_BUILD_ID_TEXT];
	char *boot_id; /* once asked for; "" where the kernel does not say */
};

/* A host over given operations, for tests. */
struct lppack_host *lp_host_new(const char *root, const struct lp_kernel_ops *ops, void *context,
				struct lppack_error *err);
/* One more reference, which lppack_host_close() gives back. */
struct lppack_host *lp_host_ref(struct lppack_host *host);
/* LPPACK_E_USAGE of another machine's files: they decide nothing over a kernel. */
int lp_host_check_running(const struct lppack_host *host, struct lppack_error *err);
/* Reads the kernel's names, once: needed before they are told of a host that may be an image only. */
int lp_host_name(struct lppack_host *host, struct lppack_error *err);
/* Reads the kernel's build ID, and its names, once. */
int lp_host_identify(struct lppack_host *host, struct lppack_error *err);

/* How the caller wants to wait, which is copied; wait may be NULL. */
int lp_caller_set_wait(struct lp_caller *caller, const struct lppack_wait *wait, struct lppack_error *err);
/* lp_lock_wait() as the caller of the library wants it: wait may be NULL. */
int lp_host_lock_for(struct lppack_host *host, const struct lppack_wait *wait, struct lppack_error *err);

/* Which boot this is, read once; NULL where the kernel does not say. */
const char *lp_host_boot(struct lppack_host *host);

LP_DEFINE_CLEANUP(struct lppack_host, lppack_host_close)

#endif
