/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disabling every livepatch, and recording that. */
#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "runtime/disable.h"
#include "runtime/lock.h"
#include "runtime/preflight.h"
#include "apply/plan.h"
#include "apply/receipt.h"
#include "apply/recover.h"

struct removal {
	struct lppack_host *host;
	struct lp_terms terms;
	struct lp_transaction transaction;
};

static void removal_close(struct removal *removal)
{
	lp_transaction_close(&removal->transaction);
}

#define AUTO_REMOVAL LP_AUTO(removal_close)

/* By the snapshot; a kernel without a readable build ID can lose its livepatches too. */
static int removal_look(struct removal *removal, struct lppack_error *err)
{
	int rc = lp_snapshot_check(&removal->transaction.snapshot, LP_PART_STACK, err);

	return rc < 0 ? rc : lp_transaction_open(&removal->transaction, &removal->terms, err);
}

static int set_options(struct removal *removal, const struct lppack_remove_options *given, struct lppack_error *err)
{
	static const uint32_t known = LPPACK_REMOVE_TAKE_OVER | LPPACK_REMOVE_BEFORE_SIGNAL;
	struct lp_terms *terms = &removal->terms;
	struct lppack_remove_options options;
	int rc = LP_OPTIONS_TAKE(lppack_remove_options, flags, &options, given, err);

	terms->take_over = options.flags & LPPACK_REMOVE_TAKE_OVER;
	terms->limits.before_signal = options.flags & LPPACK_REMOVE_BEFORE_SIGNAL;
	terms->limits.timeout_ns = options.timeout_ns;
	terms->limits.retries = options.retries;
	terms->limits.retry_delay_ns = options.retry_delay_ns;
	if (rc < 0)
		return rc;
	rc = lp_flags_check("struct lppack_remove_options", options.flags, known, err);
	return rc < 0 ? rc : lp_caller_set_wait(&terms->caller, options.wait, err);
}

static int open_removal(struct removal *removal, struct lppack_host *host, const struct lppack_remove_options *given,
			struct lppack_error *err)
{
	int rc = set_options(removal, given, err);

	removal->host = host;
	if (rc < 0)
		return rc;
	lp_snapshot_read(&removal->transaction.snapshot, host);
	return removal_look(removal, err);
}

static struct lppack_value *describe_warnings(const struct removal *removal)
{
	struct lppack_value *list = lp_value_copy(removal->transaction.damage);
	const struct lp_applied *applied = lp_snapshot_applied(&removal->transaction.snapshot);

	/* Documentation/livepatch/system-state.rst: what a state has changed is the patch's own to undo. */
	if (applied && applied->module.n_states)
		lp_value_push(&list, lp_value_string("the livepatch has changed states of the system: its vendor knows "
						     "whether it takes them back when it is disabled"));
	return list;
}

LP_EXPORT struct lppack_value *lppack_host_describe_removal(struct lppack_host *host,
							    const struct lppack_remove_options *options,
							    struct lppack_error *err)
{
	AUTO_REMOVAL struct removal removal = { 0 };
	struct lppack_value *map;
	bool already;

	if (open_removal(&removal, host, options, err) < 0 ||
	    lp_preflight_disable(&host->io, &removal.terms, &removal.transaction.snapshot.stack, &already, err) < 0)
		return NULL;
	map = lp_value_map();
	lp_value_add(&map, "kernel", lp_host_describe_kernel(host));
	lp_value_add(&map, "removes",
		     lp_stack_describe_active(&removal.transaction.snapshot.stack, &removal.transaction));
	lp_value_add_bool(&map, "already", already);
	lp_value_add(&map, "warnings", describe_warnings(&removal));
	if (!map)
		lp_fail_nomem(err);
	return map;
}

static int removal_remember(struct removal *removal, struct lppack_receipt *receipt, int rc, struct lppack_error *err)
{
	struct lp_transaction *t = &removal->transaction;
	struct lppack_error cause = LPPACK_ERROR_INIT;
	bool removed = receipt->result.outcome == LP_ATTEMPT_DISABLED;

	/* A boot that was told to livepatch nothing has nothing in force, but what later ones begin with. */
	if (receipt->result.outcome == LP_ATTEMPT_ALREADY)
		return rc < 0 ? rc : lp_transaction_set_target(t, err);
	if (!t->journalled)
		return rc;
	if (removed && lp_transaction_record(t, &receipt->result, &cause) == 0)
		lp_receipt_record(receipt, removal->host, &cause);
	else if (!removed)
		lp_receipt_record(receipt, removal->host, NULL);
	if (!cause.code)
		lp_transaction_end(t, &receipt->result, rc, &cause);
	if (rc < 0 || !cause.code)
		return rc;
	rc = lp_error_move(err, &cause);
	return lp_wrap(err, rc, "no livepatch is in force any more, but that could not be recorded");
}

static int removal_begin(struct removal *removal, struct lppack_error *err)
{
	struct lp_snapshot *snapshot = &removal->transaction.snapshot;
	int rc;

	lp_snapshot_free(snapshot);
	lp_snapshot_read(snapshot, removal->host);
	rc = lp_recover_locked(snapshot, &removal->terms, false, NULL, err);
	if (rc < 0)
		return rc;
	rc = removal_look(removal, err);
	return rc < 0 ? rc : lp_transaction_begin(&removal->transaction, LP_VERB_REMOVE, err);
}

/* Whether there is something to tell but the error: that the kernel was asked, or did not have to be. */
static bool removal_run(struct removal *removal, struct lppack_receipt *receipt, struct lppack_error *err)
{
	struct lp_transaction *t = &removal->transaction;
	bool asked;
	int rc;

	lp_value_add(&receipt->about, "kernel", lp_host_describe_kernel(removal->host));
	lp_value_add(&receipt->about, "removes", lp_stack_describe_active(&t->snapshot.stack, t));
	if (!receipt->about) {
		lp_fail_nomem(err);
		return false;
	}
	rc = lp_disable_all(&removal->host->io, &removal->terms, &receipt->result, err);
	asked = t->journalled;
	receipt->took_over = LP_TAKE(t->journal.took_over);
	removal_remember(removal, receipt, rc, err);
	return asked || rc == 0;
}

LP_EXPORT struct lppack_receipt *lppack_host_remove(struct lppack_host *host,
						    const struct lppack_remove_options *options,
						    struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_receipt_free) struct lppack_receipt *receipt = lp_receipt_new("remove", err);
	AUTO_REMOVAL struct removal removal = { 0 };
	LP_AUTO_CLOSE int lock = -1;
	bool is_reported;

	if (!receipt || lp_host_check_running(host, err) < 0 || open_removal(&removal, host, options, err) < 0)
		return NULL;
	lock = lp_lock_wait(&host->io, &removal.terms.caller, err);
	if (lock < 0 || removal_begin(&removal, err) < 0)
		return NULL;
	is_reported = removal_run(&removal, receipt, &receipt->error);
	lp_receipt_report(receipt, err);
	return is_reported ? LP_TAKE(receipt) : NULL;
}
