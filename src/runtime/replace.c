/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replacing the livepatch stack by one new module: preflight, load, watch, prove, unload the old ones. */
#include "runtime/replace.h"

#include "runtime/load.h"
#include "runtime/patch.h"
#include "runtime/preflight.h"
#include "runtime/prove.h"
#include "runtime/reverse.h"
#include "runtime/unload.h"

#include <string.h>

static int add_old(struct lp_attempt *attempt, const char *name, struct lppack_error *err)
{
	if (strcmp(name, attempt->name) == 0)
		return 0;
	for (size_t i = 0; i < attempt->n_old; i++)
		if (strcmp(attempt->old[i], name) == 0)
			return 0;
	return lp_names_add(&attempt->old, &attempt->n_old, name) < 0 ? lp_fail_nomem(err) : 0;
}

/* Everything that needs memory later, so that nothing but the kernel can fail once it has the module. What a killed
 * call was about to remove may be disabled already, or not listed any more. */
static int replace_prepare(struct lp_attempt *attempt, struct lppack_error *err)
{
	const struct lp_recovery *recovery = attempt->recovery;

	for (size_t i = 0; i < attempt->before.n; i++)
		if (attempt->before.patches[i].enabled != 0 &&
		    add_old(attempt, attempt->before.patches[i].name, err) < 0)
			return -LPPACK_E_NO_MEMORY;
	for (size_t i = 0; recovery && i < recovery->n_from; i++)
		if (add_old(attempt, recovery->from[i], err) < 0)
			return -LPPACK_E_NO_MEMORY;
	return lp_attempt_make_room(attempt, err);
}

static int replace_settle(struct lp_attempt *attempt, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf why = { 0 };
	enum lp_proof proof;
	const char *text;

	proof = lp_prove_replaced(attempt, &why);
	text = why.data ? (const char *)why.data : "out of memory";
	switch (proof) {
	case LP_PROOF_SURVIVED:
		return lp_reverse_applied(attempt, LPPACK_E_NOT_REPLACED, text, err);
	case LP_PROOF_NO_REPLACE:
		return lp_reverse_applied(attempt, LPPACK_E_NOT_REPLACE, text, err);
	case LP_PROOF_FAILS:
		/* The old patches are gone from the kernel: taking this one back would leave none at all. */
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: the new livepatch is loaded, but cannot be proved: %s", attempt->name, text);
	default:
		attempt->result->outcome = LP_ATTEMPT_APPLIED;
		return lp_unload_replaced(attempt, err);
	}
}

static int replace_watch(struct lp_attempt *attempt, struct lppack_error *err)
{
	struct lp_kernel_io *io = attempt->io;
	enum lp_watch_end end = lp_watch_forward(io, &attempt->terms->limits, &attempt->terms->caller, attempt->name,
						 attempt->loaded_ns);
	int rc = 0;

	if (end == LP_WATCH_TIMEOUT && attempt->terms->limits.force)
		rc = lp_reverse_unless_forced(attempt, err);
	else if (end == LP_WATCH_TIMEOUT || end == LP_WATCH_CANCELLED)
		rc = lp_reverse_transition(attempt, end, err);
	else if (end == LP_WATCH_UNDONE)
		rc = lp_reverse_finished_by_other(attempt, err);
	attempt->result->transition_ns = lp_kernel_io_now(io) - attempt->loaded_ns;
	return rc;
}

/* The patch is listed before finit_module returns: a module that has brought none never will. */
static bool is_empty(struct lp_attempt *attempt)
{
	struct lp_patch_status status;

	lp_patch_status_read(attempt->io, attempt->name, &status);
	return !status.listed && lp_patches_are_enabled(attempt->io, attempt->old, attempt->n_old);
}

/* A module that an earlier call left loaded may bear the very name. */
static int load_anew(struct lp_attempt *attempt, struct lppack_error *err)
{
	const struct lp_terms *terms = attempt->terms;
	struct lp_attempt_result *result = attempt->result;
	int rc;

	/* Nothing is loaded for a killed call: it is what is there that is finished. */
	if (attempt->recovery)
		return lp_fail(err, LPPACK_E_UNPROVEN, "look at /" LP_LIVEPATCH_DIR ", then apply again",
			       "%s: is no longer listed: somebody else has disabled it", attempt->name);
	if (terms->intend) {
		rc = terms->intend(terms->intend_context, LP_INTENT_LOAD, &attempt->before, err);
		if (rc < 0)
			return rc;
	}
	rc = lp_unload_stale(attempt->io, attempt->terms, &result->stale, &result->n_stale, err);
	if (rc < 0)
		return rc;
	return lp_load_module(attempt, err);
}

