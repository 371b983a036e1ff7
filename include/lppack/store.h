/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stays on a machine: installed levels, holds, confirmed boots and the history of applies. */
#ifndef LPPACK_STORE_H
#define LPPACK_STORE_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/host.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_install_options {
	size_t size;   /* set by LPPACK_OPTIONS() */
	uint64_t keep; /* levels to keep of the stream; 0: as configured (lppack-install(1), FILES), else 3 */
	lppack_progress_fn *progress; /* of the verification; may be NULL */
	void *context;
	int allow_downgrade; /* may go below what this machine has seen of the stream */
	const struct lppack_wait *wait; /* for another lppack; NULL: give way at once */
};

/*
 * Copies the bundle below /var/lib/lppack, verifies every byte of the copy, and makes it the level that boots put in
 * force. It appears whole or not at all, also if the power goes; what an earlier call left half-written is removed. Old
 * levels of the stream are pruned, but never one that boots take, the one in force, nor the one below it. Applies
 * nothing, but a call that was killed on this machine is finished or undone first, as by lppack_host_recover(). A
 * damaged store is made again of the levels whose files are whole.
 *
 * Returns a map (lppack-install(1), "JSON"): bundle, path, already, pruned, levels, coverage, enabled, warnings. Free
 * with lppack_value_free(). The errors of lppack_bundle_verify() and lppack_verified_check_all(), and
 * LPPACK_E_DOWNGRADE, EQUIVOCATION, CLOCK, STATE, BUSY, IO, NO_SPACE.
 */
struct lppack_value *lppack_store_install(struct lppack_host *host, struct lppack_bundle *bundle,
					  const struct lppack_keyring *keyring,
					  const struct lppack_install_options *options, struct lppack_error *err);

/*
 * What a boot applies: opens and verifies the level that was chosen last (by install, apply or rollback) or, if that is
 * skipped, held or has nothing for the running kernel, the newest below it that may be applied. *bundle and *verified
 * are the caller's; *skipped (may be NULL) receives a list of maps {stream, serial, digest, name, message} of what was
 * passed over, also on failure. below: a level that was opened before and that this kernel would not take; the one
 * after it is wanted; else NULL. LPPACK_E_NO_LEVEL if nothing is installed; LPPACK_E_DISABLED; otherwise the reason why
 * the first was passed over: BOOT_LOOP, HELD, NO_KERNEL, or what is wrong with its file or signature.
 */
int lppack_store_open_installed(struct lppack_host *host, const struct lppack_keyring *keyring,
				const struct lppack_verified *below, struct lppack_bundle **bundle,
				struct lppack_verified **verified, struct lppack_value **skipped,
				struct lppack_error *err);

/* The installed levels: a list of maps {stream, epoch, serial, version, created, installed_at, digest, size, path,
 * chosen: by the last install, apply or rollback, at_boot: what the next boot of the running kernel does with it
 * (lppack-status-json(5), LEVELS), target: that it puts it in force}. Keys are not asked: a boot may yet refuse its
 * signatures. NULL on failure: LPPACK_E_STATE. */
struct lppack_value *lppack_store_describe(struct lppack_host *host, struct lppack_error *err);

struct lppack_hold_options {
	size_t size;        /* set by LPPACK_OPTIONS() */
	const char *stream; /* NULL: every stream */
	int freeze;         /* nothing new at all */
	int has_serial;
	uint64_t serial;    /* the newest that may come, of the newest epoch that the machine has */
	/* "2026-11-21T12:00:00Z" or "2026-11-21". With freeze: when it ends, in the future; alone: bundles that were
	 * created later are kept away, and it lies in the past. */
	const char *until;
	const struct lppack_wait *wait; /* for another lppack; NULL: give way at once */
};

/* Sets the hold of a stream, in place of the one that it has. LPPACK_E_USAGE for what makes no sense; BUSY. */
int lppack_hold_set(struct lppack_host *host, const struct lppack_hold_options *options, struct lppack_error *err);
/* Takes the hold of a stream away, or all of them if it is NULL. wait may be NULL. Returns their number; BUSY. */
int lppack_hold_clear(struct lppack_host *host, const char *stream, const struct lppack_wait *wait,
		      struct lppack_error *err);
/* A list of maps {stream, freeze, ends, epoch, serial, until, set_at, over: true if the freeze has ended, keeps_out:
 * {stream, epoch, serial} of what lppack has put in force and boots will not, text}; NULL on failure. */
struct lppack_value *lppack_hold_describe(struct lppack_host *host, struct lppack_error *err);

/*
 * This boot is healthy: what it was begun with is no longer counted as a failed start. Returns 1 if there was something
 * to confirm, 0 if not. With retry, bundles that are skipped because boots with them did not become healthy are tried
 * again. wait may be NULL, but a boot that is not confirmed because another lppack was at work counts as failed.
 * LPPACK_E_BUSY, STATE, IO.
 */
int lppack_boot_confirm(struct lppack_host *host, int retry, const struct lppack_wait *wait,
			struct lppack_error *err);

/* The latest receipts (max 0: all that are kept), the newest first; NULL on failure. */
struct lppack_value *lppack_history_describe(struct lppack_host *host, uint64_t max, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
