/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/suggest.h"

#include <stddef.h>
#include <string.h>

#define NAME_MAX_LENGTH 40

/* Levenshtein distance of names of at most NAME_MAX_LENGTH characters. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LENGTH + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

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
	const char *nearest = only_with_prefix(name, candidates);
	size_t limit = strlen(name) / 3 + 2;

	if (nearest || strlen(name) > NAME_MAX_LENGTH)
		return nearest;
	for (; *candidates; candidates++) {
		size_t distance = strlen(*candidates) > NAME_MAX_LENGTH ? limit : edit_distance(name, *candidates);

		if (distance < limit) {
			limit = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
