/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding what needs attention, for monitoring. */
#include "status/findings.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "trust/gaps.h"

#include <string.h>

/* Before a release expires. */
#define LP_EXPIRES_SOON (14 * 24 * 60 * 60)

/* Critical: fixes are missing, the next boot has none, or nobody can say. The others can wait for the morning. */
static enum lppack_severity severity_of(enum lppack_code code)
{
	switch (code) {
	case LPPACK_E_UNFINISHED:
	case LPPACK_E_IN_TRANSITION:
	case LPPACK_E_FOREIGN:
	case LPPACK_E_REBOOT_NEEDED:
	case LPPACK_E_HELD_BACK:
	case LPPACK_E_UNCOVERED:
	case LPPACK_E_EXPIRED:
	case LPPACK_E_EXPIRES_SOON:
	case LPPACK_E_NOT_SET_UP:
	case LPPACK_E_NO_EFFECT:
	case LPPACK_E_UNSUPPORTED:
		return LPPACK_SEVERITY_WARNING;
	default:
		return LPPACK_SEVERITY_CRITICAL;
	}
}

/* Takes the text over; false without memory. */
static bool add(struct lppack_status *status, enum lppack_code code, char *text)
{
	struct lppack_status_finding *finding =
		text ? lp_array_add(&status->findings, &status->n_findings, sizeof(*finding)) : NULL;

	if (!finding) {
		free(text);
		return false;
	}
	*finding = (struct lppack_status_finding){
		.size = sizeof(*finding), .code = code, .text = text, .severity = severity_of(code)
	};
	return true;
}

static enum lppack_code code_of(const struct lppack_error *problem)
{
	switch (problem->code) {
	case LPPACK_E_KEY:
	case LPPACK_E_POLICY:
	case LPPACK_E_DOWNGRADE:
	case LPPACK_E_EQUIVOCATION:
	case LPPACK_E_LIMIT:
	case LPPACK_E_SPEC:
	case LPPACK_E_UNSAFE_FILE:
		return (enum lppack_code)problem->code;
	case LPPACK_E_NO_LIVEPATCH:
		return LPPACK_E_UNSUPPORTED;
	default:
		return LPPACK_E_STATE;
	}
}

/* What only root may see is no fault of the machine. */
static bool find_problems(struct lppack_status *status)
{
	for (size_t i = 0; i < status->n_problems; i++)
		if (status->problems[i].code != LPPACK_E_PRIVILEGE &&
		    !add(status, code_of(&status->problems[i]), strdup(status->problems[i].message)))
			return false;
	return true;
}

static bool find_not_set_up(struct lppack_status *status)
{
	return status->is_set_up ||
	       add(status, LPPACK_E_NOT_SET_UP,
		   strdup("no stream release was ever installed or applied here: lppack trust add KEY, then lppack "
			  "install BUNDLE"));
}

static bool is_active(const struct lppack_status *status, const struct lp_installed *release)
{
	return status->snapshot.ours && lp_digest_equal(&status->snapshot.state.applied.id.digest, &release->id.digest);
}

/* What is active, or what boots began with before, is of a stream that the machine does not follow. */
static bool find_other_stream(struct lppack_status *status)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	const char *followed = lp_snapshot_stream(snapshot);
	const struct lp_installed *target = lp_snapshot_target(snapshot);

	if (snapshot->ours && lp_snapshot_is_other_stream(snapshot, snapshot->state.applied.id.stream))
		return add(status, LPPACK_E_OTHER_STREAM,
			   lp_text_format("%s serial %llu is active, and this machine follows the stream %s: install a "
					  "release of it",
					  snapshot->state.applied.id.stream,
					  (unsigned long long)snapshot->state.applied.id.serial, followed));
	if (target && lp_snapshot_is_other_stream(snapshot, target->id.stream) && !lp_boot_choice_first(snapshot))
		return add(
			status, LPPACK_E_OTHER_STREAM,
			lp_text_format("%s serial %llu is installed, and no boot applies it: this machine follows the "
				       "stream %s; install a release of it",
				       target->id.stream, (unsigned long long)target->id.serial, followed));
	return true;
}

/* What was lost on purpose, until a release brings it back. */
static bool find_losses(struct lppack_status *status)
{
	const struct lp_losses *allowed = &status->snapshot.state.allowed;
	LP_AUTO_FREE char *text = NULL;

	if (allowed->n == 0)
		return true;
	text = lp_losses_format(allowed);
	return text && add(status, LPPACK_E_LOSS,
			   lp_text_format("lost, as --allow-loss has it, until a release brings it back: %s", text));
}

