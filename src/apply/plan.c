/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a verified bundle and the running kernel to a plan. */
#include "apply/plan.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/file.h"
#include "base/options.h"
#include "base/value_add.h"
#include "format/fixes.h"
#include "format/metadata.h"
#include "format/release.h"
#include "inspect/anatomy.h"
#include "runtime/kprobes.h"
#include "runtime/preflight.h"
#include "bundle/describe.h"
#include "check/running.h"
#include "machine/boot_count.h"
#include "machine/follow.h"
#include "machine/hold.h"
#include "apply/losses.h"
#include "apply/module_trust.h"
#include "apply/rollback.h"

#include <string.h>
#include <time.h>

static void judgement_free(struct lp_judgement *judgement)
{
	lppack_value_free(judgement->warnings);
	lppack_value_free(judgement->module_signature);
	free(judgement->reversibility_why);
	free(judgement->switched_from);
	lp_losses_free(&judgement->losses);
	*judgement = (struct lp_judgement){ 0 };
}

LP_EXPORT void lppack_plan_free(struct lppack_plan *plan)
{
	if (!plan)
		return;
	lppack_entry_free(plan->entry);
	lp_transaction_close(&plan->transaction);
	judgement_free(&plan->judgement);
	lppack_verified_free(plan->verified);
	lppack_host_close(plan->host);
	free(plan);
}

static int select_module(struct lppack_plan *plan, struct lppack_error *err)
{
	const char *build_id = lppack_host_build_id(plan->host, err);
	struct lppack_error cause = LPPACK_ERROR_INIT;
	int rc;

	if (!build_id)
		return -LPPACK_E_NO_KERNEL;
	plan->entry = lppack_verified_select(plan->verified, build_id, &cause);
	if (!plan->entry && cause.code == LPPACK_E_NO_KERNEL)
		return lp_fail(
			err, LPPACK_E_NO_KERNEL, cause.hint, "%s: has nothing for the running kernel %s (build ID %s)",
			lp_verified_contents(plan->verified)->bundle->in.name, plan->host->kernel.release, build_id);
	if (!plan->entry)
		return lp_error_move(err, &cause);
	rc = lppack_entry_load_module(plan->entry, &plan->job.module, &plan->job.module_size, err);
	if (rc < 0)
		return rc;
	return lp_module_judge(plan->job.module, plan->job.module_size,
			       lp_verified_contents(plan->verified)->bundle->in.name, err);
}

struct lp_freshness_options lp_plan_freshness(const struct lppack_plan *plan)
{
	return (struct lp_freshness_options){ .expires = lp_verified_contents(plan->verified)->manifest.expires,
					      .allow_downgrade = plan->flags & LPPACK_APPLY_ALLOW_DOWNGRADE,
					      .retired = lp_verified_is_retired(plan->verified),
					      .installed = plan->origin != LP_PLAN_GIVEN };
}

/* What was accepted when it was installed is not asked again, and neither is who goes back or has chosen another stream:
 * they are told. */
static int check_losses(const struct lppack_plan *plan, const struct lp_snapshot *snapshot,
			struct lp_judgement *judgement, struct lppack_error *err)
{
	struct lp_contents *c = lp_verified_contents(plan->verified);
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	const struct lp_applied *applied = &snapshot->state.applied;
	const struct lp_applied *to = &plan->transaction.journal.to;
	const struct lp_coverage_facts next = { to->release, &to->kernel, &to->claims, &to->module };
	bool is_asked = plan->origin == LP_PLAN_GIVEN && !(plan->flags & LPPACK_APPLY_ROLLBACK) &&
			lp_text_equal(applied->id.stream, c->manifest.id.stream);
	int rc = lp_contents_fixes(c, &fixes, err);

