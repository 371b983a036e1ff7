/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running kernel: its livepatch stack, a plan to replace it, and the receipt of having done so. */
#ifndef LPPACK_HOST_H
#define LPPACK_HOST_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/options.h>
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
/* What it has open is closed with the last plan of it. */
void lppack_host_close(struct lppack_host *host);

/* The running kernel's build ID, lower-case hex, from /sys/kernel/notes; borrowed. */
const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err);

/*
 * What is in force on this machine, as the map of lppack-status-json(5): the stack with what brought it, the fixes that
 * are in force, pending, unfixable or held, whether a reboot is needed, the installed levels and whether they cover the
 * next boot. What cannot be read is told in "problems". LPPACK_E_NO_LIVEPATCH. Nothing is changed: a call that was cut
 * short is only told of; lppack_host_recover() with `quick` puts it right before.
 */
struct lppack_value *lppack_host_status(struct lppack_host *host, struct lppack_error *err);
/* Of a status: 0, or the number of the gravest finding, which is an error code. */
int lppack_status_check(const struct lppack_value *status);
/* Of a status: the Prometheus text exposition format, malloc'd. */
char *lppack_status_metrics(const struct lppack_value *status, struct lppack_error *err);
/* What changes while a transition runs, quickly read: "transition", "patches" (name, enabled, transition), "blockers",
 * and "blockers_known": false where only root is told of them. */
struct lppack_value *lppack_host_transition(struct lppack_host *host, struct lppack_error *err);
/* The running kernel's release with the level in force, "6.1.0-56-amd64+lp.example.7"; the bare release where none is,
 * and "+lp.unknown" where lppack has no record of what is. malloc'd. */
char *lppack_host_effective_version(struct lppack_host *host, struct lppack_error *err);

/* How a call waits for another lppack that holds the lock. A NULL pointer to it gives way at once. */
struct lppack_wait {
	size_t size;     /* set by LPPACK_OPTIONS() */
	int64_t wait_ns; /* 0: give way at once; negative: for ever */
	/* phase: "waiting". May be NULL. */
	void (*progress)(void *context, const char *phase, int64_t elapsed_ns);
	int (*cancelled)(void *context); /* nonzero gives way; may be NULL */
	void *context;
};

struct lppack_apply_options {
	size_t size;        /* set by LPPACK_OPTIONS() */
	int replace;        /* may supersede active livepatches */
	int64_t timeout_ns; /* for the transition; 0: 60 s */
	/* phase: "waiting" (for the lock), "loading", "transition", "proof", "removal", "reversal", "retry" */
	void (*progress)(void *context, const char *phase, int64_t elapsed_ns);
	int (*cancelled)(void *context); /* nonzero reverses as a time-out does */
	void *context;
	int take_over;       /* may supersede livepatches that lppack did not load */
	int allow_downgrade; /* may go below what this machine has seen of the stream */
	int rollback;        /* goes back on purpose: implies replace and allow_downgrade, and is checked for ONE_WAY */
	/* Ends a transition at the time-out by the kernel's `force` instead of reversing it. That gives up the kernel's
	 * guarantee for the tasks that were not ready; every later apply is refused until the next boot
	 * (Documentation/livepatch/livepatch.rst, "Livepatch life-cycle"). */
	int force;
	int before_signal;      /* reverses before the kernel sends its first fake signal, about 15 s after the load */
	unsigned int retries;   /* how often a transition that stalled and was reversed is tried again */
	int64_t retry_delay_ns; /* before each retry; 0: 5 s */
	int64_t wait_ns;        /* for another lppack that holds the lock; 0: give way at once; negative: for ever */
	int boot;               /* the boot's own apply: counted until the boot is confirmed (BOOT_LOOP) */
	int installed;          /* from lppack_store_open_installed(): what boots begin with stays what it is, also
				 * where a lower level had to do */
};

/*
 * Selects the entry of the running kernel, proves its module, and checks everything that can be refused before a
 * system call changes anything. The plan refers to host and verified, which may be freed before it; the options' context
 * must live as long as the plan. LPPACK_E_NO_KERNEL, EXPIRED is only told in the description, DISABLED, HELD, DOWNGRADE,
 * EQUIVOCATION, CLOCK, STATE, UNLOADABLE, with `rollback` ONE_WAY, and the preflight codes: NO_LIVEPATCH, PRIVILEGE,
 * LOCKED, FTRACE, BUSY, NAME_IN_USE, ARCH, VERMAGIC, ACTIVE, FOREIGN, FORCED.
 *
 * An interrupted call's transition is LPPACK_E_BUSY here: call lppack_host_recover() before.
 */
struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
				    const struct lppack_apply_options *options, struct lppack_error *err);
/* Whether the very module is in force already, so that applying does nothing. */
int lppack_plan_is_noop(const struct lppack_plan *plan);
/* A map: kernel, bundle, module, objects, replaces, already, reversibility (class: "reversible", "one-way" or "reboot";
 * why), warnings, module_signature (unless nothing is to be done: enforced ("module.sig_enforce" or "lockdown", if the
 * kernel insists on signatures of modules), signed, and of a signed module key ("known" to the kernel, "unknown",
 * "platform": to the firmware's keyring alone, or "untold") and signer). */
struct lppack_value *lppack_plan_describe(const struct lppack_plan *plan, struct lppack_error *err);
void lppack_plan_free(struct lppack_plan *plan);

/*
 * Carries the plan out as one transaction. With the lock held, what lppack_plan_new() asks is asked again: if another
 * call has come between so that it is no longer right, it fails as lppack_plan_new() would, and the message says what
 * has changed; going back fails with LPPACK_E_BUSY if anything else has come into force since. From then on the plan is
 * described as it was judged last. Returns a receipt also when it failed after the kernel was asked, with err
 * set; NULL if it failed before. The codes after a load: REFUSED, INCOMPATIBLE, STALLED, STALLED_LEFT, NOT_REPLACED,
 * NOT_LIVEPATCH, UNPROVEN, LEFTOVER. What it means to do is on the disk before the kernel is asked, so that whatever
 * kills it, lppack_host_recover() knows.
 */
struct lppack_receipt *lppack_plan_apply(struct lppack_plan *plan, struct lppack_error *err);
/* A map: verb, outcome (applied, already, removed, reversed, left, nothing), attempts, forced, durations_ns,
 * superseded, took_over, pending, blockers, reverse_blockers, kernel_log, error, time. */
struct lppack_value *lppack_receipt_describe(const struct lppack_receipt *receipt, struct lppack_error *err);
/* A receipt refers to nothing. */
void lppack_receipt_free(struct lppack_receipt *receipt);

/*
 * Disables every active livepatch and removes its module, as one transaction that is journalled like an apply. options
 * may be NULL; all but replace, allow_downgrade, rollback, force, boot and installed count. If none is active, only
 * what earlier calls left loaded is removed, and the receipt's outcome is "already". FOREIGN, FORCED, BUSY, PRIVILEGE;
 * STALLED: a task held it up, the livepatches are in force again; STALLED_LEFT, UNPROVEN, LEFTOVER. Returns as
 * lppack_plan_apply() does.
 */
struct lppack_receipt *lppack_host_remove(struct lppack_host *host, const struct lppack_apply_options *options,
					  struct lppack_error *err);
/* What it would do: a map: kernel, removes (the patches), already, warnings. */
struct lppack_value *lppack_host_describe_removal(struct lppack_host *host, const struct lppack_apply_options *options,
						  struct lppack_error *err);

/*
 * Looks for a call that was killed and finishes or undoes what it had begun: a transition in flight is watched to its
 * end (options: timeout_ns, wait_ns, progress, cancelled; NULL: the defaults), and reversed if it stalls. With `quick`
 * no transition is waited for or begun, and what cannot be put right that way stays as it is: what only looks at the
 * machine calls it so before. Returns a map: found; then verb, action ("cleared": nothing of it is in force;
 * "finished", "undone", or "left": the transition is still running), note (a sentence), from and to. NULL on failure:
 * BUSY if another lppack is at work, STATE if what it left cannot be read, PRIVILEGE, STALLED_LEFT, UNPROVEN.
 */
struct lppack_value *lppack_host_recover(struct lppack_host *host, const struct lppack_apply_options *options,
					 int quick, struct lppack_error *err);
/* Forgets what a killed call left where that cannot be read (LPPACK_E_STATE). */
int lppack_host_discard_journal(struct lppack_host *host, struct lppack_error *err);

/*
 * Opens and verifies the kept level to go back to: the one of this serial, or with NULL the newest kept one below what
 * is in force. *bundle and *verified are the caller's. LPPACK_E_NO_LEVEL if there is none; STATE if its file is not
 * what was installed; and the errors of lppack_bundle_verify().
 */
int lppack_host_open_level(struct lppack_host *host, const struct lppack_keyring *keyring, const uint64_t *serial,
			   struct lppack_bundle **bundle, struct lppack_verified **verified,
			   struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
