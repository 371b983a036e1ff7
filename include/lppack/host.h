/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running kernel: its livepatch stack, a plan to replace it, and the receipt of having done so. */
#ifndef LPPACK_HOST_H
#define LPPACK_HOST_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_host;
struct lppack_plan;
struct lppack_receipt;

/* root: NULL for this machine, or a directory that holds another machine's /sys, /proc, /etc, /run and /var. */
struct lppack_host *lppack_host_open(const char *root, struct lppack_error *err);
void lppack_host_close(struct lppack_host *host);

/* The running kernel's build ID, lower-case hex, from /sys/kernel/notes; borrowed. */
const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err);

/*
 * The active stack as a map (lppack-status(1), "JSON"): kernel, patches with module build ID, the bundle that brought
 * them as far as recorded, objects, functions, transition, pending objects. LPPACK_E_NO_LIVEPATCH.
 */
struct lppack_value *lppack_host_status(struct lppack_host *host, struct lppack_error *err);

struct lppack_apply_options {
	size_t size;        /* sizeof(struct lppack_apply_options) */
	int replace;        /* may supersede active livepatches */
	int64_t timeout_ns; /* for the transition; 0: 60 s */
	/* phase: "loading", "transition", "proof", "removal", "reversal" */
	void (*progress)(void *context, const char *phase, int64_t elapsed_ns);
	int (*cancelled)(void *context); /* nonzero reverses as a time-out does */
	void *context;
};

/*
 * Selects the entry of the running kernel, proves its module, and checks everything that can be refused before a
 * system call changes anything. The plan borrows host and verified. LPPACK_E_NO_KERNEL, EXPIRED is only told in the
 * description, and the preflight codes: NO_LIVEPATCH, PRIVILEGE, LOCKED, FTRACE, BUSY, NAME_IN_USE, ARCH, VERMAGIC,
 * ACTIVE.
 */
struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
				    const struct lppack_apply_options *options, struct lppack_error *err);
/* Whether the very module is in force already, so that applying does nothing. */
int lppack_plan_is_noop(const struct lppack_plan *plan);
/* A map: kernel, bundle, module, objects, replaces, already. */
struct lppack_value *lppack_plan_describe(const struct lppack_plan *plan, struct lppack_error *err);
void lppack_plan_free(struct lppack_plan *plan);

/*
 * Carries the plan out as one transaction. Returns a receipt also when it failed after the kernel was asked, with err
 * set; NULL if it failed before. The codes after a load: REFUSED, INCOMPATIBLE, STALLED, STALLED_LEFT, NOT_REPLACED,
 * UNPROVEN, LEFTOVER.
 */
struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err);
/* A map: outcome (applied, already, reversed, left, nothing), durations in ns, superseded, pending, blockers,
 * kernel_log, error. */
struct lppack_value *lppack_receipt_describe(const struct lppack_receipt *receipt, struct lppack_error *err);
void lppack_receipt_free(struct lppack_receipt *receipt);

#ifdef __cplusplus
}
#endif
#endif
