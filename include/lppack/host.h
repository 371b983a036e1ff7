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
 * Opens a machine. All functions that take a host work on the machine that is chosen here.
 *
 * @param root NULL or "/": this machine. Otherwise a directory with another machine's /sys, /proc, /etc, /run and /var:
 *             its kernel is not the running one, and nothing can be applied to it. The functions of keyrings and of
 *             trust that take a root mean the same by it.
 * @param err  receives the error
 * @return the machine, to be freed with lppack_host_close(); NULL on failure:
 *         - LPPACK_E_IO: the directory cannot be opened
 * @since 0.1
 */
struct lppack_host *lppack_host_open(const char *root, struct lppack_error *err);

/**
 * Frees a machine. Its files are closed when the last plan of it is freed, too.
 *
 * @param host may be NULL
 * @since 0.1
 */
void lppack_host_close(struct lppack_host *host);

/**
 * Names the running kernel by its build ID, from /sys/kernel/notes.
 *
 * @param host the machine
 * @param err  receives the error
 * @return lower-case hex, borrowed from the host; NULL on failure:
 *         - LPPACK_E_NO_KERNEL: the kernel has no build ID
 *         - LPPACK_E_IO: it cannot be read
 * @since 0.1
 */
const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err);

/**
 * Describes what changes while a transition runs. It reads little, so that it can be called often.
 *
 * @param host the machine
 * @param err  receives the error
 * @return a map: "transition", "patches" (name, enabled, transition), "blockers", and "blockers_known": false where
 *         only root may see them. To be freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_NO_LIVEPATCH: the kernel cannot livepatch
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO: /sys/kernel/livepatch cannot be read
 * @since 0.1
 */
struct lppack_value *lppack_host_transition(struct lppack_host *host, struct lppack_error *err);

/**
 * Names the running kernel with the release that is active, "6.1.0-56-amd64+lp.example.7".
 *
 * @param host the machine
 * @param err  receives the error
 * @return the bare kernel release where none is active, and "+lp.unknown" where lppack has no record of what is.
 *         To be freed with free(); NULL on failure:
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO: the kernel's release or /sys/kernel/livepatch cannot be read
 * @since 0.1
 */
char *lppack_host_effective_version(struct lppack_host *host, struct lppack_error *err);

/**
 * How a call waits: for another lppack that holds the lock, and for the kernel.
 *
 * The other structs of options point to it, so that it can grow. With a NULL pointer, a call does not wait for another
 * lppack, but fails immediately with LPPACK_E_BUSY, and reports nothing.
 *
 * @since 0.1
 */
struct lppack_wait {
	size_t size;     /**< set by LPPACK_OPTIONS() */
	int64_t wait_ns; /**< for another lppack, in nanoseconds; 0: fail immediately; negative: without a limit */
	/**
	 * Called now and then; may be NULL. phase: "waiting" (for the lock), "loading", "transition", "proof",
	 * "removal", "reversal", "retry"; of an installation "verifying", with done of total kernels.
	 */
	void (*progress)(void *context, const struct lppack_progress *now);
	/** Asked now and then; nonzero ends the waiting, and reverses a transition as a time-out does. May be NULL. */
	int (*cancelled)(void *context);
	void *context; /**< of both functions */
};

/**
 * Flags of struct lppack_apply_options.
 *
 * @since 0.1
 */
