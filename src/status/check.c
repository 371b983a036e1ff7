/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody ought to do something about, for monitoring. */
#include "status/check.h"

#include "shared/text.h"
#include "base/export.h"
#include "status/status.h"

static bool is_true(const struct lppack_value *map, const char *key)
{
	return lppack_value_bool(lppack_value_get(map, key));
}

static const char *text_of(const struct lppack_value *map, const char *key)
{
	const char *text = lppack_value_text(lppack_value_get(map, key));

	return text ? text : "?";
}

/* Takes the text over. */
static void add(struct lppack_value **list, enum lppack_code code, char *text)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "name", lppack_error_name(code));
	lp_value_add_int(&map, "code", code);
	lp_value_add(&map, "text", text ? lp_value_string(text) : NULL);
	lp_value_push(list, map);
	free(text);
}

/* What only root is told is no fault of the machine. */
static void find_problems(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *problems = lppack_value_get(status, "problems");
	const char *privilege = lppack_error_name(LPPACK_E_PRIVILEGE);

	for (size_t i = 0; i < lppack_value_count(problems); i++) {
		const struct lppack_value *problem = lppack_value_at(problems, i, NULL);

		if (!lp_text_equal(text_of(problem, "name"), privilege))
			add(list, LPPACK_E_STATE, lp_text_format("%s", text_of(problem, "message")));
	}
}

/* Its transition runs on without it. */
static bool is_in_flight(const struct lppack_value *status, const struct lppack_value *unfinished)
{
	return is_true(status, "transition") && lp_text_equal(text_of(unfinished, "boot"), "this");
}

static void find_in_flight(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *unfinished = lppack_value_get(status, "unfinished");

	/* Where only root is told whether it runs, it most likely does. */
	if (lppack_value_get(unfinished, "running") && !is_true(unfinished, "running"))
		add(list, LPPACK_E_UNFINISHED,
		    lp_text_format(is_in_flight(status, unfinished) ?
					   "a call of lppack %s was cut short, and its transition is still running: "
					   "lppack recover waits for it" :
					   "a call of lppack %s was cut short: lppack recover finishes or undoes it",
				   text_of(unfinished, "verb")));
	if (is_true(status, "transition") && is_true(status, "blockers_known"))
		add(list, LPPACK_E_IN_TRANSITION,
		    lp_text_format("a transition is running; %zu tasks are not there yet",
				   lppack_value_count(lppack_value_get(status, "blockers"))));
	else if (is_true(status, "transition"))
		add(list, LPPACK_E_IN_TRANSITION,
		    lp_text_format("a transition is running; only root is told which tasks are not there yet"));
}

static void find_skipped(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *trials = lppack_value_get(lppack_value_get(status, "boot"), "trials");

	for (size_t i = 0; i < lppack_value_count(trials); i++) {
		const struct lppack_value *trial = lppack_value_at(trials, i, NULL);

		if (is_true(trial, "skipped"))
			add(list, LPPACK_E_BOOT_LOOP,
			    lp_text_format("%s serial %s is skipped: %s boots with it did not become healthy; "
					   "install a newer level, or lppack confirm --retry",
					   text_of(trial, "stream"), text_of(trial, "serial"),
					   text_of(trial, "failed_boots")));
	}
	if (is_true(lppack_value_get(status, "boot"), "disabled"))
		add(list, LPPACK_E_DISABLED,
		    lp_text_format("lppack.apply=0 on the kernel's command line keeps livepatches away"));
}

static void find_foreign(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *patches = lppack_value_get(status, "patches");

	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *patch = lppack_value_at(patches, i, NULL);

		if (is_true(patch, "foreign"))
			add(list, LPPACK_E_FOREIGN,
			    lp_text_format("%s: lppack has no record of having loaded it", text_of(patch, "name")));
	}
}

static void find_reboot(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *why = lppack_value_get(lppack_value_get(status, "reboot"), "why");

	for (size_t i = 0; i < lppack_value_count(why); i++)
		add(list, LPPACK_E_REBOOT_NEEDED, lp_text_format("%s", text_of(lppack_value_at(why, i, NULL), "text")));
}

