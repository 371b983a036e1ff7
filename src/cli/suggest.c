/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Did you mean": the known name nearest to a mistyped one. */
#include "cli/suggest.h"

#include "shared/text.h"

#include <stddef.h>
#include <string.h>

static const char *only_with_prefix(const char *prefix, const char *const *candidates)
{
	const char *found = NULL;

	if (strlen(prefix) < 2)
		return NULL;
	for (; *candidates; candidates++) {
		if (strncmp(*candidates, prefix, strlen(prefix)) != 0)
			continue;
		if (found)
			return NULL;
		found = *candidates;
	}
	return found;
}

const char *suggest_nearest(const char *name, const char *const *candidates)
{
	const char *only = only_with_prefix(name, candidates);

	return only ? only : lp_text_nearest(name, candidates);
}
