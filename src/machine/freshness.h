/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a verified bundle may go on to this machine, judged by what the machine has had of its stream:
 * /var/lib/lppack/freshness.yaml.
 *
 * For each stream two releases are remembered, by epoch, serial and manifest digest: *seen*, the highest that verified
 * on its way to being installed or applied, and *applied*, the last one that was put in force. A higher epoch is newer
 * than any serial of a lower one. Of a stream the latest `created` is remembered too. *seen* is not recorded by a bare
 * look at a bundle (verify, show): anybody may verify anything, also a bundle for other machines, and that must not
 * decide what this one accepts.
 *
 * Order: lp_freshness_check() and, unless it is a dry run, lp_freshness_see() before a bundle is stored or the kernel
 * is asked; lp_freshness_apply() after success.
 */
#ifndef LP_MACHINE_FRESHNESS_H
#define LP_MACHINE_FRESHNESS_H

#include "base/value.h"
#include "format/release.h"

#define LP_FRESHNESS_FILE "freshness.yaml"

/* A release, and when it came. Its id has no texts: the stream stands beside it. */
struct lp_sighting {
	struct lp_release_id id;
	int64_t at; /* 0: none */
};

struct lp_stream_memory {
	char *name;
	int64_t created; /* the latest of what was seen; 0: unknown */
	struct lp_sighting seen;
	struct lp_sighting applied;
};

struct lp_downgrade {
	char *stream;
	struct lp_sighting from;
	struct lp_sighting to;
};

struct lp_freshness {
	int64_t latest; /* the latest time at which it was written; 0: none */
	struct lp_stream_memory *streams;
	size_t n_streams;
	struct lp_downgrade *downgrades; /* oldest first */
	size_t n_downgrades;
};

struct lp_freshness_options {
	int64_t now;          /* seconds since 1970; 0: the clock */
	int64_t expires;      /* of the bundle; 0: never */
	bool fetched;         /* it came over a network: that it has expired is an error, not a warning */
	bool allow_downgrade; /* the operator says so; recorded by lp_freshness_see() */
	bool retired;         /* too few of its signers' windows are still open */
	bool installed;       /* accepted when it was installed: a clock that cannot be right is only warned of */
};

/* Empty if nothing is remembered yet. LPPACK_E_STATE and what else lp_state_file_read() fails with. */
int lp_freshness_read(const char *root, struct lp_freshness *out, struct lppack_error *err);
void lp_freshness_free(struct lp_freshness *memory);

/*
 * Changes nothing. name: the bundle's file, for messages. Adds texts to *warnings (a list, may be NULL): expired; an
 * allowed downgrade; created before what was seen. LPPACK_E_CLOCK, EXPIRED, DOWNGRADE, EQUIVOCATION; LIMIT: an epoch far
 * above the known one; UNTRUSTED: created before what was seen, by retired signers. The release that is recorded as
 * applied is no downgrade, whatever was seen since.
 */
int lp_freshness_check(const struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		       const struct lp_freshness_options *options, struct lppack_value **warnings,
		       struct lppack_error *err);
/* LPPACK_E_EQUIVOCATION if another release of the same stream and number is known. what: "installed", for messages. */
int lp_freshness_check_known(const struct lp_release_id *known, const char *what, const struct lp_release_id *id,
			     const char *name, struct lppack_error *err);
/* Checks again and records as seen, durably; with allow_downgrade, that too. Nothing is written where nothing changes.
 * The caller holds the lock, and has read the memory with it held. root is "" or a prefix. */
int lp_freshness_see(const char *root, struct lp_freshness *memory, const struct lp_release_id *id, const char *name,
		     const struct lp_freshness_options *options, struct lppack_error *err);
/* Records as applied (and seen), durably; the same of the caller. */
int lp_freshness_apply(const char *root, struct lp_freshness *memory, const struct lp_release_id *id, int64_t now,
		       struct lppack_error *err);
/* The memory as a map: "streams" with "stream", "seen", "applied"; "downgrades". NULL without memory. */
struct lppack_value *lp_freshness_describe(const struct lp_freshness *memory, struct lppack_error *err);

#define LP_AUTO_FRESHNESS LP_AUTO(lp_freshness_free)

#endif