static void find_newer(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *latest = lppack_value_get(status, "latest");
	const struct lppack_value *fixes = lppack_value_get(status, "fixes");
	const char *state = text_of(latest, "state");
	bool is_held = lp_text_equal(state, "held");

	if (lp_text_equal(state, "removed"))
		add(list, LPPACK_E_BEHIND,
		    lp_text_format("%s serial %s is installed, but lppack remove has taken it out of force, also for "
				   "boots: lppack rollback --to %s puts it back",
				   text_of(latest, "stream"), text_of(latest, "serial"), text_of(latest, "serial")));
	if (!is_held && !lp_text_equal(state, "available"))
		return;
	add(list, is_held ? LPPACK_E_HELD_BACK : LPPACK_E_BEHIND,
	    lp_text_format("%s serial %s is installed, but %s: it has %zu fixes more than are in force",
			   text_of(latest, "stream"), text_of(latest, "serial"),
			   is_held ? "kept away by a hold" : "not in force",
			   lppack_value_count(lppack_value_get(fixes, is_held ? "held" : "available"))));
}

/* A hold takes nothing out of force; but what is in force does not come back. */
static void find_kept_out(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *holds = lppack_value_get(status, "holds");

	for (size_t i = 0; i < lppack_value_count(holds); i++) {
		const struct lppack_value *hold = lppack_value_at(holds, i, NULL);
		const struct lppack_value *level = lppack_value_get(hold, "keeps_out");

		if (level)
			add(list, LPPACK_E_HELD_BACK,
			    lp_text_format("%s serial %s is in force, but a hold keeps it away from the next boot: %s",
					   text_of(level, "stream"), text_of(level, "serial"), text_of(hold, "text")));
	}
}

/* Where the boot's own unit would not run, what it would put in force covers nothing. */
static void find_disabled_unit(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *enabled = lppack_value_get(lppack_value_get(status, "boot"), "enabled");
	const struct lppack_value *levels = lppack_value_get(status, "levels");
	bool has_target = false;

	for (size_t i = 0; i < lppack_value_count(levels); i++)
		has_target |= is_true(lppack_value_at(levels, i, NULL), "target");
	if (has_target && enabled && !lppack_value_bool(enabled))
		add(list, LPPACK_E_UNCOVERED,
		    lp_text_format("no boot applies what is installed: systemctl enable lppack-apply.service"));
}

static void find_uncovered(const struct lppack_value *status, struct lppack_value **list)
{
	const struct lppack_value *coverage = lppack_value_get(status, "coverage");

	if (!lppack_value_count(lppack_value_get(status, "levels")))
		return;
	for (size_t i = 0; i < lppack_value_count(coverage); i++) {
		const struct lppack_value *kernel = lppack_value_at(coverage, i, NULL);

		if (is_true(kernel, "root_only"))
			continue;
		if (lppack_value_get(kernel, "unreadable"))
			add(list, LPPACK_E_UNCOVERED,
			    lp_text_format("whether the next boot of %s is covered cannot be told: %s",
					   text_of(kernel, "release"), text_of(kernel, "unreadable")));
		else if (!is_true(kernel, "covered"))
			add(list, LPPACK_E_UNCOVERED,
			    lp_text_format("the next boot of %s is not covered", text_of(kernel, "release")));
	}
}

struct lppack_value *lp_status_findings(const struct lppack_value *status)
{
	static void (*const finders[])(const struct lppack_value *status, struct lppack_value **list) = {
		find_problems, find_in_flight, find_skipped,       find_foreign,   find_reboot,
		find_newer,    find_kept_out,  find_disabled_unit, find_uncovered,
	};
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		finders[i](status, &list);
	return list;
}

LP_EXPORT int lppack_status_check(const struct lppack_value *status)
{
	const struct lppack_value *first = lppack_value_at(lppack_value_get(status, "findings"), 0, NULL);

	return (int)lppack_value_int(lppack_value_get(first, "code"), LPPACK_OK);
}