	if (rc < 0)
		return rc;
	if (snapshot->ours && !applied->claims.is_known)
		lp_value_push(
			&judgement->warnings,
			lp_value_string(
				"which fixes are active was not recorded: it cannot be told whether any is lost"));
	rc = lp_losses_find_active(snapshot, &next, &fixes, &to->id.digest, &judgement->losses, err);
	judgement->is_loss_allowed = is_asked && plan->flags & LPPACK_APPLY_ALLOW_LOSS;
	if (rc < 0 || !is_asked || judgement->is_loss_allowed)
		return rc;
	return lp_losses_check(&judgement->losses, &snapshot->state.allowed, c->bundle->in.name, err);
}

/* What the machine's memory and the operator's holds say. What is applied already passes: nothing is done. */
static int check_policy(const struct lppack_plan *plan, const struct lp_snapshot *snapshot,
			struct lp_judgement *judgement, struct lppack_error *err)
{
	const struct lp_contents *c = lp_verified_contents(plan->verified);
	const struct lp_freshness_options freshness = lp_plan_freshness(plan);
	const struct lp_hold_subject subject = { .id = c->manifest.id, .installed = plan->origin != LP_PLAN_GIVEN };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_snapshot_check_fresh(snapshot, &c->manifest.id, c->bundle->in.name, &freshness,
					 &judgement->warnings, &why);

	if (judgement->already)
		return judgement->warnings ? 0 : lp_fail_nomem(err);
	if (plan->origin == LP_PLAN_GIVEN) {
		/* Before what the memory says: of another stream that says little. */
		int follows = lp_follow_check(snapshot, &c->manifest.id, c->bundle->in.name,
					      plan->flags & LPPACK_APPLY_SWITCH_STREAM, err);

		if (follows < 0)
			return follows;
	}
	if (rc < 0)
		return lp_error_move(err, &why);
	rc = lp_snapshot_check(snapshot, LP_PART_HOLDS, err);
	if (rc < 0)
		return rc;
	rc = lp_hold_check(&snapshot->holds, &subject, time(NULL), err);
	return rc < 0 ? rc : check_losses(plan, snapshot, judgement, err);
}

static bool is_active(const struct lp_stack *stack, const struct lp_applied *applied)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].enabled != 0 && stack->patches[i].build_id.len &&
		    lp_build_id_equal(&stack->patches[i].build_id, &applied->module.build_id))
			return true;
	return false;
}

static bool is_anything_active(const struct lp_stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].enabled != 0)
			return true;
	return false;
}

static int set_reversibility(struct lp_judgement *judgement, const char *class, const char *why,
			     struct lppack_error *err)
{
	bool ok = true;

	judgement->reversibility = class;
	judgement->reversibility_why = lp_text_dup(why, &ok);
	return ok ? 0 : lp_fail_nomem(err);
}

/* Going back on purpose must be safe now; going forward, it is only said whether there is a way back. */
static int judge_step(const struct lppack_plan *plan, const struct lp_snapshot *snapshot,
		      struct lp_judgement *judgement, struct lppack_error *err)
{
	const struct lp_applied *now = lp_snapshot_applied(snapshot);
	const struct lp_applied *to = &plan->transaction.journal.to;
	bool known = now && is_active(&snapshot->stack, now);
	LP_AUTO_FREE char *why = NULL;

	if (!is_anything_active(&snapshot->stack))
		return set_reversibility(judgement, "reversible", NULL, err);
	if (!known && !(plan->flags & LPPACK_APPLY_ROLLBACK))
		return set_reversibility(judgement, "one-way", "what is in force was not recorded by this lppack", err);
	if (!known)
		return lp_fail(err, LPPACK_E_ONE_WAY, "use lppack apply --replace, if a replacement is what is meant",
			       "it cannot be told whether going back is safe: lppack did not record what is in force");
	if (!(plan->flags & LPPACK_APPLY_ROLLBACK)) {
		judgement->reversibility = lp_reversibility(now, to, &judgement->reversibility_why, err);
		return judgement->reversibility ? 0 : -LPPACK_E_NO_MEMORY;
	}
	judgement->reversibility = lp_reversibility(to, now, &why, err);
	if (!judgement->reversibility)
		return -LPPACK_E_NO_MEMORY;
	if (!why)
		return 0;
	return lp_fail(err, LPPACK_E_ONE_WAY, "install that level and reboot: the next boot comes up with it",
		       "serial %llu cannot be gone back to: %s", (unsigned long long)to->id.serial, why);
}

