/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer of lppack status: the machine as it was read once, and what follows from that. */
#ifndef LP_STATUS_STATUS_H
#define LP_STATUS_STATUS_H

#include "runtime/blockers.h"
#include "runtime/lock.h"
#include "runtime/stack.h"
#include "machine/boot_choice.h"
#include "machine/coverage.h"
#include "machine/hold.h"
#include "machine/host.h"
#include "machine/snapshot.h"

#include <lppack/status.h>

/* Grows whenever a key of lppack-status-json(5) changes its meaning or goes; a new key alone is no reason. */
#define LP_STATUS_SCHEMA 1

/* What the newest installed release is to the running kernel. */
enum lp_newest_state {
	LP_NEWEST_ACTIVE,
	LP_NEWEST_OTHER_KERNEL, /* it has nothing for the running kernel */
	LP_NEWEST_REMOVED,      /* lppack remove has left boots nothing to begin with */
	LP_NEWEST_HELD,
	LP_NEWEST_SKIPPED,
	LP_NEWEST_AVAILABLE,
};

struct lp_newest {
	const struct lp_installed *release; /* of the snapshot; NULL: there is none */
	enum lp_newest_state state;
	bool is_covered;         /* it has something for the running kernel, as far as is known */
	struct lp_claims claims; /* what that fixes */
};

enum lp_pending_cause {
	LP_PENDING_NOT_LOADED,
	LP_PENDING_DISABLED,
	LP_PENDING_TRANSITION,
};

struct lp_status_fix {
	struct lppack_status_fix view;
	enum lp_pending_cause cause; /* if it is pending */
	struct lp_text_list objects; /* whose modules are not loaded, if it is pending */
};

enum lp_reboot_cause {
	LP_REBOOT_UNFIXABLE,
	LP_REBOOT_NOT_COVERED,
	LP_REBOOT_FORCED,
};

struct lp_reboot_reason {
	enum lp_reboot_cause cause;
	char *text;
};

/* Who asks for a reboot on a system that says so in /run/reboot-required. */
enum lp_requested {
	LP_REQUESTED_BY_NOBODY,
	LP_REQUESTED_BY_KERNELS, /* packages of kernels alone */
	LP_REQUESTED_BY_OTHERS,
};

struct lp_status_patch {
	struct lppack_status_patch view;
	const struct lp_live_patch *live; /* of the snapshot */
	char build_id[LP_BUILD_ID_TEXT];
};

struct lp_status_release {
	struct lppack_status_release view;
	char digest[LP_DIGEST_TEXT];
};

/* A livepatch module that is loaded, active or left over. */
struct lp_status_module {
	char *name;
	uint64_t bytes;
};

struct lppack_status {
	struct lppack_host *host; /* a reference */
	int64_t now;              /* seconds since 1970: one time for everything that is decided */
	struct lppack_keyring *keyring; /* the installed one; NULL: it could not be read */
	struct lp_snapshot snapshot;
	bool is_supported; /* the kernel can livepatch */
	bool is_set_up;    /* something is installed or was applied */
	bool is_unmarked;  /* a loss of all that lppack remembers could not be detected */
	struct lp_boot_candidates candidates;
	struct lp_boot_setup boot;
	bool in_transition;
	struct lp_blocker *blockers; /* of the transition */
	size_t n_blockers;
	bool blockers_known;     /* none runs, or this process may see how far every task is */
	enum lp_lock_state lock; /* whether an unfinished call is at work */
	struct lp_claims active; /* what the applied release claims for this kernel */
	struct lp_newest newest;
	struct lp_hold_subject applied; /* of this boot, if has_applied */
	bool has_applied;
	struct lp_coverage coverage;
	char *effective_version;
	struct lp_status_patch *patches;
	size_t n_patches;
	struct lp_status_module *modules;
	size_t n_modules;
	struct lp_status_fix *fixes; /* by state */
	size_t n_fixes;
	struct lp_reboot_reason *reasons; /* only a reboot helps; none: it is not needed */
	size_t n_reasons;
	enum lp_requested requested;
	struct lp_status_release *releases;
	size_t n_releases;
	struct lppack_status_kernel *kernels;
	size_t n_kernels;
	struct lppack_error *problems; /* what could not be read, each once */
	size_t n_problems;
	struct lppack_status_finding *findings; /* texts are owned */
	size_t n_findings;
};

/* Adds what could not be read, once however many parts stand on it. */
int lp_status_add_problem(struct lppack_status *status, const struct lppack_error *problem, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_status, lppack_status_free)
#define LP_AUTO_STATUS LP_AUTO(cleanup_lppack_status_free)

#endif
