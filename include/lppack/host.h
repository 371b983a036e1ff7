/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The running kernel: its livepatch stack, a plan to replace it, and the receipt of having done so.
 */
#ifndef LPPACK_HOST_H
#define LPPACK_HOST_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/options.h>
#include <lppack/progress.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_host;
struct lppack_plan;
struct lppack_receipt;

/**
 * Opens a machine.
 *
 * This is where it is decided which machine the functions that take a host work on: none of them takes a root.
 *
 * @param root NULL or "/": this machine; otherwise a directory that holds another machine's /sys, /proc, /etc, /run and
 *             /var, of which no kernel is running: nothing can be applied to it. The functions of keyrings and of trust
 *             that take a root mean the same by it.
 * @param err  LPPACK_E_IO: the directory cannot be opened
 *
 *             LPPACK_E_NO_MEMORY
 * @return the machine, to be freed with lppack_host_close(); NULL on failure
 * @since 0.1
 */
struct lppack_host *lppack_host_open(const char *root, struct lppack_error *err);

/**
 * Gives a machine back. What it has open is closed with the last plan of it.
 *
 * @param host may be NULL
 * @since 0.1
 */
void lppack_host_close(struct lppack_host *host);

/**
 * Names the running kernel by its build ID, from /sys/kernel/notes.
 *
 * @param host the machine
 * @param err  LPPACK_E_NO_KERNEL: the kernel has none
 *
 *             LPPACK_E_IO
 * @return lower-case hex, which lives as long as the host; NULL on failure
 * @since 0.1
 */
const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err);

/**
 * Describes what changes while a transition runs, quickly.
 *
 * @param host the machine
 * @param err  LPPACK_E_NO_LIVEPATCH
 * @return a map: "transition", "patches" (name, enabled, transition), "blockers", and "blockers_known": false where
 *         only root may see them. To be freed with lppack_value_free(); NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_host_transition(struct lppack_host *host, struct lppack_error *err);

/**
 * Names the running kernel with the release that is active, "6.1.0-56-amd64+lp.example.7".
 *
 * @param host the machine
 * @param err  what kept it from being read
 * @return the bare kernel release where none is active, and "+lp.unknown" where lppack has no record of what is.
 *         malloc'd; NULL on failure
 * @since 0.1
 */
char *lppack_host_effective_version(struct lppack_host *host, struct lppack_error *err);

/**
 * How a call waits: for another lppack that holds the lock, and for the kernel.
 *
 * The other structs of options point to it, so that it can grow. A NULL pointer gives way at once and reports nothing.
 *
 * @since 0.1
 */
struct lppack_wait {
	size_t size;     /**< set by LPPACK_OPTIONS() */
	int64_t wait_ns; /**< for another lppack, in nanoseconds; 0: give way at once; negative: for ever */
	/**
	 * Called now and then; may be NULL. phase: "waiting" (for the lock), "loading", "transition", "proof",
	 * "removal", "reversal", "retry"; of an installation "verifying", with done of total kernels.
	 */
	void (*progress)(void *context, const struct lppack_progress *now);
	/** Nonzero gives way, and reverses a transition as a time-out does; may be NULL. */
	int (*cancelled)(void *context);
	void *context; /**< of both functions */
};

/**
 * Flags of lppack_apply_options.
 *
 * @since 0.1
 */
enum lppack_apply_flags {
	LPPACK_APPLY_REPLACE = 1u << 0,         /**< may supersede active livepatches */
	LPPACK_APPLY_TAKE_OVER = 1u << 1,       /**< also those that lppack did not load */
	LPPACK_APPLY_ALLOW_DOWNGRADE = 1u << 2, /**< may go below what this machine has seen of the stream */
	/** Rolls back on purpose: implies both REPLACE and ALLOW_DOWNGRADE, and is checked for LPPACK_E_ONE_WAY. */
	LPPACK_APPLY_ROLLBACK = 1u << 3,
	/**
	 * Ends a transition at the time-out by the kernel's `force` instead of reversing it. That gives up the kernel's
	 * guarantee for the tasks that were not ready; every later apply is refused until the next boot
	 * (Documentation/livepatch/livepatch.rst, "Livepatch life-cycle").
	 */
	LPPACK_APPLY_FORCE = 1u << 4,
	/** Reverses before the kernel sends its first fake signal, about 15 s after the load. */
	LPPACK_APPLY_BEFORE_SIGNAL = 1u << 5,
};

/**
 * How to apply.
 *
 * @since 0.1
 */
struct lppack_apply_options {
	size_t size;                    /**< set by LPPACK_OPTIONS() */
	uint32_t flags;                 /**< of enum lppack_apply_flags */
	uint32_t retries;               /**< how often a transition that stalled and was reversed is tried again */
	int64_t timeout_ns;             /**< for the transition, in nanoseconds; 0: 60 s */
	int64_t retry_delay_ns;         /**< before each retry, in nanoseconds; 0: 5 s */
	const struct lppack_wait *wait; /**< may be NULL */
};

