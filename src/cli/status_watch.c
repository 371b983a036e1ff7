/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A status that follows the machine. */
#include "cli/status_watch.h"

#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/units.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS (200 * NS_PER_MS)
#define BLOCKERS_NAMED 3

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* What was seen of the transition. */
struct shown {
	char *patch;       /* that is in transition; NULL: none */
	char *line;        /* the last one that was printed */
	int64_t since_ns;
	bool was_patching; /* and so, if it does not end in force, was reversed */
	bool any;          /* another one has ended before */
};

static void shown_free(struct shown *shown)
{
	free(shown->patch);
	free(shown->line);
}

#define AUTO_SHOWN __attribute__((cleanup(shown_free)))

static const struct lppack_value *find_patch(const struct lppack_value *now, const char *name)
{
	const struct lppack_value *patches = lppack_value_get(now, "patches");

	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *patch = lppack_value_at(patches, i, NULL);
		const char *its = value_text_at(patch, "name");

		if (its && strcmp(its, name) == 0)
			return patch;
	}
	return NULL;
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

/* ": 42 (slow, user), 43 (writer, kernel) in ext4_sync and 3 more", malloc'd; NULL without memory. */
static char *format_blockers(const struct lppack_value *blockers)
{
	size_t n = lppack_value_count(blockers);
	char *line = strdup("");

	for (size_t i = 0; line && i < n && i < BLOCKERS_NAMED; i++) {
		char *task LP_AUTO_FREE = describe_format_blocker(lppack_value_at(blockers, i, NULL));
		char *before LP_AUTO_FREE = line;

		if (asprintf(&line, "%s%s %s", before, i ? "," : ":", task ? task : "?") < 0)
			line = NULL;
	}
	if (line && n > BLOCKERS_NAMED) {
		char *before LP_AUTO_FREE = line;

		if (asprintf(&line, "%s and %zu more", before, n - BLOCKERS_NAMED) < 0)
			line = NULL;
	}
	return line;
}

/* "patching, 1 task left: 42 (slow, user)", malloc'd; NULL without memory. with_names: of the first tasks. */
static char *format_progress(const struct lppack_value *now, const struct lppack_value *patch, bool with_names)
{
	const struct lppack_value *blockers = lppack_value_get(now, "blockers");
	const char *way = lppack_value_bool(lppack_value_get(patch, "enabled")) ? "patching" : "going back";
	char *names LP_AUTO_FREE = with_names ? format_blockers(blockers) : strdup("");
	size_t left = lppack_value_count(blockers);
	char *line = NULL;
	int rc;

	if (!lppack_value_bool(lppack_value_get(now, "blockers_known")))
		rc = asprintf(&line, "%s; only root is told which tasks are left", way);
	else
		rc = asprintf(&line, "%s, %zu %s left%s", way, left, left == 1 ? "task" : "tasks", names ? names : "");
	return rc < 0 ? NULL : line;
}

static void show(const struct lppack_value *now, const struct lppack_value *patch, bool redraw, struct shown *shown)
{
	char *line LP_AUTO_FREE = format_progress(now, patch, !redraw);
	char took[UNITS_TEXT];

	if (!line || (!redraw && shown->line && strcmp(shown->line, line) == 0))
		return;
	if (redraw)
		fputs("\033[H\033[2J", stdout);
	line_print(stdout, "%s  %s: %s", duration_format(now_ns() - shown->since_ns, took), shown->patch, line);
	if (redraw)
		describe_print_blockers(lppack_value_get(now, "blockers"), "the transition waits for");
	fflush(stdout);
	free(shown->line);
	shown->line = line;
	line = NULL;
}

/* What became of it is what the kernel lists now. A reversed patch may be listed, no longer enabled, for a moment. */
static void tell_end(const struct lppack_value *now, struct shown *shown)
{
	const struct lppack_value *patch = find_patch(now, shown->patch);

	if (lppack_value_bool(lppack_value_get(patch, "enabled")))
		line_print(stdout, "%s: in force", shown->patch);
	else if (shown->was_patching)
		line_print(stdout, "%s: REVERSED, no longer in force", shown->patch);
	else
		line_print(stdout, "%s: no longer in force", shown->patch);
	fflush(stdout);
	free(shown->line);
	free(shown->patch);
	*shown = (struct shown){ .since_ns = now_ns(), .any = true };
}

/* Another transition may have begun since the last look. */
static int look(const struct lppack_value *now, bool redraw, struct shown *shown, struct lppack_error *err)
{
	const struct lppack_value *patch = find_moving(now);
	const char *name = value_text_at(patch, "name");

	if (shown->patch && (!name || strcmp(shown->patch, name) != 0))
		tell_end(now, shown);
	if (name && !shown->patch)
		shown->patch = strdup(name);
	if (name && !shown->patch)
		return cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	shown->was_patching |= lppack_value_bool(lppack_value_get(patch, "enabled"));
	if (name)
		show(now, patch, redraw, shown);
	return 0;
}

int status_watch(struct lppack_host *host, struct lppack_error *err)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	const bool redraw = isatty(STDOUT_FILENO);
	struct shown shown AUTO_SHOWN = { .since_ns = now_ns() };

	for (;;) {
		struct lppack_value *now AUTO(value) = lppack_host_transition(host, err);

		if (!now || look(now, redraw, &shown, err) < 0)
			return -err->code;
		if (!shown.patch)
			break;
		nanosleep(&period, NULL);
	}
	if (!shown.any)
		printf("no transition is running\n");
	return LPPACK_OK;
}
