/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a verified bundle may go on to this machine, judged by what the machine has had of its stream:
 * /var/lib/lppack/freshness.yaml.
 *
 * For each stream two releases are remembered, by epoch, serial and manifest digest: *seen*, the highest that verified
 * on its way to being installed or applied, and *applied*, the last one that was put in force. A higher epoch is newer
 * than any serial of a lower one. *seen* is not recorded by a bare look at a bundle (verify, show): anybody may verify
 * anything, also a bundle for other machines, and that must not decide what this one accepts.
 *
 * Order: lp_freshness_check() and, unless it is a dry run, lp_freshness_see() before a bundle is stored or the kernel
 * is asked; lp_freshness_apply() after success.
 */
#ifndef LP_MACHINE_FRESHNESS_H
#define LP_MACHINE_FRESHNESS_H

#include "base/value.h"
#include "format/format.h"

#define LP_FRESHNESS_FILE "freshness.yaml"

struct lp_freshness_options {
	int64_t now;          /* seconds since 1970; 0: the clock */
	bool fetched;         /* it came over a network: that it has expired is an error, not a warning */
	bool allow_downgrade; /* the operator says so; recorded by lp_freshness_see() */
	bool installed;       /* accepted when it was installed: a clock that cannot be right is only warned of */
};

/*
 * Changes nothing. root is "" or a prefix. digest: of the manifest; name: the bundle's file, for messages. Adds texts
 * to *warnings (a list, may be NULL): expired; an allowed downgrade.
 * LPPACK_E_CLOCK, EXPIRED, DOWNGRADE, EQUIVOCATION; STATE and UNSAFE_FILE of the memory itself. The release that is
 * recorded as applied is no downgrade, whatever was seen since.
 */
int lp_freshness_check(const char *root, const struct lp_manifest *manifest, const struct lp_digest *digest,
		       const char *name, const struct lp_freshness_options *options, struct lppack_value **warnings,
		       struct lppack_error *err);
/* Checks again and records as seen, durably; with allow_downgrade, that too. Nothing is written where nothing
 * changes. */
int lp_freshness_see(const char *root, const struct lp_manifest *manifest, const struct lp_digest *digest,
		     const char *name, const struct lp_freshness_options *options, struct lppack_error *err);
/* Records as applied (and seen), durably. */
int lp_freshness_apply(const char *root, const struct lp_manifest *manifest, const struct lp_digest *digest,
		       int64_t now, struct lppack_error *err);
/* The memory as a map: "streams" with "stream", "seen", "applied"; "downgrades". Empty lists if there is none. */
struct lppack_value *lp_freshness_describe(const char *root, struct lppack_error *err);

#endif