/* Only what is active and what a boot would apply otherwise: an older release in reserve need not be accepted. */
static bool find_refused(struct lppack_status *status)
{
	for (size_t i = 0; i < status->candidates.n; i++) {
		const struct lp_boot_candidate *candidate = &status->candidates.items[i];
		const struct lp_release_id *id = &candidate->release->id;
		bool active = is_active(status, candidate->release);

		if (!candidate->refusal.code || (!active && !candidate->is_passed_over))
			continue;
		/* Of every release the same: once is enough. */
		if (candidate->refusal.code == LPPACK_E_NO_KEYS)
			return add(status, LPPACK_E_NO_KEYS,
				   strdup("no key is trusted, so no boot applies what is installed: lppack trust add "
					  "KEY"));
		if (!add(status, (enum lppack_code)candidate->refusal.code,
			 lp_text_format("%s serial %llu, which is %s, is not accepted: %s", id->stream,
					(unsigned long long)id->serial, active ? "active" : "installed",
					candidate->refusal.message)))
			return false;
	}
	return true;
}

/* What is active, and what a boot applies. */
static bool find_expired(struct lppack_status *status)
{
	for (size_t i = 0; i < status->candidates.n; i++) {
		const struct lp_boot_candidate *candidate = &status->candidates.items[i];
		const struct lp_release_id *id = &candidate->release->id;
		int64_t expires = status->releases[i].view.expires;
		char time[LP_TIME_TEXT];
		bool is_over;

		if (!expires || expires > status->now + LP_EXPIRES_SOON ||
		    (candidate->at_boot != LP_BOOT_CHOICE_APPLIED && !is_active(status, candidate->release)))
			continue;
		is_over = expires <= status->now;
		lp_time_format(expires, time);
		if (!add(status, is_over ? LPPACK_E_EXPIRED : LPPACK_E_EXPIRES_SOON,
			 lp_text_format("%s serial %llu %s %s: install a newer release", id->stream,
					(unsigned long long)id->serial, is_over ? "expired at" : "expires at", time)))
			return false;
	}
	return true;
}

/* While it is over no newer release is accepted. */
static bool find_policy_expired(struct lppack_status *status)
{
	const struct lp_policy *policy = status->keyring ? &status->keyring->policy : NULL;
	char time[LP_TIME_TEXT];
	bool is_over;

	if (!policy || !policy->expires || policy->expires > status->now + LP_EXPIRES_SOON)
		return true;
	is_over = policy->expires <= status->now;
	lp_time_format(policy->expires, time);
	return add(status, is_over ? LPPACK_E_EXPIRED : LPPACK_E_EXPIRES_SOON,
		   lp_text_format("%s: the policy %s %s: install the next one (lppack trust update)", policy->name,
				  is_over ? "expired at" : "expires at", time));
}

static bool find_gaps(struct lppack_status *status)
{
	LP_AUTO_VALUE struct lppack_value *list = lp_value_list();
	LP_AUTO_FREE struct lppack_bundle **bundles = calloc(status->candidates.n + 1, sizeof(*bundles));
	size_t n = 0;

	if (!bundles || !list)
		return false;
	for (size_t i = 0; i < status->candidates.n; i++)
		if (status->candidates.items[i].release->opened)
			bundles[n++] = status->candidates.items[i].release->opened->contents->bundle;
	if (status->keyring)
		lp_gaps_describe(status->keyring, bundles, n, &list);
	for (size_t i = 0; i < lppack_value_count(list); i++)
		if (!add(status, LPPACK_E_NO_EFFECT,
			 strdup(lppack_value_text(lppack_value_get(lppack_value_at(list, i, NULL), "text")))))
			return false;
	return list != NULL;
}

/* Where only root may see whether the call runs, it most likely does. */
static bool find_unfinished(struct lppack_status *status)
{
	const struct lp_snapshot *snapshot = &status->snapshot;
	bool is_in_flight;

	if (!snapshot->is_unfinished || status->lock != LP_LOCK_FREE)
		return true;
	/* Its transition runs on without it. */
	is_in_flight =
		status->in_transition && lp_boot_ids_match(snapshot->journal.boot_id, lp_host_boot(status->host));
	return add(status, LPPACK_E_UNFINISHED,
		   lp_text_format(is_in_flight ?
					  "a call of lppack %s was cut short, and its transition is still running: "
					  "lppack recover waits for it" :
					  "a call of lppack %s was cut short: lppack recover finishes or undoes it",
				  lp_verb_names[snapshot->journal.verb]));
}

static bool find_transition(struct lppack_status *status)
{
	if (!status->in_transition)
		return true;
	if (!status->blockers_known)
		return add(status, LPPACK_E_IN_TRANSITION,
			   strdup("a transition is running; only root is told which tasks are not there yet"));
	return add(status, LPPACK_E_IN_TRANSITION,
		   lp_text_format("a transition is running; %zu tasks are not there yet", status->n_blockers));
}

