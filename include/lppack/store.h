/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * What lppack stores on a machine: installed releases, holds, confirmed boots and the history of applies.
 */
#ifndef LPPACK_STORE_H
#define LPPACK_STORE_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/host.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/progress.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Flags of struct lppack_install_options.
 *
 * @since 0.1
 */
enum lppack_install_flags {
	LPPACK_INSTALL_ALLOW_DOWNGRADE = 1u << 0, /**< may go below what this machine has seen of the stream */
	LPPACK_INSTALL_NO_APPLY = 1u << 1,        /**< leaves the running kernel as it is */
	LPPACK_INSTALL_SWITCH_STREAM = 1u << 2,   /**< may be of another stream, which the machine then follows */
	LPPACK_INSTALL_ALLOW_LOSS = 1u << 3,      /**< may lose what the machine has */
};

/**
 * How to install.
 *
 * @since 0.1
 */
struct lppack_install_options {
	size_t size;    /**< set by LPPACK_OPTIONS() */
	uint32_t flags; /**< of enum lppack_install_flags */
	uint64_t keep;  /**< releases of the stream to keep; 0: as configured (lppack-install(1), FILES), else 3 */
	const struct lppack_wait *wait; /**< for the installation; may be NULL */
	/**
	 * How it is applied then; may be NULL. LPPACK_APPLY_REPLACE is implied, LPPACK_APPLY_ALLOW_DOWNGRADE is as for
	 * the installation, LPPACK_APPLY_SWITCH_STREAM and LPPACK_APPLY_ALLOW_LOSS have no effect, and
	 * LPPACK_APPLY_ROLLBACK is refused.
	 */
	const struct lppack_apply_options *apply;
};

/**
 * Why what was installed was not applied.
 *
 * @since 0.1
 */
enum lppack_not_applied {
	LPPACK_NOT_APPLIED_NO = 0,        /**< the kernel was asked, or would have been: see plan, receipt and error */
	LPPACK_NOT_APPLIED_FLAG,          /**< LPPACK_INSTALL_NO_APPLY */
	LPPACK_NOT_APPLIED_OTHER_MACHINE, /**< the host is not the running machine */
	LPPACK_NOT_APPLIED_NO_KERNEL,     /**< the bundle has nothing for the running kernel; it may for others */
};

/**
 * What an installation came to. Read-only; borrowed pointers live as long as the report. It may grow at the end.
 *
 * @since 0.1
 */
struct lppack_install_report {
	size_t size; /**< of the struct, as the library knows it */
	/** A map (lppack-install(1), "JSON"): bundle, path, already, pruned, levels, coverage, enabled, warnings. */
	const struct lppack_value *installed;
	const struct lppack_value *recovered; /**< of lppack_host_recover(), before applying; NULL if not asked */
	enum lppack_not_applied not_applied;
	const struct lppack_plan *plan;       /**< NULL if none was made */
	const struct lppack_receipt *receipt; /**< NULL if the kernel was not asked */
	const struct lppack_error *error;     /**< of applying; its code is 0 if that did not fail */
};

/**
 * Installs a bundle, and applies it if it has something for the running kernel.
 *
 * Copies the bundle below /var/lib/lppack, verifies every byte of the copy, and makes it the release that boots apply.
 * It appears whole or not at all, also if the power goes; what an earlier call left half-written is removed. Old
 * releases of the stream are pruned, but never one that boots apply, the active one, nor the one below it. A call that
 * was interrupted on this machine is finished or undone first, as by lppack_host_recover(): as far as nobody has to
 * wait before it is installed, and wholly before it is applied. A damaged store is made again of the releases whose
 * files are whole.
 *
 * @param host    the machine
 * @param bundle  the bundle
 * @param keyring whom to trust
 * @param options may be NULL
 * @param report  receives what it came to, also if only applying failed; otherwise NULL. To be freed with
 *                lppack_install_report_free()
 * @param err     receives the error
 * @return 0, or a negative code. A code of lppack_bundle_verify() or lppack_verified_check_all() means that the bundle
 *         is not installed, one of lppack_host_recover(), lppack_plan_new() or lppack_plan_apply() that it is installed
 *         and not applied; which it is, *report says. Or:
 *         - LPPACK_E_OTHER_STREAM, LPPACK_E_LOSS, LPPACK_E_DOWNGRADE, LPPACK_E_EQUIVOCATION, LPPACK_E_CLOCK,
 *           LPPACK_E_STATE, LPPACK_E_SPEC, LPPACK_E_BUSY, LPPACK_E_IO, LPPACK_E_NO_SPACE: it is not installed
 *         - LPPACK_E_USAGE: the options are wrong
 * @since 0.1
 */
