/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine as it was read, once, for one answer or one judgement. Whoever decides takes it as const, so that no two
 * decisions stand on different readings. What is changed under the lock is read anew with the lock held.
 */
#ifndef LP_MACHINE_SNAPSHOT_H
#define LP_MACHINE_SNAPSHOT_H

#include "machine/boot_count.h"
#include "machine/config.h"
#include "machine/freshness.h"
#include "machine/hold.h"
#include "machine/host.h"
#include "machine/journal.h"
#include "machine/state.h"
#include "machine/store.h"

enum lp_part {
	LP_PART_CONFIG,
	LP_PART_STACK,
	LP_PART_STATE,
	LP_PART_JOURNAL,
	LP_PART_STORE,
	LP_PART_HOLDS,
	LP_PART_FRESHNESS,
	LP_PART_BOOT,
	LP_PARTS,
};

struct lp_snapshot {
	struct lppack_host *host; /* borrowed; the kernel's identity and the boot stay what they are while it runs */
	struct lp_config config;  /* what holds without it, if it was not read */
	struct lp_stack stack;
	struct lp_state state;
	bool is_unfinished;
	struct lp_journal journal; /* of a call that has not ended, if is_unfinished */
	struct lp_store store;
	struct lp_holds holds;
	struct lp_freshness freshness;
	struct lp_boot_trials trials;
	const struct lp_live_patch *ours;     /* in the stack; the one that the state says is applied; NULL */
	struct lppack_error damage[LP_PARTS]; /* code 0: the part was read */
};

/* Reads every part; one that cannot be read is left empty, with its error. */
void lp_snapshot_read(struct lp_snapshot *snapshot, struct lppack_host *host);
void lp_snapshot_free(struct lp_snapshot *snapshot);
/* 0, or why the part could not be read. */
int lp_snapshot_check(const struct lp_snapshot *snapshot, enum lp_part part, struct lppack_error *err);
/* Opens the files of the installed releases, each once. LPPACK_E_NO_MEMORY. */
int lp_snapshot_open_releases(struct lp_snapshot *snapshot, struct lppack_error *err);

/* The stream that the machine follows: what lppack.yaml says, else that of the first release that was accepted; NULL: none
 * yet. */
const char *lp_snapshot_stream(const struct lp_snapshot *snapshot);
bool lp_snapshot_is_other_stream(const struct lp_snapshot *snapshot, const char *stream);
/* What was applied in this boot; NULL: nothing, or it is not known. */
const struct lp_applied *lp_snapshot_applied(const struct lp_snapshot *snapshot);
/* The installed release that boots begin with; NULL if there is none. */
const struct lp_installed *lp_snapshot_target(const struct lp_snapshot *snapshot);
/* What the applied release is to a hold, by what this boot applied; false if nothing is known of it. */
bool lp_snapshot_subject(const struct lp_snapshot *snapshot, struct lp_hold_subject *out);
/* The newest installed release of the followed stream; while none is followed, of the stream that is applied, of the one
 * that boots begin with, or of what was installed last; NULL. */
const struct lp_installed *lp_snapshot_newest(const struct lp_snapshot *snapshot);
/* lp_freshness_check() by the snapshot; then what is installed and applied is asked: LPPACK_E_EQUIVOCATION if that has
 * another release of the same stream and number. */
int lp_snapshot_check_fresh(const struct lp_snapshot *snapshot, const struct lp_release_id *id, const char *name,
			    const struct lp_freshness_options *options, struct lppack_value **warnings,
			    struct lppack_error *err);
/* What an opened release claims for the running kernel. 1, 0 if it has nothing for it, or a negative code. */
int lp_snapshot_claims(const struct lp_snapshot *snapshot, const struct lp_installed *release, struct lp_claims *out,
		       struct lppack_error *err);

#define LP_AUTO_SNAPSHOT LP_AUTO(lp_snapshot_free)

#endif
