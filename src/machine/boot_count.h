/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a boot asks before it livepatches: the kill switch, and the count of boots that did not become healthy
 * (/var/lib/lppack/boot.yaml). Only what is applied at boot is counted; an operator's own apply is their decision.
 */
#ifndef LP_MACHINE_BOOT_COUNT_H
#define LP_MACHINE_BOOT_COUNT_H

#include "format/release.h"
#include "machine/host.h"

#define LP_BOOT_FILE "boot.yaml"
#define LP_BOOT_ATTEMPTS 2

/* Boots that began with a bundle and of which none was confirmed since. */
struct lp_boot_trial {
	struct lp_digest digest;
	char **boots; /* boot ids, oldest first */
	size_t n;
};

struct lp_boot_trials {
	struct lp_boot_trial *items;
	size_t n;
	char *confirmed; /* the latest boot that was; NULL */
};

/* LPPACK_E_DISABLED if the kernel's command line has lppack.apply=0: asked before every load, at boot or not.
 * LPPACK_E_IO if that cannot be read. */
int lp_kill_switch_check(struct lppack_host *host, struct lppack_error *err);
/* 1 if it has, 0 if not. */
int lp_kill_switch_is_on(struct lppack_host *host);

/* root: "" or a prefix. 0, or LPPACK_E_STATE and what else lp_state_file_read() fails with. */
int lp_boot_trials_read(const char *root, struct lp_boot_trials *out, struct lppack_error *err);
void lp_boot_trials_free(struct lp_boot_trials *trials);
/* Borrowed, or NULL. */
struct lp_boot_trial *lp_boot_trials_find(const struct lp_boot_trials *trials, const struct lp_digest *digest);
/* Whether the boot began with anything and was not confirmed. boot: NULL where it is unknown. */
bool lp_boot_trials_has(const struct lp_boot_trials *trials, const char *boot);
bool lp_boot_trial_has(const struct lp_boot_trial *trial, const char *boot);
/* Boots before this one. A kernel that does not say which boot it is, is another one each time. */
size_t lp_boot_trial_failed(const struct lp_boot_trial *trial, const char *boot);

/* LPPACK_E_BOOT_LOOP if LP_BOOT_ATTEMPTS other boots began with the release and none was confirmed since. Only for what
 * a boot applies. */
int lp_boot_check(const struct lp_boot_trials *trials, const char *boot, const struct lp_release_id *id,
		  struct lppack_error *err);

/* Counts this boot, durably, before the module is loaded. Called by apply where the options say `boot`, with the trials
 * read under the lock. */
int lp_boot_begin(const char *root, struct lp_boot_trials *trials, const char *boot, const struct lp_digest *digest,
		  struct lppack_error *err);

/* This boot is healthy: forgets the count of what it began with. *was_counted (may be NULL): whether there was any. */
int lp_boot_confirm(struct lppack_host *host, bool *was_counted, struct lppack_error *err);
/* Forgets everything: bundles that are skipped are tried again. */
int lp_boot_forget(struct lppack_host *host, struct lppack_error *err);

#define LP_AUTO_BOOT_TRIALS LP_AUTO(lp_boot_trials_free)

#endif