/**
 * Plans to apply a bundle.
 *
 * Selects the entry of the running kernel, proves its module, and checks everything that can be refused before a system
 * call changes anything. A bundle that has expired is only reported in the description. An interrupted call's
 * transition is LPPACK_E_BUSY here: call lppack_host_recover() before.
 *
 * @param host     the machine; the plan refers to it, and it may be closed before the plan
 * @param verified the bundle; the plan refers to it, and it may be freed before the plan
 * @param options  may be NULL; copied, with what `wait` points to. The context must live as long as the plan.
 * @param err      LPPACK_E_NO_KERNEL: the bundle has nothing for the running kernel
 *
 *                 LPPACK_E_DISABLED, HELD, DOWNGRADE, EQUIVOCATION, CLOCK, STATE: it is not to be applied
 *
 *                 LPPACK_E_UNLOADABLE, ARCH, VERMAGIC: the kernel would not take the module
 *
 *                 LPPACK_E_ONE_WAY: with LPPACK_APPLY_ROLLBACK
 *
 *                 LPPACK_E_NO_LIVEPATCH, PRIVILEGE, LOCKED, FTRACE, BUSY, NAME_IN_USE, ACTIVE, FOREIGN, FORCED: the
 *                 machine is not ready for it
 *
 *                 LPPACK_E_USAGE: of the options
 * @return to be freed with lppack_plan_free(); NULL on failure
 * @since 0.1
 */
struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
				    const struct lppack_apply_options *options, struct lppack_error *err);

/**
 * Says whether the very module is active already, so that applying does nothing.
 *
 * @param plan the plan
 * @return 1 or 0
 * @since 0.1
 */
int lppack_plan_is_noop(const struct lppack_plan *plan);

/**
 * Describes a plan.
 *
 * @param plan the plan
 * @param err  LPPACK_E_NO_MEMORY
 * @return a map: kernel, bundle, module, objects, replaces, already, reversibility (class: "reversible", "one-way" or
 *         "reboot"; why), warnings, module_signature (unless nothing is to be done: enforced ("module.sig_enforce" or
 *         "lockdown", if the kernel insists on signatures of modules), signed, and of a signed module key ("known" to
 *         the kernel, "not-found", "platform": to the firmware's keyring alone, or "unknown") and signer). To be freed
 *         with lppack_value_free(); NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_plan_describe(const struct lppack_plan *plan, struct lppack_error *err);

/**
 * Frees a plan.
 *
 * @param plan may be NULL
 * @since 0.1
 */
void lppack_plan_free(struct lppack_plan *plan);

/**
 * Carries a plan out as one transaction.
 *
 * With the lock held, what lppack_plan_new() asks is asked again: if another call has come between so that it is no
 * longer right, it fails as lppack_plan_new() would, and the message says what has changed; rolling back fails with
 * LPPACK_E_BUSY if anything else has been applied since. From then on the plan is described as it was judged last.
 * What it means to do is on the disk before the kernel is asked, so that whatever kills it, lppack_host_recover()
 * knows.
 *
 * @param plan the plan
 * @param err  what lppack_plan_new() fails with
 *
 *             LPPACK_E_REFUSED, INCOMPATIBLE, NOT_LIVEPATCH, NOT_REPLACED: the kernel does not take the module
 *
 *             LPPACK_E_STALLED, STALLED_LEFT, UNPROVEN, LEFTOVER, NONE_LEFT: what became of it
 *
 *             LPPACK_E_USAGE: the host holds another machine's files
 * @return a receipt, also when it failed after the kernel was asked, with err set; NULL if it failed before. To be
 *         freed with lppack_receipt_free()
 * @since 0.1
 */
struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err);

/**
 * Describes a receipt.
 *
 * @param receipt the receipt
 * @param err     LPPACK_E_NO_MEMORY
 * @return a map: verb, outcome (applied, already, removed, reversed, left, nothing), attempts, forced, durations_ns,
 *         superseded, took_over, pending, blockers, reverse_blockers, kernel_log, error, time. To be freed with
 *         lppack_value_free(); NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_receipt_describe(const struct lppack_receipt *receipt, struct lppack_error *err);

/**
 * Frees a receipt, which refers to nothing.
 *
 * @param receipt may be NULL
 * @since 0.1
 */
void lppack_receipt_free(struct lppack_receipt *receipt);

/**
 * Flags of lppack_remove_options.
 *
 * @since 0.1
 */
enum lppack_remove_flags {
	LPPACK_REMOVE_TAKE_OVER = 1u << 0,     /**< also livepatches that lppack did not load */
	LPPACK_REMOVE_BEFORE_SIGNAL = 1u << 1, /**< as LPPACK_APPLY_BEFORE_SIGNAL */
};