enum lppack_apply_flags {
	LPPACK_APPLY_REPLACE = 1u << 0,         /**< may supersede active livepatches */
	LPPACK_APPLY_TAKE_OVER = 1u << 1,       /**< also those that lppack did not load */
	LPPACK_APPLY_ALLOW_DOWNGRADE = 1u << 2, /**< may go below what this machine has seen of the stream */
	/**
	 * Rolls back on purpose: implies LPPACK_APPLY_REPLACE and LPPACK_APPLY_ALLOW_DOWNGRADE, and fails with
	 * LPPACK_E_ONE_WAY where it is not safe.
	 */
	LPPACK_APPLY_ROLLBACK = 1u << 3,
	/**
	 * Ends a transition at the time-out by the kernel's `force` instead of reversing it. That gives up the kernel's
	 * guarantee for the tasks that were not ready; every later apply is refused until the next boot
	 * (Documentation/livepatch/livepatch.rst, "Livepatch life-cycle").
	 */
	LPPACK_APPLY_FORCE = 1u << 4,
	/** Reverses before the kernel sends its first fake signal, about 15 s after the load. */
	LPPACK_APPLY_BEFORE_SIGNAL = 1u << 5,
	/** May be of another stream than the machine follows, which it then follows instead. */
	LPPACK_APPLY_SWITCH_STREAM = 1u << 6,
	/** May lose what the machine has: just what a plan lists, for just this release. */
	LPPACK_APPLY_ALLOW_LOSS = 1u << 7,
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
 * @param err      receives the error
 * @return the plan, to be freed with lppack_plan_free(); NULL on failure, with a code of lppack_entry_load_module() or:
 *         - LPPACK_E_NO_KERNEL: the bundle has nothing for the running kernel
 *         - LPPACK_E_DISABLED, LPPACK_E_OTHER_STREAM, LPPACK_E_LOSS, LPPACK_E_HELD, LPPACK_E_DOWNGRADE,
 *           LPPACK_E_EQUIVOCATION, LPPACK_E_CLOCK, LPPACK_E_STATE, LPPACK_E_SPEC: the bundle must not be applied on this machine
 *         - LPPACK_E_NOT_LIVEPATCH, LPPACK_E_NOT_REPLACE, LPPACK_E_ARCH, LPPACK_E_VERMAGIC, LPPACK_E_UNLOADABLE,
 *           LPPACK_E_MEMORY: the module does not load into this kernel
 *         - LPPACK_E_ONE_WAY: with LPPACK_APPLY_ROLLBACK, rolling back is not safe without a reboot
 *         - LPPACK_E_NO_LIVEPATCH, LPPACK_E_PRIVILEGE, LPPACK_E_LOCKED, LPPACK_E_FTRACE, LPPACK_E_BUSY,
 *           LPPACK_E_NAME_IN_USE, LPPACK_E_ACTIVE, LPPACK_E_FOREIGN, LPPACK_E_FORCED: the machine is not ready
 *         - LPPACK_E_USAGE: the options are wrong
 * @since 0.1
 */
struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
				    const struct lppack_apply_options *options, struct lppack_error *err);

/**
 * Says whether this very module is active already, so that applying does nothing.
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
 * @param err  receives the error
 * @return a map: kernel, bundle, module, objects, replaces, already, reversibility (class: "reversible", "one-way" or
 *         "reboot"; why), warnings, module_signature (unless nothing is to be done: enforced ("module.sig_enforce" or
 *         "lockdown", if the kernel insists on signatures of modules), signed, and of a signed module key ("known" to
 *         the kernel, "not-found", "platform": to the firmware's keyring alone, or "unknown") and signer). To be
 *         freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
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
 * With the lock held, everything that lppack_plan_new() checks is checked again. If the machine has changed so that the
 * plan is no longer right, this call fails as lppack_plan_new() would, and the message says what has changed; rolling
 * back fails with LPPACK_E_BUSY if anything else has been applied since. lppack_plan_describe() then describes the plan
 * as it was checked last. The intention is on the disk before the kernel is asked, so that lppack_host_recover() can
 * finish or undo a call that was killed.
 *
 * @param plan the plan
 * @param err  receives the error
 * @return a receipt, also when it failed after the kernel was asked, with err set; NULL if it failed before. To be
 *         freed with lppack_receipt_free(). On failure err has a code of lppack_plan_new(), or:
 *         - LPPACK_E_REFUSED, LPPACK_E_INCOMPATIBLE, LPPACK_E_NOT_LIVEPATCH, LPPACK_E_NOT_REPLACED: the kernel
 *           refused the module, or the module did not replace the others
 *         - LPPACK_E_STALLED, LPPACK_E_STALLED_LEFT, LPPACK_E_UNPROVEN, LPPACK_E_LEFTOVER, LPPACK_E_NONE_LEFT: the
 *           outcome, as lppack-error(3), CODES, describes it
 *         - LPPACK_E_USAGE: the host is a directory with another machine's files
 * @since 0.1
 */
struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err);

/**
 * Describes a receipt.
 *
 * @param receipt the receipt
 * @param err     receives the error
 * @return a map: verb, outcome (applied, already, removed, reversed, left, nothing), attempts, forced, durations_ns,
 *         superseded, took_over, pending, blockers, reverse_blockers, kernel_log, error, time. To be freed with
 *         lppack_value_free(); NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
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
 * Flags of struct lppack_remove_options.
 *
 * @since 0.1
 */
