/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/status_watch.h"

#include "cli/cleanup.h"
#include "cli/describe.h"
#include "cli/output.h"
#include "cli/status_report.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS (200 * NS_PER_MS)

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static const struct lppack_value *find_moving(const struct lppack_value *now)
{
	const struct lppack_value *patches = lppack_value_get(now, "patches");

	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *patch = lppack_value_at(patches, i, NULL);

		if (lppack_value_bool(lppack_value_get(patch, "transition")))
			return patch;
	}
	return NULL;
}

/* "livepatch_7: patching, 3 tasks left", malloc'd; NULL without memory. */
static char *format_line(const struct lppack_value *now)
{
	const struct lppack_value *patch = find_moving(now);
	const char *name = value_text_at(patch, "name");
	bool enabled = lppack_value_bool(lppack_value_get(patch, "enabled"));
	size_t left = lppack_value_count(lppack_value_get(now, "blockers"));
	char *line = NULL;

	if (asprintf(&line, "%s: %s, %zu %s left", name ? name : "?", enabled ? "patching" : "going back", left,
		     left == 1 ? "task" : "tasks") < 0)
		return NULL;
	return line;
}

static void show(const struct lppack_value *now, int64_t since_ns, bool redraw, char **shown)
{
	char *line AUTO(text) = format_line(now);
	char took[UNITS_TEXT];

	if (!line || (!redraw && *shown && strcmp(*shown, line) == 0))
		return;
	if (redraw)
		fputs("\033[H\033[2J", stdout);
	printf("%s  %s\n", duration_format(now_ns() - since_ns, took), line);
	if (redraw)
		blockers_print(lppack_value_get(now, "blockers"));
	fflush(stdout);
	free(*shown);
	*shown = line;
	line = NULL;
}

int status_watch(struct lppack_host *host, struct lppack_error *err)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	const int64_t since_ns = now_ns();
	const bool redraw = isatty(STDOUT_FILENO);
	char *shown AUTO(text) = NULL;

	for (;;) {
		struct lppack_value *now AUTO(value) = lppack_host_transition(host, err);

		if (!now)
			return -err->code;
		if (!lppack_value_bool(lppack_value_get(now, "transition")))
			break;
		show(now, since_ns, redraw, &shown);
		nanosleep(&period, NULL);
	}
	printf("%s\n", shown ? "the transition has ended" : "no transition is running");
	return LPPACK_OK;
}