static int prepare_record(struct lppack_plan *plan, struct lppack_error *err)
{
	struct lp_contents *c = lp_verified_contents(plan->verified);
	struct lp_journal *journal = &plan->transaction.journal;
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	int rc = lp_applied_set(&journal->to, &c->manifest, &plan->entry->metadata.facts, &plan->host->kernel, err);

	if (rc < 0)
		return rc;
	rc = lp_contents_fixes(c, &fixes, err);
	if (rc < 0)
		return rc;
	return lp_claims_set(&journal->to.claims, &fixes, &plan->entry->metadata.not_applicable, err);
}

/* kernel: Documentation/livepatch/livepatch.rst, "Limitations", and what probes at both places saw on 6.1 and 6.12. */
static int warn_of_probe(struct lppack_value **warnings, const struct lp_probe *probe, struct lppack_error *err)
{
	const char *what = probe->is_return ? "kretprobe" : "kprobe";
	LP_AUTO_FREE char *text = NULL;

	if (probe->by_ftrace)
		text = lp_text_format("a %s is at the entry of %s: it is hit as before, but what runs then is the "
				      "livepatch's function",
				      what, probe->func->name);
	else
		text = lp_text_format("a %s is inside %s, which the livepatch replaces: it will not be hit any more",
				      what, probe->func->name);
	lp_value_push(warnings, text ? lp_value_string(text) : NULL);
	return *warnings ? 0 : lp_fail_nomem(err);
}

