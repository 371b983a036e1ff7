/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which stream a machine follows, and refusing the others. */
#include "machine/follow.h"

#include "shared/text.h"

#include <stdlib.h>

int lp_follow_check(const struct lp_snapshot *snapshot, const struct lp_release_id *id, const char *name,
		    bool may_switch, struct lppack_error *err)
{
	const char *root = snapshot->host->io.root;
	int rc = lp_snapshot_check(snapshot, LP_PART_CONFIG, err);

	if (rc < 0 || !lp_snapshot_is_other_stream(snapshot, id->stream))
		return rc;
	if (snapshot->config.stream) {
		rc = lp_fail(err, LPPACK_E_OTHER_STREAM, NULL,
			     "%s: is of stream %s, and this machine follows %s, as %s%s says", name, id->stream,
			     snapshot->config.stream, root, LP_CONFIG_FILE);
		return lp_hint(err, rc, "if %s is to be followed from now on: name it there", id->stream);
	}
	if (may_switch)
		return 0;
	return lp_fail(
		err, LPPACK_E_OTHER_STREAM,
		"its release would replace all that the followed stream fixes; if that is meant: --switch-stream",
		"%s: is of stream %s, and this machine follows %s", name, id->stream, snapshot->state.stream);
}

int lp_follow_set(struct lp_state *state, const char *stream, struct lppack_error *err)
{
	bool ok = true;
	char *copy;

	if (lp_text_equal(state->stream, stream))
		return 0;
	copy = lp_text_dup(stream, &ok);
	if (!ok)
		return lp_fail_nomem(err);
	free(state->stream);
	state->stream = copy;
	return 1;
}