enum lppack_remove_flags {
	LPPACK_REMOVE_TAKE_OVER = 1u << 0,     /**< also livepatches that lppack did not load */
	LPPACK_REMOVE_BEFORE_SIGNAL = 1u << 1, /**< as LPPACK_APPLY_BEFORE_SIGNAL */
};

/**
 * How to remove. The members are as those of struct lppack_apply_options.
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
 * @param err     receives the error
 * @return a receipt, also when it failed after the kernel was asked, with err set; NULL if it failed before. To be
 *         freed with lppack_receipt_free(). On failure err has:
 *         - LPPACK_E_NO_LIVEPATCH: the kernel cannot livepatch
 *         - LPPACK_E_FOREIGN, LPPACK_E_FORCED, LPPACK_E_BUSY, LPPACK_E_PRIVILEGE: the kernel was not asked
 *         - LPPACK_E_REFUSED: the kernel refused to disable a livepatch
 *         - LPPACK_E_STALLED: a task held the transition up, and the livepatches are active again
 *         - LPPACK_E_STALLED_LEFT, LPPACK_E_UNPROVEN, LPPACK_E_LEFTOVER: the outcome, as lppack-error(3), CODES,
 *           describes it
 *         - LPPACK_E_USAGE: the options are wrong, or the host is a directory with another machine's files
 * @since 0.1
 */
struct lppack_receipt *lppack_host_remove(struct lppack_host *host, const struct lppack_remove_options *options,
					  struct lppack_error *err);

/**
 * Describes what lppack_host_remove() would do.
 *
 * @param host    the machine
 * @param options may be NULL
 * @param err     receives the error
 * @return a map: kernel, removes (the patches), already, warnings. To be freed with lppack_value_free(); NULL on
 *         failure, with a code of lppack_host_remove() from before the kernel is asked
 * @since 0.1
 */
struct lppack_value *lppack_host_describe_removal(struct lppack_host *host, const struct lppack_remove_options *options,
						  struct lppack_error *err);

/**
 * Flags of struct lppack_recover_options.
 *
 * @since 0.1
 */
enum lppack_recover_flags {
	/**
	 * Does not wait for a transition and begins none. What cannot be recovered that way stays as it is. For
	 * programs that only look at the machine.
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
 * @param err     receives the error
 * @return a map: found; then verb, action ("cleared": nothing of it is active; "finished", "undone", or "left": the
 *         transition is still running), note (a sentence), from and to. To be freed with lppack_value_free(); NULL on
 *         failure:
 *         - LPPACK_E_BUSY: another lppack is at work
 *         - LPPACK_E_STATE: the record of the interrupted call cannot be read
 *         - LPPACK_E_PRIVILEGE: there is something to recover, and the caller is not root
 *         - LPPACK_E_STALLED_LEFT, LPPACK_E_UNPROVEN, LPPACK_E_LEFTOVER, LPPACK_E_NONE_LEFT: the outcome, as
 *           lppack-error(3), CODES, describes it
 *         - LPPACK_E_USAGE: the options are wrong
 * @since 0.1
 */
struct lppack_value *lppack_host_recover(struct lppack_host *host, const struct lppack_recover_options *options,
					 struct lppack_error *err);

/**
 * Forgets an interrupted call whose record cannot be read (LPPACK_E_STATE of lppack_host_recover()).
 *
 * @param host the machine
 * @param err  receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_IO: the record cannot be removed
 * @since 0.1
 */
int lppack_host_discard_journal(struct lppack_host *host, struct lppack_error *err);

/**
 * Opens and verifies the installed release to roll back to.
 *
 * @param host     the machine
 * @param keyring  whom to trust
 * @param serial   which one; NULL: the newest installed one below the active one
 * @param bundle   receives the bundle, to be freed with lppack_bundle_close()
 * @param verified receives the verified bundle, to be freed with lppack_verified_free()
 * @param err      receives the error
 * @return 0, or a negative code of lppack_bundle_verify(), or:
 *         - LPPACK_E_NO_RELEASE: there is no such release
 *         - LPPACK_E_STATE: its file is not the one that was installed, or lppack's state cannot be read
 * @since 0.1
 */
int lppack_host_open_release(struct lppack_host *host, const struct lppack_keyring *keyring, const uint64_t *serial,
			     struct lppack_bundle **bundle, struct lppack_verified **verified,
			     struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