static int warn_of_probes(const struct lppack_plan *plan, struct lppack_value **warnings, struct lppack_error *err)
{
	LP_AUTO_FREE struct lp_probe *probes = NULL;
	size_t n = 0;
	int rc = lp_kprobes_find(&plan->host->io, plan->job.facts, &probes, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = warn_of_probe(warnings, &probes[i], err);
	return rc;
}

/* kernel/livepatch/state.c, klp_is_patch_compatible(): what replaces a patch supports each of its states, in the same
 * version or a later one. Sysfs shows no states: they are known of what lppack applied. */
static int check_states(const struct lppack_plan *plan, const struct lp_snapshot *snapshot, struct lppack_error *err)
{
	const struct lp_applied *applied = lp_snapshot_applied(snapshot);
	const struct lp_module_facts *facts = plan->job.facts;
	const struct lp_live_patch *active =
		applied && applied->module.name ?
			lp_stack_find_build(&snapshot->stack, &applied->module, applied->module.name) :
			NULL;

	/* Of a module that no builder's structures were recognised of, states are unknown. */
	if (!active || active->enabled == 0 || facts->builder == LP_BUILDER_UNKNOWN)
		return 0;
	for (size_t i = 0; i < applied->module.n_states; i++) {
		const struct lp_klp_state *was = &applied->module.states[i];
		const struct lp_klp_state *is = lp_module_facts_find_state(facts, was->id);

		if (is && is->version >= was->version)
			continue;
		return lp_fail(
			err, LPPACK_E_INCOMPATIBLE,
			"states only go forward: apply a bundle whose module supports all active states, or reboot",
			"%s: %s state %llu, which the active %s has in version %llu: the kernel would refuse it",
			facts->name, is ? "has an older version of" : "does not support", (unsigned long long)was->id,
			active->name, (unsigned long long)was->version);
	}
	return 0;
}

/* Everything that is asked of what is not applied yet. */
static int check_step(const struct lppack_plan *plan, const struct lp_snapshot *snapshot,
		      struct lp_judgement *judgement, struct lppack_error *err)
{
	const struct lp_replace_job *job = &plan->job;
	struct lp_kernel_io *io = &plan->host->io;
	bool was_loadable = judgement->is_loadable;
	int rc = lp_module_trust_check(io, job->module, job->module_size, job->facts->name,
				       &judgement->module_signature, &judgement->warnings, err);

	judgement->is_loadable = false;
	if (rc < 0)
		return rc;
	if (!was_loadable)
		rc = lp_check_running(io, job->module, job->module_size, job->facts, err);
	if (rc < 0)
		return rc;
	judgement->is_loadable = true;
	rc = warn_of_probes(plan, &judgement->warnings, err);
	if (rc < 0)
		return rc;
	rc = judge_step(plan, snapshot, judgement, err);
	return rc < 0 ? rc : check_states(plan, snapshot, err);
}

/* What the bundle alone decides: once, however often the machine is looked at. */
static int choose_module(struct lppack_plan *plan, struct lppack_error *err)
{
	const struct lp_input *in = &lp_verified_contents(plan->verified)->bundle->in;
	int rc = lp_fd_check_safe(in->fd, in->name, err);

	if (rc < 0)
		return rc;
	rc = select_module(plan, err);
	if (rc < 0)
		return rc;
	rc = prepare_record(plan, err);
	if (rc < 0)
		return rc;
	plan->job.facts = &plan->entry->metadata.facts;
	return 0;
}

/* Which stream the machine would follow no longer. */
static int note_switch(const struct lppack_plan *plan, const struct lp_snapshot *snapshot, struct lp_judgement *out,
		       struct lppack_error *err)
{
	bool ok = true;

	if (lp_snapshot_is_other_stream(snapshot, lp_verified_contents(plan->verified)->manifest.id.stream))
		out->switched_from = lp_text_dup(lp_snapshot_stream(snapshot), &ok);
	return ok ? 0 : lp_fail_nomem(err);
}

/* By the snapshot and the verified bundle of the plan, whose request is set up for both. *out is new, but for
 * is_loadable: what was found with the same stack is not looked for again. */
static int judge_plan(const struct lppack_plan *plan, const struct lp_snapshot *snapshot, struct lp_judgement *out,
		      struct lppack_error *err)
{
	int rc;

	out->warnings = lp_value_copy(plan->transaction.damage);
	if (!out->warnings)
		return lp_fail_nomem(err);
	lp_verified_warn(plan->verified, &out->warnings);
	if (!out->warnings)
		return lp_fail_nomem(err);
	rc = lp_preflight_replace(&plan->host->io, &plan->terms, plan->job.facts, &snapshot->stack, &out->already, err);
	if (rc < 0)
		return rc;
	rc = note_switch(plan, snapshot, out, err);
	if (rc < 0)
		return rc;
	rc = check_policy(plan, snapshot, out, err);
	return rc < 0 || out->already ? rc : check_step(plan, snapshot, out, err);
}

static bool has_active(const struct lp_stack *stack, const struct lp_live_patch *wanted)
{
	const struct lp_live_patch *patch = lp_stack_find(stack, wanted->name);

	return patch && patch->enabled != 0 && lp_build_id_equal(&patch->build_id, &wanted->build_id);
}

static bool has_all_active(const struct lp_stack *stack, const struct lp_stack *wanted)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (wanted->patches[i].enabled != 0 && !has_active(stack, &wanted->patches[i]))
			return false;
	return true;
}

static char *name_active(const struct lp_stack *stack)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };

	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].enabled != 0)
			lp_buf_printf(&names, "%s%s", names.len ? ", " : "", stack->patches[i].name);
	return strdup(lp_buf_ok(&names) && names.len ? (const char *)names.data : "nothing");
}

static int name_change(const struct lp_stack *before, const struct lp_stack *now, int rc, struct lppack_error *err)
{
	LP_AUTO_FREE char *was = name_active(before);
	LP_AUTO_FREE char *is = name_active(now);

	return lp_wrap(err, rc, "since this was planned, what is in force has changed (it was %s, it is %s)",
		       was ? was : "?", is ? is : "?");
}