int lppack_host_install(struct lppack_host *host, struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
			const struct lppack_install_options *options, struct lppack_install_report **report,
			struct lppack_error *err);

/**
 * Frees a report.
 *
 * @param report may be NULL
 * @since 0.1
 */
void lppack_install_report_free(struct lppack_install_report *report);

/**
 * Flags of struct lppack_boot_options.
 *
 * @since 0.1
 */
enum lppack_boot_flags {
	/**
	 * This is the boot's own apply: it is counted until lppack_boot_confirm(), and a release whose boots are not
	 * confirmed is skipped (LPPACK_E_BOOT_LOOP).
	 */
	LPPACK_BOOT_COUNT = 1u << 0,
	LPPACK_BOOT_DRY_RUN = 1u << 1, /**< plans only, and recovers nothing */
};

/**
 * How to apply what is installed.
 *
 * @since 0.1
 */
struct lppack_boot_options {
	size_t size;    /**< set by LPPACK_OPTIONS() */
	uint32_t flags; /**< of enum lppack_boot_flags */
	/**
	 * How a release is applied; may be NULL. LPPACK_APPLY_REPLACE and LPPACK_APPLY_ALLOW_DOWNGRADE are implied: an
	 * installed release was accepted when it was installed; holds and failed boots decide. LPPACK_APPLY_ROLLBACK is
	 * refused.
	 */
	const struct lppack_apply_options *apply;
};

/**
 * One installed release that was tried. Read-only; it may grow at the end.
 *
 * @since 0.1
 */
struct lppack_attempt {
	size_t size; /**< of the struct, as the library knows it */
	/** Passed over right before it: a list of maps {stream, epoch, serial, digest, code, name, message}. */
	const struct lppack_value *skipped;
	const struct lppack_verified *release; /**< NULL: there was no other one, and error says why */
	const struct lppack_plan *plan;        /**< NULL if none could be made */
	const struct lppack_receipt *receipt;  /**< NULL if the kernel was not asked */
	const struct lppack_error *error;      /**< its code is 0 if it did not fail */
};

/**
 * What applying the installed releases came to. Read-only; borrowed pointers live as long as the report. It may grow at
 * the end.
 *
 * @since 0.1
 */
struct lppack_boot_report {
	size_t size;                          /**< of the struct, as the library knows it */
	const struct lppack_value *recovered; /**< of lppack_host_recover(); NULL if it was not asked */
	const struct lppack_attempt *const *attempts;
	size_t n_attempts;
};

/**
 * Applies what is installed: what boots do.
 *
 * Tries the release that was chosen last (by an installation, an apply or a rollback). If that is skipped, held or has
 * nothing for the running kernel, or if what it fails with speaks of the release (lppack_error_about()), the newest
 * one below it is tried: a release that turns out to be bad must not cost the machine the good ones. A failure that
 * speaks of the machine ends it. What boots begin with stays what it is, also where a lower release had to do. A call
 * that was interrupted is finished or undone first.
 *
 * @param host    the machine
 * @param keyring whom to trust
 * @param options may be NULL
 * @param report  receives what it came to, also on failure; NULL if there is nothing to report. May be NULL. To be
 *                freed with lppack_boot_report_free()
 * @param err     receives the error
 * @return 0 (also if it was active already), or a negative code of lppack_host_recover(), lppack_plan_new() or
 *         lppack_plan_apply(): of the first release that was tried, if all failed for the same fault, otherwise of the
 *         last. Or:
 *         - LPPACK_E_NO_RELEASE: nothing is installed
 *         - LPPACK_E_DISABLED: the kernel's command line forbids it
 *         - LPPACK_E_BOOT_LOOP, LPPACK_E_HELD, LPPACK_E_NO_KERNEL: why the first release was skipped, if none was left;
 *           a code of lppack_bundle_verify() if its file or signature is why
 *         - LPPACK_E_USAGE: the options are wrong
 * @since 0.1
 */
int lppack_host_apply_installed(struct lppack_host *host, const struct lppack_keyring *keyring,
				const struct lppack_boot_options *options, struct lppack_boot_report **report,
				struct lppack_error *err);

/**
 * Frees a report.
 *
 * @param report may be NULL
 * @since 0.1
 */
void lppack_boot_report_free(struct lppack_boot_report *report);

