/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a boot asks before it livepatches: the kill switch, and the count of boots that did not become healthy
 * (/var/lib/lppack/boot.yaml). Only what is applied at boot is counted; an operator's own apply is his decision.
 */
#ifndef LP_MACHINE_BOOT_COUNT_H
#define LP_MACHINE_BOOT_COUNT_H

#include "machine/host.h"
#include "machine/store.h"

#define LP_BOOT_FILE "boot.yaml"
#define LP_BOOT_ATTEMPTS 2

/* LPPACK_E_DISABLED if the kernel's command line has lppack.apply=0: asked before every load, at boot or not. */
int lp_kill_switch_check(struct lppack_host *host, struct lppack_error *err);

/* LPPACK_E_BOOT_LOOP if LP_BOOT_ATTEMPTS other boots began with the level and none was confirmed since. Only for what
 * a boot applies. */
int lp_boot_check(struct lppack_host *host, const struct lp_installed *level, struct lppack_error *err);

/* Counts this boot, durably, before the module is loaded. Called by apply where the options say `boot`. */
int lp_boot_begin(struct lppack_host *host, const struct lp_digest *digest, struct lppack_error *err);

/* This boot is healthy: forgets the count of what it began with. *was_counted (may be NULL): whether there was any. */
int lp_boot_confirm(struct lppack_host *host, bool *was_counted, struct lppack_error *err);
/* Forgets everything: bundles that are skipped are tried again. */
int lp_boot_forget(struct lppack_host *host, struct lppack_error *err);

/* Whether systemd applies at boot: 1 if lppack-apply.service is enabled, 0 if it is not; -1 where that cannot be told:
 * no systemd, or the unit is masked because something else applies. */
int lp_boot_is_enabled(struct lppack_host *host);

/* A map for status (lppack-status-json(5), BOOT); NULL on failure. */
struct lppack_value *lp_boot_describe(struct lppack_host *host, struct lppack_error *err);

#endif
