/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests write into the state files of a machine and read from them, each by itself. */
#ifndef LP_TEST_REMEMBERED_H
#define LP_TEST_REMEMBERED_H

#include "machine/boot_choice.h"
#include "machine/coverage.h"

/* 1 and a copy of what the state says is applied, of whatever boot; 0 if nothing is. */
static inline int remembered_applied(const char *root, struct lp_applied *out, struct lppack_error *err)
{
	LP_AUTO_STATE struct lp_state state = { 0 };
	int rc = lp_state_read(root, &state, err);

	if (rc <= 0 || !state.has_applied)
		return rc < 0 ? rc : 0;
	rc = lp_applied_copy(out, &state.applied, err);
	return rc < 0 ? rc : 1;
}

/* Has the state say that this is applied, in that boot. */
static inline int remember_applied(const char *root, const char *boot_id, const struct lp_applied *applied,
				   struct lppack_error *err)
{
	LP_AUTO_STATE struct lp_state state = { 0 };
	int rc = lp_state_read(root, &state, err);

	if (rc >= 0)
		rc = lp_state_enter_boot(&state, boot_id, err);
	if (rc < 0)
		return rc;
	lp_applied_free(&state.applied);
	rc = lp_applied_copy(&state.applied, applied, err);
	state.has_applied = true;
	return rc < 0 ? rc : lp_state_write(root, &state, err);
}

/* Has boots begin with the release; NULL: with none. */
static inline int remember_target(const char *root, const struct lp_digest *digest, struct lppack_error *err)
{
	LP_AUTO_STATE struct lp_state state = { 0 };
	int rc = lp_state_read(root, &state, err);

	state.has_target = digest;
	if (digest)
		state.target = *digest;
	return rc < 0 ? rc : lp_state_write(root, &state, err);
}

/* Whether boots begin with that release; NULL: with any. */
static inline bool remembered_target(const char *root, const struct lp_digest *digest)
{
	LP_AUTO_STATE struct lp_state state = { 0 };

	return lp_state_read(root, &state, NULL) > 0 && state.has_target &&
	       (!digest || lp_digest_equal(&state.target, digest));
}

/* The machine boots, and whoever looks at it then is another process: what the host has read is read anew. */
static inline void forget_boot_id(struct lppack_host *host)
{
	free(LP_TAKE(host->boot_id));
}

/* What lppack did in this boot; empty where the state is of another. */
static inline int remembered_state(struct lppack_host *host, struct lp_state *out, struct lppack_error *err)
{
	int rc = lp_state_read(host->io.root, out, err);

	return rc < 0 ? rc : lp_state_enter_boot(out, lp_host_boot(host), err);
}

/* 1 and what status shows of the journal (NULL: nothing), 0 if no call is unfinished. */
static inline int describe_journal(struct lppack_host *host, struct lppack_value **map, struct lppack_error *err)
{
	LP_AUTO_JOURNAL struct lp_journal journal = { 0 };
	int pid;
	int rc = lp_journal_read(host->io.root, &journal, err);

	if (rc > 0 && map)
		*map = lp_journal_describe(&journal, lp_host_boot(host), lp_lock_read_state(&host->io, &pid));
	return rc;
}

static inline int remember_boot(struct lppack_host *host, const struct lp_digest *digest, struct lppack_error *err)
{
	LP_AUTO_BOOT_TRIALS struct lp_boot_trials trials = { 0 };
	int rc = lp_boot_trials_read(host->io.root, &trials, err);

	return rc < 0 ? rc : lp_boot_begin(host->io.root, &trials, lp_host_boot(host), digest, err);
}

static inline int check_boot(struct lppack_host *host, const struct lp_installed *release, struct lppack_error *err)
{
	LP_AUTO_BOOT_TRIALS struct lp_boot_trials trials = { 0 };
	int rc = lp_boot_trials_read(host->io.root, &trials, err);

	return rc < 0 ? rc : lp_boot_check(&trials, lp_host_boot(host), &release->id, err);
}

static inline struct lppack_value *describe_boot(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	struct lp_boot_setup setup;

	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_open_releases(&snapshot, err) < 0 ||
	    lp_boot_candidates_read(&snapshot, NULL, &candidates, err) < 0)
		return NULL;
	lp_boot_setup_read(host, &setup);
	return lp_boot_describe(&snapshot, &candidates, &setup, err);
}

static inline struct lppack_value *describe_coverage(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	LP_AUTO_COVERAGE struct lp_coverage coverage = { 0 };

	lp_snapshot_read(&snapshot, host);
	if (lp_snapshot_check(&snapshot, LP_PART_STORE, err) < 0 || lp_snapshot_open_releases(&snapshot, err) < 0 ||
	    lp_boot_candidates_read(&snapshot, NULL, &candidates, err) < 0 ||
	    lp_coverage_read(host, &candidates, &coverage, err) < 0)
		return NULL;
	return lp_coverage_describe(&coverage);
}

#endif