/**
 * Describes the installed releases. Keys are not asked: a boot may yet refuse their signatures.
 *
 * @param host the machine
 * @param err  receives the error
 * @return a list of maps {stream, epoch, serial, version, created, installed_at, digest, size, path, chosen: by the
 *         last installation, apply or rollback, at_boot: what the next boot of the running kernel does with it
 *         (lppack-status-json(5), LEVELS), target: that it applies it}. To be freed with lppack_value_free(); NULL on
 *         failure:
 *         - LPPACK_E_STATE: lppack's state cannot be read
 * @since 0.1
 */
struct lppack_value *lppack_store_describe(struct lppack_host *host, struct lppack_error *err);

/**
 * Flags of struct lppack_hold_options.
 *
 * @since 0.1
 */
enum lppack_hold_flags {
	LPPACK_HOLD_FREEZE = 1u << 0, /**< nothing new at all */
	LPPACK_HOLD_SERIAL = 1u << 1, /**< `serial` counts */
};

/**
 * What a hold keeps away.
 *
 * @since 0.1
 */
struct lppack_hold_options {
	size_t size;        /**< set by LPPACK_OPTIONS() */
	const char *stream; /**< NULL: every stream */
	uint32_t flags;     /**< of enum lppack_hold_flags */
	uint64_t serial;    /**< the newest that may come, of the newest epoch that the machine has */
	/**
	 * "2026-11-21T12:00:00Z" or "2026-11-21"; may be NULL. With LPPACK_HOLD_FREEZE: when it ends, in the future;
	 * alone: bundles that were created later are kept away, and it lies in the past.
	 */
	const char *until;
	const struct lppack_wait *wait; /**< may be NULL */
};

/**
 * Sets the hold of a stream, in place of the one that it has.
 *
 * @param host    the machine
 * @param options what it keeps away
 * @param err     receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: the options are wrong or contradict each other
 *         - LPPACK_E_BUSY: another lppack is at work
 *         - LPPACK_E_STATE: lppack's state cannot be read
 *         - LPPACK_E_IO: it cannot be written
 * @since 0.1
 */
int lppack_hold_set(struct lppack_host *host, const struct lppack_hold_options *options, struct lppack_error *err);

/**
 * Removes holds.
 *
 * @param host   the machine
 * @param stream whose hold; NULL: all of them
 * @param wait   may be NULL
 * @param err    receives the error
 * @return their number, or a negative code:
 *         - LPPACK_E_BUSY: another lppack is at work
 *         - LPPACK_E_STATE: lppack's state cannot be read
 *         - LPPACK_E_IO: it cannot be written
 * @since 0.1
 */
int lppack_hold_clear(struct lppack_host *host, const char *stream, const struct lppack_wait *wait,
		      struct lppack_error *err);

/**
 * Describes the holds.
 *
 * @param host the machine
 * @param err  receives the error
 * @return a list of maps {stream, freeze, ends, epoch, serial, until, set_at, over: true if the freeze has ended,
 *         keeps_out: {stream, epoch, serial} of what lppack has applied and boots will not, text}. To be freed with
 *         lppack_value_free(); NULL on failure:
 *         - LPPACK_E_STATE: lppack's state cannot be read
 * @since 0.1
 */
struct lppack_value *lppack_hold_describe(struct lppack_host *host, struct lppack_error *err);

/**
 * Flags of lppack_boot_confirm().
 *
 * @since 0.1
 */
enum lppack_confirm_flags {
	/** Releases that are skipped because boots with them did not become healthy are tried again. */
	LPPACK_CONFIRM_RETRY = 1u << 0,
};

/**
 * Marks this boot good: what it began with no longer counts as a failed start.
 *
 * @param host  the machine
 * @param flags of enum lppack_confirm_flags
 * @param wait  may be NULL, but a boot that is not confirmed because another lppack was at work counts as failed
 * @param err   receives the error
 * @return 1 if there was something to confirm, 0 if not, or a negative code:
 *         - LPPACK_E_BUSY: another lppack is at work
 *         - LPPACK_E_STATE: lppack's state cannot be read
 *         - LPPACK_E_IO: it cannot be written
 *         - LPPACK_E_USAGE: a flag is unknown
 * @since 0.1
 */
int lppack_boot_confirm(struct lppack_host *host, uint32_t flags, const struct lppack_wait *wait,
			struct lppack_error *err);

/**
 * Describes the latest receipts.
 *
 * @param host the machine
 * @param max  how many; 0: all that there are
 * @param err  receives the error
 * @return a list, the newest first, to be freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_IO: the directory of receipts cannot be read. A receipt that cannot be read is in the list, with
 *           the reason under the key unreadable
 * @since 0.1
 */
struct lppack_value *lppack_history_describe(struct lppack_host *host, uint64_t max, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