/* Where the count of boots cannot be read, nothing is said of boots: that is a problem already. */
static bool find_skipped(struct lppack_status *status)
{
	const struct lp_boot_trials *trials = &status->snapshot.trials;

	if (status->snapshot.damage[LP_PART_BOOT].code)
		return true;
	for (size_t i = 0; i < trials->n; i++) {
		const struct lp_boot_trial *trial = &trials->items[i];
		const struct lp_release_id *id;

		if (!lp_boot_trial_is_skipped(trial, &status->candidates))
			continue;
		id = &lp_boot_candidates_find(&status->candidates, &trial->digest)->release->id;
		if (!add(status, LPPACK_E_BOOT_LOOP,
			 lp_text_format("%s serial %llu is skipped: %zu boots with it did not become healthy; "
					"install a newer level, or lppack confirm --retry",
					id->stream, (unsigned long long)id->serial,
					lp_boot_trial_failed(trial, lp_host_boot(status->host)))))
			return false;
	}
	return !status->boot.switched_off ||
	       add(status, LPPACK_E_DISABLED,
		   strdup("lppack.apply=0 on the kernel's command line keeps livepatches away"));
}

static bool find_foreign(struct lppack_status *status)
{
	for (size_t i = 0; i < status->n_patches; i++)
		if (status->patches[i].view.foreign &&
		    !add(status, LPPACK_E_FOREIGN,
			 lp_text_format("%s: lppack has no record of having loaded it", status->patches[i].view.name)))
			return false;
	return true;
}

static bool find_reboot(struct lppack_status *status)
{
	for (size_t i = 0; i < status->n_reasons; i++)
		if (!add(status, LPPACK_E_REBOOT_NEEDED, strdup(status->reasons[i].text)))
			return false;
	return true;
}

static size_t count_fixes(const struct lppack_status *status, enum lppack_fix_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < status->n_fixes; i++)
		n += status->fixes[i].view.state == state;
	return n;
}

static bool find_newer(struct lppack_status *status)
{
	const struct lp_newest *newest = &status->newest;
	bool is_held = newest->state == LP_NEWEST_HELD;
	const struct lp_release_id *id;
	unsigned long long serial;

	if (!newest->release)
		return true;
	id = &newest->release->id;
	serial = id->serial;
	if (newest->state == LP_NEWEST_REMOVED)
		return add(status, LPPACK_E_BEHIND,
			   lp_text_format("%s serial %llu is installed, but lppack remove has taken it out of force, "
					  "also for boots: lppack rollback --to %llu puts it back",
					  id->stream, serial, serial));
	if (!is_held && newest->state != LP_NEWEST_AVAILABLE)
		return true;
	return add(status, is_held ? LPPACK_E_HELD_BACK : LPPACK_E_BEHIND,
		   lp_text_format("%s serial %llu is installed, but %s: it has %zu fixes more than are in force",
				  id->stream, serial, is_held ? "kept away by a hold" : "not in force",
				  count_fixes(status, is_held ? LPPACK_FIX_HELD : LPPACK_FIX_AVAILABLE)));
}

/* A hold disables nothing; but what is applied does not come back after a boot. */
static bool find_held_out(struct lppack_status *status)
{
	const struct lp_holds *holds = &status->snapshot.holds;
	const struct lp_release_id *id = &status->applied.id;

	for (size_t i = 0; status->has_applied && i < holds->n; i++) {
		LP_AUTO_FREE char *text = NULL;

		if (!lp_hold_keeps_away(&holds->items[i], &status->applied, status->now))
			continue;
		text = lp_hold_format(&holds->items[i], status->now);
		if (!text || !add(status, LPPACK_E_HELD_BACK,
				  lp_text_format("%s serial %llu is in force, but a hold keeps it away from the next "
						 "boot: %s",
						 id->stream, (unsigned long long)id->serial, text)))
			return false;
	}
	return true;
}

/* Where the boot's own unit would not run, what it would apply covers nothing. */
static bool find_disabled_unit(struct lppack_status *status)
{
	if (status->snapshot.damage[LP_PART_BOOT].code || status->boot.unit_enabled != 0 ||
	    !lp_boot_candidates_taken(&status->candidates))
		return true;
	return add(status, LPPACK_E_UNCOVERED,
		   strdup("no boot applies what is installed: systemctl enable lppack-apply.service"));
}

static bool find_uncovered(struct lppack_status *status)
{
	for (size_t i = 0; i < status->coverage.n; i++) {
		const struct lp_installed_kernel *kernel = &status->coverage.kernels[i];
		bool ok = true;

		if (kernel->is_private)
			continue;
		if (kernel->unreadable)
			ok = add(status, LPPACK_E_UNCOVERED,
				 lp_text_format("whether the next boot of %s is covered cannot be told: %s",
						kernel->release, kernel->unreadable));
		else if (!kernel->covered_by)
			ok = add(status, LPPACK_E_UNCOVERED,
				 lp_text_format("the next boot of %s is not covered", kernel->release));
		if (!ok)
			return false;
	}
	return true;
}

int lp_status_find(struct lppack_status *status, struct lppack_error *err)
{
	/* In the order of their gravity. */
	static bool (*const finders[])(struct lppack_status * status) = {
		find_problems,      find_unfinished, find_transition, find_other_stream,   find_refused, find_losses,
		find_skipped,       find_foreign,    find_not_set_up, find_reboot,         find_newer,   find_held_out,
		find_disabled_unit, find_uncovered,  find_expired,    find_policy_expired, find_gaps,
	};

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
		if (!finders[i](status))
			return lp_fail_nomem(err);
	return 0;
}