static int load_and_watch(struct lp_attempt *attempt, struct lppack_error *err)
{
	int rc;

	if (lp_stack_find_build(&attempt->before, attempt->job.facts, attempt->name)) {
		attempt->loaded_ns = lp_kernel_io_now(attempt->io);
	} else {
		rc = load_anew(attempt, err);
		if (rc < 0)
			return rc;
	}
	/* Until a step below has seen better. */
	attempt->result->outcome = LP_ATTEMPT_LEFT;
	rc = is_empty(attempt) ? lp_reverse_empty(attempt, err) : replace_watch(attempt, err);
	if (rc == 0)
		rc = replace_settle(attempt, err);
	lp_kmsg_collect(&attempt->kmsg, LP_KMSG_RELEVANT, attempt->name, &attempt->result->kernel_log);
	return rc;
}

/* The very build is in force: nothing is loaded, but it is proved as if it had been, and left-overs go. */
static int confirm(struct lp_attempt *attempt, struct lppack_error *err)
{
	struct lp_attempt_result *result = attempt->result;
	LP_AUTO_BUF struct lp_buf why = { 0 };
	int rc = replace_prepare(attempt, err);

	if (rc < 0)
		return rc;
	if (lp_prove_replaced(attempt, &why) != LP_PROOF_HOLDS) {
		result->outcome = LP_ATTEMPT_LEFT;
		return lp_fail(err, LPPACK_E_UNPROVEN, "compare /" LP_LIVEPATCH_DIR " with the bundle",
			       "%s: is in force already, but cannot be proved: %s", attempt->name,
			       why.data ? (const char *)why.data : "out of memory");
	}
	result->outcome = LP_ATTEMPT_ALREADY;
	/* Those of a killed call with the same patience as it had: the kernel may still be dropping its references. */
	rc = attempt->recovery ? lp_unload_replaced(attempt, err) : 0;
	return rc < 0 ? rc : lp_unload_stale(attempt->io, attempt->terms, &result->stale, &result->n_stale, err);
}

/* Asked anew, because to the stack a transition that cannot be read is none. */
static bool is_transition_done(struct lp_attempt *attempt)
{
	struct lp_patch_status status;

	lp_patch_status_read(attempt->io, attempt->name, &status);
	return lp_patch_status_is_done(&status);
}

/* Whether a killed call's patch has replaced nothing: it is active beside others that were there before, and beside no
 * more. Then it is undone. */
static bool has_replaced_nothing(const struct lp_attempt *attempt)
{
	const struct lp_recovery *recovery = attempt->recovery;
	const struct lp_live_patch *own = lp_stack_find_build(&attempt->before, attempt->job.facts, attempt->name);
	bool others = false;

	if (!recovery || !own || own->enabled != 1 || own->transition > 0)
		return false;
	for (size_t i = 0; i < attempt->before.n; i++) {
		const struct lp_live_patch *patch = &attempt->before.patches[i];
		size_t at = 0;

		if (patch == own || patch->enabled == 0)
			continue;
		while (at < recovery->n_from && strcmp(recovery->from[at], patch->name) != 0)
			at++;
		if (at == recovery->n_from)
			return false;
		others = true;
	}
	return others;
}

static int replace_once(struct lp_attempt *attempt, struct lppack_error *err)
{
	const struct lp_module_facts *facts = attempt->job.facts;
	bool already = false;
	int rc;

	attempt->name = lp_name_as_module(facts->name ? facts->name : "");
	if (!attempt->name)
		return lp_fail_nomem(err);
	rc = lp_stack_read(attempt->io, &attempt->before, err);
	if (rc < 0)
		return rc;
	if (!has_replaced_nothing(attempt)) {
		rc = lp_preflight_replace(attempt->io, attempt->terms, facts, &attempt->before, &already, err);
		if (rc < 0)
			return rc;
	}
	if (already && is_transition_done(attempt))
		return confirm(attempt, err);
	rc = replace_prepare(attempt, err);
	if (rc < 0)
		return rc;
	lp_kmsg_open(&attempt->kmsg, attempt->io);
	return load_and_watch(attempt, err);
}

int lp_replace_run(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_replace_job *job,
		   struct lp_attempt_result *result, struct lppack_error *err)
{
	const struct lp_attempt attempt = { .io = io, .terms = terms, .job = *job, .result = result };

	return lp_attempt_repeat(&attempt, replace_once, err);
}

int lp_replace_finish(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_module_facts *facts,
		      const struct lp_recovery *recovery, struct lp_attempt_result *result, struct lppack_error *err)
{
	const struct lp_attempt attempt = {
		.io = io, .terms = terms, .job.facts = facts, .recovery = recovery, .result = result
	};

	return lp_attempt_repeat(&attempt, replace_once, err);
}
