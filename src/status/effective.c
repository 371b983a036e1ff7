/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Naming the running kernel with the release that is active. */
#include "status/effective.h"

#include "shared/text.h"
#include "base/export.h"

#include <string.h>

char *lp_status_format_effective(const struct lp_snapshot *snapshot)
{
	const struct lp_applied *applied = &snapshot->state.applied;
	const char *release = snapshot->host->kernel.release;

	if (snapshot->stack.n == 0)
		return strdup(release);
	if (!snapshot->ours)
		return lp_text_format("%s+lp.unknown", release);
	if (applied->id.epoch)
		return lp_text_format("%s+lp.%s.%llu-%llu", release, applied->id.stream,
				      (unsigned long long)applied->id.epoch, (unsigned long long)applied->id.serial);
	return lp_text_format("%s+lp.%s.%llu", release, applied->id.stream, (unsigned long long)applied->id.serial);
}

LP_EXPORT char *lppack_host_effective_version(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_SNAPSHOT struct lp_snapshot snapshot = { 0 };
	char *text;

	if (lp_host_name(host, err) < 0)
		return NULL;
	lp_snapshot_read(&snapshot, host);
	/* A kernel that cannot livepatch is what it says it is. */
	if (snapshot.damage[LP_PART_STACK].code != LPPACK_E_NO_LIVEPATCH &&
	    lp_snapshot_check(&snapshot, LP_PART_STACK, err) < 0)
		return NULL;
	text = lp_status_format_effective(&snapshot);
	if (!text)
		lp_fail_nomem(err);
	return text;
}