/* The stack first: a machine that cannot livepatch is told so before anything is read of the bundle. */
static int open_and_judge(struct lppack_plan *plan, struct lp_judgement *out, struct lppack_error *err)
{
	struct lp_transaction *t = &plan->transaction;
	int rc = lp_kill_switch_check(plan->host, err);

	if (rc < 0)
		return rc;
	if (!plan->entry)
		rc = choose_module(plan, err);
	if (rc < 0)
		return rc;
	rc = lp_transaction_open(t, &plan->terms, err);
	return rc < 0 ? rc : judge_plan(plan, &t->snapshot, out, err);
}

int lp_plan_judge(struct lppack_plan *plan, const struct lp_stack *before, bool *has_changed, struct lppack_error *err)
{
	const struct lp_stack *now = &plan->transaction.snapshot.stack;
	bool differs = before && !(has_all_active(before, now) && has_all_active(now, before));
	struct lp_judgement judgement = { .is_loadable = plan->judgement.is_loadable && !differs };
	int rc = lp_snapshot_check(&plan->transaction.snapshot, LP_PART_STACK, err);

	if (has_changed)
		*has_changed = differs;
	if (rc < 0)
		return rc;
	rc = open_and_judge(plan, &judgement, err);
	judgement_free(&plan->judgement);
	plan->judgement = judgement;
	return rc < 0 && differs ? name_change(before, now, rc, err) : rc;
}

int lp_apply_options_take(struct lppack_apply_options *options, const struct lppack_apply_options *given,
			  struct lppack_error *err)
{
	static const uint32_t known = LPPACK_APPLY_REPLACE | LPPACK_APPLY_TAKE_OVER | LPPACK_APPLY_ALLOW_DOWNGRADE |
				      LPPACK_APPLY_ROLLBACK | LPPACK_APPLY_FORCE | LPPACK_APPLY_BEFORE_SIGNAL |
				      LPPACK_APPLY_SWITCH_STREAM | LPPACK_APPLY_ALLOW_LOSS;
	int rc = LP_OPTIONS_TAKE(lppack_apply_options, flags, options, given, err);

	if (options->flags & LPPACK_APPLY_ROLLBACK)
		options->flags |= LPPACK_APPLY_REPLACE | LPPACK_APPLY_ALLOW_DOWNGRADE;
	return rc < 0 ? rc : lp_flags_check("struct lppack_apply_options", options->flags, known, err);
}

static int set_options(struct lppack_plan *plan, const struct lppack_apply_options *given, struct lppack_error *err)
{
	struct lp_terms *terms = &plan->terms;
	struct lppack_apply_options options;
	int rc = lp_apply_options_take(&options, given, err);

	plan->flags = options.flags;
	terms->replace = options.flags & LPPACK_APPLY_REPLACE;
	terms->take_over = options.flags & LPPACK_APPLY_TAKE_OVER;
	terms->limits.force = options.flags & LPPACK_APPLY_FORCE;
	terms->limits.before_signal = options.flags & LPPACK_APPLY_BEFORE_SIGNAL;
	terms->limits.timeout_ns = options.timeout_ns;
	terms->limits.retries = options.retries;
	terms->limits.retry_delay_ns = options.retry_delay_ns;
	return rc < 0 ? rc : lp_caller_set_wait(&terms->caller, options.wait, err);
}

struct lppack_plan *lp_plan_new(struct lppack_host *host, struct lppack_verified *verified, enum lp_plan_origin origin,
				const struct lppack_apply_options *given, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_plan_free) struct lppack_plan *plan = calloc(1, sizeof(*plan));
	struct lppack_error own = LPPACK_ERROR_INIT;

	if (!plan) {
		lp_fail_nomem(err);
		return NULL;
	}
	plan->host = lp_host_ref(host);
	plan->verified = lp_verified_ref(verified);
	plan->origin = origin;
	if (set_options(plan, given, err) < 0 || lp_host_name(host, err) < 0)
		return NULL;
	lp_snapshot_read(&plan->transaction.snapshot, host);
	if (lp_plan_judge(plan, NULL, NULL, &own) < 0) {
		lp_error_move(err, &own);
		return NULL;
	}
	return LP_TAKE(plan);
}

