/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack rollback: goes back to an older installed release. */
#include "cli/apply_common.h"
#include "cli/cleanup.h"
#include "cli/output.h"
#include "cli/source.h"
#include "cli/verbs.h"

struct rollback_options {
	struct number to;
	struct transaction_options transaction;
	bool dry_run;
	struct text_list keys;
	const char *root;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "to", .kind = OPTION_NUMBER, .completion = COMPLETE_WORD, .argument = "SERIAL",
	  .offset = offsetof(struct rollback_options, to), .max = INT64_MAX,
	  .help = "go back to this level; default: the one below" },
	TRANSACTION_ROWS(struct rollback_options),
	{ .name = "dry-run", .letter = 'n', .kind = OPTION_FLAG, .offset = offsetof(struct rollback_options, dry_run),
	  .help = "verify, check and tell, but change nothing" },
	KEYS_ROW(struct rollback_options),
	ROOT_ROW(struct rollback_options),
	JSON_ROW(struct rollback_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int rollback_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct rollback_options *o = values;
	struct watch watch;
	struct lppack_apply_options how = transaction_how(&o->transaction, &watch);
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_host *host AUTO(host) = NULL;
	int rc = transaction_check_root("rollback", o->root, o->dry_run, err);

	(void)arguments;
	how.flags |= LPPACK_APPLY_ROLLBACK;
	if (rc < 0)
		return rc;
	rc = source_load_keys(&source, &o->keys, o->root, err);
	if (rc < 0)
		return rc;
	rc = transaction_open_host(o->root, &watch, o->dry_run, &host, err);
	if (rc < 0)
		return rc;
	rc = lppack_host_open_release(host, source.keyring, o->to.is_set ? &o->to.value : NULL, &source.bundle,
				      &source.verified, err);
	if (rc < 0)
		return rc;
	return transaction_run_plan(host, source.verified, "rollback", &how, o->dry_run, o->json, err);
}

const struct verb verb_rollback = {
	.name = "rollback",
	.arguments = "",
	.summary = "go back to an installed level, if that is safe",
	.details = "The older level's module is loaded afresh as one transaction. Refused with 67 where callbacks or\n"
		   "states make going back unsafe without a reboot.\n",
	.options = options,
	.values_size = sizeof(struct rollback_options),
	.run = rollback_run,
};
