/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack remove: disable and unload all livepatches. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct remove_options {
	struct transaction_options transaction;
	bool dry_run;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	TRANSACTION_ROWS(struct remove_options),
	{ .name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .offset = offsetof(struct remove_options, dry_run),
	  .help = "check and tell, but change nothing" },
	ROOT_ROW(struct remove_options),
	JSON_ROW(struct remove_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int remove_all(struct lppack_host *host, const struct lppack_remove_options *how, const struct remove_options *o,
		      struct lppack_error *err)
{
	struct lppack_value *described AUTO(value) = lppack_host_describe_removal(host, how, err);
	const struct transaction_report report = { .path = "remove", .described = described, .json = o->json };
	struct lppack_receipt *receipt AUTO(receipt) = NULL;

	if (!described)
		return -err->code;
	transaction_warn(described, "remove");
	if (o->dry_run) {
		transaction_tell_plan(&report, err);
		return lppack_value_bool(lppack_value_get(described, "already")) ? LPPACK_E_ALREADY : LPPACK_OK;
	}
	transaction_catch_signals();
	receipt = lppack_host_remove(host, how, err);
	progress_clear();
	return receipt ? transaction_tell_receipt(&report, receipt, err) : -err->code;
}

static int remove_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct remove_options *o = values;
	struct watch watch;
	const struct lppack_apply_options shared = transaction_how(&o->transaction, &watch);
	LPPACK_OPTIONS(lppack_remove_options, how, .timeout_ns = shared.timeout_ns, .retries = shared.retries,
		       .retry_delay_ns = shared.retry_delay_ns, .wait = shared.wait);
	struct lppack_host *host AUTO(host) = NULL;
	int rc = transaction_check_root("remove", o->root, o->dry_run, err);

	(void)arguments;
	if (o->transaction.take_over)
		how.flags |= LPPACK_REMOVE_TAKE_OVER;
	if (o->transaction.before_signal)
		how.flags |= LPPACK_REMOVE_BEFORE_SIGNAL;
	if (rc < 0)
		return rc;
	rc = transaction_open_host(o->root, &watch, o->dry_run, &host, err);
	return rc < 0 ? rc : remove_all(host, &how, o, err);
}

const struct verb verb_remove = {
	.name = "remove",
	.arguments = "",
	.summary = "take all livepatches out of force and unload them",
	.details = "Exits with 3 if none is in force. Installed levels stay, but the next boot applies none.\n",
	.options = options,
	.values_size = sizeof(struct remove_options),
	.run = remove_run,
};