/**
 * How to remove. The members are as those of lppack_apply_options.
 *
 * @since 0.1
 */
struct lppack_remove_options {
	size_t size;                    /**< set by LPPACK_OPTIONS() */
	uint32_t flags;                 /**< of enum lppack_remove_flags */
	uint32_t retries;               /**< how often a transition that stalled and was reversed is tried again */
	int64_t timeout_ns;             /**< for the transition, in nanoseconds; 0: 60 s */
	int64_t retry_delay_ns;         /**< before each retry, in nanoseconds; 0: 5 s */
	const struct lppack_wait *wait; /**< may be NULL */
};

/**
 * Disables every active livepatch and unloads its module, as one transaction that is journalled like an apply.
 *
 * If none is active, only what earlier calls left loaded is unloaded, and the receipt's outcome is "already".
 *
 * @param host    the machine
 * @param options may be NULL
 * @param err     LPPACK_E_FOREIGN, FORCED, BUSY, PRIVILEGE: nothing was asked of the kernel
 *
 *                LPPACK_E_STALLED: a task held it up, the livepatches are active again
 *
 *                LPPACK_E_STALLED_LEFT, UNPROVEN, LEFTOVER: what became of it
 *
 *                LPPACK_E_USAGE: of the options, or the host holds another machine's files
 * @return as lppack_plan_apply()
 * @since 0.1
 */
struct lppack_receipt *lppack_host_remove(struct lppack_host *host, const struct lppack_remove_options *options,
					  struct lppack_error *err);

/**
 * Describes what lppack_host_remove() would do.
 *
 * @param host    the machine
 * @param options may be NULL
 * @param err     as of lppack_host_remove(), before the kernel is asked
 * @return a map: kernel, removes (the patches), already, warnings. To be freed with lppack_value_free(); NULL on
 *         failure
 * @since 0.1
 */
struct lppack_value *lppack_host_describe_removal(struct lppack_host *host, const struct lppack_remove_options *options,
						  struct lppack_error *err);

/**
 * Flags of lppack_recover_options.
 *
 * @since 0.1
 */
enum lppack_recover_flags {
	/**
	 * No transition is waited for or begun, and what cannot be put right that way stays as it is: what only looks
	 * at the machine recovers so before.
	 */
	LPPACK_RECOVER_QUICK = 1u << 0,
};

/**
 * How to recover.
 *
 * @since 0.1
 */
struct lppack_recover_options {
	size_t size;                    /**< set by LPPACK_OPTIONS() */
	uint32_t flags;                 /**< of enum lppack_recover_flags */
	int64_t timeout_ns;             /**< for a transition in flight, in nanoseconds; 0: 60 s */
	const struct lppack_wait *wait; /**< may be NULL */
};

/**
 * Looks for a call that was interrupted, and finishes or undoes what it had begun.
 *
 * A transition in flight is watched to its end, and reversed if it stalls.
 *
 * @param host    the machine
 * @param options may be NULL
 * @param err     LPPACK_E_BUSY: another lppack is at work
 *
 *                LPPACK_E_STATE: what the call left cannot be read
 *
 *                LPPACK_E_PRIVILEGE, STALLED_LEFT, UNPROVEN
 *
 *                LPPACK_E_USAGE: of the options
 * @return a map: found; then verb, action ("cleared": nothing of it is active; "finished", "undone", or "left": the
 *         transition is still running), note (a sentence), from and to. To be freed with lppack_value_free(); NULL on
 *         failure
 * @since 0.1
 */
struct lppack_value *lppack_host_recover(struct lppack_host *host, const struct lppack_recover_options *options,
					 struct lppack_error *err);

/**
 * Forgets what an interrupted call left where that cannot be read (LPPACK_E_STATE).
 *
 * @param host the machine
 * @param err  LPPACK_E_IO
 * @return 0 or a negative code
 * @since 0.1
 */
int lppack_host_discard_journal(struct lppack_host *host, struct lppack_error *err);

/**
 * Opens and verifies the installed release to roll back to.
 *
 * @param host     the machine
 * @param keyring  whom to trust
 * @param serial   which one; NULL: the newest installed one below what is active
 * @param bundle   receives the bundle, the caller's
 * @param verified receives the verified bundle, the caller's
 * @param err      LPPACK_E_NO_RELEASE: there is none
 *
 *                 LPPACK_E_STATE: its file is not what was installed
 *
 *                 and what lppack_bundle_verify() fails with
 * @return 0 or a negative code
 * @since 0.1
 */
int lppack_host_open_release(struct lppack_host *host, const struct lppack_keyring *keyring, const uint64_t *serial,
			     struct lppack_bundle **bundle, struct lppack_verified **verified,
			     struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