LP_EXPORT struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
					      const struct lppack_apply_options *options, struct lppack_error *err)
{
	return lp_plan_new(host, verified, LP_PLAN_GIVEN, options, err);
}

LP_EXPORT int lppack_plan_is_noop(const struct lppack_plan *plan)
{
	return plan->judgement.already;
}

struct lppack_value *lp_host_describe_kernel(struct lppack_host *host)
{
	struct lppack_value *kernel = lp_value_map();

	lp_value_add_text(&kernel, "release", host->kernel.release);
	lp_value_add_text(&kernel, "build_id", host->build_id);
	return kernel;
}

void lp_plan_describe_subject(const struct lppack_plan *plan, struct lppack_value **map)
{
	const struct lp_metadata *metadata = &plan->entry->metadata;
	const struct lp_contents *c = lp_verified_contents(plan->verified);
	struct lppack_value *bundle = lp_value_map();
	struct lppack_value *module = lp_value_map();

	lp_value_add_text(&bundle, "file", c->bundle->in.name);
	lp_release_describe(&bundle, &c->manifest.id);
	lp_value_add_text(&bundle, "version", c->manifest.id.version);
	lp_value_add_text(&bundle, "digest", c->digest_text);
	lp_value_add_text(&module, "name", metadata->facts.name);
	lp_value_add_build_id(&module, "build_id", &metadata->facts.build_id);
	lp_value_add_int(&module, "size", metadata->module_size);
	lp_value_add(map, "kernel", lp_host_describe_kernel(plan->host));
	lp_value_add(map, "bundle", bundle);
	lp_value_add(map, "module", module);
}

struct lppack_value *lp_stack_describe_active(const struct lp_stack *stack, const struct lp_transaction *t)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < stack->n; i++) {
		struct lppack_value *patch = stack->patches[i].enabled != 0 ? lp_value_map() : NULL;

		if (stack->patches[i].enabled == 0)
			continue;
		lp_value_add_text(&patch, "name", stack->patches[i].name);
		lp_value_add_build_id(&patch, "build_id", &stack->patches[i].build_id);
		if (!lp_transaction_knows(t, &stack->patches[i]))
			lp_value_add_bool(&patch, "foreign", true);
		lp_value_push(&list, patch);
	}
	return list;
}

LP_EXPORT struct lppack_value *lppack_plan_describe(const struct lppack_plan *plan, struct lppack_error *err)
{
	const struct lp_judgement *judgement = &plan->judgement;
	struct lppack_value *map = lp_value_map();

	lp_plan_describe_subject(plan, &map);
	lp_value_add(&map, "objects", lp_objects_tree(&plan->entry->metadata.facts));
	lp_value_add(&map, "replaces",
		     judgement->already ?
			     lp_value_list() :
			     lp_stack_describe_active(&plan->transaction.snapshot.stack, &plan->transaction));
	lp_value_add_bool(&map, "already", judgement->already);
	lp_value_add_text(&map, "switched_from", judgement->switched_from);
	if (judgement->losses.n)
		lp_value_add(&map, "losses", lp_losses_encode(&judgement->losses));
	if (judgement->reversibility) {
		struct lppack_value *reversibility = lp_value_map();

		lp_value_add_text(&reversibility, "class", judgement->reversibility);
		lp_value_add_text(&reversibility, "why", judgement->reversibility_why);
		lp_value_add(&map, "reversibility", reversibility);
	}
	if (judgement->module_signature)
		lp_value_add(&map, "module_signature", lp_value_copy(judgement->module_signature));
	lp_value_add(&map, "warnings", lp_value_copy(judgement->warnings));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
